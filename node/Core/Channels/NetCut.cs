using Settlement.Core.Netting;

namespace Settlement.Core.Channels;

/// <summary>What a channel owes across itself in one currency, cut off for a cycle.</summary>
/// <param name="Currency">In what.</param>
/// <param name="Owed">What member 0 owes member 1 by it; below zero where member 1 owes, and zero where nobody does.</param>
public sealed record NetCut(string Currency, long Owed)
{
    /// <summary>What hides the amount in the commitment; both members know it.</summary>
    public Blinding Blinding { get; init; }

    /// <summary>What the agent sees of it; null while its batch is being made.</summary>
    public PedersenCommitment? Commitment { get; init; }

    /// <summary>The cut with its commitment. A channel that owes nothing cuts zero, so that nobody can tell.</summary>
    internal NetCut Commit(Blinding blinding) => this with { Blinding = blinding, Commitment = PedersenCommitment.Commit(Owed, blinding) };

    /// <summary>What a member gets by it beyond what it pays, over the accounts.</summary>
    public long NetOf(int member) => member == 0 ? -Owed : Owed;
}
