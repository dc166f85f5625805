using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Merkle;
using Settlement.Core.Participants;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Notarisation;

/// <summary>Why a reply or receipt was not believed.</summary>
/// <param name="Code">A code of <see cref="LedgerCodes"/>.</param>
/// <param name="Known">The note believed before; with <paramref name="Offered"/> the evidence of a fork. Null when there was none.</param>
/// <param name="Offered">The note that contradicts it or was not shown to follow; null where a note is not the matter.</param>
public sealed record LedgerDoubt(string Code, string? Known, string? Offered);

/// <summary>
/// What a participant knows of the ledger: the largest checkpoint it has verified. It advances only along consistency
/// proofs, so a ledger that forgets or rewrites a leaf is found out by everybody who holds a later checkpoint. Not safe
/// for use from several threads.
/// </summary>
public sealed class LedgerView : IDisposable
{
    private readonly CheckpointVerifier verifier;
    private readonly string network;

    /// <summary>A view that knows nothing yet.</summary>
    /// <param name="network">The network.</param>
    /// <param name="checkpointKey">The ledger's checkpoint key.</param>
    public LedgerView(string network, PublicKey checkpointKey)
    {
        this.network = network;
        verifier = new CheckpointVerifier(network, checkpointKey);
        Checkpoint = new Checkpoint(Checkpoint.OriginOf(network), 0, Rfc6962.EmptyRoot);
    }

    /// <summary>The largest verified checkpoint; size 0 before the first. A request's <c>known_size</c> is its size.</summary>
    public Checkpoint Checkpoint { get; private set; }

    /// <summary>The note that carries <see cref="Checkpoint"/>, to be stored; null before the first.</summary>
    public string? Note { get; private set; }

    /// <summary>Takes up the note that an earlier view of the same node stored; only into a view that knows nothing yet.</summary>
    public bool TryRestore(string note, [NotNullWhen(false)] out LedgerDoubt? doubt)
    {
        if (Note is not null) throw new InvalidOperationException("This view has already verified a checkpoint.");
        if (!verifier.TryVerify(note, out Checkpoint? checkpoint, out string code)) return Doubt(code, note, out doubt);
        return Accept(checkpoint, note, out doubt);
    }

    /// <summary>Verifies the reply's checkpoint and moves to it; otherwise nothing changes.</summary>
    public bool TryAdvance(LedgerReply reply, [NotNullWhen(false)] out LedgerDoubt? doubt)
    {
        string note = reply.Checkpoint;
        if (!verifier.TryVerify(note, out Checkpoint? offered, out string code)) return Doubt(code, note, out doubt);
        if (offered.Size < Checkpoint.Size) return Doubt(LedgerCodes.CheckpointSmaller, note, out doubt);
        if (offered.Size == Checkpoint.Size)
        {
            if (offered.Root != Checkpoint.Root) return Doubt(LedgerCodes.Forked, note, out doubt);
            return Accept(offered, note, out doubt);
        }

        bool follows = Checkpoint.Size == 0 || (MerklePath.TryRead(reply.ConsistencyPath, out List<Digest> path)
            && MerkleProof.VerifyConsistency(Checkpoint.Size, offered.Size, Checkpoint.Root, offered.Root, path));
        return follows ? Accept(offered, note, out doubt) : Doubt(LedgerCodes.NotConsistent, note, out doubt);
    }

    /// <summary>Verifies that the receipt's leaf is in the log of <see cref="Checkpoint"/>, at the place it says.</summary>
    public bool TryVerify(LeafReceipt? receipt, [NotNullWhen(true)] out Leaf? leaf, [NotNullWhen(false)] out LedgerDoubt? doubt)
    {
        leaf = null;
        if (receipt is null || !TryReadLeaf(receipt.Leaf, network, out Leaf? read)) return Doubt(LedgerCodes.ReceiptLeaf, null, out doubt);
        bool included = read.Index < (ulong)Checkpoint.Size && MerklePath.TryRead(receipt.InclusionPath, out List<Digest> path)
            && MerkleProof.VerifyInclusion(Rfc6962.HashLeaf(receipt.Leaf.Span), (long)read.Index, Checkpoint.Size, path, Checkpoint.Root);
        if (!included) return Doubt(LedgerCodes.ReceiptPath, null, out doubt);
        leaf = read;
        doubt = null;
        return true;
    }

    /// <summary>Reads a leaf's bytes; false when they are no leaf of this network or carry no record.</summary>
    public static bool TryReadLeaf(ByteString bytes, string network, [NotNullWhen(true)] out Leaf? leaf)
    {
        leaf = null;
        if (!Parsing.TryParse(Leaf.Parser, bytes.Span, out Leaf? read)) return false;
        if (read.Suite != Suite.Current || read.Network != network || read.Index > long.MaxValue) return false;
        if (read.RecordCase == Leaf.RecordOneofCase.None || !UnixTime.TryRead(read.TimeUnixMs, out _)) return false;
        leaf = read;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => verifier.Dispose();

    private bool Accept(Checkpoint checkpoint, string note, out LedgerDoubt? doubt)
    {
        Checkpoint = checkpoint;
        Note = note;
        doubt = null;
        return true;
    }

    private bool Doubt(string code, string? offered, [NotNull] out LedgerDoubt? doubt)
    {
        doubt = new LedgerDoubt(code, Note, offered);
        return false;
    }
}
