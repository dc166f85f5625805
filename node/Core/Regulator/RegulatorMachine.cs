using Google.Protobuf;
using Settlement.Core.Alarms;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Core.Participants;
using Settlement.Core.Reading;
using Settlement.Core.Store;
using Settlement.Core.Vault;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Regulator;

/// <summary>
/// A regulator's behaviour: it acknowledges channels, reads the ledger's whole log, takes what members deliver of the
/// channels it observes, and asks for what is missing. What it can prove of it is <see cref="ChannelAudit"/>'s matter.
/// </summary>
public sealed class RegulatorMachine : IMachine
{
    private readonly NodeContext node;
    private readonly RegulatorSettings settings;
    private readonly LogFollower follower;
    private readonly LedgerDesk ledger;
    private readonly ObservedOpenings openings;
    private readonly OpeningMessages aboutOpenings;
    private readonly SortedDictionary<Digest, ObservedSide> channels = [];
    private readonly Dictionary<ParticipantId, long> waitingOfMembers = [];
    private readonly HashSet<ParticipantId> participants = [];
    private readonly bool isFrozen;
    private bool lacksRows;

    /// <summary>A machine with the memory of its vault.</summary>
    public RegulatorMachine(NodeParts parts, RegulatorSettings settings, RecoveredRows rows)
    {
        node = new NodeContext(parts, rows);
        this.settings = settings;
        follower = new LogFollower(node, rows, settings.LogInterval) { LeafRead = OnLeaf };
        ledger = new LedgerDesk(node, rows, follower);
        openings = new ObservedOpenings(node, ledger, settings) { Opened = Join };
        aboutOpenings = new OpeningMessages(node);
        ledger.ChannelSeen = (status, head, _) => openings.OnSeen(new Digest(status.Channel.Span), head is not null);
        node.Alarms.IsPartner = IsPartner;
        foreach (StoredPayload row in rows.Of(PayloadKind.Channels)) openings.Restore(node.Rows.Open(PayloadKind.Channels, row.Key, row.Body, OpeningRow.Parser));
        foreach (StoredPayload row in rows.Of(PayloadKind.Snapshots))
        {
            if (channels.TryGetValue(new Digest(row.Key), out ObservedSide? channel)) channel.Restore(node.Rows.Open(PayloadKind.Snapshots, row.Key, row.Body, ObservedRow.Parser));
        }

        isFrozen = lacksRows = follower.ReadAgainWhereLess(Notarised, rows.Of(PayloadKind.Channels).Any());
        foreach (ObservedSide channel in channels.Values) channel.IsFrozen = isFrozen;
    }

    /// <summary>The kinds of rows that a machine starts from.</summary>
    public static IReadOnlyList<PayloadKind> RecoveryKinds { get; } = [PayloadKind.Settings, PayloadKind.Alarms, PayloadKind.Channels, PayloadKind.Snapshots];

    private long Notarised => channels.Values.Sum(static channel => channel.Notarised);

    /// <inheritdoc/>
    public bool HasMore => false;

    /// <summary>Whether the ledger has answered since the start.</summary>
    public bool HasReachedLedger => ledger.HasAnswered;

    /// <summary>Whether what was read of the log has the root that the ledger signed.</summary>
    public bool IsLogConsistent => follower.IsConsistent;

    /// <inheritdoc/>
    public IReadOnlyCollection<PayloadKey> Needs(IReadOnlyList<Input> inputs)
    {
        HashSet<PayloadKey> needs = [];
        foreach (Input.PeerReceived received in inputs.OfType<Input.PeerReceived>())
        {
            if (Read(received) is not { } batch) continue;
            foreach (PeerMessage message in batch.Messages)
            {
                if (message.MessageCase == PeerMessage.MessageOneofCase.Opened && openings.Awaited(message.Opened) is { } opened)
                {
                    needs.Add(HeadKey(opened, 1));
                }
                else if (message.MessageCase == PeerMessage.MessageOneofCase.Delivery && Digest.TryRead(message.Delivery.Channel.Span, out Digest id) && channels.ContainsKey(id))
                {
                    needs.Add(HeadKey(id, (long)message.Delivery.Sequence));
                    needs.Add(HeadKey(id, unchecked((long)message.Delivery.Sequence + 1)));
                }
            }
        }

        return needs;
    }

