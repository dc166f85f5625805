using BenchmarkDotNet.Attributes;
using Settlement.Core.Instructions;
using Settlement.Core.Offsetting;
using Settlement.Tests.Simulation;

namespace Settlement.Tests.Benchmarks;

/// <summary>Ten banks with 10,000 payments in their queues, little liquidity, and limits towards everybody.</summary>
[MemoryDiagnoser]
public class Offsetting
{
    private const int Banks = 10, Payments = 10_000, MostAmount = 1_000_000;

    private OffsettingCase unlimited = new([], [], []);
    private OffsettingCase limited = new([], [], []);
    private OffsettingCase hopeless = new([], [], []);

    [GlobalSetup]
    public void Fill()
    {
        SeededEntropy entropy = new(1);
        OffsettingBank[] banks = [.. Enumerable.Range(0, Banks).Select(_ => new OffsettingBank(Draw(5 * MostAmount), null))];
        QueuedPayment[] payments = [.. Enumerable.Range(0, Payments).Select(_ =>
        {
            int payer = Draw(Banks);
            return new QueuedPayment(payer, (payer + 1 + Draw(Banks - 1)) % Banks, 1 + Draw(MostAmount), (Priority)Draw(3));
        })];
        unlimited = new OffsettingCase(banks, [], payments);
        limited = new OffsettingCase(
            [.. banks.Select(static bank => bank with { Limit = 3 * MostAmount })],
            [.. from first in Enumerable.Range(0, Banks) from second in Enumerable.Range(0, Banks) where first != second select new BilateralLimit(first, second, 4 * MostAmount)], payments);
        // A ring of which every payment is taken away, as the very first has no cover: the most work there is.
        hopeless = new OffsettingCase(
            [.. Enumerable.Range(0, Banks).Select(static _ => new OffsettingBank(0, null))], [],
            [.. Enumerable.Range(0, Payments).Select(static i => new QueuedPayment(i % Banks, (i + 1) % Banks, i == 0 ? Payments : 1, Priority.Normal))]);
        Assert.InRange(Settled(unlimited), 1, Payments - 1);
        Assert.InRange(Settled(limited), 1, Settled(unlimited));
        Assert.Equal(0, Settled(hopeless));

        int Draw(int below)
        {
            Span<byte> drawn = stackalloc byte[sizeof(uint)];
            entropy.Fill(drawn);
            return (int)(BitConverter.ToUInt32(drawn) % (uint)below);
        }
    }

    [Benchmark]
    public OffsettingResult TenThousand() => MultilateralOffsetting.Settle(unlimited);

    [Benchmark]
    public OffsettingResult TenThousandWithLimits() => MultilateralOffsetting.Settle(limited);

    [Benchmark]
    public OffsettingResult TenThousandThatAllWait() => MultilateralOffsetting.Settle(hopeless);

    private static int Settled(OffsettingCase waiting) => MultilateralOffsetting.Settle(waiting).Waits.Count(static reason => reason == WaitReason.None);
}
