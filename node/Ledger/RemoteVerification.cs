using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Merkle;
using Settlement.Core.Notarisation;
using Settlement.Wire.Ledger;

namespace Settlement.Ledger;

/// <summary>
/// Recomputes a ledger over the network: asks for the whole log page by page, applies the rules and signatures of every
/// leaf, and compares the root with the signed checkpoint. Where only the root differs, the first wrong leaf is found by
/// halving: a consistency proof from size k verifies against our own root of k leaves exactly when those k are right.
/// The caller sends <see cref="NextRequest"/> and hands the reply to <see cref="Take"/> until there is a verdict.
/// </summary>
public sealed class RemoteVerification : IDisposable
{
    private readonly string network;
    private readonly LedgerView view;
    private readonly CheckpointVerifier verifier;
    private readonly LogReplay replay;
    private readonly uint leavesPerRequest;

    // While halving: the first `right` leaves are as signed, the first `wrong` are not.
    private long right;
    private long? wrong;

    /// <param name="network">The network.</param>
    /// <param name="checkpointKey">The ledger's checkpoint key.</param>
    /// <param name="leavesPerRequest">Leaves to ask for at once.</param>
    public RemoteVerification(string network, PublicKey checkpointKey, int leavesPerRequest)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(leavesPerRequest, 1);
        this.network = network;
        this.leavesPerRequest = (uint)leavesPerRequest;
        view = new LedgerView(network, checkpointKey);
        verifier = new CheckpointVerifier(network, checkpointKey);
        replay = new LogReplay(network);
    }

    /// <summary>The outcome; null while there is something left to ask.</summary>
    public LedgerVerdict? Verdict { get; private set; }

    /// <summary>The leaves read so far and the size to reach, for progress.</summary>
    public (long Read, long Size) Progress => (replay.State.Count, view.Checkpoint.Size);

    /// <summary>The next request to send.</summary>
    public LedgerRequest NextRequest()
    {
        var request = new LedgerRequest { Suite = Suite.Current, Network = network };
        if (wrong is { } end)
        {
            request.KnownSize = (ulong)Middle(end);
            return request;
        }

        request.KnownSize = (ulong)view.Checkpoint.Size;
        request.Log = new LogQuery { From = (ulong)replay.State.Count, Limit = leavesPerRequest };
        return request;
    }

    /// <summary>Takes the reply to <see cref="NextRequest"/>.</summary>
    public void Take(LedgerReply reply)
    {
        if (Verdict is not null) throw new InvalidOperationException("The verification is over.");
        if (wrong is { } end) Halve(reply, end);
        else Append(reply);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        view.Dispose();
        verifier.Dispose();
    }

    private void Append(LedgerReply reply)
    {
        if (!view.TryAdvance(reply, out LedgerDoubt? doubt))
        {
            Finish(new LedgerFinding(doubt.Code, null, "the ledger's checkpoint is refused."));
            return;
        }

        long size = view.Checkpoint.Size;
        foreach (ByteString leaf in reply.Log)
        {
            if (replay.State.Count == size)
            {
                Finish(new LedgerFinding(LedgerCodes.UnexplainedRow, size, "the reply has more leaves than its checkpoint."));
                return;
            }

            if (replay.TryAppend(leaf, out _, out LedgerFinding? finding)) continue;
            Finish(finding);
            return;
        }

        if (replay.State.Count < size)
        {
            if (reply.Log.Count == 0) Finish(new LedgerFinding(LedgerCodes.LeafMissing, replay.State.Count, "the ledger does not show it."));
            return;
        }

        if (replay.State.Tree.Root == view.Checkpoint.Root) Finish(null);
        else BeginHalving(size);
    }

    private void BeginHalving(long size)
    {
        right = 0;
        wrong = size;
        FinishHalvingAtOneLeaf();
    }

    private void Halve(LedgerReply reply, long end)
    {
        long middle = Middle(end);
        if (!verifier.TryVerify(reply.Checkpoint, out Checkpoint? checkpoint, out string code) || checkpoint.Size < end)
        {
            Finish(new LedgerFinding(LedgerCodes.RootDiffers, right, $"of the leaves {right} to {end - 1} at least one is not what the ledger signed {code}".TrimEnd() + "."));
            return;
        }

        if (IsPrefix(middle, checkpoint, reply.ConsistencyPath)) right = middle;
        else wrong = middle;
        FinishHalvingAtOneLeaf();
    }

    private void FinishHalvingAtOneLeaf()
    {
        if (wrong - right == 1) Finish(new LedgerFinding(LedgerCodes.RootDiffers, right, "it is not what the ledger signed."));
    }

    private bool IsPrefix(long size, Checkpoint checkpoint, IReadOnlyList<ByteString> bytes)
    {
        List<Digest> path = [];
        foreach (ByteString element in bytes)
        {
            if (!Digest.TryRead(element.Span, out Digest digest)) return false;
            path.Add(digest);
        }

        return MerkleProof.VerifyConsistency(size, checkpoint.Size, replay.State.Tree.RootAt(size), checkpoint.Root, path);
    }

    private long Middle(long end) => right + (end - right) / 2;

    private void Finish(LedgerFinding? finding) =>
        Verdict = new LedgerVerdict(replay.State.Count, replay.State.Tree.Root, finding is null ? [] : [finding]);
}