    /// <inheritdoc/>
    public Step Step(DateTimeOffset now, IReadOnlyList<Input> inputs, IReadOnlyDictionary<PayloadKey, byte[]> found)
    {
        node.Begin(now, found);
        if (lacksRows)
        {
            lacksRows = false;
            node.Alarm(NodeCodes.RowsMissing, node.Parts.Keys.Participant.ToString());
        }

        foreach (Input input in inputs) Handle(input);
        foreach (ObservedSide channel in channels.Values.Where(c => c.OwesProgress.Count > 0)) TellProgress(channel, [.. channel.OwesProgress]);
        ledger.Flush();
        follower.Keep(Notarised);
        aboutOpenings.Forget();
        return node.End();
    }

    private void Handle(Input input)
    {
        switch (input)
        {
            case Input.Tick:
                openings.Tick();
                foreach (ObservedSide channel in channels.Values) AskForMissing(channel);
                break;
            case Input.PeerReceived received:
                Hear(received);
                break;
            case Input.Answered answered:
                ledger.TryAnswer(answered.Token, answered.Body);
                break;
            case Input.SendFailed failed:
                ledger.TryFail(failed.Token);
                break;
            case Input.StrangerKnocked:
                node.TryRecord(input);
                ledger.RefreshDirectory();
                break;
            case Input.DoorRefused:
                node.TryRecord(input);
                break;
            case RegulatorInput.ListChannels list:
                node.Then(new Effect.Reply(list.CallId, new ObservedChannels([.. channels.Values.Select(View)], follower.Confirmed, follower.Fault)));
                break;
            default:
                throw new InvalidOperationException($"A regulator's machine knows no input {input.GetType().Name}.");
        }
    }

    private void Hear(Input.PeerReceived received)
    {
        node.Hear(received.From, EvidencePart.OfGarbage(received.Body));
        PeerBatch? batch = Read(received);
        if (batch is null) node.Alarm(ChannelCodes.MessageMalformed, received.From.ToString());
        foreach (PeerMessage message in batch?.Messages ?? [])
        {
            node.Hear(received.From, EvidencePart.Of("message", message));
            OnMessage(received.From, message);
        }

        node.HearNobody();
    }

    private PeerBatch? Read(Input.PeerReceived received) => PeerBatches.TryRead(received.Body, node.Network, out PeerBatch? batch) ? batch : null;

    private void OnMessage(ParticipantId from, PeerMessage message)
    {
        switch (message.MessageCase)
        {
            case PeerMessage.MessageOneofCase.OpenProposal or PeerMessage.MessageOneofCase.Opened when !aboutOpenings.Takes(from):
                break;
            case PeerMessage.MessageOneofCase.OpenProposal:
                openings.OnProposal(from, message.OpenProposal, hash => channels.Values.Any(c => c.Context.Terms.Hash == hash));
                break;
            case PeerMessage.MessageOneofCase.Opened:
                openings.OnOpened(from, message.Opened);
                break;
            case PeerMessage.MessageOneofCase.Delivery:
                OnDelivery(from, message.Delivery);
                break;
            default:
                node.Alarm(ChannelCodes.MessageMalformed, from.ToString());
                break;
        }
    }

    /// <summary>The ledger, and whoever is in a channel that is observed.</summary>
    private bool IsPartner(string party) => ParticipantId.TryParse(party, out ParticipantId id)
        && (id == node.Parts.Ledger.Destination.Participant || participants.Contains(id));

    private void Join(ChannelTerms terms, OpeningRow row)
    {
        terms.TryFind(node.Parts.Keys.Participant, out PinnedParticipant? own);
        EpochKeys keys = EpochKeys.Restore(row.Epoch.Number, row.EpochSecrets.Select(s => (new AudienceMask(s.Audience), s.Secret.ToByteArray())));
        ChannelContext context = new(new Digest(row.Channel.Span), terms, keys, own!.Number);
        if (!OpenedChannel.TryRead(row.Record, node.Network, out OpenedChannel? opened, out string code))
            throw new InvalidOperationException($"A stored opening cannot be read: {code}.");
        ObservedSide channel = new(context, [.. opened.MemberKeys.Select(k => new VerifyingKey(k))], node.NewRetry(), new WaitingDeliveries(settings, waitingOfMembers)) { IsFrozen = isFrozen };
        participants.UnionWith(terms.Participants.Select(p => p.Id));
        if (channels.TryAdd(context.Channel, channel)) SeeHead(channel, 1);
    }

