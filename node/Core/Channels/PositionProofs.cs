using Google.Protobuf;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Merkle;
using Settlement.Wire.Agent;

namespace Settlement.Core.Channels;

/// <summary>One position under the state root of a head, and legs that change it, shown without the others.</summary>
public static class PositionProofs
{
    /// <summary>The most positions, or legs, of a state of which a proof is looked at.</summary>
    private const ulong MaxLeaves = 4_096;

    /// <summary>What shows a position of a state.</summary>
    public static PositionProof Of(ChannelState state, string network, Digest channel, Position position)
    {
        List<Position> all = [.. state.Positions];
        int index = all.IndexOf(position);
        PositionProof proof = new()
        {
            Reserved = position.Reserved, Salt = ByteString.CopyFrom(position.Salt), Index = (ulong)index, Count = (ulong)all.Count,
            ContractCount = state.Contracts.Count, ContractRoot = Bytes(state.Contracts.Root),
        };
        if (position.Granted is { } granted) (proof.GrantedMinorUnits, proof.GrantedGeneration) = (granted.MinorUnits, granted.Generation);
        if (state.LegsRoot(network, channel) is { } legs) proof.LegsRoot = Bytes(legs);
        proof.Path.Add(Path([.. all.Select(one => one.Leaf(network, channel))], index));
        return proof;
    }

    /// <summary>What shows a leg of a state, but for what the ledger decided.</summary>
    public static LegProof OfLeg(ChannelState state, string network, Digest channel, HeldLeg leg)
    {
        IReadOnlyList<HeldLeg> all = state.MovingLegs;
        int index = all.ToList().IndexOf(leg);
        LegProof proof = new() { Group = Bytes(leg.Group.Id), Salt = ByteString.CopyFrom(state.LegSalt(leg.Group.Id)), Index = (ulong)index, Count = (ulong)all.Count };
        proof.Changes.Add(leg.Changes.OrderBy(static c => c.Currency, StringComparer.Ordinal).ThenBy(static c => c.Member)
            .Select(static c => new LegProof.Types.Change { Member = (uint)c.Member, Currency = c.Currency, Units = c.Units }));
        proof.Path.Add(Path([.. all.Select(one => one.Leaf(network, channel, state.LegSalt(one.Group.Id)))], index));
        return proof;
    }

    /// <summary>Whether a proof shows that a position stands under a state root.</summary>
    public static bool Shows(PositionProof proof, string network, Digest channel, int member, string currency, long minorUnits, Digest stateRoot)
    {
        if (proof.Salt.Length != FieldCommitment.SaltLength || proof.Reserved < 0 || proof.Count > MaxLeaves || !Digest.TryRead(proof.ContractRoot.Span, out Digest contracts)) return false;
        if (proof.HasGrantedMinorUnits != proof.HasGrantedGeneration) return false;
        Digest? legs = null;
        if (proof.HasLegsRoot)
        {
            if (!Digest.TryRead(proof.LegsRoot.Span, out Digest root)) return false;
            legs = root;
        }

        GrantedLimit? granted = proof.HasGrantedMinorUnits ? new GrantedLimit(proof.GrantedMinorUnits, proof.GrantedGeneration) : null;
        Digest leaf = new Position(member, currency, minorUnits, proof.Salt.ToByteArray(), proof.Reserved, granted).Leaf(network, channel);
        return MerklePath.TryRead(proof.Path, out List<Digest> path) && MerkleProof.TryRootOf(leaf, (long)proof.Index, (long)proof.Count, path, out Digest positions)
            && ChannelState.RootOf(network, channel, positions, proof.ContractCount, contracts, legs) == stateRoot;
    }

    /// <summary>Whether a proof shows that a leg stands under the root over legs.</summary>
    public static bool Shows(LegProof proof, string network, Digest channel, Digest legsRoot)
    {
        if (proof.Salt.Length != Digest.Length || proof.Count > MaxLeaves || !Digest.TryRead(proof.Group.Span, out Digest group)) return false;
        Digest leaf = HeldLeg.Leaf(network, channel, group, proof.Changes.Select(static c => ((int)Math.Min(c.Member, int.MaxValue), c.Currency, c.Units)), proof.Salt.ToByteArray());
        return MerklePath.TryRead(proof.Path, out List<Digest> path) && MerkleProof.VerifyInclusion(leaf, (long)proof.Index, (long)proof.Count, path, legsRoot);
    }

    private static IEnumerable<ByteString> Path(IReadOnlyList<Digest> leaves, int index)
    {
        MerkleTree tree = new();
        foreach (Digest leaf in leaves) tree.Append(leaf);
        return tree.InclusionPath(index, leaves.Count).Select(Bytes);
    }

    private static ByteString Bytes(Digest digest) => ByteString.CopyFrom(digest.ToArray());
}
