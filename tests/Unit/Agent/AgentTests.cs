using Google.Protobuf;
using Settlement.Core.Agent;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Monetary;
using Settlement.Core.Notarisation;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Tests.Bank;
using Settlement.Tests.Channels;
using Settlement.Wire.Agent;
using Settlement.Wire.Channels;
using Settlement.Wire.Participants;

namespace Settlement.Tests.Agent;

public sealed class AgentTests
{
    // Postings hold refusals too, which move nothing: what counts are accounts and pools.
    private static readonly PayloadKind[] Books = [PayloadKind.Snapshots];

    private static readonly Dictionary<string, (string Code, Action<TwoBanks, FundRequest> Tell)> FalseRequests = new(StringComparer.Ordinal)
    {
        ["more than the account holds"] = (AgentCodes.InsufficientFunds, (_, f) => f.MinorUnits = 100_01),
        ["another currency than the account's"] = (AgentCodes.InsufficientFunds, (_, f) => f.Currency = "JPY"),
        ["nothing"] = (AgentCodes.Malformed, (_, f) => f.MinorUnits = 0),
        ["less than nothing"] = (AgentCodes.Malformed, (_, f) => f.MinorUnits = -1),
        ["the least amount"] = (AgentCodes.Malformed, (_, f) => f.MinorUnits = long.MinValue),
        ["no currency"] = (AgentCodes.Malformed, (_, f) => f.Currency = ""),
        ["a currency that is none"] = (AgentCodes.Malformed, (_, f) => f.Currency = "EU1"),
        ["a short request id"] = (AgentCodes.Malformed, (_, f) => f.RequestId = ByteString.CopyFrom(new byte[31])),
        ["a short channel"] = (AgentCodes.Malformed, (_, f) => f.Channel = ByteString.CopyFrom(new byte[31])),
        ["no acknowledgement"] = (AgentCodes.NotAcknowledged, (_, f) => f.Acknowledgements.Clear()),
        ["an acknowledgement whose signature was changed"] = (AgentCodes.NotAcknowledged, (_, f) => f.Acknowledgements[0].Signature = Lies.Flipped(f.Acknowledgements[0].Signature, 0)),
        ["an acknowledgement of other terms"] = (AgentCodes.NotAcknowledged, (_, f) => f.Acknowledgements[0].TermsHash = Lies.Flipped(f.Acknowledgements[0].TermsHash, 0)),
        ["an acknowledgement of another epoch"] = (AgentCodes.NotAcknowledged, (_, f) => f.Acknowledgements[0].EpochHash = Lies.Flipped(f.Acknowledgements[0].EpochHash, 0)),
        ["an acknowledgement by a member"] = (AgentCodes.NotAcknowledged, (world, f) => Forge(world, f, world.Alpha)),
        ["an acknowledgement without a certificate"] = (AgentCodes.NotAcknowledged, (_, f) => f.Acknowledgements[0].Certificate = null),
        ["more acknowledgements than a channel has observers"] = (AgentCodes.Malformed, (_, f) => Repeat(f, SupervisedChannels.MaxAcknowledgements + 1)),
        ["an acknowledgement in the supervisor's name before its own"] = (AgentCodes.NotAcknowledged, (_, f) => f.Acknowledgements.Insert(0, Unsigned(f.Acknowledgements[0]))),
        ["the opening of another channel"] = (AgentCodes.NotAcknowledged, (_, f) => f.OpeningBody = Lies.Flipped(f.OpeningBody, 9)),
        ["no opening"] = (AgentCodes.NotAcknowledged, (_, f) => f.OpeningBody = ByteString.Empty),
        ["another channel"] = (AgentCodes.NotAcknowledged, (_, f) => f.Channel = Lies.Flipped(f.Channel, 0)),
    };

    public static TheoryData<string> Requests => [.. FalseRequests.Keys];

