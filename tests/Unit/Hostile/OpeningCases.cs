using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Nodes;
using Settlement.Core.Participants;
using Settlement.Core.Store;
using Settlement.Tests.Bank;
using Settlement.Tests.Simulation;
using Settlement.Wire.Channels;
using Settlement.Wire.Participants;
using Kind = Settlement.Wire.Channels.PeerMessage.MessageOneofCase;

namespace Settlement.Tests.Hostile;

/// <summary>What whoever proposes a channel, or is asked to take part in one, can do to a bank and to a regulator.</summary>
internal static class OpeningCases
{
    private const string ToBank = "bank to bank";
    private const string ToRegulator = "bank to regulator";
    private const int OpeningStorm = 300;
    private const int Large = 1 << 20;

    // Each is said some times, since each has a megabyte.
    private const int Times = 5;

    public static IEnumerable<HostileCase> All { get; } =
    [
        new("an opening storm", ToBank, BankCodes.TooManyChannels, "message", Proof.Message(static (_, message) => message.OpenProposal.Epoch is not null), Afterwards.GoesOn, static world =>
        {
            // Somebody listed who has no channel with Beta: here the supervisor, as a proposer.
            for (int i = 0; i < HostileWorld.Storm; i++) world.Banks.Send(world.Supervisor, world.Beta, Opening(world, world.Supervisor, [world.Beta.Pin, world.Banks.Agent.Pin], i));
            Assert.Equal(OpeningPolicy.MaxPendingOfProposer, world.Beta.Vault.Scan(PayloadKind.Channels).Count - 2);
        })
        {
            Party = static world => world.Supervisor.Id.ToString(), IsCommon = true, Cost = new Cost(Written: 28, Rows: 16, Kilobytes: 48, Sends: HostileWorld.Storm, Checks: 10),
        },
        new("an opening storm", ToRegulator, ChannelCodes.TermsNotAccepted, "message", Proof.Message(static (_, message) => message.OpenProposal.Epoch is not null), Afterwards.GoesOn, static world =>
        {
            for (int i = 0; i < OpeningStorm; i++) world.Banks.Send(world.Alpha, world.Supervisor, ToObserver(world, i));
        })
        {
            Victim = static world => world.Supervisor, IsBetaLate = true, IsCommon = true, Cost = new Cost(Written: 280, Rows: 266, Kilobytes: 1_100, Sends: OpeningStorm, Checks: 530),
        },
        OfProposer("an oversized opening: an epoch key for somebody else", static world => Padded(world.Supervisor, Opening(world, world.Supervisor, [world.Beta.Pin, world.Banks.Agent.Pin], 0),
            static (_, proposal) => proposal.Epoch.Keys.First(static key => key.Recipient == 0).Sealed = ByteString.CopyFrom(new byte[Large]))),
        OfProposer("an oversized opening: a certificate", static world => Padded(world.Supervisor, Opening(world, world.Supervisor, [world.Beta.Pin, world.Banks.Agent.Pin], 0),
            static (by, proposal) => proposal.MemberCertificates[0] = Padded(by, proposal.MemberCertificates[0]))),
        OfProposer("an oversized opening: terms", static world => Padded(world.Supervisor, Opening(world, world.Supervisor, [world.Beta.Pin, world.Banks.Agent.Pin], 0),
            static (_, proposal) => proposal.Terms = ByteString.CopyFrom([.. proposal.Terms.Span, .. SizeTests.Padding(ChannelTerms.MaxBytes)]))),
        ToRegulatorOf("an oversized opening: an epoch key for somebody else", static world => Padded(world.Alpha, ToObserver(world, 0),
            static (_, proposal) => proposal.Epoch.Keys.First(static key => key.Recipient == 0).Sealed = ByteString.CopyFrom(new byte[Large]))),
        ToRegulatorOf("an oversized opening: certificates", static world => Padded(world.Alpha, ToObserver(world, 0),
            static (_, proposal) => proposal.MemberCertificates.Add(new KeyCertificate { Body = ByteString.CopyFrom(new byte[Large]) }))),
        Answer("an oversized consent", "bank to proposer", static world => world.Gamma, Kind.OpenAnswer, static (gamma, message) =>
            message.OpenAnswer.Certificate = Padded(gamma, message.OpenAnswer.Certificate)),
        Answer("an oversized acknowledgement", "regulator to proposer", static world => world.Supervisor, Kind.Acknowledgement, static (supervisor, message) =>
            message.Acknowledgement.Certificate = Padded(supervisor, message.Acknowledgement.Certificate)),
        new("an opening repeated", ToBank, ChannelCodes.TooOften, "message", Proof.Message(static (_, message) => message.OpenProposal is { Epoch: null, Terms.Length: > 0 }), Afterwards.GoesOn, static world =>
        {
            PeerMessage opening = Opening(world, world.Supervisor, [world.Beta.Pin, world.Banks.Agent.Pin], 0);
            world.Once(() => Said(world, world.Supervisor, world.Beta, opening));
            Repeat(world, world.Supervisor, world.Beta, opening);
        })
        {
            Party = static world => world.Supervisor.Id.ToString(), IsCommon = true, Times = HostileWorld.Storm, Cost = Cost.Words with { Written = 10, Rows = 6, Kilobytes = 16, Sends = HostileWorld.Storm + 1 },
        },
        new("an opening repeated", ToRegulator, ChannelCodes.TooOften, "message", Proof.Message(static (_, message) => message.OpenProposal is { Epoch: null, Terms.Length: > 0 }), Afterwards.GoesOn, static world =>
        {
            PeerMessage opening = ToObserver(world, 0);
            world.Once(() => Said(world, world.Alpha, world.Supervisor, opening));
            Repeat(world, world.Alpha, world.Supervisor, opening);
        })
        {
            Victim = static world => world.Supervisor, IsCommon = true, Times = HostileWorld.Storm, Cost = Cost.Words with { Kilobytes = 16, Sends = HostileWorld.Storm + 1 },
        },
        new("terms without a contract", ToBank, ChannelCodes.ContractRefused, "message", Proof.Message(static (_, message) => Terms.Parser.ParseFrom(message.OpenProposal.Terms).Contracts.Count == 0), Afterwards.GoesOn, static world => world.Say(world.Supervisor, world.Beta,
            OnTerms(Opening(world, world.Supervisor, [world.Beta.Pin, world.Banks.Agent.Pin], 0), static terms => terms.Contracts.Clear())))
        {
            Party = static world => world.Supervisor.Id.ToString(), Cost = Cost.Words with { Sends = HostileWorld.Storm },
        },
        new("terms with units and limits without end", ToBank, ChannelCodes.TermsUnreadable, "message", Proof.Message(static (_, message) => Terms.Parser.ParseFrom(message.OpenProposal.Terms).Units.Count > 10_000), Afterwards.GoesOn, static world => world.Say(world.Supervisor, world.Beta, Endless(world), Times))
        {
            Party = static world => world.Supervisor.Id.ToString(), Cost = Cost.Words with { Sends = Times },
        },
        new("terms with units and limits without end", ToRegulator, ChannelCodes.TermsUnreadable, "message", Proof.Message(static (_, message) => Terms.Parser.ParseFrom(message.OpenProposal.Terms).Units.Count > 10_000), Afterwards.GoesOn, static world => world.Say(world.Alpha, world.Supervisor, Endless(world), Times))
        {
            Victim = static world => world.Supervisor,
        },
        new("contracts without end to compile", ToRegulator, ChannelCodes.TooOften, "message", Proof.Message(static (_, message) => Terms.Parser.ParseFrom(message.OpenProposal.Terms).Contracts[0].Source.StartsWith("-- ", StringComparison.Ordinal)), Afterwards.GoesOn, static world =>
        {
            long before = ProposedContracts.CompiledBytesOnThisThread;
            for (int i = 0; i < HostileWorld.Storm; i++)
                world.Banks.Send(world.Alpha, world.Supervisor, [.. Enumerable.Range(0, OpeningMessages.MaxOfParticipant).Select(n => OnTerms(ToObserver(world, 0), terms => terms.Contracts[0].Source = Contract(i, n)))]);
            Assert.InRange(ProposedContracts.CompiledBytesOnThisThread - before, 0, ProposedContracts.BurstBytes + ProposedContracts.MaxBytesOfStep);
        })
        {
            Victim = static world => world.Supervisor, IsCommon = true, Cost = new Cost(Written: 30, Rows: 12, Kilobytes: 120, Sends: 6, Checks: 6),
        },
    ];

