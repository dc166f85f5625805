using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using Google.Protobuf;
using Settlement.Client;
using Settlement.Core.Cryptography;
using Settlement.Core.Participants;
using Settlement.Host;
using Settlement.Host.Configuration;
using Settlement.Host.Keys;
using Settlement.Host.Peers;
using Settlement.Tests.EndToEnd.Host;
using Settlement.Tests.EndToEnd.Storage;
using Settlement.Wire.Agent;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;
using Settlement.Wire.Participants;

namespace Settlement.Tests.EndToEnd.BadInput;

/// <summary>
/// Participants with real certificates who have no business in a channel: nobody lists them, they belong to another network,
/// or they are listed and not in the terms. They learn nothing, change nothing, and are reported.
/// </summary>
[Collection(RunningNetworkGroup.Name)]
public sealed class HostilePeerTests(RunningNetwork network) : IDisposable
{
    private const string Outsider = "BANCDEFFXXX";
    private const int AlarmEvent = 3010;
    private const int StrangerEvent = 3030;

    private static readonly byte[] Garbage = [0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x13, 0x37];

    private readonly TestFolder folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private ByteString Channel => ByteString.CopyFrom(Convert.FromHexString(network.Channel));

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(TestNodes.Network)]
    [InlineData("another-network")]
    public async Task AStrangerGetsAnEmpty401AndIsReported(string strangersNetwork)
    {
        using TlsIdentity stranger = Create("stranger", "STRADEFFXXX", strangersNetwork);
        SortedDictionary<string, string> before = await network.StateAsync(Ct);
        foreach (string node in new[] { HostNetwork.BankA, HostNetwork.BankB, HostNetwork.RegulatorId })
            Assert.Equal((HttpStatusCode.Unauthorized, 0), await PostAsync(stranger, node, PeerRoutes.Messages, Batch(new PeerMessage { Finality = new FinalityNotice { Channel = Channel, Sequence = 99 } })));
        Assert.Equal((HttpStatusCode.Unauthorized, 0), await PostAsync(stranger, HostNetwork.AgentId, PeerRoutes.AgentRequests, Garbage));
        await network.AssertUnchangedAsync(before, Ct);
        Assert.Contains(network.Log.Lines, static line => line.Id == StrangerEvent);
    }

    [Fact]
    public async Task TheLedgerGivesAStrangerNothing()
    {
        using TlsIdentity stranger = Create("stranger", "STRADEFFXXX", TestNodes.Network);
        SortedDictionary<string, string> before = await network.StateAsync(Ct);
        Assert.Equal((HttpStatusCode.BadRequest, 0), await PostAsync(stranger, HostNetwork.LedgerId, PeerRoutes.LedgerRequests, Garbage));
        LedgerRequest request = new() { Suite = Suite.Current, Network = TestNodes.Network, ChannelQueries = { Channel }, Log = new LogQuery { Limit = 100 }, Directory = new DirectoryQuery() };
        request.Submissions.Add(new Submission { Head = new HeadRecord { Channel = Channel } });
        LedgerReply reply = await AskAsync(stranger, request);
        Assert.Equal("LG005", Assert.Single(reply.Results).Code);
        Assert.Empty(reply.Log);
        // Word for word what is said of a channel that there is not.
        Assert.Equal(new ChannelStatus { Channel = Channel }, Assert.Single(reply.Channels));
        Assert.Empty(reply.Directory);
        request.Network = "another-network";
        Assert.Empty((await AskAsync(stranger, request)).Log);
        await network.AssertUnchangedAsync(before, Ct);
    }

    [Fact]
    public async Task ALedgerListsNobodyOfAnotherNetwork()
    {
        string keys = Path.Combine(folder.Path, "other");
        using TlsIdentity stranger = Create("other", "STRADEFFXXX", "another-network");
        using ParticipantKeys own = new KeyFolder(keys).ReadParticipantKeys(new KeyOwner("another-network", TestNodes.Id("STRADEFFXXX")), stranger.Key);
        ParticipantRecord record = OwnRecord.Ensure(new KeyFolder(keys), own, "Stranger", "", "bank", new Uri("https://127.0.0.1:1"), null, TimeProvider.System.GetUtcNow());
        SortedDictionary<string, string> before = await network.StateAsync(Ct);
        LedgerReply reply = await AskAsync(stranger, new LedgerRequest { Suite = Suite.Current, Network = TestNodes.Network, Submissions = { new Submission { Participant = record } } });
        Assert.StartsWith("LG", Assert.Single(reply.Results).Code, StringComparison.Ordinal);
        await network.AssertUnchangedAsync(before, Ct);
    }

    [Fact]
    public async Task AParticipantThatIsNotInTheTermsIsHeardAndIgnored()
    {
        using TlsIdentity outsider = await ListAsync();
        SortedDictionary<string, string> before = await network.StateAsync(Ct);
        foreach (string node in new[] { HostNetwork.BankA, HostNetwork.BankB, HostNetwork.RegulatorId })
        {
            bool isBank = node != HostNetwork.RegulatorId;
            await IgnoredAsync(outsider, node, Garbage, "CH030");
            await IgnoredAsync(outsider, node, new PeerBatch { Suite = Suite.Current, Network = "another-network" }.ToByteArray(), "CH030");
            await IgnoredAsync(outsider, node, new PeerBatch { Suite = Suite.Current + 1, Network = TestNodes.Network }.ToByteArray(), "CH030");
            await IgnoredAsync(outsider, node, Batch(new PeerMessage()), isBank ? "CH035" : "CH030");
            await IgnoredAsync(outsider, node, Batch(new PeerMessage { Proposal = Proposal() }), isBank ? "CH035" : "CH030");
            await IgnoredAsync(outsider, node, Batch(new PeerMessage { Commands = new Commands { Channel = Channel, Term = 1, Entries = { new SealedEntry() } } }), isBank ? "CH035" : "CH030");
            await IgnoredAsync(outsider, node, Batch(new PeerMessage { Endorsement = new EndorsementAnswer { Channel = Channel, Term = 1, Sequence = 4, Objection = "CH020" } }), isBank ? "CH035" : "CH030");
            await IgnoredAsync(outsider, node, Batch(new PeerMessage { Finality = new FinalityNotice { Channel = Channel, Sequence = ulong.MaxValue } }), isBank ? "CH035" : "CH030");
            await IgnoredAsync(outsider, node, Batch(new PeerMessage { Delivery = new Delivery { Channel = Channel, Sequence = ulong.MaxValue } }), "CH035");
            await IgnoredAsync(outsider, node, Batch(new PeerMessage { Progress = new DeliveryProgress { Channel = Channel, Sequence = ulong.MaxValue } }), isBank ? "CH035" : "CH030");
            await IgnoredAsync(outsider, node, Batch(new PeerMessage { OpenProposal = new OpenProposal { Terms = ByteString.CopyFrom(Garbage), Epoch = new Epoch() } }), "CH001", isAboutSender: false);
        }

        await network.AssertUnchangedAsync(before, Ct);
        await network.SettleOneAsync(Ct);
        await network.QuietAsync(Ct);
    }

    [Fact]
    public async Task AParticipantThatIsNotInTheTermsCannotUseAgentOrLedger()
    {
        using TlsIdentity outsider = await ListAsync();
        SortedDictionary<string, string> before = await network.StateAsync(Ct);
        LedgerRequest request = new() { Suite = Suite.Current, Network = TestNodes.Network };
        using SettlementClient bank = network.Nodes.Operator(HostNetwork.BankA);
        ChannelInfo channel = (await bank.ChannelsAsync(Ct)).Channels.Single();
        byte[] random = new byte[64];
        random.AsSpan().Fill(7);
        Endorsement endorsement = new() { NotAfterUnixMs = TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeMilliseconds(), Signature = ByteString.CopyFrom(random) };
        request.Submissions.Add(new Submission
        {
            Head = new HeadRecord
            {
                Channel = Channel, Term = channel.Term, Sequence = channel.Sequence + 1, PreviousHead = ByteString.CopyFrom(Convert.FromHexString(channel.Head)),
                Head = ByteString.CopyFrom(random.AsSpan(0, 32)), Endorsements = { endorsement, endorsement },
            },
        });
        request.Submissions.Add(new Submission
        {
            Takeover = new TakeoverRecord { Channel = Channel, Head = ByteString.CopyFrom(Convert.FromHexString(channel.Head)), NewTerm = channel.Term + 1, Member = 1, Signature = ByteString.CopyFrom(random) },
        });
        Assert.Equal(["LG023", "LG033"], (await AskAsync(outsider, request)).Results.Select(static result => result.Code));

        AgentRequest fund = new() { Suite = Suite.Current, Network = TestNodes.Network, FundedChannels = true };
        fund.Funds.Add(new FundRequest { RequestId = ByteString.CopyFrom(random.AsSpan(0, 32)), Channel = Channel, Currency = "EUR", MinorUnits = 1 });
        using PeerClient agent = ClientOf(outsider, HostNetwork.AgentId);
        AgentReply reply = AgentReply.Parser.ParseFrom(Assert.IsType<PeerAnswer.Received>(await agent.SendAsync(Core.Machines.Door.Agent, fund.ToByteArray(), Ct)).Body);
        Assert.Equal("AG003", Assert.Single(reply.Funds).Code);
        Assert.Empty(reply.Channels);
        Assert.Empty(Assert.IsType<PeerAnswer.Received>(await agent.SendAsync(Core.Machines.Door.Agent, Garbage, Ct)).Body);
        await AlarmedAsync($"Alarm AG001 about {Outsider}", 0);
        // The agent keeps that it refused, so that a late copy of the request moves no money.
        await network.AssertUnchangedAsync(before, Ct, (HostNetwork.AgentId, "payload_postings", 1));
    }

    private async Task IgnoredAsync(TlsIdentity identity, string node, byte[] body, string alarm, bool isAboutSender = true)
    {
        string text = isAboutSender ? $"Alarm {alarm} about {Outsider}" : $"Alarm {alarm} about ";
        int already = Alarms(text);
        Assert.Equal((HttpStatusCode.Accepted, 0), await PostAsync(identity, node, PeerRoutes.Messages, body));
        await AlarmedAsync(text, already);
    }

    private Task AlarmedAsync(string text, int already) => network.Nodes.UntilAsync(() => Task.FromResult(Alarms(text) > already), Ct);

    private int Alarms(string text) => network.Log.Lines.Count(line => line.Id == AlarmEvent && line.Text.StartsWith(text, StringComparison.Ordinal));

    private Proposal Proposal() => new()
    {
        Channel = Channel, Term = 1, Sequence = 4, PreviousHead = ByteString.CopyFrom(new byte[32]), Signature = ByteString.CopyFrom(new byte[64]),
        Body = new ProposalBody
        {
            TimeUnixMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), Items = { new BatchItem { Entry = new SealedEntry { Header = ByteString.CopyFrom(Garbage) } } },
        }.ToByteString(),
    };

    private static byte[] Batch(PeerMessage message) => new PeerBatch { Suite = Suite.Current, Network = TestNodes.Network, Messages = { message } }.ToByteArray();

    private TlsIdentity Create(string name, string participant, string ofNetwork)
    {
        KeyFolder keys = new(Path.Combine(folder.Path, name));
        keys.Create(new KeyOwner(ofNetwork, TestNodes.Id(participant)), NodeRole.Bank, new SystemEntropy(), TimeProvider.System.GetUtcNow());
        return keys.ReadTlsIdentity();
    }

    /// <summary>The outsider, once everybody has read that the ledger lists it. Its keys are kept with the network, because the
    /// ledger lists a participant under one root key only.</summary>
    private async Task<TlsIdentity> ListAsync()
    {
        string keys = network.Nodes.FolderOf("outsider");
        if (!Directory.Exists(keys))
        {
            PeerAnswer answer = await HostRequests.ListAsync(
                keys, Outsider, network.Nodes.Node(HostNetwork.LedgerId).PeerAddress.Port, network.Nodes.Facts(HostNetwork.LedgerId).TlsFingerprint.ToString(), Ct);
            Assert.IsType<PeerAnswer.Received>(answer);
        }

        TlsIdentity identity = new KeyFolder(keys).ReadTlsIdentity();
        foreach (string node in new[] { HostNetwork.BankA, HostNetwork.BankB, HostNetwork.RegulatorId })
            await network.Nodes.UntilAsync(async () => (await PostAsync(identity, node, PeerRoutes.Messages, Batch(new PeerMessage()))).Status == HttpStatusCode.Accepted, Ct);
        await network.Nodes.UntilAsync(async () => (await PostAsync(identity, HostNetwork.AgentId, PeerRoutes.AgentRequests, [])).Status == HttpStatusCode.OK, Ct);
        return identity;
    }

    private async Task<LedgerReply> AskAsync(TlsIdentity identity, LedgerRequest request)
    {
        using PeerClient client = ClientOf(identity, HostNetwork.LedgerId);
        return LedgerReply.Parser.ParseFrom(Assert.IsType<PeerAnswer.Received>(await client.SendAsync(Core.Machines.Door.Ledger, request.ToByteArray(), Ct)).Body);
    }

    private PeerClient ClientOf(TlsIdentity identity, string node) =>
        new(new Destination(TestNodes.Id(node), network.Nodes.Node(node).PeerAddress, network.Nodes.Facts(node).TlsFingerprint), identity, TimeProvider.System);

    private async Task<(HttpStatusCode Status, int Length)> PostAsync(TlsIdentity identity, string node, string path, byte[] body)
    {
        using SocketsHttpHandler handler = new();
        handler.SslOptions.EnabledSslProtocols = SslProtocols.Tls13;
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => identity.Certificate;
        using HttpClient client = new(handler) { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using ByteArrayContent content = new(body) { Headers = { ContentType = new MediaTypeHeaderValue(PeerBounds.ContentType) } };
        using HttpResponseMessage response = await client.PostAsync(new Uri(network.Nodes.Node(node).PeerAddress, path), content, Ct);
        return (response.StatusCode, (await response.Content.ReadAsByteArrayAsync(Ct)).Length);
    }
}
