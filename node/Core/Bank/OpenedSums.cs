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

    /// <summary>How long the agent may take to show its posting once the cuts have applied.</summary>
    public static readonly TimeSpan PostingTime = TimeSpan.FromMinutes(10);

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

    /// <summary>Whether the sum was opened of which this cut is a part.</summary>
    public bool IsOpened(HeldLeg cut) => cut.Cut is { } what && opened.GetValueOrDefault(what.Currency) is { } row && row.Group.Span.SequenceEqual(cut.Group.Id.ToArray());

    /// <summary>Whether a sum over these channels tells nothing beside what was opened before, and nothing is awaited of the agent for that.</summary>
    public bool MayOpen(CycleRound round, OwnSum sum, long nowUnixMs) => !opened.TryGetValue(round.Currency, out OpenedSumRow? last) || last.IsSettled
        || (last is { CommittedUnixMs: 0 } or { IsReported: true } && MayOpen(last, sum, nowUnixMs));

    private static bool MayOpen(OpenedSumRow last, OwnSum sum, long nowUnixMs) => nowUnixMs - last.TimeUnixMs > (long)Bound.TotalMilliseconds || last.Channels.Select(static c => new Digest(c.Span)).SequenceEqual(sum.Channels);

    /// <summary>Notes, durably before it is said, that the sum is opened. False where it may not be.</summary>
    public bool TryOpen(CycleRound round, OwnSum sum, long nowUnixMs)
    {
        if (Of(round) is not null) return true;
        if (!MayOpen(round, sum, nowUnixMs)) return false;
        OpenedSumRow row = new() { Currency = round.Currency, Group = ByteString.CopyFrom(round.Group.Id.ToArray()), TimeUnixMs = nowUnixMs, NetMinorUnits = sum.Net, Call = round.Call };
        LegCut cut = sum.First.CutProofs[round.Group.Id];
        row.Leg = new LegCut { Currency = round.Currency, Proof = cut.Proof, Head = cut.Head };
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

    /// <summary>The ledger committed the round, and one of its cuts has applied: from now on a posting is awaited.</summary>
    public void Commit(HeldLeg cut, long nowUnixMs)
    {
        if (!IsOpened(cut) || opened[cut.Cut!.Currency] is not { CommittedUnixMs: 0 } row) return;
        row.CommittedUnixMs = nowUnixMs;
        Keep(row);
    }

    /// <summary>Sums of committed rounds for which the agent showed no posting in time, each once.</summary>
    public IReadOnlyList<OpenedSumRow> TakeOverdue(long nowUnixMs)
    {
        List<OpenedSumRow> overdue = [.. opened.Values.Where(row => row is { CommittedUnixMs: > 0, IsSettled: false, IsReported: false } && nowUnixMs - row.CommittedUnixMs > (long)PostingTime.TotalMilliseconds)];
        foreach (OpenedSumRow row in overdue)
        {
            row.IsReported = true;
            Keep(row);
        }

        return overdue;
    }

    private void Keep(OpenedSumRow row)
    {
        opened[row.Currency] = row;
        node.Write(node.Rows.Replace(PayloadKind.Settings, node.Rows.LookupKey(Kind, row.Currency), row));
    }
}
