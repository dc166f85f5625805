using Settlement.Core.Vault.Records;

namespace Settlement.Core.Bank;

/// <summary>By currency: what payments that became final in one business day took out of a channel beyond what they brought in. A day
/// that is over is forgotten when the next payment is final.</summary>
internal sealed class DayFlow
{
    private readonly SortedDictionary<string, long> net = new(StringComparer.Ordinal);
    private int day;

    /// <summary>What went out on a day beyond what came in; below zero where more came in.</summary>
    public long NetOf(int onDay, string currency) => onDay == day ? net.GetValueOrDefault(currency) : 0;

    /// <summary>A payment became final.</summary>
    public void Add(int onDay, string currency, long minorUnits, bool isSent)
    {
        if (onDay != day) net.Clear();
        day = onDay;
        // A sum beyond what a number counts is far beyond every limit, and what a peer sends must not stop the node.
        Int128 sum = (Int128)net.GetValueOrDefault(currency) + (isSent ? minorUnits : -(Int128)minorUnits);
        net[currency] = (long)Int128.Clamp(sum, long.MinValue, long.MaxValue);
    }

    /// <summary>Writes it beside what it belongs to.</summary>
    public void Write(SnapshotRow row)
    {
        row.FlowDay = day;
        row.Flows.Add(net.Select(static n => new FlowRow { Currency = n.Key, MinorUnits = n.Value }));
    }

    /// <summary>Takes it up again.</summary>
    public void Restore(SnapshotRow row)
    {
        day = row.FlowDay;
        net.Clear();
        foreach (FlowRow flow in row.Flows) net[flow.Currency] = flow.MinorUnits;
    }
}
