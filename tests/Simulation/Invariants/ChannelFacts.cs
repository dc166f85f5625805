using Settlement.Contracts;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Simulation.Invariants;

/// <summary>A batch as the first member that finalised it has it.</summary>
internal sealed record BatchFacts(
    Digest Head, Digest StateRoot, IReadOnlyList<(Digest Entry, string? Refusal)> Items, IReadOnlyDictionary<Digest, string> Tags,
    IReadOnlyDictionary<(int Member, string Currency), long> Positions, IReadOnlyDictionary<(int Member, string Currency), long> Reserved,
    IReadOnlyList<(Digest Group, bool IsCommitted)> Outcomes, IReadOnlySet<Digest> Held, IReadOnlyList<LimitGrant> Grants, IReadOnlyList<CutCall> Cuts)
{
    /// <summary>Payments and returns, by who paid them.</summary>
    public IReadOnlyList<(int Payer, string Currency, long MinorUnits)> Paid { get; init; } = [];
}

/// <summary>Money in escrow, and where it stands.</summary>
internal sealed class EscrowFacts(EntryId entry, int buyer, MoneyValue amount, long sequence)
{
    public EntryId Entry { get; } = entry;

    public int Buyer => buyer;

    public MoneyValue Amount => amount;

    public long Sequence => sequence;

    public EntryId Newest { get; set; } = entry;

    public int Generation { get; set; } = 1;

    public string State { get; set; } = "Held";
}

/// <summary>A channel's leg of a group: a payment that is set aside, applied or released.</summary>
internal sealed record LegFacts(Digest Group, EntryId Entry, int Payer, MoneyValue Amount, string Tag, long Sequence)
{
    /// <summary>What became of it; null while it is set aside.</summary>
    public bool? IsApplied { get; set; }
}

/// <summary>A payment that settles with others of many channels over the accounts, and moves nothing here.</summary>
internal sealed record OffsetFacts(Digest Group, EntryId Entry, int Payer, MoneyValue Amount, string Tag, string? Reference, long Sequence)
{
    /// <summary>What became of it; null while it is set aside.</summary>
    public bool? IsApplied { get; set; }
}

/// <summary>A payment that became final, and whether it was returned.</summary>
internal sealed class PaymentFacts(EntryId entry, int payer, MoneyValue amount, long sequence)
{
    public EntryId Entry => entry;

    public int Payer => payer;

    public MoneyValue Amount => amount;

    public long Sequence => sequence;

    /// <summary>The return; null while there is none.</summary>
    public EntryId? Returned { get; set; }
}

/// <summary>What one member owed the other when the channel cut for a round, which is set aside of what the other has, applied or released.</summary>
internal sealed record CutFacts(Digest Group, string Currency, int Debtor, long Owed, byte[] Commitment, long Sequence)
{
    /// <summary>What became of it; null while it is set aside.</summary>
    public bool? IsApplied { get; set; }

    /// <summary>What a member's account gets for it; below zero where it pays.</summary>
    public long NetOf(int member) => member == Debtor ? -Owed : Owed;
}
