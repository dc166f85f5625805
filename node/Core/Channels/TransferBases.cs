using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Settlement.Contracts;
using Settlement.Wire.Channels;

namespace Settlement.Core.Channels;

/// <summary>Personal data that a channel takes from one jurisdiction into another.</summary>
/// <param name="From">The member whose customers' data it is, which exports it.</param>
/// <param name="To">The participant that reads it.</param>
public readonly record struct DataTransfer(int From, int To);

/// <summary>
/// On what basis personal data crosses a border in a channel. Which transfers there can be follows from its contracts, where
/// each member may play each bank; the terms must name a basis for every one of them.
/// </summary>
public static class TransferBases
{
    /// <summary>The bases that terms can name: the data subject's consent, standard contractual clauses, a certification, or a
    /// security assessment by the authority.</summary>
    public static FrozenSet<string> Known { get; } = new[] { "consent", "standard-contract", "certification", "security-assessment" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The letters of ISO 3166-1 alpha-2, or nothing.</summary>
    public static bool IsJurisdiction(string text) => text.Length == 0 || (text.Length == 2 && text.All(char.IsAsciiLetterUpper));

    /// <summary>The transfers that need a basis, in order. Where one jurisdiction is not said, it counts as another.</summary>
    public static IReadOnlyList<DataTransfer> Needed(IEnumerable<ContractPlan> contracts, IReadOnlyList<PinnedParticipant> participants)
    {
        HashSet<DataTransfer> needed = [];
        foreach (ContractPlan plan in contracts)
        {
            IReadOnlyList<Transfer> transfers = Transfer.Of(plan.Contract);
            foreach (IReadOnlyList<uint> parties in plan.Assignments)
                needed.UnionWith(transfers.Select(t => new DataTransfer((int)parties[t.Exporter.Index], (int)parties[t.Recipient.Index])));
        }

        return [.. needed.Where(t => t.From != t.To && participants[t.From].Jurisdiction != participants[t.To].Jurisdiction).OrderBy(t => t.From).ThenBy(t => t.To)];
    }

    /// <summary>Reads the bases that terms name. False for one that is unknown, named twice, or of somebody who is not there.</summary>
    public static bool TryRead(Terms wire, int participants, [NotNullWhen(true)] out IReadOnlyDictionary<DataTransfer, string>? bases)
    {
        Dictionary<DataTransfer, string> read = [];
        bases = null;
        foreach (TransferBasis basis in wire.TransferBases)
        {
            if (basis.FromMember >= ChannelTerms.MemberCount || basis.ToParticipant >= participants || basis.FromMember == basis.ToParticipant || !Known.Contains(basis.Basis)) return false;
            if (!read.TryAdd(new DataTransfer((int)basis.FromMember, (int)basis.ToParticipant), basis.Basis)) return false;
        }

        bases = read;
        return true;
    }
}
