using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Merkle;
using Settlement.Wire.Agent;

namespace Settlement.Core.Bank;

/// <summary>What a bank shows the settlement agent of a cut: its leaf in the batch, and the batch under the head. Of anything else in the
/// channel the agent learns nothing.</summary>
internal static class ShownCut
{
    /// <summary>The proof, but for the ledger's receipt and checkpoint.</summary>
    public static CutProof Of(ChannelSide channel, ExecutedBatch batch, int index)
    {
        MerkleTree tree = new();
        foreach (Digest leaf in batch.Leaves) tree.Append(leaf);
        HeldLeg cut = batch.Cuts[index - (batch.Leaves.Count - batch.Cuts.Count)];
        CutProof proof = new()
        {
            Channel = Bytes(channel.Id), Commitment = ByteString.CopyFrom(cut.Cut!.Commitment!.ToArray()), Index = (ulong)index, Count = (ulong)batch.Leaves.Count,
            Head = new HeadProof { BatchRoot = Bytes(batch.Head.BatchRoot), StateRoot = Bytes(batch.Head.StateRoot), TimeUnixMs = batch.Head.TimeUnixMs },
        };
        proof.BatchPath.Add(tree.InclusionPath(index, batch.Leaves.Count).Select(Bytes));
        return proof;
    }

    private static ByteString Bytes(Digest digest) => ByteString.CopyFrom(digest.ToArray());
}
