using FsCheck;
using FsCheck.Fluent;
using Settlement.Core.Cryptography;
using Settlement.Core.Merkle;

namespace Settlement.Tests.Properties.Merkle;

/// <summary>The trees against the recursive definition of RFC 9162, written down as it stands there.</summary>
public sealed class MerkleTreeProperties
{
    private const int Largest = 300;

    private static readonly Digest[] Leaves = [.. Enumerable.Range(0, Largest).Select(i => Rfc6962.HashLeaf([(byte)i, (byte)(i >> 8)]))];

    // Two numbers below a third: an index or an earlier size, and a size.
    private static readonly Arbitrary<(int Part, int Size)> PartAndSize =
        (from size in Gen.Choose(1, Largest) from part in Gen.Choose(0, size - 1) select (part, size)).ToArbitrary();

    [Fact]
    public void Tree_and_frontier_have_the_defined_root() => Prop.ForAll(Gen.Choose(0, Largest).ToArbitrary(), size =>
    {
        MerkleTree tree = Tree(size);
        var range = new CompactRange();
        for (int i = 0; i < size; i++) range.Append(Leaves[i]);
        Digest expected = size == 0 ? Digest.Of([]) : Defined(Leaves.AsSpan(0, size));
        return tree.Root == expected && range.Root == expected && range.Count == size
            && Rfc6962.RootOf(Leaves[..size]) == expected && Tree(Largest).RootAt(size) == expected;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Paths_are_the_defined_ones_and_verify() => Prop.ForAll(PartAndSize, sample =>
    {
        MerkleTree tree = Tree(Largest);
        IReadOnlyList<Digest> path = tree.InclusionPath(sample.Part, sample.Size);
        return path.SequenceEqual(DefinedPath(sample.Part, Leaves.AsSpan(0, sample.Size)))
            && MerkleProof.VerifyInclusion(Leaves[sample.Part], sample.Part, sample.Size, path, tree.RootAt(sample.Size));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Consistency_proofs_are_the_defined_ones_and_verify() => Prop.ForAll(PartAndSize, sample =>
    {
        int from = sample.Part + 1;
        MerkleTree tree = Tree(Largest);
        IReadOnlyList<Digest> path = tree.ConsistencyPath(from, sample.Size);
        return path.SequenceEqual(DefinedProof(from, Leaves.AsSpan(0, sample.Size), complete: true))
            && MerkleProof.VerifyConsistency(from, sample.Size, tree.RootAt(from), tree.RootAt(sample.Size), path);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_path_proves_no_other_leaf_place_or_root() => Prop.ForAll(PartAndSize, PartAndSize, (sample, other) =>
    {
        MerkleTree tree = Tree(Largest);
        IReadOnlyList<Digest> path = tree.InclusionPath(sample.Part, sample.Size);
        Digest root = tree.RootAt(sample.Size);
        return (other.Part == sample.Part || !MerkleProof.VerifyInclusion(Leaves[other.Part], sample.Part, sample.Size, path, root))
            && (other.Part == sample.Part || !MerkleProof.VerifyInclusion(Leaves[sample.Part], other.Part, sample.Size, path, root))
            && (other.Size == sample.Size || !MerkleProof.VerifyInclusion(Leaves[sample.Part], sample.Part, sample.Size, path, tree.RootAt(other.Size)));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_tree_with_one_leaf_changed_is_never_consistent() => Prop.ForAll(PartAndSize, Gen.Choose(0, Largest - 1).ToArbitrary(), (sample, changed) =>
    {
        int from = sample.Part + 1;
        if (changed >= from) return true;
        Digest[] leaves = [.. Leaves];
        leaves[changed] = Rfc6962.HashLeaf([1, 2, 3]);
        var forked = new MerkleTree();
        foreach (Digest leaf in leaves) forked.Append(leaf);
        MerkleTree tree = Tree(Largest);
        Digest root = tree.RootAt(from);
        return !MerkleProof.VerifyConsistency(from, sample.Size, root, forked.RootAt(sample.Size), forked.ConsistencyPath(from, sample.Size))
            && !MerkleProof.VerifyConsistency(from, sample.Size, root, forked.RootAt(sample.Size), tree.ConsistencyPath(from, sample.Size));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_frontier_is_restored_from_its_nodes() => Prop.ForAll(PartAndSize, sample =>
    {
        var range = new CompactRange();
        for (int i = 0; i < sample.Part; i++) range.Append(Leaves[i]);
        bool restored = CompactRange.TryRestore(range.Count, [.. range.Nodes], out CompactRange? copy);
        for (int i = sample.Part; i < sample.Size; i++) copy!.Append(Leaves[i]);
        return restored && copy!.Root == Tree(sample.Size).Root && !CompactRange.TryRestore(range.Count, [.. range.Nodes, default], out _);
    }).QuickCheckThrowOnFailure();

    private static MerkleTree Tree(int size)
    {
        var tree = new MerkleTree();
        for (int i = 0; i < size; i++) tree.Append(Leaves[i]);
        return tree;
    }

    private static Digest Defined(ReadOnlySpan<Digest> leaves)
    {
        if (leaves.Length == 1) return leaves[0];
        int k = LargestPowerBelow(leaves.Length);
        return Rfc6962.HashChildren(Defined(leaves[..k]), Defined(leaves[k..]));
    }

    private static List<Digest> DefinedPath(int index, ReadOnlySpan<Digest> leaves)
    {
        if (leaves.Length == 1) return [];
        int k = LargestPowerBelow(leaves.Length);
        return index < k
            ? [.. DefinedPath(index, leaves[..k]), Defined(leaves[k..])]
            : [.. DefinedPath(index - k, leaves[k..]), Defined(leaves[..k])];
    }

    private static List<Digest> DefinedProof(int from, ReadOnlySpan<Digest> leaves, bool complete)
    {
        if (from == leaves.Length) return complete ? [] : [Defined(leaves)];
        int k = LargestPowerBelow(leaves.Length);
        return from <= k
            ? [.. DefinedProof(from, leaves[..k], complete), Defined(leaves[k..])]
            : [.. DefinedProof(from - k, leaves[k..], complete: false), Defined(leaves[..k])];
    }

    private static int LargestPowerBelow(int count)
    {
        int k = 1;
        while (k * 2 < count) k *= 2;
        return k;
    }
}
