using BenchmarkDotNet.Attributes;
using Settlement.Core.Cryptography;
using Settlement.Host;

namespace Settlement.Tests.Benchmarks;

/// <summary>A row of the vault under a key of its own, and the wrap of an envelope's content key.</summary>
[MemoryDiagnoser]
public class VaultRecords : IDisposable
{
    private const string Kind = "Instructions";
    private const int RowLength = 400;
    private static readonly SystemEntropy Entropy = new();

    private readonly VaultKey key = VaultKey.Generate(Entropy);
    private readonly byte[] rowKey = Digest.Of("row"u8).ToArray();
    private readonly byte[] row = new byte[RowLength];
    private readonly byte[] contentKey = Digest.Of("content key"u8).ToArray();
    private byte[] record = [];
    private byte[] wrap = [];

    [GlobalSetup]
    public void Fill()
    {
        Entropy.Fill(row);
        record = Seal();
        wrap = WrapContentKey();
        Assert.True(TryOpen() && TryUnwrapContentKey());
    }

    [Benchmark]
    public byte[] Seal() => key.Seal(Kind, rowKey, row, Entropy);

    [Benchmark]
    public bool TryOpen() => key.TryOpen(Kind, rowKey, record, out _);

    [Benchmark]
    public byte[] WrapContentKey() => key.WrapContentKey(contentKey, rowKey, Entropy);

    [Benchmark]
    public bool TryUnwrapContentKey() => key.TryUnwrapContentKey(wrap, rowKey, out _);

    [GlobalCleanup]
    public void Dispose()
    {
        key.Dispose();
        GC.SuppressFinalize(this);
    }
}
