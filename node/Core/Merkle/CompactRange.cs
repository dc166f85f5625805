using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using Settlement.Core.Cryptography;

namespace Settlement.Core.Merkle;

/// <summary>
/// The frontier of a growing tree: the roots of its complete subtrees, largest first, one for each bit that is set in
/// the number of leaves. Enough to append and to know the root in O(log n) memory.
/// </summary>
public sealed class CompactRange
{
    private readonly List<Digest> nodes = [];

    /// <summary>The number of leaves.</summary>
    public long Count { get; private set; }

    /// <summary>The frontier, largest subtree first; with <see cref="Count"/> all that <see cref="TryRestore"/> needs.</summary>
    public IReadOnlyList<Digest> Nodes => nodes;

    /// <summary>The root; <see cref="Rfc6962.EmptyRoot"/> before the first leaf.</summary>
    public Digest Root
    {
        get
        {
            if (nodes.Count == 0) return Rfc6962.EmptyRoot;
            Digest root = nodes[^1];
            for (int i = nodes.Count - 2; i >= 0; i--) root = Rfc6962.HashChildren(nodes[i], root);
            return root;
        }
    }

    /// <summary>Restores a frontier; false when the number of nodes does not fit the number of leaves.</summary>
    public static bool TryRestore(long count, IReadOnlyList<Digest> nodes, [NotNullWhen(true)] out CompactRange? range)
    {
        range = null;
        if (count < 0 || nodes.Count != BitOperations.PopCount((ulong)count)) return false;
        range = new CompactRange { Count = count };
        range.nodes.AddRange(nodes);
        return true;
    }

    /// <summary>Appends a leaf by its hash.</summary>
    public void Append(Digest leafHash)
    {
        Digest node = leafHash;
        // Each trailing one bit of the count is a complete subtree as large as the one that now ends.
        for (long bits = Count; (bits & 1) == 1; bits >>= 1)
        {
            node = Rfc6962.HashChildren(nodes[^1], node);
            nodes.RemoveAt(nodes.Count - 1);
        }

        nodes.Add(node);
        Count = checked(Count + 1);
    }
}
