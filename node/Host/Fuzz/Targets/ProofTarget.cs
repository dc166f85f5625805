using System.Buffers.Binary;
using Settlement.Core.Cryptography;
using Settlement.Core.Merkle;

namespace Settlement.Host.Fuzz.Targets;

/// <summary>Inclusion and consistency proofs: a path that was changed proves nothing, and none runs without end.</summary>
internal sealed class ProofTarget : Reader
{
    private const int Leaves = 300;
    private const int HeadLength = 1 + 4 * sizeof(long);
    private static readonly MerkleTree Tree = Grown();

    /// <inheritdoc/>
    public override byte[] Make(Chance chance)
    {
        bool isInclusion = chance.Percent(50);
        long size = chance.From(1, Leaves);
        long place = isInclusion ? chance.Below((int)size) : chance.From(1, (int)size);
        List<Digest> path = [.. isInclusion ? Tree.InclusionPath(place, size) : Tree.ConsistencyPath(place, size)];
        long shownPlace = place, shownSize = size;
        switch (chance.Below(8))
        {
            case 0:
                shownPlace = Odd(chance);
                break;
            case 1:
                shownSize = Odd(chance);
                break;
            case 2 when path.Count > 0:
                path.RemoveAt(chance.Below(path.Count));
                break;
            case 3:
                path.InsertRange(chance.Below(path.Count + 1), Enumerable.Repeat(Digest.Of(chance.Bytes(4)), chance.From(1, 200)));
                break;
            case 4 when path.Count > 0:
                path[chance.Below(path.Count)] = Digest.Of(chance.Bytes(4));
                break;
            case 5 when path.Count > 1:
                path.Reverse();
                break;
            case 6:
                shownPlace = chance.From(0, Leaves);
                break;
        }

        byte[] input = new byte[HeadLength + path.Count * Digest.Length];
        input[0] = isInclusion ? (byte)1 : (byte)0;
        long[] numbers = [place, size, shownPlace, shownSize];
        for (int i = 0; i < numbers.Length; i++) BinaryPrimitives.WriteInt64BigEndian(input.AsSpan(1 + i * sizeof(long)), numbers[i]);
        for (int i = 0; i < path.Count; i++) path[i].CopyTo(input.AsSpan(HeadLength + i * Digest.Length));
        return input;
    }

    /// <inheritdoc/>
    public override void Feed(byte[] input)
    {
        long[] numbers = [.. Enumerable.Range(0, 4).Select(i => BinaryPrimitives.ReadInt64BigEndian(input.AsSpan(1 + i * sizeof(long))))];
        (long place, long size, long shownPlace, long shownSize) = (numbers[0], numbers[1], numbers[2], numbers[3]);
        Digest[] path = [.. input[HeadLength..].Chunk(Digest.Length).Select(static bytes => new Digest(bytes))];
        bool isInclusion = input[0] == 1;
        Digest root = Tree.RootAt(size);
        bool isProven = isInclusion
            ? MerkleProof.VerifyInclusion(Tree.LeafHash(place), shownPlace, shownSize, path, root)
            : MerkleProof.VerifyConsistency(shownPlace, shownSize, Tree.RootAt(place), root, path);
        IReadOnlyList<Digest> honest = isInclusion ? Tree.InclusionPath(place, size) : Tree.ConsistencyPath(place, size);
        bool isHonest = shownPlace == place && path.SequenceEqual(honest);
        // A verifier has the sizes from signed checkpoints: of a false size nothing is promised but an end.
        if (shownSize != size || (!isInclusion && shownPlace != place)) return;
        BrokenPromise.Unless(isProven == isHonest, "a path proves exactly when it is the honest one", $"{place} of {size}, shown as {shownPlace}");
    }

    private static long Odd(Chance chance) => chance.Pick([0L, 1, -1, long.MaxValue, long.MinValue, 1L << 62, (1L << 62) + 1, int.MaxValue, Leaves + 1]);

    private static MerkleTree Grown()
    {
        MerkleTree tree = new();
        for (int i = 0; i < Leaves; i++) tree.Append(Rfc6962.HashLeaf([(byte)i, (byte)(i >> 8)]));
        return tree;
    }
}
