using Settlement.Core.Bank;

namespace Settlement.Tests.Simulation.Models;

/// <summary>What a treasury limits, as a list of orders: the newest order for the latest day that has come is in effect.</summary>
internal sealed class PlainLimits
{
    private readonly List<(LimitKind Kind, string Counterparty, string Currency, int From, long? Amount)> orders = [];

    public bool IsEmpty => orders.Count == 0;

    public void Set(LimitKind kind, string counterparty, string currency, int from, long? amount)
    {
        orders.RemoveAll(o => (o.Kind, o.Counterparty, o.Currency, o.From) == (kind, counterparty, currency, from));
        orders.Add((kind, counterparty, currency, from, amount));
    }

    public long? InEffect(LimitKind kind, string counterparty, string currency, int day) =>
        orders.Where(o => (o.Kind, o.Counterparty, o.Currency) == (kind, counterparty, currency) && o.From <= day).OrderBy(static o => o.From).LastOrDefault().Amount;
}
