using System.Buffers;
using System.Numerics;
using Settlement.Core.Cryptography;

namespace Settlement.Core.Merkle;

/// <summary>The tree hash of RFC 9162, section 2.1.1 (unchanged since RFC 6962) over SHA-256.</summary>
public static class Rfc6962
{
    // Leaves and nodes hash under different prefixes, so that a node can never be passed off as a leaf.
    private const byte LeafPrefix = 0x00;
    private const byte NodePrefix = 0x01;
    private const int LongestOnStack = 1024;

    /// <summary>The root of the tree without leaves: SHA-256 of nothing.</summary>
    public static Digest EmptyRoot { get; } = Digest.Of([]);

    /// <summary>The hash of a leaf's bytes.</summary>
    public static Digest HashLeaf(ReadOnlySpan<byte> leaf)
    {
        byte[]? rented = leaf.Length < LongestOnStack ? null : ArrayPool<byte>.Shared.Rent(1 + leaf.Length);
        Span<byte> bytes = rented is null ? stackalloc byte[1 + leaf.Length] : rented.AsSpan(0, 1 + leaf.Length);
        bytes[0] = LeafPrefix;
        leaf.CopyTo(bytes[1..]);
        Digest hash = Digest.Of(bytes);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return hash;
    }

    /// <summary>The hash of a node above two others.</summary>
    public static Digest HashChildren(Digest left, Digest right)
    {
        Span<byte> bytes = stackalloc byte[1 + 2 * Digest.Length];
        bytes[0] = NodePrefix;
        left.CopyTo(bytes[1..]);
        right.CopyTo(bytes[(1 + Digest.Length)..]);
        return Digest.Of(bytes);
    }

    /// <summary>The root over leaf hashes in order; <see cref="EmptyRoot"/> over none.</summary>
    public static Digest RootOf(IReadOnlyList<Digest> leafHashes)
    {
        var range = new CompactRange();
        foreach (Digest leaf in leafHashes) range.Append(leaf);
        return range.Root;
    }

    /// <summary>The largest power of two below <paramref name="count"/>, where a tree of that many leaves (at least 2) divides.</summary>
    internal static long Split(long count) => 1L << (63 - BitOperations.LeadingZeroCount((ulong)(count - 1)));
}
