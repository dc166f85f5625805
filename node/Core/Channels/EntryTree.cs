using System.Numerics;
using Settlement.Core.Cryptography;
using Settlement.Core.Merkle;

namespace Settlement.Core.Channels;

/// <summary>
/// The tree of one entry: leaf 0 is the header, leaf <c>i</c> the commitment of field <c>i - 1</c>, padded to a power of
/// two. A field has one place, so nobody can be shown a second value of it.
/// </summary>
public static class EntryTree
{
    /// <summary>The root over the header's bytes and the commitments, 32 bytes each.</summary>
    public static Digest Root(ReadOnlySpan<byte> header, ReadOnlySpan<byte> commitments) => Rfc6962.RootOf(Leaves(header, commitments));

    /// <summary>The leaf hashes.</summary>
    public static IReadOnlyList<Digest> Leaves(ReadOnlySpan<byte> header, ReadOnlySpan<byte> commitments)
    {
        int used = 1 + commitments.Length / Digest.Length;
        int padded = (int)BitOperations.RoundUpToPowerOf2((uint)used);
        Digest[] leaves = new Digest[padded];
        leaves[0] = Rfc6962.HashLeaf(header);
        for (int i = 1; i < used; i++) leaves[i] = Rfc6962.HashLeaf(commitments.Slice((i - 1) * Digest.Length, Digest.Length));
        if (used < padded) leaves.AsSpan(used).Fill(Rfc6962.HashLeaf([]));
        return leaves;
    }
}
