using Settlement.Host.Bench;

namespace Settlement.Tests.Unit.Bench;

public class BenchFiguresTests
{
    private static readonly TimeProvider Time = TimeProvider.System;
    private static readonly PeakRssMb Peaks = new(1, 2, 3, 4);

    [Theory]
    [InlineData(1, 50, 1)]
    [InlineData(2, 50, 1)]
    [InlineData(3, 50, 2)]
    [InlineData(100, 50, 50)]
    [InlineData(100, 99, 99)]
    [InlineData(101, 99, 100)]
    [InlineData(10, 99, 10)]
    [InlineData(10, 100, 10)]
    public void A_percentile_is_the_smallest_value_that_so_many_do_not_exceed(int count, int percent, int expected)
    {
        TimeSpan[] sorted = [.. Enumerable.Range(1, count).Select(static value => TimeSpan.FromMilliseconds(value))];
        Assert.Equal(TimeSpan.FromMilliseconds(expected), BenchFigures.Percentile(sorted, percent));
    }

    [Fact]
    public void A_payment_counts_once_final_at_both_banks_and_verified_within_a_slice()
    {
        MeasuredSlice[] slices = [Slice(10, 20), Slice(30, 40)];
        PaymentMoments[] payments =
        [
            new(1, 5, 9), // complete before
            new(1, 5, 10), new(1, 19, 12), // within
            new(1, 15, 20), // verified when the slice was over
            new(1, 25, 25), // between the slices
            new(15, 16, 30), // verified in the second
            new(31, 40, 35), // final when it was over
        ];
        Assert.Equal([payments[1], payments[2], payments[5]], BenchFigures.Counted(payments, slices));
    }

    [Fact]
    public void Figures_are_taken_over_the_slices_alone()
    {
        MeasuredSlice first = new(At(0, 1_000, 10), At(1, 6_000, 20)), second = new(At(5, 50_000, 100), At(6, 55_000, 110));
        PaymentMoments[] counted = [new(0, Ticks(0.1), Ticks(0.2)), new(0, Ticks(0.3), Ticks(0.3)), new(Ticks(5), Ticks(5.2), Ticks(5.9)), new(Ticks(5), Ticks(5.4), Ticks(5.5))];
        BenchResult result = BenchFigures.Result(
            counted, [first, second], [TimeSpan.FromMilliseconds(7), TimeSpan.FromMilliseconds(3), TimeSpan.FromMilliseconds(5)], Peaks, [1_000, 3_000], Time);
        Assert.Equal(2, result.SettledPerSecond);
        Assert.Equal((200, 400, 5), (result.P50Ms, result.P99Ms, result.LoneP50Ms));
        // Each slice cost 10 ms of each part, over four payments.
        Assert.Equal(new CpuByPart(5_000, 5_000, 5_000, 5_000), result.CpuByPart);
        Assert.Equal(20_000, result.CpuMicrosPerSettlement);
        Assert.Equal(2_500, result.BytesPerSettlement);
        Assert.Equal((2_000, 0.001, Peaks), (result.PgbenchTps, result.RatioToPgbench, result.PeakRssMb));
    }

    private static MeasuredSlice Slice(long from, long to) => new(At(0, 0, 0) with { At = from }, At(0, 0, 0) with { At = to });

    private static long Ticks(double seconds) => (long)(seconds * Time.TimestampFrequency);

    private static Costs At(double seconds, long bytes, int milliseconds) => new()
    {
        At = Ticks(seconds),
        Bytes = bytes,
        Banks = TimeSpan.FromMilliseconds(milliseconds),
        Ledger = TimeSpan.FromMilliseconds(milliseconds),
        Regulator = TimeSpan.FromMilliseconds(milliseconds),
        Postgres = TimeSpan.FromMilliseconds(milliseconds),
        // What does not count must not be counted.
        Agent = TimeSpan.FromSeconds(milliseconds),
        Generator = TimeSpan.FromSeconds(milliseconds),
    };
}
