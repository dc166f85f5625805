using Google.Protobuf;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Store;
using Settlement.Core.Vault;
using Settlement.Core.Vault.Records;

namespace Settlement.Core.Bank;

/// <summary>
/// The outbox for status reports: every instruction's end has a number, written in the transaction that decided it, one row a
/// step. The back office reads on from the number that it has.
/// </summary>
internal sealed class ReportLog
{
    private static readonly byte[] RowKey = RowKeys.Name("reports");
    private readonly NodeContext node;
    private ReportsRow waiting = new();
    private long last;

    public ReportLog(NodeContext node, RecoveredRows rows)
    {
        this.node = node;
        foreach (StoredPayload row in rows.Of(PayloadKind.Settings).Where(r => r.Key.AsSpan().SequenceEqual(RowKey)))
            last = node.Rows.Open(PayloadKind.Settings, row.Key, row.Body, CounterRow.Parser).Number;
    }

    /// <summary>Adds a report.</summary>
    /// <param name="instruction">The instruction that ended.</param>
    /// <param name="status">How.</param>
    /// <param name="reason">Why, where it was refused.</param>
    /// <param name="sequence">The batch that decided it; zero for an instruction that got into none.</param>
    public void Add(byte[] instruction, InstructionStatus status, string reason, long sequence) => waiting.Reports.Add(
        new ReportRow { Instruction = ByteString.CopyFrom(instruction), Status = (int)status, Reason = reason, TimeUnixMs = node.NowUnixMs, Sequence = sequence });

    /// <summary>Writes what a step added, under the number of the last.</summary>
    public void Flush()
    {
        if (waiting.Reports.Count == 0) return;
        last += waiting.Reports.Count;
        node.Write(node.Rows.Insert(PayloadKind.Outbox, RowKeys.Number(last), waiting));
        node.Write(node.Rows.Replace(PayloadKind.Settings, RowKey, new CounterRow { Number = last }));
        waiting = new ReportsRow();
    }
}
