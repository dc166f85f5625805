using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;
using Settlement.Core.Notarisation;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Agent;

namespace Settlement.Core.Agent.Offsets;

/// <summary>An offset as the agent keeps it, and what follows from that alone.</summary>
internal sealed class OffsetState
{
    private readonly HashSet<(Digest Channel, string Bank)> reported = [];
    private readonly List<(Digest Channel, OffsetLegRow Row)> legs;

    public OffsetState(OffsetRow row, string network)
    {
        Row = row;
        Group = ChannelGroup.TryRead(row.GroupBody, network, out ChannelGroup? group, out _) ? group : throw new InvalidOperationException("A stored offset is no group.");
        Currency = Currency.TryParse(row.Currency, out Currency currency) ? currency : throw new InvalidOperationException("A stored offset has no currency.");
        legs = [.. row.Legs.Select(leg => (OffsetLeg.TryRead(leg.Call, network, out OffsetLeg? read) ? read.Channel : throw new InvalidOperationException("A stored leg does not read."), leg))];
    }

    /// <summary>As it is stored.</summary>
    public OffsetRow Row { get; }

    /// <summary>The group of its channels and of the agent's own.</summary>
    public ChannelGroup Group { get; }

    /// <summary>In what its payments are.</summary>
    public Currency Currency { get; }

    /// <summary>How far it is.</summary>
    public OffsetStage Stage => !Row.HasIsCommitted ? OffsetStage.Deciding : Row.IsCommitted ? OffsetStage.Settled : OffsetStage.Void;

    /// <summary>Its channels.</summary>
    public IEnumerable<Digest> Channels => legs.Select(static leg => leg.Channel);

    /// <summary>The channels of which a member has not said that it has set its payments aside.</summary>
    public IEnumerable<Digest> Unreported => legs.Where(leg => !leg.Row.Members.All(member => reported.Contains((leg.Channel, member.Bank)))).Select(static leg => leg.Channel);

    /// <summary>The payments in it, by the bank that pays.</summary>
    public IEnumerable<(string Bank, ByteString Payment)> Payments => Row.Legs.SelectMany(static leg => leg.Members).SelectMany(static member => member.Payments.Select(payment => (member.Bank, payment)));

    /// <summary>What it moves over accounts.</summary>
    public GroupNets Nets => new(Group, AccountBook.OffsetHolder(Group.Id), "offset_posted", Currency, [.. Row.Banks.Select(static b => (b.Bank, b.NetMinorUnits))]);

    /// <summary>A member says that a channel has set its payments aside.</summary>
    public void Report(Digest channel, ParticipantId bank)
    {
        string member = bank.ToString();
        if (legs.Any(leg => leg.Channel == channel && leg.Row.Members.Any(m => m.Bank == member))) reported.Add((channel, member));
    }

    /// <summary>As a bank sees it: its own payments and its own net. Null where it has no part in it, or it came to nothing.</summary>
    public OffsetView? View(ParticipantId bank)
    {
        string own = bank.ToString();
        if (Stage == OffsetStage.Void || Row.Banks.FirstOrDefault(b => b.Bank == own) is not { } part) return null;
        OffsetView view = new() { Group = ByteString.CopyFrom(Group.Id.ToArray()) };
        if (Stage == OffsetStage.Settled)
        {
            view.Posting = new CyclePosting { PostingId = part.PostingId, NetMinorUnits = part.NetMinorUnits, Signature = part.Signature };
            return view;
        }

        foreach (OffsetLegRow leg in Row.Legs)
        {
            if (leg.Members.FirstOrDefault(member => member.Bank == own) is { } member) view.Legs.Add(new OffsetLegView { Call = leg.Call, Payments = { member.Payments } });
        }

        return view;
    }

    /// <summary>As the operator sees it.</summary>
    public OffsetStatus Status() => new(Group.Id, Currency, Stage, legs.Count, Payments.Count(), DateTimeOffset.FromUnixTimeMilliseconds(Row.OpenedUnixMs), Group.ExpiresAt,
        Stage == OffsetStage.Void ? AgentCodes.OffsetPassed : null);
}
