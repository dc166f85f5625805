using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Core.Participants;
using Settlement.Core.Store;
using Settlement.Tests.Channels;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;
using Settlement.Wire.Participants;

namespace Settlement.Tests.Bank;

/// <summary>A channel opens at every party alike, or at none.</summary>
public sealed class OpeningTests
{
    private static readonly Dictionary<string, (string Code, Action<TwoBanks, PeerMessage> Tell)> Lies = new(StringComparer.Ordinal)
    {
        ["terms that were changed on the way"] = (ChannelCodes.ParticipantNotPinned, (_, m) => OnTerms(m, t => t.RetentionDays++)),
        ["terms of another network"] = (ChannelCodes.TermsInvalid, (_, m) => OnTerms(m, t => t.Network = "other")),
        ["terms of others"] = (ChannelCodes.TermsInvalid, (_, m) => OnTerms(m, t => t.Members[0].Participant = "THIRDEFFXXX")),
        ["members in the other order"] = (ChannelCodes.TermsInvalid, (_, m) => OnTerms(m, t => (t.Members[0], t.Members[1]) = (t.Members[1].Clone(), t.Members[0].Clone()))),
        ["another root for the other member"] = (ChannelCodes.ParticipantNotPinned, (_, m) => OnTerms(m, t => t.Members[1].RootFingerprint = ByteString.CopyFrom(new byte[32]))),
        ["another ledger"] = (ChannelCodes.TermsNotAccepted, (world, m) => OnTerms(m, t => t.LedgerKey = ByteString.CopyFrom(world.Posting.PublicKey.ToArray()))),
        ["another agent"] = (ChannelCodes.TermsNotAccepted, (_, m) => OnTerms(m, t => t.Agent.Participant = "OTHRDEFFXXX")),
        ["another root of the agent"] = (ChannelCodes.TermsNotAccepted, (_, m) => OnTerms(m, t => t.Agent.RootFingerprint = ByteString.CopyFrom(new byte[32]))),
        ["a contract that policy does not accept"] = (ChannelCodes.TermsNotAccepted, (_, m) => OnTerms(m, t =>
        {
            t.Contracts[0].Source = t.Contracts[0].Source.Replace("AM01", "AM02", StringComparison.Ordinal);
            t.Contracts[0].Hash = ByteString.CopyFrom(ContractCompiler.Compile("test", t.Contracts[0].Source).Contract!.Hash);
        })),
        ["no contract"] = (ChannelCodes.ContractRefused, (_, m) => OnTerms(m, t => t.Contracts.Clear())),
        ["another contract under a hash that policy accepts"] = (ChannelCodes.ContractRefused, (_, m) => OnTerms(m, t => t.Contracts[0].Source = t.Contracts[0].Source.Replace("AM01", "AM02", StringComparison.Ordinal))),
        ["no certificate"] = (ChannelCodes.ParticipantNotPinned, (_, m) => m.OpenProposal?.MemberCertificates.Clear()),
        ["a certificate that was changed"] = (ChannelCodes.ParticipantNotPinned, (_, m) => OnCertificate(m, c => c.Signature = Channels.Lies.Flipped(c.Signature, 0))),
        ["a certificate of another purpose"] = (ChannelCodes.ParticipantNotPinned, (world, m) => Recertify(world, m, b => b.Purpose = KeyPurpose.Tls)),
        ["a certificate for other terms"] = (ChannelCodes.ParticipantNotPinned, (world, m) => Recertify(world, m, b => b.Scope = ByteString.CopyFrom(new byte[32]))),
        ["a certificate of another participant"] = (ChannelCodes.ParticipantNotPinned, (world, m) => Recertify(world, m, b => b.Participant = world.Beta.Id.ToString())),
        ["a certificate of another network"] = (ChannelCodes.ParticipantNotPinned, (world, m) => Recertify(world, m, b => b.Network = "other")),
        ["a certificate that has expired"] = (ChannelCodes.ParticipantNotPinned, (world, m) => Recertify(world, m, b => b.NotAfterUnixMs = world.Now.ToUnixTimeMilliseconds() - 1)),
        ["a certificate of tomorrow"] = (ChannelCodes.ParticipantNotPinned, (world, m) => Recertify(world, m, b => b.NotBeforeUnixMs = world.Now.AddDays(1).ToUnixTimeMilliseconds())),
        ["a certificate of no point"] = (ChannelCodes.ParticipantNotPinned, (world, m) => Recertify(world, m, b => b.PublicKey = ByteString.CopyFrom(new byte[65]))),
        ["a certificate that is padded"] = (ChannelCodes.OpeningTooLarge, (world, m) => Pad(world, m, KeyCertificates.MaxBodyBytes)),
        ["an epoch key for somebody else that is too long"] = (ChannelCodes.OpeningTooLarge, (_, m) => Do(m.OpenProposal, p => p.Epoch.Keys[0].Sealed = ByteString.CopyFrom(new byte[EpochKeys.SealedLength + 1]))),
        ["an epoch key for somebody else that is too short"] = (ChannelCodes.EpochKeyUnreadable, (_, m) => Do(m.OpenProposal, p => p.Epoch.Keys[0].Sealed = ByteString.CopyFrom(new byte[EpochKeys.SealedLength - 1]))),
        ["an epoch with keys without end"] = (ChannelCodes.OpeningTooLarge, (_, m) => Do(m.OpenProposal, p => p.Epoch.Keys.Add(Enumerable.Repeat(p.Epoch.Keys[0], ChannelTerms.MaxAudiences * ChannelTerms.MaxParticipants)))),
        ["a commitment that is too long"] = (ChannelCodes.OpeningTooLarge, (_, m) => Do(m.OpenProposal, p => p.Epoch.Commitments[0] = ByteString.CopyFrom(new byte[33]))),
        ["commitments without end"] = (ChannelCodes.OpeningTooLarge, (_, m) => Do(m.OpenProposal, p => p.Epoch.Commitments.Add(Enumerable.Repeat(p.Epoch.Commitments[0], ChannelTerms.MaxAudiences)))),
        ["certificates without end"] = (ChannelCodes.OpeningTooLarge, (_, m) => Do(m.OpenProposal, p => p.MemberCertificates.Add(Enumerable.Repeat(p.MemberCertificates[0], ChannelTerms.MemberCount)))),
        ["no epoch"] = (ChannelCodes.EpochKeyUnreadable, (_, m) => Do(m.OpenProposal, p => p.Epoch = null)),
        ["the second epoch"] = (ChannelCodes.EpochKeyUnreadable, (_, m) => Do(m.OpenProposal, p => p.Epoch.Number = 2)),
        ["an epoch without an audience"] = (ChannelCodes.EpochKeyUnreadable, (_, m) => Do(m.OpenProposal, p => p.Epoch.Keys.RemoveAt(0))),
        ["an epoch with an audience more"] = (ChannelCodes.EpochKeyUnreadable, (_, m) => Do(m.OpenProposal, p => p.Epoch.Keys.Add(p.Epoch.Keys[0].Clone()))),
        ["an epoch whose secret is not the one committed to"] = (ChannelCodes.EpochKeyUnreadable, (_, m) => Do(m.OpenProposal, p => p.Epoch.Commitments[0] = p.Epoch.Commitments[1])),
        ["an epoch without a commitment"] = (ChannelCodes.EpochKeyUnreadable, (_, m) => Do(m.OpenProposal, p => p.Epoch.Commitments.RemoveAt(0))),
        ["an epoch key for another reader"] = (ChannelCodes.EpochKeyUnreadable, (_, m) => Do(m.OpenProposal, p => (p.Epoch.Keys[0].Sealed, p.Epoch.Keys[1].Sealed) = (p.Epoch.Keys[1].Sealed, p.Epoch.Keys[0].Sealed))),
        ["an epoch key of another audience"] = (ChannelCodes.EpochKeyUnreadable, (_, m) => Do(m.OpenProposal, p => (p.Epoch.Keys[1].Sealed, p.Epoch.Keys[3].Sealed) = (p.Epoch.Keys[3].Sealed, p.Epoch.Keys[1].Sealed))),
    };

