using Settlement.Core.Bank;
using Settlement.Core.Vault.Records;
using Settlement.Tests.Simulation.Worlds;

namespace Settlement.Tests.Simulation.Models;

/// <summary>What banks' vaults say of payments, beside what the model says.</summary>
internal sealed class Comparison
{
    private const string Invariant = "the bank agrees with the model";
    private readonly Dictionary<string, (InstructionRow Row, long Order)> observed = new(StringComparer.Ordinal);

    /// <summary>Whether a vault ever had the payment.</summary>
    public bool Knows(string payment) => observed.ContainsKey(payment);

    /// <summary>Compares what the step has changed.</summary>
    public void Compare(PlainBank bank, StepFacts facts)
    {
        foreach ((string id, InstructionRow row) in facts.Payments)
            observed[id] = (row, observed.GetValueOrDefault(id).Order);
        foreach ((string id, (_, WaitingRow row)) in facts.Work)
            if (observed.TryGetValue(id, out var known)) observed[id] = (known.Row, row.Order);
        HashSet<PlainLine> changed = [];
        foreach (string id in bank.Touched.Concat(facts.Payments.Keys))
        {
            if (bank.Find(id) is not ({ } payment, var line)) continue;
            InstructionRow row = observed[id].Row;
            InstructionStatus status = payment.Fate switch { Fate.Waits => InstructionStatus.Queued, Fate.UnderWay => InstructionStatus.Accepted, Fate.Settled => InstructionStatus.Settled, _ => InstructionStatus.Rejected };
            bool isSame = row.Status == (int)status && row.Reason == payment.Reason && row.IsHeld == payment.IsHeld && row.Priority == (int)payment.Priority;
            Violation.Unless(isSame, Invariant, $"{payment.Tag}, {payment.Amount} {line.Currency} {payment.Priority}{(payment.IsHeld ? " held" : "")}, is {(InstructionStatus)row.Status} {row.Reason} and should be {status} {payment.Reason}; {bank.RoomOf(line)}");
            changed.Add(line);
        }

        bank.Touched.Clear();
        foreach (PlainLine line in changed) CompareOrder(line);
    }

    /// <summary>The queue has the model's order.</summary>
    private void CompareOrder(PlainLine line)
    {
        long last = 0;
        foreach (PlainPayment payment in line.Waiting)
        {
            long order = observed[payment.Id].Order;
            Violation.Unless(order > last, "the queue has the model's order", payment.Tag);
            last = order;
        }
    }
}
