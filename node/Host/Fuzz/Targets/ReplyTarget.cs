using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Merkle;
using Settlement.Core.Notarisation;
using Settlement.Host.Fuzz.Mutations;
using Settlement.Ledger;
using Settlement.Wire.Ledger;

namespace Settlement.Host.Fuzz.Targets;

/// <summary>
/// Replies of a ledger that means ill: its leaves are changed, its tree is grown over them, and its key signs the root. Who
/// reads them believes no more than they prove, and a verification of the log comes to a verdict.
/// </summary>
/// <param name="corpus">Leaves of an honest log.</param>
internal sealed class ReplyTarget(IReadOnlyList<byte[]> corpus) : Reader
{
    private const string Network = Worlds.FuzzNetwork.Network;
    private const int MostRequests = 200;
    private readonly SigningKey key = SigningKey.Generate(new SeededEntropy(6));

    /// <inheritdoc/>
    public override byte[] Make(Chance chance)
    {
        List<byte[]> leaves = [.. corpus];
        for (int changes = chance.From(0, 3); changes > 0; changes--) leaves[chance.Below(leaves.Count)] = WireMutator.Mutate(chance.Pick(leaves), chance, chance.Pick(leaves));
        if (chance.Percent(20)) leaves.RemoveRange(chance.Below(leaves.Count), 1);
        MerkleTree tree = new();
        foreach (byte[] leaf in leaves) tree.Append(Rfc6962.HashLeaf(leaf));
        LedgerReply reply = new() { Checkpoint = new CheckpointSigner(Network, key).Sign(tree.Count, tree.Root) };
        reply.Log.Add(leaves.Select(ByteString.CopyFrom));
        for (int i = 0; i < leaves.Count; i++)
        {
            LeafReceipt receipt = new() { Leaf = ByteString.CopyFrom(leaves[i]), InclusionPath = { tree.InclusionPath(i, tree.Count).Select(static d => ByteString.CopyFrom(d.ToArray())) } };
            reply.Directory.Add(receipt);
            reply.Results.Add(new SubmissionResult { Receipt = receipt });
        }

        byte[] bytes = reply.ToByteArray();
        return chance.Percent(50) ? WireMutator.Mutate(bytes, chance, bytes) : bytes;
    }

    /// <inheritdoc/>
    public override void Feed(byte[] input)
    {
        if (!Core.Participants.Parsing.TryParse(LedgerReply.Parser, input, out LedgerReply? reply)) return;
        using LedgerView view = new(Network, key.PublicKey);
        if (!view.TryAdvance(reply, out LedgerDoubt? doubt)) BrokenPromise.Unless(doubt.Code.Length > 0, "a doubt has a code");
        foreach (LeafReceipt receipt in reply.Directory.Concat(reply.Results.Select(static result => result.Receipt)))
            if (view.TryVerify(receipt, out Leaf? leaf, out _)) BrokenPromise.Unless(leaf.Index < (ulong)view.Checkpoint.Size, "a leaf is in the log that it is proven in");
        using RemoteVerification verification = new(Network, key.PublicKey, corpus.Count);
        for (int i = 0; verification.Verdict is null; i++)
        {
            BrokenPromise.Unless(i < MostRequests, "a verification ends", $"{MostRequests} requests");
            _ = verification.NextRequest();
            // The same reply whatever is asked: a ledger may do as it likes.
            verification.Take(reply);
        }
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        key.Dispose();
        return base.DisposeAsync();
    }
}
