using Google.Protobuf;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Merkle;
using Settlement.Wire.Agent;

namespace Settlement.Core.Channels;

/// <summary>One position under the state root of a head, shown without the others.</summary>
public static class PositionProofs
{
    /// <summary>The most positions of a channel that a proof is looked at for.</summary>
    private const ulong MaxPositions = 4_096;

    /// <summary>What shows a position of a state.</summary>
    public static PositionProof Of(ChannelState state, string network, Digest channel, Position position)
    {
        List<Position> all = [.. state.Positions];
        int index = all.IndexOf(position);
        MerkleTree tree = new();
        foreach (Position one in all) tree.Append(one.Leaf(network, channel));
        PositionProof proof = new()
        {
            Reserved = position.Reserved, Salt = ByteString.CopyFrom(position.Salt), Index = (ulong)index, Count = (ulong)all.Count,
            ContractCount = state.Contracts.Count, ContractRoot = ByteString.CopyFrom(state.Contracts.Root.ToArray()),
        };
        if (position.Granted is { } granted) (proof.GrantedMinorUnits, proof.GrantedGeneration) = (granted.MinorUnits, granted.Generation);
        proof.Path.Add(tree.InclusionPath(index, all.Count).Select(static digest => ByteString.CopyFrom(digest.ToArray())));
        return proof;
    }

    /// <summary>Whether a proof shows that a position stands under a state root.</summary>
    public static bool Shows(PositionProof proof, string network, Digest channel, int member, string currency, long minorUnits, Digest stateRoot)
    {
        if (proof.Salt.Length != FieldCommitment.SaltLength || proof.Reserved < 0 || proof.Count > MaxPositions || proof.Index >= proof.Count || !Digest.TryRead(proof.ContractRoot.Span, out Digest contracts)) return false;
        if (proof.HasGrantedMinorUnits != proof.HasGrantedGeneration) return false;
        GrantedLimit? granted = proof.HasGrantedMinorUnits ? new GrantedLimit(proof.GrantedMinorUnits, proof.GrantedGeneration) : null;
        Digest leaf = new Position(member, currency, minorUnits, proof.Salt.ToByteArray(), proof.Reserved, granted).Leaf(network, channel);
        List<Digest> path = [];
        foreach (ByteString sibling in proof.Path)
        {
            if (!Digest.TryRead(sibling.Span, out Digest digest)) return false;
            path.Add(digest);
        }

        return MerkleProof.TryRootOf(leaf, (long)proof.Index, (long)proof.Count, path, out Digest positions)
            && ChannelState.RootOf(network, channel, positions, proof.ContractCount, contracts) == stateRoot;
    }
}
