using System.Numerics;
using System.Security.Cryptography;
using Settlement.Core.Cryptography;

namespace Settlement.Core.Merkle;

/// <summary>The tree hash of RFC 9162, section 2.1.1 (unchanged since RFC 6962) over SHA-256.</summary>
public static class Rfc6962
{
    // Leaves and nodes hash under different prefixes, so that a node can never be passed off as a leaf.
    private const byte LeafPrefix = 0x00;
    private const byte NodePrefix = 0x01;

    /// <summary>The root of the tree without leaves: SHA-256 of nothing.</summary>
    public static Digest EmptyRoot { get; } = Digest.Of([]);

    /// <summary>The hash of a leaf's bytes.</summary>
    public static Digest HashLeaf(ReadOnlySpan<byte> leaf)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([LeafPrefix]);
        hash.AppendData(leaf);
        Span<byte> result = stackalloc byte[Digest.Length];
        hash.GetHashAndReset(result);
        return new Digest(result);
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