    [Theory]
    [MemberData(nameof(Requests))]
    public void A_false_request_posts_nothing(string lie)
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Credit(world.Alpha, new Money(TwoBanks.Eur, 100_00));
        FundRequest request = Request(world, 100_00, 1);
        FalseRequests[lie].Tell(world, request);
        string before = world.Agent.Vault.Text(Books);
        FundResult result = Ask(world, world.Alpha, request);
        Assert.Equal(FalseRequests[lie].Code, result.Code);
        Assert.Equal((0, 0), (result.PostingId.Length, result.Signature.Length));
        Assert.Equal(before, world.Agent.Vault.Text(Books));
        Assert.Equal("", Ask(world, world.Alpha, Request(world, 100_00, 2)).Code);
    }

    [Fact]
    public void A_refused_request_stays_refused_when_a_copy_of_it_comes_late()
    {
        using TwoBanks world = new TwoBanks().Open();
        Assert.Equal(AgentCodes.InsufficientFunds, Ask(world, world.Alpha, Request(world, 100_00, 1)).Code);
        world.Credit(world.Alpha, new Money(TwoBanks.Eur, 100_00));
        Assert.Equal(AgentCodes.InsufficientFunds, Ask(world, world.Alpha, Request(world, 100_00, 1)).Code);
        world.Agent.Restart();
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal(AgentCodes.InsufficientFunds, Ask(world, world.Alpha, Request(world, 100_00, 1)).Code);
        Assert.Equal(AgentCodes.RepeatedDifferently, Ask(world, world.Alpha, Request(world, 99_00, 1)).Code);
        Assert.Empty(Balances(world).Pools);
        Assert.Equal("", Ask(world, world.Alpha, Request(world, 100_00, 2)).Code);
    }

    [Fact]
    public void The_same_request_gives_the_same_posting_and_another_under_its_id_is_refused()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Credit(world.Alpha, new Money(TwoBanks.Eur, 100_00));
        FundResult first = Ask(world, world.Alpha, Request(world, 30_00, 1));
        Assert.Equal(first, Ask(world, world.Alpha, Request(world, 30_00, 1)));
        world.Agent.Restart();
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal(first, Ask(world, world.Alpha, Request(world, 30_00, 1)));
        Assert.Equal(AgentCodes.RepeatedDifferently, Ask(world, world.Alpha, Request(world, 30_01, 1)).Code);
        // Another bank's id is its own.
        Assert.Equal(AgentCodes.InsufficientFunds, Ask(world, world.Beta, Request(world, 30_00, 1)).Code);
        FundRequest[] twice = [Request(world, 20_00, 2), Request(world, 20_00, 2), Request(world, 20_01, 2)];
        AgentReply reply = Send(world, world.Alpha, twice);
        Assert.Equal(reply.Funds[0], reply.Funds[1]);
        Assert.Equal(AgentCodes.RepeatedDifferently, reply.Funds[2].Code);
        Assert.Equal(50_00, Assert.Single(Balances(world).Pools).Balance.MinorUnits);
    }

    /// <summary>What can be seen without a signature is looked at first; then one acknowledgement in the supervisor's name costs the
    /// signature of its certificate and its own, and the others nothing. Where the opening is the channel's, the ledger is asked about it first, whose
    /// answer has one.</summary>
    [Theory]
    [InlineData("signatures that are none", AgentCodes.NotAcknowledged, 1 + 2)]
    [InlineData("another opening", AgentCodes.NotAcknowledged, 0)]
    [InlineData("no cover", AgentCodes.InsufficientFunds, 1)]
    [InlineData("no acknowledgement of a supervisor", AgentCodes.NotAcknowledged, 1)]
    public void A_request_costs_one_verification_for_each_supervisor_at_most(string lie, string code, int signatures)
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Credit(world.Alpha, new Money(TwoBanks.Eur, lie == "no cover" ? 99_99 : 100_00));
        FundRequest request = Request(world, 100_00, 1);
        if (lie == "signatures that are none") request.Acknowledgements[0] = Unsigned(request.Acknowledgements[0]);
        if (lie == "another opening") request.OpeningBody = Lies.Flipped(request.OpeningBody, 9);
        if (lie == "no acknowledgement of a supervisor") Forge(world, request, world.Alpha);
        Repeat(request, SupervisedChannels.MaxAcknowledgements);
        (long checks, int alarms) = (world.Agent.Checks, world.Agent.Vault.Scan(PayloadKind.Alarms).Count);
        Assert.Equal(code, Ask(world, world.Alpha, request).Code);
        Assert.Equal(signatures, world.Agent.Checks - checks);
        // Want of cover is the bank's own affair; the operator finds the others counted.
        Assert.Equal(code == AgentCodes.NotAcknowledged ? 1 : 0, world.Agent.Vault.Scan(PayloadKind.Alarms).Count - alarms);
    }

    [Fact]
    public void A_message_costs_no_more_verifications_than_its_bound_whatever_is_in_it()
    {
        using TwoBanks world = new TwoBanks(membersSupervise: true).Open();
        world.Credit(world.Alpha, new Money(TwoBanks.Eur, 100_00));
        FundRequest[] requests = [.. Enumerable.Range(0, AgentMachine.MaxRequests).Select(i =>
        {
            FundRequest request = Request(world, 1_00, 0);
            request.RequestId = ByteString.CopyFrom(Digest.Of([(byte)i]).ToArray());
            foreach (KeyCertificate certificate in world.Opening(world.Alpha).Certificates)
            {
                ObserverAcknowledgement another = request.Acknowledgements[0].Clone();
                another.Certificate = certificate;
                request.Acknowledgements.Add(another);
            }

            for (int a = 0; a < request.Acknowledgements.Count; a++) request.Acknowledgements[a] = Unsigned(request.Acknowledgements[a]);
            return request;
        })];
        long checks = world.Agent.Checks;
        AgentReply reply = Send(world, world.Alpha, requests);
        Assert.InRange(world.Agent.Checks - checks, AgentMachine.MaxRequests, 2 * SupervisedChannels.MaxVerifications);
        Assert.Equal([AgentCodes.NotAcknowledged, AgentCodes.TooManyRefusals], reply.Funds.Select(static f => f.Code).Distinct());
        Assert.Contains(AgentCodes.TooManyRefusals, world.Agent.Alarms);
        // The next message has its own, and so many requests that are true are all granted.
        world.Credit(world.Beta, new Money(TwoBanks.Eur, 100_00));
        reply = Send(world, world.Beta, [.. requests.Select((_, i) =>
        {
            FundRequest request = Request(world, 1, 0);
            request.RequestId = ByteString.CopyFrom(Digest.Of([2, (byte)i]).ToArray());
            return request;
        })]);
        Assert.All(reply.Funds, static result => Assert.Equal("", result.Code));
    }

    [Fact]
    public void A_credit_is_given_once_by_its_reference()
    {
        using TwoBanks world = new();
        CreditResult Credit(string reference, long amount) => world.Ask<CreditResult>(world.Agent, call => new AgentInput.Credit(call, reference, world.Alpha.Id, new Money(TwoBanks.Eur, amount)));
        Assert.Equal((50, null), (Credit("a", 50).Balance.MinorUnits, Credit("a", 50).Refusal));
        Assert.Equal((50, AgentCodes.RepeatedDifferently), (Credit("a", 51).Balance.MinorUnits, Credit("a", 51).Refusal));
        Assert.Equal(AgentCodes.Malformed, Credit("b", 0).Refusal);
        Assert.Equal(AgentCodes.Malformed, Credit("b", -1).Refusal);
        Assert.Equal(AgentCodes.Malformed, Credit("b", long.MinValue).Refusal);
        Assert.Equal((long.MaxValue, null), (Credit("c", long.MaxValue - 50).Balance.MinorUnits, Credit("c", long.MaxValue - 50).Refusal));
        Assert.Equal(AgentCodes.Malformed, Credit("d", 2).Refusal);
        Assert.Equal(long.MaxValue, Assert.Single(Balances(world).Issued).MinorUnits);
    }

    [Theory]
    [InlineData("suite")]
    [InlineData("network")]
    [InlineData("bytes")]
    [InlineData("too many")]
    public void A_request_that_is_none_gets_an_empty_reply(string fault)
    {
        using TwoBanks world = new TwoBanks().Open();
        AgentRequest request = new() { Suite = fault == "suite" ? 2u : 1u, Network = fault == "network" ? "other" : TwoBanks.Network };
        request.Funds.Add(Enumerable.Range(0, fault == "too many" ? AgentMachine.MaxRequests + 1 : 1).Select(_ => Request(world, 1, 1)));
        byte[] reply = world.Ask<byte[]>(world.Agent, call => new AgentInput.Requested(call, world.Alpha.Id, fault == "bytes" ? [0xFF] : request.ToByteArray()));
        Assert.Empty(AgentReply.Parser.ParseFrom(reply).Funds);
    }

    [Fact]
    public void Only_a_supervisor_learns_which_channels_are_funded()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 1_00);
        byte[] Ask(TestNode node) => world.Ask<byte[]>(world.Agent, call => new AgentInput.Requested(call, node.Id, new AgentRequest { Suite = 1, Network = TwoBanks.Network, FundedChannels = true }.ToByteArray()));
        Assert.Equal(world.Channel.ToArray(), Assert.Single(AgentReply.Parser.ParseFrom(Ask(world.Supervisor)).Channels).Channel.ToByteArray());
        Assert.Empty(AgentReply.Parser.ParseFrom(Ask(world.Alpha)).Channels);
    }

    [Fact]
    public void Funded_channels_are_told_page_by_page()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 1_00);
        foreach ((byte first, int found) in new[] { ((byte)0, 1), ((byte)0xff, 0) })
        {
            AgentRequest request = new() { Suite = 1, Network = TwoBanks.Network, FundedChannels = true, FundedAfter = ByteString.CopyFrom([.. Enumerable.Repeat(first, 32)]) };
            Assert.Equal(found, AgentReply.Parser.ParseFrom(world.Ask<byte[]>(world.Agent, call => new AgentInput.Requested(call, world.Supervisor.Id, request.ToByteArray()))).Channels.Count);
        }
    }

    /// <summary>The first money of a channel waits for the ledger, and no other does.</summary>
    [Fact]
    public void The_ledger_is_asked_once_about_a_channel_and_a_lost_answer_posts_nothing_twice()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Credit(world.Alpha, new Money(TwoBanks.Eur, 100_00));
        int asked = 0;
        world.OnLedgerRequest = (from, request) =>
        {
            if (from == world.Agent) asked += request.ChannelQueries.Count;
            return request;
        };
        world.OnLedgerReply = (from, reply) => from == world.Agent ? null : reply;
        long call = world.Tell(world.Alpha, c => new BankInput.Fund(c, world.Channel, new Money(TwoBanks.Eur, 60_00)));
        world.Pass(TimeSpan.FromSeconds(10));
        Assert.Null(world.Answer<FundAnswer>(call));
        Assert.Empty(Balances(world).Pools);
        world.Agent.Restart();
        world.OnLedgerReply = null;
        world.Pass(TimeSpan.FromSeconds(40));
        Assert.Null(world.Answer<FundAnswer>(call)!.Refusal);
        Assert.Equal(60_00, Assert.Single(Balances(world).Pools).Balance.MinorUnits);
        asked = 0;
        Assert.Equal("", Ask(world, world.Alpha, Request(world, 40_00, 1)).Code);
        Assert.Equal(0, asked);
    }

    /// <summary>A bank whose messages take each other's place leaves no queries behind, and does not do so without end.</summary>
    [Fact]
    public void Of_messages_that_take_each_others_place_the_ledger_is_asked_for_the_last()
    {
        using TwoBanks world = new TwoBanks().Open();
        int asked = 0;
        world.OnLedgerRequest = (from, request) =>
        {
            if (from == world.Agent) asked = Math.Max(asked, request.ChannelQueries.Count);
            return request;
        };
        world.OnLedgerReply = (from, reply) => from == world.Agent ? null : reply;
        for (int m = 0; m < 20; m++) Tell(world, MadeUp(m, AgentMachine.MaxRequests));
        world.Pass(TimeSpan.FromSeconds(20));
        Assert.InRange(asked, 1, AgentMachine.MaxRequests);
        for (int m = 20; m < RefusalBudget.Burst + 20; m++) Tell(world, MadeUp(m, 1));
        long call = Tell(world, MadeUp(0, 1));
        Assert.Equal(AgentCodes.TooManyRefusals, Assert.Single(AgentReply.Parser.ParseFrom(world.Answer<byte[]>(call)!).Funds).Code);
    }

    /// <summary>Requests for channels that nobody has.</summary>
    private static AgentRequest MadeUp(int message, int count)
    {
        AgentRequest request = new() { Suite = 1, Network = TwoBanks.Network };
        request.Funds.Add(Enumerable.Range(0, count).Select(i =>
        {
            ByteString opening = ByteString.CopyFrom([1, (byte)message, (byte)(message >> 8), (byte)i]);
            Digest channel = RecordHashes.Channel(opening.Span);
            return new FundRequest { RequestId = ByteString.CopyFrom(channel.ToArray()), OpeningBody = opening, Channel = ByteString.CopyFrom(channel.ToArray()), Currency = "EUR", MinorUnits = 1 };
        }));
        return request;
    }

    private static long Tell(TwoBanks world, AgentRequest request)
    {
        long call = world.Tell(world.Agent, id => new AgentInput.Requested(id, world.Beta.Id, request.ToByteArray()));
        world.Settle();
        return call;
    }

    [Fact]
    public void A_message_at_its_peer_door_is_reported_and_does_not_stop_it()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Agent.Inbox.Add(new Input.PeerReceived(world.Beta.Id, [1, 2, 3]));
        world.Settle();
        Assert.Contains(AgentCodes.Malformed, world.Agent.Alarms);
        world.Fund(world.Alpha, 1_00);
    }

    [Fact]
    public void Funding_survives_lost_answers_and_restarts_and_is_posted_once()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Credit(world.Alpha, new Money(TwoBanks.Eur, 100_00));
        world.OnAgentReply = _ => null;
        long call = world.Tell(world.Alpha, c => new BankInput.Fund(c, world.Channel, new Money(TwoBanks.Eur, 60_00)));
        world.Settle();
        world.Alpha.Restart();
        world.Agent.Restart();
        world.Pass(TimeSpan.FromSeconds(10));
        Assert.Null(world.Answer<FundAnswer>(call));
        world.OnAgentReply = null;
        world.Pass(TimeSpan.FromSeconds(20));
        Assert.Equal(60_00, world.Position(world.Alpha));
        Assert.Equal(60_00, Assert.Single(Balances(world).Pools).Balance.MinorUnits);
    }

    [Fact]
    public void A_posting_that_the_agent_did_not_sign_is_not_used()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Credit(world.Alpha, new Money(TwoBanks.Eur, 100_00));
        world.OnAgentReply = reply =>
        {
            foreach (FundResult result in reply.Funds) result.Signature = Lies.Flipped(result.Signature, 2);
            return reply;
        };
        world.Tell(world.Alpha, call => new BankInput.Fund(call, world.Channel, new Money(TwoBanks.Eur, 60_00)));
        world.Settle();
        Assert.Contains(ChannelCodes.PostingRefused, world.Alpha.Alarms);
        Assert.Equal(0, world.Position(world.Alpha));
        world.OnAgentReply = null;
        world.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal(60_00, world.Position(world.Alpha));
    }

    internal static FundRequest Request(TwoBanks world, long amount, byte id)
    {
        OpeningRow opening = world.Opening(world.Alpha);
        FundRequest request = new()
        {
            RequestId = ByteString.CopyFrom([.. new byte[31], id]), Channel = ByteString.CopyFrom(world.Channel.ToArray()), Currency = "EUR", MinorUnits = amount, OpeningBody = opening.Record.Body,
        };
        request.Acknowledgements.Add(opening.Acknowledgements.Select(a => a.Clone()));
        return request;
    }

    internal static FundResult Ask(TwoBanks world, TestNode bank, FundRequest request) => Assert.Single(Send(world, bank, request).Funds);

    internal static Books Balances(TwoBanks world) => world.Ask<Books>(world.Agent, call => new AgentInput.ListBooks(call));

    private static AgentReply Send(TwoBanks world, TestNode bank, params FundRequest[] requests)
    {
        AgentRequest request = new() { Suite = 1, Network = TwoBanks.Network };
        request.Funds.Add(requests);
        return AgentReply.Parser.ParseFrom(world.Ask<byte[]>(world.Agent, call => new AgentInput.Requested(call, bank.Id, request.ToByteArray())));
    }

    private static void Repeat(FundRequest request, int times)
    {
        while (request.Acknowledgements.Count < times) request.Acknowledgements.Add(request.Acknowledgements[0].Clone());
    }

    /// <summary>The same with a certificate that is true and a signature that is not.</summary>
    private static ObserverAcknowledgement Unsigned(ObserverAcknowledgement acknowledgement)
    {
        ObserverAcknowledgement unsigned = acknowledgement.Clone();
        unsigned.Signature = Lies.Flipped(unsigned.Signature, 0);
        return unsigned;
    }

    private static void Forge(TwoBanks world, FundRequest request, TestNode member)
    {
        ChannelContext context = world.Context(member);
        using SigningKey key = world.ChannelKey(member);
        OpeningRow opening = world.Opening(member);
        request.Acknowledgements[0] = Acknowledgements.Write(context.Terms, opening.Epoch, opening.Certificates[0], key);
    }
}