    public static TheoryData<string> Table => [.. Lies.Keys];

    [Theory]
    [MemberData(nameof(Table))]
    public void A_bank_refuses_a_false_proposal_of_a_channel(string lie)
    {
        using TwoBanks world = new();
        world.OnPeer = (_, to, message) =>
        {
            if (to == world.Beta && message.OpenProposal is not null) Lies[lie].Tell(world, message);
            return [message];
        };
        long call = world.Tell(world.Alpha, id => new BankInput.OpenChannel(id, world.Request()));
        world.Settle();
        Assert.Contains(Lies[lie].Code, world.Beta.Alarms);
        AssertNothing(world);
        // Refused terms end the opening; an answer about terms that nobody proposed does not.
        if (world.Answer<OpenChannelResult>(call) is { } result) Assert.Equal((null, ChannelCodes.TermsNotAccepted), (result.Channel, result.Refusal));
        world.OnPeer = null;
        world.Pass(TimeSpan.FromSeconds(10));
        if (world.Answer<OpenChannelResult>(call)!.Channel is null) world.Open();
        else Assert.Null(world.Ask<BusinessDayResult>(world.Alpha, id => new BankInput.OpenBusinessDay(id, TwoBanks.Day)).Refusal);
    }

    [Theory]
    [InlineData(100_00, "EUR", 100_00, true)]
    [InlineData(100_00, "EUR", 100_01, false)]
    [InlineData(0, "EUR", 1, false)]
    [InlineData(100_00, "JPY", 1, false)]
    public void A_bank_grants_a_proposer_no_more_than_its_policy_says(long granted, string currency, long asked, bool opens)
    {
        using TwoBanks world = new(settings: new BankSettings { GrantedLimits = new Dictionary<(Core.Identifiers.ParticipantId, string), long> { [(TwoBanks.IdOf("ALPHDEFFXXX"), currency)] = granted } });
        // What Beta would owe is Alpha's to grant, and Alpha's operator orders it.
        ChannelRequest request = world.Request((false, new Core.Monetary.Money(TwoBanks.Eur, asked)), (true, new Core.Monetary.Money(TwoBanks.Eur, 1_000_000_00)));
        OpenChannelResult result = world.Ask<OpenChannelResult>(world.Alpha, id => new BankInput.OpenChannel(id, request));
        Assert.Equal(opens ? null : ChannelCodes.TermsNotAccepted, result.Refusal);
        Assert.Equal(opens, ChannelsOf(world, world.Beta).Count == 1);
        Assert.Equal(opens ? [] : [ChannelCodes.LimitNotGranted], world.Beta.Alarms);
    }

