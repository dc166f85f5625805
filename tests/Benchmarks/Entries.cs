using BenchmarkDotNet.Attributes;
using Settlement.Core.Channels;
using Settlement.Host;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Benchmarks;

/// <summary>A payment as an entry: sealed by the payer, opened by the payee, and by the supervisor, who reads one envelope of four.</summary>
[MemoryDiagnoser]
public class Entries : IDisposable
{
    private readonly SystemEntropy entropy = new();
    private readonly OnePayment payment = new();
    private SealedEntry entry = new();

    [GlobalSetup]
    public void SealOne()
    {
        entry = payment.Seal(entropy).Sealed;
        Assert.True(PayeeOpens() && SupervisorOpens());
    }

    [Benchmark]
    public OpenedEntry Seal() => payment.Seal(entropy);

    [Benchmark]
    public bool PayeeOpens() => EntryOpener.TryOpen(payment.Payee, entry, out _, out _);

    [Benchmark]
    public bool SupervisorOpens() => EntryOpener.TryOpen(payment.Supervisor, entry, out _, out _);

    [GlobalCleanup]
    public void Dispose()
    {
        payment.Dispose();
        GC.SuppressFinalize(this);
    }
}
