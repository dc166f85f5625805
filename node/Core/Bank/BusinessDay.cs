using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Store;
using Settlement.Core.Vault;
using Settlement.Core.Vault.Records;

namespace Settlement.Core.Bank;

/// <summary>The business date, as the operator opened it. It never moves back.</summary>
internal sealed class BusinessDay
{
    private static readonly byte[] RowKey = RowKeys.Name("business-day");
    private readonly NodeContext node;

    public BusinessDay(NodeContext node, RecoveredRows rows)
    {
        this.node = node;
        foreach (StoredPayload row in rows.Of(PayloadKind.Settings).Where(r => r.Key.AsSpan().SequenceEqual(RowKey)))
            Date = DateOnly.FromDayNumber((int)node.Rows.Open(PayloadKind.Settings, row.Key, row.Body, CounterRow.Parser).Number);
    }

    /// <summary>The open day; null before the first.</summary>
    public DateOnly? Date { get; private set; }

    /// <summary>It as a number; zero before the first.</summary>
    public int Number => Date?.DayNumber ?? 0;

    /// <summary>Called with the day that was opened.</summary>
    public Action<DateOnly> Opened { get; set; } = _ => { };

    /// <summary>Opens a day.</summary>
    public void Open(BankInput.OpenBusinessDay input)
    {
        if (Date is { } current && input.Date < current)
        {
            node.Then(new Effect.Reply(input.CallId, new BusinessDayResult(current, BankCodes.DayPassed)));
            return;
        }

        Date = input.Date;
        node.Write(node.Rows.Replace(PayloadKind.Settings, RowKey, new CounterRow { Number = input.Date.DayNumber }));
        Opened(input.Date);
        node.Then(new Effect.Reply(input.CallId, new BusinessDayResult(input.Date, null)));
    }
}