    /// <summary>A proposal of a channel that is good in every respect, with fresh keys and terms of its own.</summary>
    public static PeerMessage Opening(HostileWorld world, TestNode proposer, ParticipantPin[] others, int number, bool isForObserver = false, int padding = 0, string? currency = null)
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
        if (currency is not null)
        {
            terms.Currencies.Clear();
            terms.Currencies.Add(currency);
            terms.Limits.Clear();
        }

        byte[] bytes = padding > 0 ? [.. terms.ToByteArray(), .. SizeTests.Padding(padding)] : terms.ToByteArray();
        Assert.True(ChannelTerms.TryRead(bytes, TwoBanks.Network, out ChannelTerms? read, out string code), code);
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

    /// <summary>The same as the supervisor gets it.</summary>
    public static PeerMessage ToObserver(HostileWorld world, int number) => Opening(world, world.Alpha, [world.Beta.Pin, world.Supervisor.Pin], number, isForObserver: true);

    /// <summary>A certificate that its owner padded before it signed it.</summary>
    public static KeyCertificate Padded(TestNode by, KeyCertificate certificate)
    {
        byte[] body = [.. certificate.Body.Span, .. SizeTests.Padding(Large)];
        return new KeyCertificate { Body = ByteString.CopyFrom(body), Signature = ByteString.CopyFrom(by.Keys.Root.Sign(Core.Notarisation.RecordHashes.KeyCertificate(body))) };
    }

