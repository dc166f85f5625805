using System.Numerics;
using Settlement.Core.Cryptography;

namespace Settlement.Core.Merkle;

/// <summary>
/// An append-only tree with every complete node in memory (64 bytes a leaf), which proves inclusion in and consistency
/// between any of its past sizes (RFC 9162, sections 2.1.3 and 2.1.4). At most 2^31 - 1 leaves.
/// </summary>
public sealed class MerkleTree
{
    // levels[k][i] is the root over the leaves from i * 2^k on, 2^k of them; only complete subtrees are kept.
    private readonly List<List<Digest>> levels = [[]];

    /// <summary>The number of leaves.</summary>
    public long Count => levels[0].Count;

    /// <summary>The root over all leaves; <see cref="Rfc6962.EmptyRoot"/> over none.</summary>
    public Digest Root => RootAt(Count);

    /// <summary>The hash of the leaf at <paramref name="index"/>.</summary>
    public Digest LeafHash(long index) => levels[0][checked((int)index)];

    /// <summary>Appends a leaf by its hash.</summary>
    public void Append(Digest leafHash)
    {
        levels[0].Add(leafHash);
        for (int level = 0; (levels[level].Count & 1) == 0; level++)
        {
            if (level + 1 == levels.Count) levels.Add([]);
            levels[level + 1].Add(Rfc6962.HashChildren(levels[level][^2], levels[level][^1]));
        }
    }

    /// <summary>The root when the tree had <paramref name="size"/> leaves.</summary>
    /// <exception cref="ArgumentOutOfRangeException">When the tree is smaller.</exception>
    public Digest RootAt(long size)
    {
        CheckSize(size, smallest: 0);
        return size == 0 ? Rfc6962.EmptyRoot : Range(0, size);
    }

    /// <summary>The path from the leaf at <paramref name="index"/> to the root at <paramref name="size"/>, leaf first.</summary>
    /// <exception cref="ArgumentOutOfRangeException">When the tree had no such leaf at that size.</exception>
    public IReadOnlyList<Digest> InclusionPath(long index, long size)
    {
        CheckSize(size, smallest: 1);
        if (index < 0 || index >= size) throw new ArgumentOutOfRangeException(nameof(index), index, "The tree of that size has no such leaf.");
        List<Digest> path = [];
        long begin = 0, end = size;
        while (end - begin > 1)
        {
            long middle = begin + Rfc6962.Split(end - begin);
            if (index < middle)
            {
                path.Add(Range(middle, end));
                end = middle;
            }
            else
            {
                path.Add(Range(begin, middle));
                begin = middle;
            }
        }

        path.Reverse();
        return path;
    }

    /// <summary>The proof that the tree of size <paramref name="to"/> only appends to the one of <paramref name="from"/>; empty when they are equal.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Unless 1 ≤ from ≤ to ≤ <see cref="Count"/>: nothing is proven about an empty tree.</exception>
    public IReadOnlyList<Digest> ConsistencyPath(long from, long to)
    {
        CheckSize(to, smallest: 1);
        if (from < 1 || from > to) throw new ArgumentOutOfRangeException(nameof(from), from, "A proof starts at a size from 1 to the later size.");
        List<Digest> path = [];
        long begin = 0, end = to;
        // RFC 9162, 2.1.4.1 (SUBPROOF), followed from the root down; the old root itself is known and not repeated.
        bool oldTreeIsThisRange = true;
        while (end != from)
        {
            long middle = begin + Rfc6962.Split(end - begin);
            if (from <= middle)
            {
                path.Add(Range(middle, end));
                end = middle;
            }
            else
            {
                path.Add(Range(begin, middle));
                begin = middle;
                oldTreeIsThisRange = false;
            }
        }

        if (!oldTreeIsThisRange) path.Add(Range(begin, end));
        path.Reverse();
        return path;
    }

    private void CheckSize(long size, long smallest)
    {
        if (size < smallest || size > Count) throw new ArgumentOutOfRangeException(nameof(size), size, $"The tree has {Count} leaves.");
    }

    // The range is one that the recursive definition visits: it begins at a multiple of a power of two that covers it.
    private Digest Range(long begin, long end)
    {
        long count = end - begin;
        if (BitOperations.IsPow2(count))
        {
            int level = BitOperations.Log2((ulong)count);
            return levels[level][(int)(begin >> level)];
        }

        long middle = begin + Rfc6962.Split(count);
        return Rfc6962.HashChildren(Range(begin, middle), Range(middle, end));
    }
}
