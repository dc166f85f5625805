using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Settlement.Core.Alarms;
using Settlement.Core.Machines;
using Settlement.Core.Notarisation;
using Settlement.Core.Store;
using Settlement.Core.Vault;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Nodes;

/// <summary>What a node believes of what the ledger says, and what it keeps of the rest as evidence.</summary>
internal sealed class LedgerWitness
{
    private static readonly byte[] ViewRowKey = RowKeys.Name("ledger-view");

    private readonly NodeContext context;
    private readonly LedgerView view;

    /// <summary>With the checkpoint that was verified before the node stopped.</summary>
    public LedgerWitness(NodeContext context, RecoveredRows rows)
    {
        this.context = context;
        view = new LedgerView(context.Network, context.Parts.Ledger.CheckpointKey);
        foreach (StoredPayload row in rows.Of(PayloadKind.Settings).Where(r => r.Key.AsSpan().SequenceEqual(ViewRowKey)))
        {
            LedgerViewRow stored = context.Rows.Open(PayloadKind.Settings, row.Key, row.Body, LedgerViewRow.Parser);
            if (!view.TryRestore(stored.Note, out LedgerDoubt? doubt)) throw new InvalidOperationException($"The stored checkpoint is not the ledger's: {doubt.Code}.");
        }
    }

    /// <summary>The largest verified checkpoint.</summary>
    public Checkpoint Checkpoint => view.Checkpoint;

    /// <summary>It, as the ledger signed it; null before the first.</summary>
    public string? Note => view.Note;

    /// <summary>Moves to a reply's checkpoint.</summary>
    public bool TryAdvance(LedgerReply reply, [NotNullWhen(false)] out LedgerDoubt? doubt) => view.TryAdvance(reply, out doubt);

    /// <summary>Writes the checkpoint, which a later one must follow also after a restart.</summary>
    public void Save() => context.Write(context.Rows.Replace(PayloadKind.Settings, ViewRowKey, new LedgerViewRow { Size = view.Checkpoint.Size, Note = view.Note }));

    /// <summary>The ledger is heard: what it says counts together with the checkpoint that it signed.</summary>
    public void Hear(params EvidencePart[] said) =>
        context.Hear(context.Parts.Ledger.Destination.Participant, view.Note is { } note ? [.. said, EvidencePart.Of("checkpoint", note)] : said);

    /// <summary>Two notes that contradict each other prove a fork to everybody who has the ledger's key.</summary>
    public void Doubt(LedgerDoubt doubt, string subject, IMessage? said = null)
    {
        List<EvidencePart> evidence = [];
        if (said is not null) evidence.Add(EvidencePart.Of("said", said));
        if (doubt.Known is not null) evidence.Add(EvidencePart.Of("checkpoint known", doubt.Known));
        if (doubt.Offered is not null) evidence.Add(EvidencePart.Of("checkpoint offered", doubt.Offered));
        context.Alarm(doubt.Code, subject, [.. evidence]);
    }

    /// <summary>Whether the leaf is in the log of the checkpoint.</summary>
    public bool IsIncluded(LeafReceipt? receipt, [NotNullWhen(true)] out Leaf? leaf, [NotNullWhen(false)] out LedgerDoubt? doubt) => view.TryVerify(receipt, out leaf, out doubt);

    /// <summary>The same, of a leaf whose time the node can act on.</summary>
    public bool TryVerify(LeafReceipt? receipt, [NotNullWhen(true)] out Leaf? leaf, [NotNullWhen(false)] out LedgerDoubt? doubt)
    {
        if (!view.TryVerify(receipt, out leaf, out doubt)) return false;
        if (!IsAhead(context, leaf)) return true;
        doubt = new LedgerDoubt(LedgerCodes.TimeAhead, view.Note, null);
        leaf = null;
        return false;
    }

    /// <summary>Whether a leaf's time lies too far ahead of the node's clock.</summary>
    public static bool IsAhead(NodeContext node, Leaf leaf) => leaf.TimeUnixMs - node.NowUnixMs > (long)node.Settings.MaxLedgerAhead.TotalMilliseconds;
}