    /// <summary>The same proposal of other terms.</summary>
    public static PeerMessage OnTerms(PeerMessage message, Action<Terms> change)
    {
        Terms terms = Terms.Parser.ParseFrom(message.OpenProposal.Terms);
        change(terms);
        message.OpenProposal.Terms = terms.ToByteString();
        return message;
    }

    private static PeerMessage Padded(TestNode by, PeerMessage message, Action<TestNode, OpenProposal> change)
    {
        change(by, message.OpenProposal);
        return message;
    }

    private static HostileCase OfProposer(string name, Func<HostileWorld, PeerMessage> opening) => new(name, ToBank, ChannelCodes.OpeningTooLarge, "message", Proof.Message(static (_, message) => message.OpenProposal.CalculateSize() > ChannelTerms.MaxBytes), Afterwards.GoesOn, world =>
        world.Say(world.Supervisor, world.Beta, opening(world), Times))
    {
        Party = static world => world.Supervisor.Id.ToString(), Times = Times,
    };

    private static HostileCase ToRegulatorOf(string name, Func<HostileWorld, PeerMessage> opening) => new(name, ToRegulator, ChannelCodes.OpeningTooLarge, "message", Proof.Message(static (_, message) => message.OpenProposal.CalculateSize() > ChannelTerms.MaxBytes), Afterwards.GoesOn, world =>
        world.Say(world.Alpha, world.Supervisor, opening(world), Times))
    {
        Victim = static world => world.Supervisor, Times = Times,
    };

    /// <summary>Beta opens a channel with Gamma, and somebody answers with more than an answer has. It opens when that one tells the truth.</summary>
    private static HostileCase Answer(string name, string who, Func<HostileWorld, TestNode> liar, Kind kind, Action<TestNode, PeerMessage> change) =>
        new(name, who, ChannelCodes.OpeningTooLarge, "message", Proof.Message(static (_, message) => message.CalculateSize() > Large), Afterwards.GoesOn, world =>
        {
            world.Banks.OnPeer = (from, to, message) =>
            {
                if (from == liar(world) && to == world.Beta && message.MessageCase == kind) change(from, message);
                return [message];
            };
            ChannelRequest request = new(world.Gamma.Id, world.Gamma.Keys.RootFingerprint, [(world.Supervisor.Id, world.Supervisor.Keys.RootFingerprint)], world.Banks.Contracts, [TwoBanks.Eur], []);
            world.Banks.Tell(world.Beta, id => new BankInput.OpenChannel(id, request));
            world.Banks.Pass(TimeSpan.FromSeconds(3));
            world.Banks.OnPeer = null;
            world.Banks.Pass(TimeSpan.FromSeconds(30));
        })
        {
            Party = world => liar(world).Id.ToString(), IsBetaLate = true, Cost = new Cost(Written: 36, Rows: 7, Kilobytes: 8, Sends: 28, Checks: 32),
        };

    /// <summary>In each step more often than it is looked at; its terms alone name it.</summary>
    private static void Repeat(HostileWorld world, TestNode from, TestNode to, PeerMessage opening)
    {
        PeerMessage again = new() { OpenProposal = new OpenProposal { Terms = opening.OpenProposal.Terms } };
        for (int i = 0; i < HostileWorld.Storm; i++) world.Banks.Send(from, to, [.. Enumerable.Repeat(again, OpeningMessages.MaxOfParticipant + 1)]);
    }

    private static object Said(HostileWorld world, TestNode from, TestNode to, PeerMessage opening)
    {
        world.Banks.Send(from, to, opening);
        return opening;
    }

    private static PeerMessage Endless(HostileWorld world)
    {
        const int many = 20_000;
        return OnTerms(Opening(world, world.Supervisor, [world.Beta.Pin, world.Banks.Agent.Pin], 0), static terms =>
        {
            terms.Contracts.Clear();
            terms.Units.Add(Enumerable.Repeat("u", many));
            terms.Units.Add("v");
            terms.Limits.Add(Enumerable.Repeat(new Limit { Currency = "v" }, many));
        });
    }

    private static TermsParticipant Pin(ParticipantPin pin) => new() { Participant = pin.Id.ToString(), RootFingerprint = ByteString.CopyFrom(pin.RootFingerprint.ToArray()) };

    /// <summary>One that nobody has seen before, and that is as long as a costly one.</summary>
    private static string Contract(int round, int number) => $"-- {round} {number}\n" + ContractLibrary.Load("GrossPayment").Source + new string('\n', 8 << 10);
}
