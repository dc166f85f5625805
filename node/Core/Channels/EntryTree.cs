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
    // The root of padding alone, by height: the same in every tree.
    private static readonly Digest[] Paddings = PaddingsOf();

    /// <summary>The root over the header's bytes and the commitments, 32 bytes each.</summary>
    public static Digest Root(ReadOnlySpan<byte> header, ReadOnlySpan<byte> commitments)
    {
        Digest[] level = Leaves(header, commitments);
        int used = 1 + commitments.Length / Digest.Length;
        // The tree is complete, so each level halves; where two nodes are both of padding, so is the one above them.
        for (int count = level.Length, height = 1; count > 1; count /= 2, used = (used + 1) / 2, height++)
        {
            for (int i = 0; i < count / 2; i++) level[i] = 2 * i < used ? Rfc6962.HashChildren(level[2 * i], level[2 * i + 1]) : Paddings[height];
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
        leaves.AsSpan(used).Fill(Paddings[0]);
        return leaves;
    }

    private static Digest[] PaddingsOf()
    {
        // As many heights as a count of leaves has bits.
        Digest[] paddings = new Digest[8 * sizeof(int)];
        paddings[0] = Rfc6962.HashLeaf([]);
        for (int height = 1; height < paddings.Length; height++) paddings[height] = Rfc6962.HashChildren(paddings[height - 1], paddings[height - 1]);
        return paddings;
    }
}
