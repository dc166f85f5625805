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
    private const int OpeningStorm = 300;

    public static IEnumerable<HostileCase> All { get; } =
    [
        OfRegulator("garbage", ChannelCodes.MessageMalformed, "body", static world => world.Say(world.Supervisor, world.Alpha, [0xff, 0x01])),
        OfRegulator("entries and proposals, as if it were a member", ChannelCodes.ChannelUnknown, "message", static world =>
        {
            world.Say(world.Supervisor, world.Alpha, new PeerMessage { Commands = new Commands { Channel = world.Channel, Term = 1, Entries = { new SealedEntry() } } });
            world.Say(world.Supervisor, world.Alpha, new PeerMessage { Proposal = new Proposal { Channel = world.Channel, Term = 1, Sequence = 9 } });
        }),
        OfRegulator("asking for batches without end", ChannelCodes.TooOften, "message", static world =>
            world.Say(world.Supervisor, world.Alpha, new PeerMessage { Progress = new DeliveryProgress { Channel = world.Channel, Sequence = 0 } })) with { IsCommon = true },
        OfRegulator("acknowledgements of a channel that is open", ChannelCodes.TooOften, "message", static world =>
            world.Say(world.Supervisor, world.Alpha, new PeerMessage { Acknowledgement = new ObserverAcknowledgement { TermsHash = HostileWorld.Bytes(world.Banks.Context(world.Alpha).Terms.Hash) } })) with { Times = HostileWorld.Storm - 1, IsCommon = true },
        OfRegulator("an acknowledgement that it did not sign", ChannelCodes.ParticipantNotPinned, "message", static world =>
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
        ToObserver("a delivery with a wrong commitment", ChannelCodes.CommitmentMismatch, "message", static world =>
            Deliver(world, static delivery => delivery.Items[0].Entry.Commitments = Lies.Flipped(delivery.Items[0].Entry.Commitments, 3))) with { Cost = Cost.Following },
        ToObserver("a delivery with an envelope that does not open", ChannelCodes.EnvelopeUnreadable, "message", static world => Deliver(world, static delivery =>
        {
            SealedEnvelope own = delivery.Items[0].Entry.Envelopes.First(static e => e.WrappedKey.Length > 0);
            own.WrappedKey = Lies.Flipped(own.WrappedKey, 5);
        })) with { Cost = Cost.Following },
        ToObserver("a delivery of another batch", ChannelCodes.DeliveryMismatch, "delivery + head in the log", static world => Deliver(world, static delivery => delivery.TimeUnixMs++)) with { Cost = Cost.Following },
        ToObserver("deliveries replayed", ChannelCodes.Late, "message", static world =>
            world.Say(world.Alpha, world.Supervisor, world.Capture(world.Alpha, world.Supervisor, Kind.Delivery, () => world.Banks.Pay(world.Alpha, 1_00)))) with { IsCommon = true, Cost = Cost.Following.And(HostileWorld.Storm, sends: 1) },
        ToObserver("a delivery of a channel that it is not in", ChannelCodes.ChannelUnknown, "message", static world =>
            world.Say(world.Alpha, world.Supervisor, new PeerMessage { Delivery = new Delivery { Channel = HostileWorld.Bytes(world.WithGamma(world.Beta)), Sequence = 9 } })),
        new("an opening storm", "bank to bank", BankCodes.TooManyChannels, "message", Afterwards.GoesOn, static world =>
        {
            // Somebody listed who has no channel with Beta: here the supervisor, as a proposer.
            for (int i = 0; i < HostileWorld.Storm; i++) world.Banks.Send(world.Supervisor, world.Beta, Opening(world, world.Supervisor, [world.Beta.Pin, world.Banks.Agent.Pin], i));
            Assert.Equal(OpeningPolicy.MaxPendingOfProposer, world.Beta.Vault.Scan(PayloadKind.Channels).Count - 2);
        })
        {
            Party = static world => world.Supervisor.Id.ToString(), IsCommon = true, Cost = new Cost(Written: 28, Rows: 16, Kilobytes: 48, Sends: HostileWorld.Storm, Checks: 10),
        },
        new("an opening storm", "bank to regulator", ChannelCodes.TermsNotAccepted, "message", Afterwards.GoesOn, static world =>
        {
            for (int i = 0; i < OpeningStorm; i++) world.Banks.Send(world.Alpha, world.Supervisor, Opening(world, world.Alpha, [world.Beta.Pin, world.Supervisor.Pin], i, isForObserver: true));
        })
        {
            Victim = static world => world.Supervisor, IsBetaLate = true, IsCommon = true, Cost = new Cost(Written: 280, Rows: 266, Kilobytes: 1_100, Sends: OpeningStorm, Checks: 530),
        },
    ];

    private static HostileCase OfRegulator(string name, string code, string evidence, Action<HostileWorld> attack) => new(name, ToBank, code, evidence, Afterwards.GoesOn, attack)
    {
        Victim = static world => world.Alpha,
        Party = static world => world.Supervisor.Id.ToString(),
    };

    private static HostileCase ToObserver(string name, string code, string evidence, Action<HostileWorld> attack) => new(name, ToRegulator, code, evidence, Afterwards.GoesOn, attack)
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

    /// <summary>A proposal of a channel that is good in every respect, with fresh keys and terms of its own.</summary>
    private static PeerMessage Opening(HostileWorld world, TestNode proposer, ParticipantPin[] others, int number, bool isForObserver = false)
    {
        SeededEntropy entropy = new(1_000 + number);
        Terms terms = Terms.Parser.ParseFrom(world.Banks.Opening(world.Alpha).Terms);
        byte[] salt = new byte[Digest.Length];
        entropy.Fill(salt);
        terms.Salt = ByteString.CopyFrom(salt);
        terms.Members.Clear();
        terms.Observers.Clear();
        terms.Members.Add([Pin(proposer.Pin), Pin(others[0])]);
        terms.Observers.Add(Pin(others[1]));
        Assert.True(ChannelTerms.TryRead(terms.ToByteArray(), TwoBanks.Network, out ChannelTerms? read, out string code), code);
        PublicKey[] encryption = [.. read.Participants.Select(p => world.Banks.Nodes.Single(n => n.Id == p.Id).Keys.Encryption.PublicKey)];
        using EpochKeys keys = EpochKeys.Draw(read, 1, 0, encryption, entropy, out Epoch epoch);
        OpenProposal proposal = new() { Terms = ByteString.CopyFrom(read.Bytes), Epoch = epoch };
        foreach (TestNode member in read.Members.Take(isForObserver ? 2 : 1).Select(m => world.Banks.Nodes.Single(n => n.Id == m.Id)))
        {
            using SigningKey key = SigningKey.Generate(entropy);
            proposal.MemberCertificates.Add(member.Keys.Certify(KeyPurpose.Channel, key.PublicKey, world.Banks.Now.AddMinutes(-1), world.Banks.Now.AddYears(1), read.Hash.ToArray()));
        }

        return new PeerMessage { OpenProposal = proposal };
    }

    private static TermsParticipant Pin(ParticipantPin pin) => new() { Participant = pin.Id.ToString(), RootFingerprint = ByteString.CopyFrom(pin.RootFingerprint.ToArray()) };
}
