using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Merkle;
using Settlement.Tests.Bank;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Hostile;

/// <summary>
/// The ledger with its own key, which shows one node another log than everybody else: the true leaves, and one more that it made
/// up. Every proof that it gives fits what it signs.
/// </summary>
internal sealed class ForgedLedger
{
    private readonly TwoBanks banks;
    private readonly TestNode victim;
    private readonly List<ByteString> leaves;
    private readonly MerkleTree tree = new();
    private readonly Dictionary<TestNode, LedgerRequest> asked = [];

    /// <param name="banks">The world.</param>
    /// <param name="victim">Whom it is shown to.</param>
    /// <param name="forge">Makes up the last leaf; it is told the true ones.</param>
    public ForgedLedger(TwoBanks banks, TestNode victim, Func<IReadOnlyList<Leaf>, Leaf> forge)
    {
        this.banks = banks;
        this.victim = victim;
        leaves = [.. banks.AskLedger(victim, new LedgerRequest { Suite = 1, Network = TwoBanks.Network, Log = new LogQuery { Limit = 1_000 } }).Log];
        Leaf forged = forge([.. leaves.Select(l => Leaf.Parser.ParseFrom(l))]);
        forged.Suite = 1;
        forged.Network = TwoBanks.Network;
        forged.Index = (ulong)leaves.Count;
        leaves.Add(forged.ToByteString());
        foreach (ByteString leaf in leaves) tree.Append(Rfc6962.HashLeaf(leaf.Span));
        banks.OnLedgerRequest = (node, request) =>
        {
            asked[node] = request;
            // What the victim submits is in neither log.
            if (node != victim) return request;
            LedgerRequest kept = request.Clone();
            kept.Submissions.Clear();
            return kept;
        };
        banks.OnLedgerReply = (node, reply) => node == victim ? Answer() : reply;
    }

    private LedgerReply Answer()
    {
        LedgerRequest request = asked[victim];
        LedgerReply reply = new() { Checkpoint = banks.Signer.Sign(tree.Count, tree.Root) };
        if (request.KnownSize > 0 && request.KnownSize < (ulong)tree.Count) reply.ConsistencyPath.Add(tree.ConsistencyPath((long)request.KnownSize, tree.Count).Select(HostileWorld.Bytes));
        reply.Results.Add(request.Submissions.Select(static _ => new SubmissionResult { Code = "LG022" }));
        foreach (ByteString channel in request.ChannelQueries)
        {
            ChannelStatus status = new() { Channel = channel, Known = true, Term = 1, Sequence = 99, HeadReceipt = Receipt(leaves.Count - 1) };
            if (Leaf.Parser.ParseFrom(leaves[^1]).Takeover is { } takeover)
            {
                // A takeover comes with the head that the channel stands at.
                status.Term = takeover.NewTerm;
                status.TermReceipt = status.HeadReceipt;
                status.HeadReceipt = Receipt(leaves.FindLastIndex(leaf => Leaf.Parser.ParseFrom(leaf).Head is { } head && head.Channel.Equals(takeover.Channel)));
            }

            reply.Channels.Add(status);
        }

        if (request.Log is { } log) reply.Log.Add(leaves.Skip((int)log.From));
        return reply;
    }

    private LeafReceipt Receipt(int leaf)
    {
        LeafReceipt receipt = new() { Leaf = leaves[leaf] };
        receipt.InclusionPath.Add(tree.InclusionPath(leaf, tree.Count).Select(HostileWorld.Bytes));
        return receipt;
    }
}
