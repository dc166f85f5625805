namespace Settlement.Host.Bench;

/// <summary>The moments of one payment, by one clock of one process.</summary>
/// <param name="HandedIn">Its message was sent.</param>
/// <param name="Final">It was final at both banks.</param>
/// <param name="Verified">The regulator held it against a notarised head.</param>
internal readonly record struct PaymentMoments(long HandedIn, long Final, long Verified)
{
    /// <summary>From when on it counts.</summary>
    public long Complete => Math.Max(Final, Verified);
}

/// <summary>A stretch of load that is measured: what was used at its start and its end.</summary>
internal readonly record struct MeasuredSlice(Costs From, Costs To)
{
    /// <summary>Whether a moment lies within.</summary>
    public bool Has(long moment) => moment >= From.At && moment < To.At;
}

/// <summary>The arithmetic of a result.</summary>
internal static class BenchFigures
{
    private const double BytesPerMegabyte = 1024 * 1024;

    /// <summary>The payments that became complete within a slice.</summary>
    public static PaymentMoments[] Counted(IEnumerable<PaymentMoments> payments, IReadOnlyList<MeasuredSlice> slices) =>
        [.. payments.Where(payment => slices.Any(slice => slice.Has(payment.Complete)))];

    /// <summary>The smallest value that so many of a hundred do not exceed (nearest rank); the values are sorted.</summary>
    public static TimeSpan Percentile(IReadOnlyList<TimeSpan> sorted, int percent) =>
        sorted.Count == 0 ? TimeSpan.Zero : sorted[(int)((((long)sorted.Count * percent) + 99) / 100) - 1];

    /// <summary>Adds up what was measured.</summary>
    /// <param name="counted">At least one payment.</param>
    /// <param name="slices">At least one slice.</param>
    /// <param name="lone">How long payments one at a time took.</param>
    /// <param name="peaks">The peaks of memory.</param>
    /// <param name="pgbench">The transactions a second of each run of pgbench.</param>
    /// <param name="time">The clock of the moments.</param>
    public static BenchResult Result(
        IReadOnlyCollection<PaymentMoments> counted, IReadOnlyList<MeasuredSlice> slices, IEnumerable<TimeSpan> lone, PeakRssMb peaks, IReadOnlyCollection<double> pgbench,
        TimeProvider time)
    {
        TimeSpan measured = Sum(slices, slice => time.GetElapsedTime(slice.From.At, slice.To.At));
        TimeSpan[] latencies = [.. counted.Select(payment => time.GetElapsedTime(payment.HandedIn, payment.Final)).Order()];
        CpuByPart parts = new(
            Micros(static costs => costs.Banks), Micros(static costs => costs.Ledger), Micros(static costs => costs.Regulator), Micros(static costs => costs.Postgres));
        double perSecond = counted.Count / measured.TotalSeconds;
        double transactions = pgbench.Average();
        return new BenchResult(
            Math.Round(perSecond, 1), Milliseconds(Percentile(latencies, 50)), Milliseconds(Percentile(latencies, 99)),
            Milliseconds(Percentile([.. lone.Order()], 50)), Math.Round(parts.Bank + parts.Ledger + parts.Regulator + parts.Postgres, 1), parts,
            Math.Round((double)slices.Sum(static slice => slice.To.Bytes - slice.From.Bytes) / counted.Count, 1), peaks,
            Math.Round(transactions, 1), Math.Round(perSecond / transactions, 3));

        double Micros(Func<Costs, TimeSpan> part) => Math.Round(Sum(slices, slice => part(slice.To) - part(slice.From)).TotalMicroseconds / counted.Count, 1);
    }

    /// <summary>Bytes as megabytes.</summary>
    public static double Megabytes(long bytes) => Math.Round(bytes / BytesPerMegabyte, 1);

    private static TimeSpan Sum(IEnumerable<MeasuredSlice> slices, Func<MeasuredSlice, TimeSpan> value) =>
        slices.Aggregate(TimeSpan.Zero, (sum, slice) => sum + value(slice));

    private static double Milliseconds(TimeSpan span) => Math.Round(span.TotalMilliseconds, 2);
}
