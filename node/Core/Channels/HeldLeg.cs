using Settlement.Contracts;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;

namespace Settlement.Core.Channels;

/// <summary>
/// A channel's leg of a group: something that was notarised, and of which nothing has happened yet but that what it takes is set aside. It
/// applies when the ledger has committed the group, and is released when it has aborted it.
/// </summary>
/// <param name="Group">The group.</param>
/// <param name="Sequence">Its batch; 0 while that is being made.</param>
/// <param name="Committed">The leaf of the log of contract states that it becomes.</param>
/// <param name="Changes">What it moves, each position once.</param>
public sealed record HeldLeg(ChannelGroup Group, long Sequence, Digest Committed, IReadOnlyList<LegMovement> Changes)
{
    /// <summary>The entry that creates an instance once it applies; null where the leg is a cut or an offset.</summary>
    public LegEntry? Entry { get; init; }

    /// <summary>What the channel cut for a cycle; null where the leg is an entry.</summary>
    public NetCut? Cut { get; init; }

    /// <summary>The payments that settle over the accounts of the settlement agent, and the leaf of each; empty where the leg is no offset.</summary>
    public IReadOnlyList<OffsetPayment> Offset { get; init; } = [];

    /// <summary>The leaves of the log of contract states that it becomes.</summary>
    public IEnumerable<Digest> Leaves => Offset.Count > 0 ? Offset.Select(static payment => payment.Committed) : [Committed];

    /// <summary>The leaf of the legs' tree: what the ledger's decision makes of positions, also where no batch follows.</summary>
    public Digest Leaf(string network, Digest channel, byte[] salt) => Leaf(network, channel, Group.Id,
        Changes.OrderBy(static c => c.Currency, StringComparer.Ordinal).ThenBy(static c => c.Member).Select(static c => (c.Member, c.Currency, c.Units)), salt);

    /// <summary>The same of what is shown of one.</summary>
    internal static Digest Leaf(string network, Digest channel, Digest group, IEnumerable<(int Member, string Currency, long Units)> changes, byte[] salt)
    {
        HashWriter leaf = new HashWriter("settlement/leg", salt).Text(network).Digest(channel).Digest(group);
        foreach ((int member, string currency, long units) in changes) leaf.UInt32((uint)member).Text(currency).Int64(units);
        return leaf.Finish();
    }

    /// <summary>Legs of one member that a channel holds at a time: what the other member can be made to keep and to look after.</summary>
    public const int MaximumOfMember = 32;

    /// <summary>Legs of one member that a channel holds, or remembers to have ended: all of them are in every snapshot. Cuts and offsets count together.</summary>
    public const int MaximumKept = 1_024;

    /// <summary>The longest time for which a leg is set aside: its group ends no later after the head's time.</summary>
    public static readonly TimeSpan LongestHold = TimeSpan.FromMinutes(10);

    /// <summary>The participant number of the member that brought it; null where it is a cut or an offset, which the agent calls for.</summary>
    public int? Actor => Entry?.Actor;
}

/// <summary>An entry that is a leg.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Plan">Its contract.</param>
/// <param name="Action">Its action.</param>
/// <param name="Actor">The participant number of the member that acted.</param>
/// <param name="Next">Where it leads.</param>
/// <param name="Values">Its fields, as the holder reads them.</param>
/// <param name="IsPayment">Whether it pays, and so counts in the flows of its day.</param>
public sealed record LegEntry(EntryId Id, ContractPlan Plan, ContractAction Action, int Actor, State Next, IReadOnlyList<Value?> Values, bool IsPayment);

/// <summary>What a leg changes of a position once it applies.</summary>
/// <param name="Member">Whose.</param>
/// <param name="Currency">In what.</param>
/// <param name="Units">How much; below zero where it takes, and what it takes is set aside until then.</param>
public readonly record struct LegMovement(int Member, string Currency, long Units);

/// <summary>A leg that has ended, which is remembered until the time of its group: from then on the channel takes no leg of that group anyway,
/// since the times of its heads never fall. So a group has one leg in a channel, for ever.</summary>
/// <param name="Actor">The participant number of the member that brought it; null where it was a cut or an offset.</param>
/// <param name="UntilUnixMs">The time of its group.</param>
public readonly record struct EndedLeg(int? Actor, long UntilUnixMs);

/// <summary>What became of a leg in a batch.</summary>
/// <param name="Leg">The leg, which the channel held before.</param>
/// <param name="IsCommitted">Whether it applies.</param>
public sealed record DecidedLeg(HeldLeg Leg, bool IsCommitted);

/// <summary>A payment of an offset.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Amount">What it pays.</param>
/// <param name="Committed">The leaf of the log of contract states that it becomes.</param>
public sealed record OffsetPayment(LegEntry Entry, AmountValue Amount, Digest Committed);
