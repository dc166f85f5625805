using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;

namespace Settlement.Core.Bank;

/// <summary>
/// The sums that a bank has opened, the newest of each currency. Where nothing came of it, the bank opens none over other channels for a
/// day: the difference of the two would tell what a single channel owes.
/// </summary>
internal sealed class OpenedSums
{
    /// <summary>How long a sum that nothing came of binds the next.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromDays(1);

    private const string Kind = "opened-sum";
    private readonly NodeContext node;
    private readonly Dictionary<string, OpenedSumRow> opened = new(StringComparer.Ordinal);

    public OpenedSums(NodeContext node, RecoveredRows rows)
    {
        this.node = node;
        foreach (Monetary.Currency currency in Monetary.Currency.All)
        {
            byte[] key = node.Rows.LookupKey(Kind, currency.Code);
            foreach (StoredPayload row in rows.Of(PayloadKind.Settings).Where(r => r.Key.AsSpan().SequenceEqual(key)))
                opened[currency.Code] = node.Rows.Open(PayloadKind.Settings, row.Key, row.Body, OpenedSumRow.Parser);
        }
    }

    /// <summary>What was opened in a round; null where nothing was.</summary>
    public OpenedSumRow? Of(CycleRound round) => opened.GetValueOrDefault(round.Currency) is { } row && row.Group.Span.SequenceEqual(round.Group.Id.ToArray()) ? row : null;

    /// <summary>Whether a sum over these channels tells nothing beside what was opened before.</summary>
    public bool MayOpen(CycleRound round, OwnSum sum, long nowUnixMs) => !opened.TryGetValue(round.Currency, out OpenedSumRow? last) || last.IsSettled
        || nowUnixMs - last.TimeUnixMs > (long)Bound.TotalMilliseconds || last.Channels.Select(static c => new Digest(c.Span)).SequenceEqual(sum.Channels);

    /// <summary>Notes, durably before it is said, that the sum is opened. False where it may not be.</summary>
    public bool TryOpen(CycleRound round, OwnSum sum, long nowUnixMs)
    {
        if (Of(round) is not null) return true;
        if (!MayOpen(round, sum, nowUnixMs)) return false;
        OpenedSumRow row = new() { Currency = round.Currency, Group = ByteString.CopyFrom(round.Group.Id.ToArray()), TimeUnixMs = nowUnixMs, NetMinorUnits = sum.Net };
        row.Channels.Add(sum.Channels.Select(static id => ByteString.CopyFrom(id.ToArray())));
        Keep(row);
        return true;
    }

    /// <summary>The agent has posted what was opened.</summary>
    public void Settle(CycleRound round)
    {
        OpenedSumRow row = Of(round) ?? throw new InvalidOperationException("A sum that was not opened has settled.");
        row.IsSettled = true;
        Keep(row);
    }

    private void Keep(OpenedSumRow row)
    {
        opened[row.Currency] = row;
        node.Write(node.Rows.Replace(PayloadKind.Settings, node.Rows.LookupKey(Kind, row.Currency), row));
    }
}
