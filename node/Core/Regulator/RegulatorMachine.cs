using Settlement.Core.Alarms;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Core.Participants;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Channels;

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
    private readonly ObservedBatches batches;
    private readonly LedgerDesk ledger;
    private readonly ObservedOpenings openings;
    private readonly OpeningMessages aboutOpenings;
    private readonly ProposedContracts contracts;
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
        follower = new LogFollower(node, rows, settings.LogInterval);
        batches = new ObservedBatches(node, settings, follower, channels);
        follower.LeafRead = batches.OnLeaf;
        ledger = new LedgerDesk(node, rows, follower);
        contracts = new ProposedContracts();
        openings = new ObservedOpenings(node, ledger, settings, contracts) { Opened = Join };
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

    /// <summary>Heads of the log that are in memory for the batches that may wait for them; the others are in the vault.</summary>
    public int HeadsInMemory => channels.Values.Sum(static channel => channel.Heads.Count);

    private long Notarised => long.CreateSaturating(channels.Values.Aggregate(Int128.Zero, static (sum, channel) => sum + channel.Notarised));

    /// <inheritdoc/>
    public bool HasMore => false;

    /// <summary>Whether the ledger has answered since the start.</summary>
    public bool HasReachedLedger => ledger.HasAnswered;

    /// <summary>Whether what was read of the log has the root that the ledger signed.</summary>
    public bool IsLogConsistent => follower.IsConsistent;

    /// <inheritdoc/>
    public IReadOnlyCollection<PayloadKey> Needs(IReadOnlyList<Input> inputs)
    {
        HashSet<PayloadKey> needs = [.. channels.Values.Where(static channel => !channel.HasCaughtUp).Select(static channel => ObservedBatches.HeadKey(channel.Context.Channel, channel.Notarised + 1))];
        foreach (Input.PeerReceived received in inputs.OfType<Input.PeerReceived>())
        {
            if (Read(received) is not { } batch) continue;
            foreach (PeerMessage message in batch.Messages)
            {
                if (message.MessageCase == PeerMessage.MessageOneofCase.Opened && openings.Awaited(message.Opened) is { } opened)
                {
                    needs.Add(ObservedBatches.HeadKey(opened, 1));
                }
                else if (message.MessageCase == PeerMessage.MessageOneofCase.Delivery && Digest.TryRead(message.Delivery.Channel.Span, out Digest id) && channels.ContainsKey(id))
                {
                    needs.Add(ObservedBatches.HeadKey(id, (long)message.Delivery.Sequence));
                    needs.Add(ObservedBatches.HeadKey(id, unchecked((long)message.Delivery.Sequence + 1)));
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

        foreach (ObservedSide channel in channels.Values) batches.CatchUp(channel);
        foreach (Input input in inputs) Handle(input);
        foreach (ObservedSide channel in channels.Values.Where(c => c.OwesProgress.Count > 0)) batches.TellProgress(channel, [.. channel.OwesProgress]);
        ledger.Flush();
        follower.Keep(Notarised);
        aboutOpenings.Forget();
        contracts.Forget(node.Now);
        return node.End();
    }

    private void Handle(Input input)
    {
        switch (input)
        {
            case Input.Tick:
                openings.Tick();
                foreach (ObservedSide channel in channels.Values) batches.AskForMissing(channel);
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
            node.Hear(received.From, PeerEvidence.Of(message));
            OnMessage(received.From, message);
        }

        node.HearNobody();
    }

    private PeerBatch? Read(Input.PeerReceived received) => PeerBatches.TryRead(received.Body, node.Network, out PeerBatch? batch) ? batch : null;

    private void OnMessage(ParticipantId from, PeerMessage message)
    {
        switch (message.MessageCase)
        {
            case PeerMessage.MessageOneofCase.OpenProposal or PeerMessage.MessageOneofCase.Opened when !aboutOpenings.Takes(from, message):
                break;
            case PeerMessage.MessageOneofCase.OpenProposal:
                openings.OnProposal(from, message.OpenProposal, hash => channels.Values.Any(c => c.Context.Terms.Hash == hash));
                break;
            case PeerMessage.MessageOneofCase.Opened:
                openings.OnOpened(from, message.Opened);
                break;
            case PeerMessage.MessageOneofCase.Delivery:
                batches.OnDelivery(from, message.Delivery);
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
        if (channels.TryAdd(context.Channel, channel)) batches.SeeHead(channel, 1);
    }

    private static ObservedChannel View(ObservedSide channel) => new(
        channel.Context.Channel, [.. channel.Context.Terms.Members.Select(m => m.Id.ToString())], channel.Notarised, channel.Held)
    {
        ClosedAt = channel.Closed is { } closed ? DateTimeOffset.FromUnixTimeMilliseconds(closed.TimeUnixMs) : null,
    };
}
