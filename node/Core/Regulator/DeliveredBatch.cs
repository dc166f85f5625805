using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Merkle;
using Settlement.Core.Netting;
using Settlement.Core.Participants;
using Settlement.Core.Vault;
using Settlement.Wire.Channels;

namespace Settlement.Core.Regulator;

/// <summary>A batch as an observer got it: its leaves lead to a head, whatever of them it may read.</summary>
internal sealed class DeliveredBatch
{
    private const string GrantsPart = "Batches/grants";
    private readonly ChannelContext context;
    private readonly byte[]? saltsKey;

    private DeliveredBatch(ChannelContext context, Delivery delivery, IReadOnlyList<OpenedEntry?> entries, byte[]? saltsKey, Digest headHash)
    {
        this.context = context;
        Delivery = delivery;
        this.saltsKey = saltsKey;
        Entries = entries;
        HeadHash = headHash;
    }

    /// <summary>As it came.</summary>
    public Delivery Delivery { get; }

    public long Sequence => (long)Delivery.Sequence;

    public Digest Previous => new(Delivery.PreviousHead.Span);

    public Digest HeadHash { get; }

    /// <summary>The entries in order; null for a refusal.</summary>
    public IReadOnlyList<OpenedEntry?> Entries { get; }

    /// <summary>The ids of all that is in the batch, refusals included, in hexadecimal.</summary>
    public IReadOnlyList<string> EntryIds =>
        [.. Delivery.Items.Select((item, i) => Entries[i] is { } entry ? entry.Id.ToString() : Convert.ToHexStringLower(item.Refusal.EntryId.Span))];

    /// <summary>Reads a delivery and opens every envelope that the observer is in the audience of.</summary>
    public static bool TryRead(ChannelContext context, Delivery delivery, [NotNullWhen(true)] out DeliveredBatch? batch, out string code)
    {
        batch = null;
        List<OpenedEntry?> entries = [];
        foreach (DeliveryItem item in delivery.Items)
        {
            OpenedEntry? entry = null;
            code = ChannelCodes.EntryMalformed;
            if (item.ItemCase == DeliveryItem.ItemOneofCase.Entry && !EntryOpener.TryOpen(context, item.Entry, out entry, out code)) return false;
            entries.Add(entry);
        }

        code = ChannelCodes.EntryMalformed;
        if (!TryHead(context, delivery, (_, i) => entries[i]!.Root, out Digest head)) return false;
        byte[]? salts = null;
        if (context.Terms.PositionReaders.Contains(context.Own)
            && !PositionSalts.TryOpen(context, (long)delivery.Sequence, new Digest(delivery.PreviousHead.Span), delivery.PositionSalts, out _, out salts))
        {
            code = ChannelCodes.EnvelopeUnreadable;
            return false;
        }

        batch = new DeliveredBatch(context, delivery, entries, salts, head);
        code = "";
        return true;
    }

    /// <summary>The head that a delivery's leaves lead to; nothing is opened for it.</summary>
    public static bool TryHead(ChannelContext context, Delivery delivery, out Digest head) =>
        TryHead(context, delivery, static (entry, _) => EntryTree.Root(entry.Header.Span, entry.Commitments.Span), out head);