    [Theory]
    [InlineData("", "", false, null)]
    [InlineData("DE", "", true, null)]
    [InlineData("DE", "FR", true, ChannelCodes.TermsNotAccepted)]
    [InlineData("DE", "", false, ChannelCodes.TransferWithoutBasis)]
    public void A_channel_between_jurisdictions_opens_with_a_basis_and_with_what_each_bank_says_of_itself(string own, string saidOfBeta, bool hasBasis, string? refusal)
    {
        using TwoBanks world = new(settings: new BankSettings { Jurisdiction = own });
        ChannelRequest request = world.Request();
        // Both banks of this world have one setting; what is said of the other is the operator's order.
        request = request with
        {
            Jurisdictions = new Dictionary<Core.Identifiers.ParticipantId, string> { [world.Beta.Id] = saidOfBeta.Length > 0 ? saidOfBeta : hasBasis ? own : "" },
            TransferBases = hasBasis ? [(world.Alpha.Id, world.Beta.Id, "consent"), (world.Beta.Id, world.Alpha.Id, "standard-contract")] : [],
        };
        OpenChannelResult result = world.Ask<OpenChannelResult>(world.Alpha, id => new BankInput.OpenChannel(id, request));
        Assert.Equal(refusal, result.Refusal);
        Assert.Equal(refusal is null, ChannelsOf(world, world.Beta).Count == 1);
    }

