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
    private static readonly Digest Padding = Rfc6962.HashLeaf([]);

    /// <summary>The root over the header's bytes and the commitments, 32 bytes each.</summary>
    public static Digest Root(ReadOnlySpan<byte> header, ReadOnlySpan<byte> commitments)
    {
        Digest[] level = Leaves(header, commitments);
        int used = 1 + commitments.Length / Digest.Length;
        Digest padding = Padding;
        // The tree is complete, so each level halves; where two nodes are both of padding, so is the one above them, alike.
        for (int count = level.Length; count > 1; count /= 2, used = (used + 1) / 2)
        {
            Digest above = used < count - 1 ? Rfc6962.HashChildren(padding, padding) : padding;
            for (int i = 0; i < count / 2; i++) level[i] = 2 * i < used ? Rfc6962.HashChildren(level[2 * i], level[2 * i + 1]) : above;
            padding = above;
        }

        return level[0];
    }

    /// <summary>The leaf hashes.</summary>
    public static Digest[] Leaves(ReadOnlySpan<byte> header, ReadOnlySpan<byte> commitments)
    {
        int used = 1 + commitments.Length / Digest.Length;
        int padded = (int)BitOperations.RoundUpToPowerOf2((uint)used);
        Digest[] leaves = new Digest[padded];
        leaves[0] = Rfc6962.HashLeaf(header);
        for (int i = 1; i < used; i++) leaves[i] = Rfc6962.HashLeaf(commitments.Slice((i - 1) * Digest.Length, Digest.Length));
        leaves.AsSpan(used).Fill(Padding);
        return leaves;
    }
}
