using BenchmarkDotNet.Attributes;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Host;

namespace Settlement.Tests.Benchmarks;

/// <summary>The salted hash of one field.</summary>
[MemoryDiagnoser]
public class Commitments
{
    private readonly byte[] value = [.. "Example Trading Company"u8];
    private byte[] salt = [];
    private Digest channel;
    private EntryId entry;

    [GlobalSetup]
    public void Draw()
    {
        SystemEntropy entropy = new();
        salt = FieldCommitment.NewSalt(entropy);
        channel = Digest.Of("channel"u8);
        entry = EntryId.Generate(entropy);
    }

    [Benchmark]
    public Digest Compute() => FieldCommitment.Compute(salt, "test", channel, entry, 5, 1, value);
}