    [Fact]
    public void A_channel_does_not_open_while_its_observer_is_silent_or_forged()
    {
        using TwoBanks world = new();
        ObserverAcknowledgement? held = null;
        world.OnPeer = (from, to, message) =>
        {
            if (message.Acknowledgement is not { } acknowledgement) return [message];
            held = acknowledgement.Clone();
            acknowledgement.Signature = Channels.Lies.Flipped(acknowledgement.Signature, 1);
            return [message];
        };
        long call = world.Tell(world.Alpha, id => new BankInput.OpenChannel(id, world.Request()));
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.Contains(ChannelCodes.ParticipantNotPinned, world.Alpha.Alarms);
        Assert.Null(world.Answer<OpenChannelResult>(call));
        AssertNothing(world);
        // Also the true one, when another than the observer brings it.
        world.OnPeer = (_, _, message) => message.Acknowledgement is null ? [message] : [];
        world.Send(world.Beta, world.Alpha, new PeerMessage { Acknowledgement = held });
        Assert.Null(world.Answer<OpenChannelResult>(call));
        world.OnPeer = null;
        world.Pass(TimeSpan.FromSeconds(30));
        Assert.NotNull(world.Answer<OpenChannelResult>(call)!.Channel);
    }

    [Fact]
    public void The_other_member_does_not_believe_that_a_channel_is_open_before_the_ledger_says_so()
    {
        using TwoBanks world = new();
        ChannelOpened? notice = null;
        world.OnPeer = (_, to, message) =>
        {
            if (message.Opened is { } opened) notice ??= opened.Clone();
            return message.Opened is null ? [message] : [];
        };
        Digest channel = world.Ask<OpenChannelResult>(world.Alpha, id => new BankInput.OpenChannel(id, world.Request())).Channel!.Value;
        ChannelOpened without = notice!.Clone();
        without.Acknowledgements.Clear();
        ChannelOpened other = notice.Clone();
        other.Record.Body = Channels.Lies.Flipped(other.Record.Body, 8);
        ChannelOpened empty = notice.Clone();
        empty.Record = null;
        foreach (ChannelOpened lie in new[] { without, other, empty }) world.Send(world.Alpha, world.Beta, new PeerMessage { Opened = lie });
        world.Send(world.Supervisor, world.Beta, new PeerMessage { Opened = notice });
        Assert.Empty(ChannelsOf(world, world.Beta));
        Assert.Null(world.Opening(world.Beta).Record);
        world.Send(world.Alpha, world.Beta, new PeerMessage { Opened = notice });
        Assert.Equal(channel, Assert.Single(ChannelsOf(world, world.Beta)).Channel);
    }