    /// <summary>Takes up a head that was read before the channel was known here. Each batch that comes looks for the head after
    /// it, so that one leads to the next until everything on the ledger is asked for.</summary>
    private void SeeHead(ObservedSide channel, long sequence)
    {
        if (node.Find(HeadKey(channel.Context.Channel, sequence)) is not { } body) return;
        NotarisedRow row = NotarisedRow.Parser.ParseFrom(body);
        if (row.Unproven is { } record && !(EndorsedHead.TryRead(record, out EndorsedHead? endorsed) && IsEndorsed(channel, endorsed, EvidencePart.Of("head in the log", record)))) return;
        if (!Digest.TryRead(row.Head.Span, out Digest head)) return;
        if (sequence > channel.Held) channel.Heads[sequence] = head;
        if (sequence <= channel.Notarised) return;
        channel.Notarised = sequence;
        channel.Write(node);
    }

    /// <summary>The ledger checks endorsements too, and is not believed.</summary>
    private bool IsEndorsed(ObservedSide channel, EndorsedHead head, EvidencePart shown)
    {
        bool isEndorsed = head.IsEndorsedBy(node.Network, channel.Members);
        if (!isEndorsed) node.AlarmAbout(node.Parts.Ledger.Destination.Participant, ChannelCodes.EndorsementInvalid, channel.Context.Channel.ToString(), shown);
        return isEndorsed;
    }

    private static PayloadKey HeadKey(Digest channel, long sequence) => new(PayloadKind.Heads, RowKeys.Batch(channel, sequence));

    private void OnLeaf(Leaf leaf)
    {
        if (leaf.RecordCase == Leaf.RecordOneofCase.Decided && DecidedGroup.TryRead(leaf.Decided, node.Network, out DecidedGroup? decided, out _))
            node.Write(new PayloadWrite(PayloadKind.Heads, VaultReader.DecisionKey(decided.Group), [decided.IsCommitted ? (byte)1 : (byte)0], PayloadWriteMode.Replace));
        if (leaf.RecordCase != Leaf.RecordOneofCase.Head || !EndorsedHead.TryRead(leaf.Head, out EndorsedHead? head)) return;
        bool isKnown = channels.TryGetValue(head.Fields.Channel, out ObservedSide? channel);
        if (isKnown && !IsEndorsed(channel!, head, EvidencePart.Of("leaf", leaf))) return;
        // Heads of channels whose opening notice is still on its way are kept too: they are found when it comes.
        NotarisedRow row = new() { Head = leaf.Head.Head, LeafIndex = (long)leaf.Index };
        if (!isKnown) row.Unproven = leaf.Head;
        node.Write(new PayloadWrite(PayloadKind.Heads, RowKeys.Batch(head.Fields.Channel, head.Fields.Sequence), row.ToByteArray(), PayloadWriteMode.Replace));
        if (channel is null) return;
        channel.Notarised = Math.Max(channel.Notarised, head.Fields.Sequence);
        if (head.Fields.Sequence > channel.Held) channel.Heads[head.Fields.Sequence] = head.Fields.Head;
        channel.Write(node);
        HoldWhatFits(channel);
    }

    private void OnDelivery(ParticipantId from, Delivery delivery)
    {
        if (!Digest.TryRead(delivery.Channel.Span, out Digest id) || !channels.TryGetValue(id, out ObservedSide? channel)
            || !channel.Context.Terms.TryFind(from, out PinnedParticipant? member) || member.Number >= ChannelTerms.MemberCount || !member.IsIn(node.Parts.Directory))
        {
            node.Alarm(ChannelCodes.ChannelUnknown, from.ToString());
            return;
        }

        if ((long)delivery.Sequence <= channel.Held || (long)delivery.Sequence > channel.Held + settings.MaxPending)
        {
            // Only the member that sent it is behind.
            node.Note(ChannelCodes.Late, id.ToString());
            channel.OwesProgress.Add(member.Number);
            return;
        }

        if (!DeliveredBatch.TryRead(channel.Context, delivery, out DeliveredBatch? batch, out string code))
        {
            node.Alarm(code, id.ToString());
            return;
        }

        SeeHead(channel, batch.Sequence);
        SeeHead(channel, batch.Sequence + 1);
        // What can be judged at once waits for nothing.
        bool isNext = batch.Sequence == channel.Held + 1 && channel.Heads.ContainsKey(batch.Sequence) && !channel.IsFrozen;
        if (isNext) TryHold(channel, batch, from);
        else if (!channel.Pending.TryAdd(batch, from)) node.Note(ChannelCodes.TooOften, id.ToString());
        HoldWhatFits(channel);
    }