    private static bool TryHead(ChannelContext context, Delivery delivery, Func<SealedEntry, int, Digest> rootOf, out Digest head)
    {
        head = default;
        if (!Digest.TryRead(delivery.PreviousHead.Span, out Digest previous) || !Digest.TryRead(delivery.StateRoot.Span, out Digest stateRoot)) return false;
        if (delivery.Term > long.MaxValue || delivery.Sequence > long.MaxValue) return false;
        List<Digest> leaves = [];
        for (int i = 0; i < delivery.Items.Count; i++)
        {
            DeliveryItem item = delivery.Items[i];
            switch (item.ItemCase)
            {
                case DeliveryItem.ItemOneofCase.Entry when item.Entry.Commitments.Length % Digest.Length == 0:
                    leaves.Add(BatchLeaf.OfEntry(rootOf(item.Entry, i)));
                    break;
                case DeliveryItem.ItemOneofCase.Refusal when item.Refusal.EntryId.Length == EntryId.Length && item.Refusal.ReasonCommitment.Length == Digest.Length:
                    leaves.Add(BatchLeaf.OfRefusal(item.Refusal));
                    break;
                default:
                    return false;
            }
        }

        foreach (LegOutcome outcome in delivery.Outcomes)
        {
            if (!Digest.TryRead(outcome.Group.Span, out Digest group)) return false;
            leaves.Add(BatchLeaf.OfOutcome(group, outcome.IsCommitted));
        }

        if (!Parsing.TryParse(LimitGrants.Parser, delivery.LimitGrants.Span, out LimitGrants? granted)) return false;
        leaves.AddRange(granted.Grants.Select(grant => BatchLeaf.OfGrant(context.Terms.Network, context.Channel, grant)));

        foreach (CutCall cut in delivery.Cuts)
        {
            if (!CycleRound.TryRead(cut, context.Terms.Network, out CycleRound? round) || cut.Commitment.Length != PedersenCommitment.Length) return false;
            leaves.Add(BatchLeaf.OfCut(round.Group.Id, cut.Commitment.Span));
        }

        head = new ChannelHead((long)delivery.Term, (long)delivery.Sequence, previous, Rfc6962.RootOf(leaves), stateRoot, delivery.TimeUnixMs).Hash(context.Terms, context.Channel);
        return true;
    }

    /// <summary>Opens the limits that a kept delivery changes, which it then has as it was delivered; false when they do not open.</summary>
    public static bool TryOpenGrants(VaultKey vault, Digest channel, long sequence, Delivery kept, out LimitGrants grants)
    {
        grants = new LimitGrants();
        if (kept.LimitGrants.Length == 0) return true;
        if (!vault.TryOpen(GrantsPart, RowKeys.Batch(channel, sequence), kept.LimitGrants.Span, out byte[]? plaintext) || !Parsing.TryParse(LimitGrants.Parser, plaintext, out LimitGrants? read)) return false;
        kept.LimitGrants = UnsafeByteOperations.UnsafeWrap(plaintext);
        grants = read;
        return true;
    }

    /// <summary>What is kept: the delivery without transport wraps, the limits that it changes and its content keys under the vault key.</summary>
    public (Delivery Kept, byte[] Keys) Keep(VaultKey vault, IEntropy entropy)
    {
        Delivery kept = Delivery.Clone();
        List<byte[]> wraps = [];
        for (int i = 0; i < kept.Items.Count; i++)
        {
            if (Entries[i] is not { } entry) continue;
            for (int g = 0; g < entry.ContentKeys.Count; g++)
            {
                kept.Items[i].Entry.Envelopes[g].WrappedKey = ByteString.Empty;
                // An envelope that is not for this reader is not kept, whatever the sender put there.
                if (entry.ContentKeys[g] is null) kept.Items[i].Entry.Envelopes[g].Ciphertext = ByteString.Empty;
                if (entry.ContentKeys[g] is { } contentKey) wraps.Add(vault.WrapContentKey(contentKey.Secret, contentKey.Binding, entropy));
            }
        }

        // Where it reads no positions, what the sender put there is not looked at, and not kept.
        if (saltsKey is null)
        {
            kept.PositionSalts = null;
        }
        else
        {
            kept.PositionSalts.WrappedKey = ByteString.Empty;
            wraps.Add(vault.WrapContentKey(saltsKey, PositionSalts.Binding(context, Sequence, Previous).AssociatedData(), entropy));
        }

        if (kept.LimitGrants.Length > 0) kept.LimitGrants = UnsafeByteOperations.UnsafeWrap(vault.Seal(GrantsPart, RowKeys.Batch(context.Channel, Sequence), kept.LimitGrants.Span, entropy));
        return (kept, ContentKeyRow.Write(wraps));
    }
}