    [Fact]
    public void An_observer_joins_only_the_channel_of_the_certified_keys()
    {
        using TwoBanks world = new();
        ChannelOpened? notice = null;
        world.OnPeer = (_, to, message) =>
        {
            if (to == world.Supervisor && message.Opened is { } opened) notice ??= opened.Clone();
            return to == world.Supervisor && message.Opened is not null ? [] : [message];
        };
        world.Open();
        // The proposer signs alone, with two keys of its own.
        ChannelOpened forged = notice!.Clone();
        OpeningBody body = OpeningBody.Parser.ParseFrom(forged.Record.Body);
        using SigningKey first = SigningKey.Generate(new Simulation.SeededEntropy(1)), second = SigningKey.Generate(new Simulation.SeededEntropy(2));
        body.MemberKeys.Clear();
        body.MemberKeys.Add([ByteString.CopyFrom(first.PublicKey.ToArray()), ByteString.CopyFrom(second.PublicKey.ToArray())]);
        forged.Record.Body = body.ToByteString();
        Digest id = RecordHashes.Channel(forged.Record.Body.Span);
        forged.Record.Signatures.Clear();
        forged.Record.Signatures.Add([ByteString.CopyFrom(first.Sign(id)), ByteString.CopyFrom(second.Sign(id))]);
        world.Send(world.Alpha, world.Supervisor, new PeerMessage { Opened = forged });
        Assert.Contains(ChannelCodes.TermsInvalid, world.Supervisor.Alarms);
        Assert.Empty(Observed(world));
        world.Send(world.Beta, world.Supervisor, new PeerMessage { Opened = notice });
        Assert.Equal(world.Channel, Assert.Single(Observed(world)).Channel);
        world.Fund(world.Alpha, 1_00).Fund(world.Beta, 1_00);
        world.AssertGoesOn();
        Assert.True(world.Audit() is { IsComplete: true, ReExecuted: true });
    }

