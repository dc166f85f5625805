using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Participants;
using Settlement.Core.Store;
using Settlement.Tests.Bank;
using Settlement.Tests.Channels;
using Settlement.Tests.Simulation;
using Settlement.Wire.Channels;
using Settlement.Wire.Participants;
using Kind = Settlement.Wire.Channels.PeerMessage.MessageOneofCase;

namespace Settlement.Tests.Hostile;

/// <summary>What an observer can do to a bank, a member to an observer, and anybody who asks for channels.</summary>
internal static class ObserverCases
{
    private const string ToBank = "regulator to bank";
    private const string ToRegulator = "member to regulator";

    public static IEnumerable<HostileCase> All { get; } =
    [
        OfRegulator("garbage", ChannelCodes.MessageMalformed, "body", Proof.PeerBody, static world => world.Say(world.Supervisor, world.Alpha, [0xff, 0x01])),
        OfRegulator("entries and proposals, as if it were a member", ChannelCodes.ChannelUnknown, "message", Proof.Message(static (world, message) => message.Commands.Channel.Equals(world.Channel)), static world =>
        {
            world.Say(world.Supervisor, world.Alpha, new PeerMessage { Commands = new Commands { Channel = world.Channel, Term = 1, Entries = { new SealedEntry() } } });
            world.Say(world.Supervisor, world.Alpha, new PeerMessage { Proposal = new Proposal { Channel = world.Channel, Term = 1, Sequence = 9 } });
        }),
        OfRegulator("asking for batches without end", ChannelCodes.TooOften, "message", Proof.Message(static (_, message) => message.Progress is { Sequence: 0 }), static world =>
            world.Say(world.Supervisor, world.Alpha, new PeerMessage { Progress = new DeliveryProgress { Channel = world.Channel, Sequence = 0 } })) with { IsCommon = true },
        OfRegulator("acknowledgements of a channel that is open", ChannelCodes.TooOften, "message", Proof.Message(static (world, message) => message.Acknowledgement.TermsHash.Equals(HostileWorld.Bytes(world.Banks.Context(world.Alpha).Terms.Hash))), static world =>
            world.Say(world.Supervisor, world.Alpha, new PeerMessage { Acknowledgement = new ObserverAcknowledgement { TermsHash = HostileWorld.Bytes(world.Banks.Context(world.Alpha).Terms.Hash) } })) with { Times = HostileWorld.Storm - 1, IsCommon = true },
        OfRegulator("an acknowledgement that it did not sign", ChannelCodes.ParticipantNotPinned, "message", Proof.Message(static (world, message) => !message.Acknowledgement.TermsHash.Equals(HostileWorld.Bytes(world.Banks.Context(world.Alpha).Terms.Hash)) && message.Acknowledgement.Signature.Length == 64), static world =>
        {
            world.Banks.OnPeer = (from, to, message) =>
            {
                if (from == world.Supervisor && to == world.Beta && message.Acknowledgement is { } acknowledgement) acknowledgement.Signature = Lies.Flipped(acknowledgement.Signature, 1);
                return [message];
            };
            ChannelRequest request = new(world.Gamma.Id, world.Gamma.Keys.RootFingerprint, [(world.Supervisor.Id, world.Supervisor.Keys.RootFingerprint)], world.Banks.Contracts, [TwoBanks.Eur], []);
            world.Banks.Tell(world.Beta, id => new BankInput.OpenChannel(id, request));
            world.Banks.Pass(TimeSpan.FromSeconds(3));
            // The observer is needed for every channel that it is to watch: that one opens when it tells the truth.
            world.Banks.OnPeer = null;
            world.Banks.Pass(TimeSpan.FromSeconds(30));
        }) with { Victim = static world => world.Beta, IsBetaLate = true, Cost = new Cost(Written: 36, Rows: 7, Kilobytes: 8, Sends: 28, Checks: 32) },
        ToObserver("a delivery with a wrong commitment", ChannelCodes.CommitmentMismatch, "message", Proof.Message(static (world, message) => message.Delivery.Channel.Equals(world.Channel)), static world =>
            Deliver(world, static delivery => delivery.Items[0].Entry.Commitments = Lies.Flipped(delivery.Items[0].Entry.Commitments, 3))) with { Cost = Cost.Following },
        ToObserver("a delivery with an envelope that does not open", ChannelCodes.EnvelopeUnreadable, "message", Proof.Message(static (world, message) => message.Delivery.Channel.Equals(world.Channel)), static world => Deliver(world, static delivery =>
        {
            SealedEnvelope own = delivery.Items[0].Entry.Envelopes.First(static e => e.WrappedKey.Length > 0);
            own.WrappedKey = Lies.Flipped(own.WrappedKey, 5);
        })) with { Cost = Cost.Following },
        ToObserver("a delivery of another batch", ChannelCodes.DeliveryMismatch, "delivery + head in the log", Proof.Said(Delivery.Parser, static (world, delivery) => delivery.Channel.Equals(world.Channel), parts: 1), static world => Deliver(world, static delivery => delivery.TimeUnixMs++)) with { Cost = Cost.Following },
        ToObserver("deliveries replayed", ChannelCodes.Late, "message", Proof.Message(static (_, message) => message.Delivery is not null), static world =>
            world.Say(world.Alpha, world.Supervisor, world.Capture(world.Alpha, world.Supervisor, Kind.Delivery, () => world.Banks.Pay(world.Alpha, 1_00)))) with { IsCommon = true, Cost = Cost.Following.And(HostileWorld.Storm, sends: 1) },
        ToObserver("a delivery of a channel that it is not in", ChannelCodes.ChannelUnknown, "message", Proof.Message(static (world, message) => message.Delivery.Channel.Equals(HostileWorld.Bytes(world.WithGamma(world.Beta)))), static world =>
            world.Say(world.Alpha, world.Supervisor, new PeerMessage { Delivery = new Delivery { Channel = HostileWorld.Bytes(world.WithGamma(world.Beta)), Sequence = 9 } })),
    ];

    private static HostileCase OfRegulator(string name, string code, string evidence, Proof proof, Action<HostileWorld> attack) => new(name, ToBank, code, evidence, proof, Afterwards.GoesOn, attack)
    {
        Victim = static world => world.Alpha,
        Party = static world => world.Supervisor.Id.ToString(),
    };

    private static HostileCase ToObserver(string name, string code, string evidence, Proof proof, Action<HostileWorld> attack) => new(name, ToRegulator, code, evidence, proof, Afterwards.GoesOn, attack)
    {
        Victim = static world => world.Supervisor,
    };

    private static void Deliver(HostileWorld world, Action<Delivery> change)
    {
        world.Change(world.Alpha, world.Supervisor, Kind.Delivery, message =>
        {
            change(message.Delivery);
            return [message];
        });
        world.Banks.Pay(world.Alpha, 1_00);
        world.Banks.Pass(TimeSpan.FromSeconds(10));
    }
}
