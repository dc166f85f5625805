using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Store;
using Settlement.Core.Vault;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Channels;

namespace Settlement.Core.Bank;

/// <summary>
/// Delivers final batches to observers: the sequencer at once, and whoever is asked when an observer lags. An observer gets
/// every leaf, and the envelopes of its audiences with their content keys wrapped again under the audience's epoch key.
/// </summary>
internal sealed class ObserverFeed(NodeContext node, BankSettings settings)
{
    private readonly Dictionary<(Digest Channel, int Observer), (long Sent, Retry Retry)> cursors = [];
    private readonly List<(ChannelSide Channel, int Observer, long Sequence)> plan = [];
    private readonly HashSet<(Digest Channel, int Observer)> wanted = [];

    /// <summary>Delivers a batch that just became final.</summary>
    public void OnFinal(ChannelSide channel, BatchRow row, IReadOnlyList<byte[]> wraps)
    {
        if (!channel.IsSequencer) return;
        byte[] keys = ContentKeyRow.Write(wraps);
        for (int observer = 0; observer < channel.ObserverProgress.Length; observer++)
        {
            (long sent, Retry retry) = Cursor(channel, observer);
            // One that lags is served from the vault, in order.
            if (sent != row.Sequence - 1) continue;
            Deliver(channel, observer, row, keys);
            retry.Tried(node.Now);
            cursors[(channel.Id, observer)] = (row.Sequence, retry);
        }
    }

    /// <summary>What an observer says it holds; false when it asks again before an answer can have come.</summary>
    public bool OnProgress(ChannelSide channel, int observer, long sequence)
    {
        if (sequence < 0 || sequence > channel.Sequence) return true;
        (long sent, Retry retry) = Cursor(channel, observer);
        if (sequence > channel.ObserverProgress[observer])
        {
            channel.ObserverProgress[observer] = sequence;
            retry.Answered(node.Now);
            retry.Tried(node.Now);
        }
        else if (sequence < channel.Sequence)
        {
            // What was sent a moment ago is on its way: an ask is answered once a retry interval, however often it comes.
            if (!retry.IsDue(node.Now)) return false;
            // It asks for what comes after: it may have lost what it had, or it asks this member because the other is silent.
            channel.ObserverProgress[observer] = sequence;
            sent = sequence;
            wanted.Add((channel.Id, observer));
        }

        cursors[(channel.Id, observer)] = (Math.Max(sent, sequence), retry);
        return true;
    }

    /// <summary>The rows of batches that are to be delivered again.</summary>
    public IEnumerable<PayloadKey> Needs(IEnumerable<ChannelSide> channels, DateTimeOffset now)
    {
        plan.Clear();
        foreach (ChannelSide channel in channels)
        {
            for (int observer = 0; observer < channel.ObserverProgress.Length; observer++)
            {
                (long sent, Retry retry) = Cursor(channel, observer);
                bool isAsked = wanted.Contains((channel.Id, observer));
                if (!isAsked && !channel.IsSequencer) continue;
                long held = channel.ObserverProgress[observer];
                if (held >= channel.Sequence) continue;
                if (retry.IsDue(now)) sent = held;
                for (long sequence = sent + 1; sequence <= channel.Sequence && sequence <= held + settings.MaxCatchUp && plan.Count < settings.MaxCatchUp; sequence++)
                    plan.Add((channel, observer, sequence));
            }
        }

        wanted.Clear();
        return plan.SelectMany(p => new[] { Key(PayloadKind.Batches, p), Key(PayloadKind.Entries, p), Key(PayloadKind.ContentKeys, p) }).Distinct();
    }

    /// <summary>Delivers what <see cref="Needs"/> planned.</summary>
    public void CatchUp()
    {
        foreach ((ChannelSide channel, int observer, long sequence) item in plan)
        {
            if (node.Find(Key(PayloadKind.Batches, item)) is not { } body || node.Find(Key(PayloadKind.Entries, item)) is not { } entries
                || node.Find(Key(PayloadKind.ContentKeys, item)) is not { } keys) continue;
            Deliver(item.channel, item.observer, BatchRows.Read(node.Rows, item.channel.Id, body, entries), keys);
            (_, Retry retry) = Cursor(item.channel, item.observer);
            if (retry.IsDue(node.Now)) retry.Tried(node.Now);
            cursors[(item.channel.Id, item.observer)] = (item.sequence, retry);
        }

        plan.Clear();
    }

