using BenchmarkDotNet.Attributes;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Merkle;
using Settlement.Host;

namespace Settlement.Tests.Benchmarks;

/// <summary>The tree of one entry, of one batch, and of the ledger's log.</summary>
[MemoryDiagnoser]
public class Trees
{
    private const int BatchLeaves = 512;
    private const int LogLeaves = 100_000;

    private readonly MerkleTree log = new();
    private readonly List<Digest> batch = [];
    private byte[] header = [];
    private byte[] commitments = [];

    [GlobalSetup]
    public void Grow()
    {
        using OnePayment payment = new();
        OpenedEntry entry = payment.Seal(new SystemEntropy());
        header = entry.Sealed.Header.ToByteArray();
        commitments = entry.Sealed.Commitments.ToByteArray();
        Assert.Equal(entry.Root, EntryRoot());
        for (int i = 0; i < LogLeaves; i++) log.Append(LeafHash(i));
        batch.AddRange(Enumerable.Range(0, BatchLeaves).Select(i => log.LeafHash(i)));
    }

    [Benchmark]
    public Digest EntryRoot() => EntryTree.Root(header, commitments);

    /// <summary>Over 512 leaves, for each of them.</summary>
    [Benchmark(OperationsPerInvoke = BatchLeaves)]
    public Digest BatchRootPerLeaf() => Rfc6962.RootOf(batch);

    /// <summary>A tree of 512 leaves, grown one at a time, for each of them.</summary>
    [Benchmark(OperationsPerInvoke = BatchLeaves)]
    public MerkleTree Append()
    {
        MerkleTree tree = new();
        foreach (Digest leaf in batch) tree.Append(leaf);
        return tree;
    }

    /// <summary>In a log of 100,000 leaves.</summary>
    [Benchmark]
    public IReadOnlyList<Digest> InclusionPath() => log.InclusionPath(LogLeaves / 3, LogLeaves);

    private static Digest LeafHash(int number) => Rfc6962.HashLeaf(BitConverter.GetBytes(number));
}
