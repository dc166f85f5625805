using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Core.Store;
using Settlement.Core.Vault;
using Settlement.Core.Vault.Records;

namespace Settlement.Core.Bank;

/// <summary>
/// What the settlement agent owes this bank a posting for: offsets whose payments have settled in the bank's channels. The payments are gone from the
/// queues by the ledger's decision, and the account moves by the agent's word alone; so what that must be is kept until the agent has shown it.
/// </summary>
internal sealed class OffsetPostings
{
    /// <summary>How long the agent may take to show its posting once payments have settled.</summary>
    public static readonly TimeSpan PostingTime = TimeSpan.FromMinutes(10);

    private static readonly byte[] RowPrefix = RowKeys.Name("offset-posting/");
    private readonly NodeContext node;
    private readonly ChannelBook channels;
    private readonly SortedDictionary<Digest, AwaitedPostingRow> awaited = [];

    public OffsetPostings(NodeContext node, ChannelBook channels, RecoveredRows rows)
    {
        this.node = node;
        this.channels = channels;
        foreach (StoredPayload stored in rows.Of(PayloadKind.Settings).Where(static r => r.Key.AsSpan().StartsWith(RowPrefix)))
        {
            AwaitedPostingRow row = node.Rows.Open(PayloadKind.Settings, stored.Key, stored.Body, AwaitedPostingRow.Parser);
            awaited.Add(RecordHashes.Group(row.GroupBody.Span), row);
        }
    }

    /// <summary>Payments of an offset have settled in a channel.</summary>
    public void Commit(ChannelSide channel, HeldLeg leg)
    {
        if (!awaited.TryGetValue(leg.Group.Id, out AwaitedPostingRow? row))
            awaited.Add(leg.Group.Id, row = new AwaitedPostingRow { GroupBody = leg.Group.Body, Currency = leg.Offset[0].Amount.Unit, CommittedUnixMs = node.NowUnixMs });
        foreach (OffsetPayment payment in leg.Offset)
            row.NetMinorUnits = checked(row.NetMinorUnits + (payment.Entry.Actor == channel.Context.Own ? -payment.Amount.Units : payment.Amount.Units));
        row.Channels++;
        node.Write(node.Rows.Replace(PayloadKind.Settings, Key(leg.Group.Id), row));
    }

    /// <summary>What the account must get for an offset, below zero what it must pay; null while not all of this bank's channels in it have settled, or once
    /// that was shown.</summary>
    public (string Currency, long NetMinorUnits)? Of(Digest group)
    {
        if (!awaited.TryGetValue(group, out AwaitedPostingRow? row) || !ChannelGroup.TryRead(row.GroupBody, node.Network, out ChannelGroup? of, out _)) return null;
        return row.Channels == of.Channels.Count(id => channels.TryGet(id, out _)) ? (row.Currency, row.NetMinorUnits) : null;
    }

    /// <summary>The agent has shown what it was to show, or something else for which it was told of.</summary>
    public void End(Digest group)
    {
        if (awaited.Remove(group)) node.Delete(PayloadKind.Settings, Key(group));
    }

    /// <summary>Offsets for which the agent showed nothing in time, each once.</summary>
    public IReadOnlyList<(Digest Group, AwaitedPostingRow Row)> TakeOverdue()
    {
        List<(Digest Group, AwaitedPostingRow Row)> overdue = [.. awaited.Where(a => node.NowUnixMs - a.Value.CommittedUnixMs > (long)PostingTime.TotalMilliseconds).Select(static a => (a.Key, a.Value))];
        foreach ((Digest group, _) in overdue) End(group);
        return overdue;
    }

    private static byte[] Key(Digest group) => [.. RowPrefix, .. group.ToArray()];
}