    [Fact]
    public void A_node_that_is_not_in_the_terms_is_answered_with_nothing()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 10_00);
        ByteString channel = ByteString.CopyFrom(world.Channel.ToArray());
        string before = world.Alpha.Vault.Text(PayloadKind.Snapshots, PayloadKind.InFlight, PayloadKind.Entries, PayloadKind.Batches, PayloadKind.Channels);
        int sent = 0;
        world.OnPeer = (_, to, message) =>
        {
            sent += to == world.Agent ? 1 : 0;
            return [message];
        };
        world.Send(world.Agent, world.Alpha,
            new PeerMessage { Commands = new Commands { Channel = channel, Term = 1 } },
            new PeerMessage { Proposal = new Proposal { Channel = channel, Term = 1, Sequence = 2 } },
            new PeerMessage { Endorsement = new EndorsementAnswer { Channel = channel, Term = 1, Sequence = 2 } },
            new PeerMessage { Finality = new FinalityNotice { Channel = channel, Sequence = 9 } },
            new PeerMessage { Progress = new DeliveryProgress { Channel = channel } },
            new PeerMessage { Delivery = new Delivery { Channel = channel } },
            new PeerMessage { Opened = new ChannelOpened { TermsHash = world.Opening(world.Alpha).Acknowledgements[0].TermsHash } },
            new PeerMessage());
        world.Send(world.Agent, world.Supervisor, new PeerMessage { Delivery = new Delivery { Channel = channel, Sequence = 2 } });
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal(0, sent);
        Assert.Contains(ChannelCodes.ChannelUnknown, world.Alpha.Alarms);
        Assert.Contains(ChannelCodes.ChannelUnknown, world.Supervisor.Alarms);
        Assert.Equal(before, world.Alpha.Vault.Text(PayloadKind.Snapshots, PayloadKind.InFlight, PayloadKind.Entries, PayloadKind.Batches, PayloadKind.Channels));
        world.Fund(world.Beta, 10_00);
        world.AssertGoesOn();
    }

    [Theory]
    [InlineData("root")]
    [InlineData("observer")]
    [InlineData("unknown")]
    [InlineData("self")]
    [InlineData("contract")]
    [InlineData("limit")]
    public void A_request_that_cannot_succeed_is_refused_at_once(string fault)
    {
        using TwoBanks world = new();
        ChannelRequest request = world.Request();
        (string code, request) = fault switch
        {
            "root" => (BankCodes.ParticipantUnknown, request with { CounterpartyRoot = Digest.Zero }),
            "observer" => (BankCodes.ParticipantUnknown, request with { Observers = [(world.Supervisor.Id, Digest.Zero)] }),
            "unknown" => (BankCodes.ParticipantUnknown, request with { Counterparty = TwoBanks.IdOf("UNKNDEFFXXX") }),
            "self" => (ChannelCodes.TermsInvalid, request with { Counterparty = world.Alpha.Id, CounterpartyRoot = world.Alpha.Keys.RootFingerprint }),
            "contract" => (ChannelCodes.ContractRefused, request with { ContractSources = ["contract Broken"] }),
            _ => (ChannelCodes.TermsInvalid, request with { Limits = [(false, new Core.Monetary.Money(TwoBanks.CurrencyOf("USD"), 1))] }),
        };
        OpenChannelResult result = world.Ask<OpenChannelResult>(world.Alpha, id => new BankInput.OpenChannel(id, request));
        Assert.Equal((null, code), (result.Channel, result.Refusal));
        AssertNothing(world);
        world.Open();
        Assert.Equal(BankCodes.ChannelExists, world.Ask<OpenChannelResult>(world.Alpha, id => new BankInput.OpenChannel(id, world.Request())).Refusal);
    }

    [Fact]
    public void A_restart_at_any_message_of_an_opening_ends_with_one_channel()
    {
        for (int at = 0; at < 8; at++)
        {
            using TwoBanks world = new();
            int seen = 0;
            world.OnPeer = (_, _, message) => seen++ == at ? [] : [message];
            world.Tell(world.Alpha, id => new BankInput.OpenChannel(id, world.Request()));
            world.Settle();
            foreach (TestNode node in world.Nodes) node.Restart();
            world.Pass(TimeSpan.FromSeconds(40));
            Digest channel = Assert.Single(ChannelsOf(world, world.Alpha)).Channel;
            Assert.Equal(channel, Assert.Single(ChannelsOf(world, world.Beta)).Channel);
            Assert.Equal(channel, Assert.Single(Observed(world)).Channel);
        }
    }

    private static void AssertNothing(TwoBanks world)
    {
        Assert.Empty(ChannelsOf(world, world.Alpha));
        Assert.Empty(ChannelsOf(world, world.Beta));
        Assert.Empty(Observed(world));
    }

    private static IReadOnlyList<ChannelView> ChannelsOf(TwoBanks world, TestNode bank) => world.Ask<ChannelList>(bank, call => new BankInput.ListChannels(call)).Channels;

    private static IReadOnlyList<Core.Regulator.ObservedChannel> Observed(TwoBanks world) =>
        world.Ask<Core.Regulator.ObservedChannels>(world.Supervisor, call => new Core.Regulator.RegulatorInput.ListChannels(call)).Channels;

    private static void OnTerms(PeerMessage message, Action<Terms> change)
    {
        Terms terms = Terms.Parser.ParseFrom(message.OpenProposal.Terms);
        change(terms);
        message.OpenProposal.Terms = terms.ToByteString();
    }

    private static void OnCertificate(PeerMessage message, Action<KeyCertificate> change) => change(message.OpenProposal.MemberCertificates[0]);

    private static void Pad(TwoBanks world, PeerMessage message, int size)
    {
        byte[] body = [.. message.OpenProposal.MemberCertificates[0].Body.Span, .. Hostile.SizeTests.Padding(size)];
        message.OpenProposal.MemberCertificates[0] = new KeyCertificate { Body = ByteString.CopyFrom(body), Signature = ByteString.CopyFrom(world.Alpha.Keys.Root.Sign(RecordHashes.KeyCertificate(body))) };
    }

    private static void Recertify(TwoBanks world, PeerMessage message, Action<KeyCertificateBody> change)
    {
        KeyCertificateBody body = KeyCertificateBody.Parser.ParseFrom(message.OpenProposal.MemberCertificates[0].Body);
        change(body);
        message.OpenProposal.MemberCertificates[0] = KeyCertificates.Issue(world.Alpha.Keys.Root, body);
    }

    private static void Do(OpenProposal? proposal, Action<OpenProposal> change) => change(proposal!);
}
