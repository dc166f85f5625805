using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Store;
using Settlement.Core.Vault;
using Settlement.Core.Vault.Records;

namespace Settlement.Core.Agent.Cycles;

/// <summary>
/// The times at which schedules open cycles. Each is handled once: whoever brings it again, after a restart or from another process, is told so.
/// What became of it is in the history under the name of its schedule, and where no cycle was opened the operator hears of it.
/// </summary>
internal sealed class CycleSchedules
{
    /// <summary>How late a cycle may be opened. What is later is missed: banks would not expect it any more.</summary>
    public static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(5);

    /// <summary>Schedules that are remembered, which is twice as many as a node may have: those longest past are forgotten first.</summary>
    public const int MaxRemembered = 64;

    private const string RowPrefix = "cycle-schedule/";
    private readonly NodeContext node;
    private readonly EventStream history;
    private readonly SortedDictionary<string, CycleScheduleRow> last = new(StringComparer.Ordinal);

    public CycleSchedules(NodeContext node, EventStream history, RecoveredRows rows)
    {
        this.node = node;
        this.history = history;
        byte[] prefix = RowKeys.Name(RowPrefix);
        foreach (StoredPayload stored in rows.Of(PayloadKind.Settings).Where(r => r.Key.AsSpan().StartsWith(prefix)))
        {
            CycleScheduleRow row = node.Rows.Open(PayloadKind.Settings, stored.Key, stored.Body, CycleScheduleRow.Parser);
            last.Add(row.Schedule, row);
        }
    }

    /// <summary>Handles a time of a schedule.</summary>
    /// <param name="time">Which.</param>
    /// <param name="open">Opens the cycle, as the operator's order would.</param>
    public CycleResult Handle(ScheduledTime time, Func<CycleResult> open)
    {
        long due = time.DueAt.ToUnixTimeMilliseconds();
        if (last.TryGetValue(time.Schedule, out CycleScheduleRow? before) && due <= before.DueUnixMs) return new CycleResult(null, AgentCodes.ScheduledTimeHandled);
        CycleResult result = node.Now - time.DueAt > LongestDelay ? new CycleResult(null, AgentCodes.ScheduledTimeMissed) : open();
        CycleScheduleRow row = new() { Schedule = time.Schedule, DueUnixMs = due, Refusal = result.Refusal ?? "" };
        if (result.Cycle is { } cycle)
        {
            row.Cycle = ByteString.CopyFrom(cycle.Cycle.ToArray());
            history.Note("schedule_opened", new { time.Schedule, DueUnixMs = due, Cycle = cycle.Cycle.ToString() });
        }
        else
        {
            history.Note("schedule_refused", new { time.Schedule, DueUnixMs = due, Code = row.Refusal });
            node.Alarm(row.Refusal, time.Schedule);
        }

        Remember(row);
        return result;
    }

    /// <summary>What became of the last times, by name.</summary>
    public ScheduleReport List() => new([.. last.Values.Select(static row => new ScheduledOutcome(
        new ScheduledTime(row.Schedule, DateTimeOffset.FromUnixTimeMilliseconds(row.DueUnixMs)), row.Cycle.IsEmpty ? null : new Digest(row.Cycle.Span), row.Refusal.Length > 0 ? row.Refusal : null))]);

    private void Remember(CycleScheduleRow row)
    {
        last[row.Schedule] = row;
        node.Write(node.Rows.Replace(PayloadKind.Settings, KeyOf(row.Schedule), row));
        if (last.Count <= MaxRemembered) return;
        string oldest = last.Values.MinBy(static r => r.DueUnixMs)!.Schedule;
        last.Remove(oldest);
        node.Delete(PayloadKind.Settings, KeyOf(oldest));
    }

    private static byte[] KeyOf(string schedule) => RowKeys.Name(RowPrefix + schedule);
}
