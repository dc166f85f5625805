using System.Numerics;
using Settlement.Core.Cryptography;

namespace Settlement.Core.Merkle;

/// <summary>Checks paths (RFC 9162, sections 2.1.3.2 and 2.1.4.2). Nothing is ever proven about an empty tree.</summary>
public static class MerkleProof
{
    /// <summary>Whether the path leads from the leaf at <paramref name="index"/> to the root of <paramref name="size"/> leaves.</summary>
    /// <param name="leafHash">The hash of the leaf.</param>
    /// <param name="index">Its place, from 0.</param>
    /// <param name="size">The number of leaves under the root.</param>
    /// <param name="path">Siblings, leaf first; exactly as many as the place needs.</param>
    /// <param name="root">The root.</param>
    public static bool VerifyInclusion(Digest leafHash, long index, long size, IReadOnlyList<Digest> path, Digest root) =>
        TryRootOf(leafHash, index, size, path, out Digest node) && node == root;

    /// <summary>The root to which the path leads from the leaf at <paramref name="index"/> of <paramref name="size"/> leaves; false where it has not as many siblings as the place needs.</summary>
    /// <param name="leafHash">The hash of the leaf.</param>
    /// <param name="index">Its place, from 0.</param>
    /// <param name="size">The number of leaves under the root.</param>
    /// <param name="path">Siblings, leaf first.</param>
    /// <param name="root">The root.</param>
    public static bool TryRootOf(Digest leafHash, long index, long size, IReadOnlyList<Digest> path, out Digest root)
    {
        root = leafHash;
        if (index < 0 || index >= size) return false;
        Digest node = leafHash;
        long place = index, last = size - 1;
        foreach (Digest sibling in path)
        {
            if (last == 0) return false;
            if ((place & 1) == 1 || place == last)
            {
                node = Rfc6962.HashChildren(sibling, node);
                SkipLevelsWithoutSibling(ref place, ref last);
            }
            else
            {
                node = Rfc6962.HashChildren(node, sibling);
            }

            place >>= 1;
            last >>= 1;
        }

        root = node;
        return last == 0;
    }

    /// <summary>Whether the tree of <paramref name="size2"/> leaves and <paramref name="root2"/> only appends to the one of <paramref name="size1"/> and <paramref name="root1"/>.</summary>
    /// <param name="size1">The earlier size, at least 1.</param>
    /// <param name="size2">The later size, at least <paramref name="size1"/>.</param>
    /// <param name="root1">The earlier root.</param>
    /// <param name="root2">The later root.</param>
    /// <param name="path">The proof; empty exactly when the sizes are equal.</param>
    public static bool VerifyConsistency(long size1, long size2, Digest root1, Digest root2, IReadOnlyList<Digest> path)
    {
        if (size1 < 1 || size1 > size2) return false;
        if (size1 == size2) return path.Count == 0 && root1 == root2;

        // A complete earlier tree is a node of the later one, and the proof leaves it out.
        bool complete = BitOperations.IsPow2(size1);
        if (path.Count == 0 && !complete) return false;
        Digest early = complete ? root1 : path[0];
        Digest late = early;
        long place = size1 - 1, last = size2 - 1;
        while ((place & 1) == 1)
        {
            place >>= 1;
            last >>= 1;
        }

        for (int i = complete ? 0 : 1; i < path.Count; i++)
        {
            if (last == 0) return false;
            if ((place & 1) == 1 || place == last)
            {
                early = Rfc6962.HashChildren(path[i], early);
                late = Rfc6962.HashChildren(path[i], late);
                SkipLevelsWithoutSibling(ref place, ref last);
            }
            else
            {
                late = Rfc6962.HashChildren(late, path[i]);
            }

            place >>= 1;
            last >>= 1;
        }

        return last == 0 && early == root1 && late == root2;
    }

    // The right edge of a tree that is not complete passes some levels without a sibling.
    private static void SkipLevelsWithoutSibling(ref long place, ref long last)
    {
        while ((place & 1) == 0 && place != 0)
        {
            place >>= 1;
            last >>= 1;
        }
    }
}
