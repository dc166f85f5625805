using BenchmarkDotNet.Attributes;
using Settlement.Core.Cryptography;
using Settlement.Core.Netting;

namespace Settlement.Tests.Benchmarks;

/// <summary>What a cut costs a channel, what reading one costs, and what the agent pays to check the sum of a bank with ten channels.</summary>
[MemoryDiagnoser]
public class NettingCommitments
{
    private const int Parts = 10;
    private const long Value = 1_234_567_89;

    private readonly List<(PedersenCommitment Commitment, bool IsNegative)> parts = [];
    private Blinding blinding, sum;
    private byte[] bytes = [];

    [GlobalSetup]
    public void CommitAll()
    {
        for (int i = 0; i < Parts; i++)
        {
            blinding = Blinding.Derive(Digest.Of([(byte)i, 1]), Digest.Of([(byte)i, 2]));
            parts.Add((PedersenCommitment.Commit(Value + i, blinding), i % 2 == 1));
            sum = i % 2 == 1 ? sum - blinding : sum + blinding;
        }

        bytes = parts[0].Commitment.ToArray();
        Assert.True(SumOpens() && TryRead());
    }

    [Benchmark]
    public PedersenCommitment Commit() => PedersenCommitment.Commit(Value, blinding);

    [Benchmark]
    public PedersenCommitment CommitToZero() => PedersenCommitment.Commit(0, blinding);

    [Benchmark]
    public bool TryRead() => PedersenCommitment.TryRead(bytes, out _);

    // Of ten in turn, each is a unit more than the one before it.
    [Benchmark]
    public bool SumOpens() => PedersenCommitment.SumOpens(parts, -Parts / 2, sum);
}