    private static PayloadKey Key(PayloadKind kind, (ChannelSide Channel, int Observer, long Sequence) item) => new(kind, RowKeys.Batch(item.Channel.Id, item.Sequence));

    private (long Sent, Retry Retry) Cursor(ChannelSide channel, int observer)
    {
        if (!cursors.TryGetValue((channel.Id, observer), out (long Sent, Retry Retry) cursor))
            cursors[(channel.Id, observer)] = cursor = (channel.ObserverProgress[observer], node.NewRetry());
        return cursor;
    }

    private void Deliver(ChannelSide channel, int observer, BatchRow row, byte[] keys)
    {
        int number = ChannelTerms.MemberCount + observer;
        ChannelContext context = channel.Context;
        Delivery delivery = new()
        {
            Channel = ByteString.CopyFrom(channel.Id.ToArray()),
            Term = (ulong)row.Term,
            Sequence = (ulong)row.Sequence,
            PreviousHead = row.PreviousHead,
            TimeUnixMs = row.TimeUnixMs,
            StateRoot = row.StateRoot,
        };
        delivery.Outcomes.Add(row.Outcomes);
        delivery.Cuts.Add(row.Cuts);
        if (row.Grants.Count > 0) delivery.LimitGrants = new LimitGrants { Grants = { row.Grants } }.ToByteString();
        int next = 0;
        foreach (BatchItem item in row.Items)
        {
            delivery.Items.Add(item.ItemCase == BatchItem.ItemOneofCase.Refusal
                ? new DeliveryItem { Refusal = BatchLeaf.Conceal(channel.Terms.Network, channel.Id, item.Refusal) }
                : new DeliveryItem { Entry = Share(context, item.Entry, number, keys, ref next) });
        }

        if (channel.Terms.PositionReaders.Contains(number))
        {
            byte[] aad = PositionSalts.Binding(context, row.Sequence, new Digest(row.PreviousHead.Span)).AssociatedData();
            delivery.PositionSalts = Rewrap(context, channel.Terms.PositionReaders, aad, row.PositionSalts, ContentKeyRow.Read(keys, ContentKeyRow.Count(keys) - 1));
        }

        node.Peers.Send(channel.Terms.Participants[number], new PeerMessage { Delivery = delivery });
    }

    /// <summary>The entry with the envelopes that the participant may read; of the others the header's hash remains.</summary>
    private SealedEntry Share(ChannelContext context, SealedEntry entry, int number, byte[] keys, ref int next)
    {
        SealedEntry shared = new() { Header = entry.Header, Commitments = entry.Commitments };
        EntryHeader header = EntryHeader.Parser.ParseFrom(entry.Header);
        Commitments.EntryId id = new(new Digest(header.EntryId.Span));
        for (int i = 0; i < entry.Envelopes.Count; i++)
        {
            EnvelopeReference reference = header.Envelopes[i];
            AudienceMask audience = new(reference.Audience);
            SealedEnvelope kept = entry.Envelopes[i];
            if (kept.Ciphertext.Length == 0)
            {
                shared.Envelopes.Add(new SealedEnvelope());
                continue;
            }

            int at = next++;
            byte[] aad = new Envelopes.EnvelopeContext(context.Terms.Network, context.Channel, id, (int)audience.Bits, (int)reference.Subject, reference.Epoch).AssociatedData();
            shared.Envelopes.Add(audience.Contains(number) ? Rewrap(context, audience, aad, kept.Ciphertext, ContentKeyRow.Read(keys, at)) : new SealedEnvelope());
        }

        return shared;
    }

    private SealedEnvelope Rewrap(ChannelContext context, AudienceMask audience, byte[] aad, ByteString ciphertext, ReadOnlySpan<byte> wrap)
    {
        // An erased key is shared no more.
        if (!node.Rows.Key.TryUnwrapContentKey(wrap, aad, out byte[]? contentKey) || !context.Epoch.TryGet(audience, out WrappingKey? key)) return new SealedEnvelope();
        return new SealedEnvelope { Ciphertext = ciphertext, WrappedKey = UnsafeByteOperations.UnsafeWrap(key.Wrap(contentKey, aad, node.Entropy)) };
    }
}