    /// <summary>Holds the batches that follow what is held, as far as the log shows their heads. One that leads to another head
    /// is dropped and reported; the member that sent it, or the other, is asked again.</summary>
    private void HoldWhatFits(ObservedSide channel)
    {
        while (!channel.IsFrozen && channel.Pending.Contains(channel.Held + 1))
        {
            if (!channel.Heads.ContainsKey(channel.Held + 1))
            {
                follower.Hurry();
                return;
            }

            if (!channel.Pending.TryTake(channel.Held + 1, out DeliveredBatch? batch, out ParticipantId from) || !TryHold(channel, batch, from)) return;
        }
    }

    /// <summary>Holds the batch after those that are held, when it leads to the head that the log shows.</summary>
    private bool TryHold(ObservedSide channel, DeliveredBatch batch, ParticipantId from)
    {
        Digest head = channel.Heads[batch.Sequence];
        if (head != batch.HeadHash || batch.Previous != channel.HeldHead)
        {
            // The log may have shown it long after the delivery came: it is about the member that delivered.
            node.AlarmAbout(from, ChannelCodes.DeliveryMismatch, channel.Context.Channel.ToString(), EvidencePart.Of("delivery", batch.Delivery), EvidencePart.Of("head in the log", head.ToString()));
            return false;
        }

        Hold(channel, batch);
        channel.Heads.Remove(batch.Sequence);
        channel.OwesProgress.UnionWith(Enumerable.Range(0, ChannelTerms.MemberCount));
        return true;
    }

    private void Hold(ObservedSide channel, DeliveredBatch batch)
    {
        byte[] key = RowKeys.Batch(channel.Context.Channel, batch.Sequence);
        (Delivery kept, byte[] keys) = batch.Keep(node.Rows.Key, node.Entropy);
        node.Write(new PayloadWrite(PayloadKind.Batches, key, kept.ToByteArray(), PayloadWriteMode.Replace));
        node.Write(new PayloadWrite(PayloadKind.ContentKeys, key, keys, PayloadWriteMode.Replace));
        channel.Held = batch.Sequence;
        channel.HeldHead = batch.HeadHash;
        channel.Notarised = Math.Max(channel.Notarised, batch.Sequence);
        channel.Retry.Reset();
        channel.StreamVersion = node.Append("channel-" + channel.Context.Channel, "channel", channel.StreamVersion, Events.Of("batch_held",
            new { batch.Sequence, Head = batch.HeadHash.ToString(), Entries = batch.EntryIds }, node.Now, node.Entropy));
        channel.Write(node);
    }

    /// <summary>What is on the ledger and not here is asked of one member, then of the other.</summary>
    private void AskForMissing(ObservedSide channel)
    {
        if (channel.IsFrozen || channel.Held >= channel.Notarised || !channel.Retry.IsDue(node.Now)) return;
        channel.Retry.Tried(node.Now);
        if (channel.Retry.Tries == 1) return;
        TellProgress(channel, [channel.NextAsked]);
        channel.NextAsked = (channel.NextAsked + 1) % ChannelTerms.MemberCount;
    }

    private void TellProgress(ObservedSide channel, IEnumerable<int> members)
    {
        channel.OwesProgress.Clear();
        foreach (int member in members)
        {
            node.Peers.Send(channel.Context.Terms.Participants[member], new PeerMessage
            {
                Progress = new DeliveryProgress { Channel = ByteString.CopyFrom(channel.Context.Channel.ToArray()), Sequence = (ulong)channel.Held },
            });
        }
    }

    private static ObservedChannel View(ObservedSide channel) => new(
        channel.Context.Channel, [.. channel.Context.Terms.Members.Select(m => m.Id.ToString())], channel.Notarised, channel.Held);
}
