using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Google.Protobuf;
using Npgsql;
using Settlement.Client;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Participants;
using Settlement.Host;
using Settlement.Host.Configuration;
using Settlement.Host.Keys;
using Settlement.Host.Ledger;
using Settlement.Host.Peers;
using Settlement.Host.Running;
using Settlement.Ledger;
using Settlement.Storage;
using Settlement.Tests.EndToEnd.Storage;
using Settlement.Wire.Ledger;
using Settlement.Wire.Participants;

namespace Settlement.Tests.EndToEnd.Host;

/// <summary>The ledger as a running node: its doors, its recovery, and its verification from outside.</summary>
public sealed class LedgerNodeTests(PostgresServer postgres) : IAsyncLifetime
{
    private const string LedgerId = "LEDGDEFFXXX";
    private readonly TestFolder folder = new();
    private KeyFacts facts = null!;
    private string database = "";
    private Node node = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private NodeConfiguration Configuration => TestNodes.Configuration(NodeRole.Ledger, LedgerId, Path.Combine(folder.Path, "ledger"), database);

    public async ValueTask InitializeAsync()
    {
        database = await postgres.CreateDatabaseAsync(Ct);
        facts = TestNodes.CreateKeys(Path.Combine(folder.Path, "ledger"), NodeRole.Ledger, LedgerId);
        node = await TestNodes.StartAsync(Configuration, Ct);
    }

    public async ValueTask DisposeAsync()
    {
        await node.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task ABankListsItselfAndTheLogIsVerifiedFromOutsideAndAfterARestart()
    {
        await ListAsync("BANADEFFXXX", "a");
        await ListAsync("BANBDEFFXXX", "b");
        LedgerVerdict before = await VerifyAsync();
        Assert.Empty(before.Findings);
        Assert.Equal((true, 2L), (before.IsVerified, before.Leaves));

        await node.StopAsync();
        Assert.True(node.Running.IsCompletedSuccessfully);
        node = await TestNodes.StartAsync(Configuration, Ct);
        Assert.Equal(before.Root, (await VerifyAsync()).Root);
        LedgerVerdict stored = DatabaseVerification.Verify(TestNodes.Network, facts.Checkpoint!.Value, await LedgerDatabase.ReadAsync(database, Ct));
        Assert.True(stored.IsVerified);
        Assert.Equal(before.Root, stored.Root);
        using SettlementClient client = new(node.ApiAddress, TestNodes.OperatorToken);
        LogSize size = await client.LogSizeAsync(Ct);
        Assert.Equal((2L, before.Root.ToString()), (size.Size, size.Root));
    }

    [Fact]
    public async Task AChangedLeafFailsVerificationByName()
    {
        await ListAsync("BANADEFFXXX", "a");
        await ListAsync("BANBDEFFXXX", "b");
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(database);
        await using NpgsqlCommand change = source.CreateCommand("update mt_events set timestamp = timestamp + interval '1 second' where seq_id = 2");
        await change.ExecuteNonQueryAsync(Ct);
        LedgerVerdict verdict = DatabaseVerification.Verify(TestNodes.Network, facts.Checkpoint!.Value, await LedgerDatabase.ReadAsync(database, Ct));
        Assert.Equal((false, 1L), (verdict.IsVerified, verdict.FirstWrongLeaf));
    }

    [Fact]
    public async Task AStrangerMayOnlyListItself()
    {
        using TlsIdentity stranger = TlsIdentity.Create(new SystemEntropy(), TimeProvider.System.GetUtcNow());
        LedgerRequest request = new() { Suite = 1, Network = TestNodes.Network };
        request.Submissions.Add(new Submission { Takeover = new TakeoverRecord() });
        request.Log = new LogQuery { Limit = 10 };
        await ListAsync("BANADEFFXXX", "a");
        LedgerReply reply = await AskAsync(stranger, request);
        Assert.Equal("LG005", Assert.Single(reply.Results).Code);
        Assert.Empty(reply.Log);
    }

    [Fact]
    public async Task ASecondProcessOnTheSameVaultStopsAndNeverForks()
    {
        Node second = await TestNodes.StartAsync(Configuration, Ct);
        await ListAsync("BANADEFFXXX", "a");
        using TlsIdentity stranger = TlsIdentity.Create(new SystemEntropy(), TimeProvider.System.GetUtcNow());
        using PeerClient client = new(DoorOf(second), stranger, TimeProvider.System);
        LedgerRequest request = new() { Suite = 1, Network = TestNodes.Network };
        request.Submissions.Add(new Submission { Participant = Record("BANBDEFFXXX", "b", out TlsIdentity tls) });
        tls.Dispose();
        Assert.IsType<PeerAnswer.Failed>(await client.SendAsync(Door.Ledger, request.ToByteArray(), Ct));
        await Assert.ThrowsAsync<StoreConflictException>(() => second.Running);
        await second.DisposeAsync();
        Assert.Equal(1, (await VerifyAsync()).Leaves);
    }

    [Fact]
    public async Task TheApiAsksForATokenWithTheRightRole()
    {
        await AssertProblemAsync(null, "/v1/log/size", HttpStatusCode.Unauthorized, HostCodes.TokenRefused);
        await AssertProblemAsync("", "/v1/log/size", HttpStatusCode.Unauthorized, HostCodes.TokenRefused);
        await AssertProblemAsync("nobody's token", "/v1/log/size", HttpStatusCode.Unauthorized, HostCodes.TokenRefused);
        await AssertProblemAsync(new string('x', 10_000), "/v1/log/size", HttpStatusCode.Unauthorized, HostCodes.TokenRefused);
        await AssertProblemAsync(TestNodes.AuditToken, "/v1/log/size", HttpStatusCode.Forbidden, HostCodes.RoleMissing);
        await AssertProblemAsync(TestNodes.OperatorToken, "/v1/nothing", HttpStatusCode.NotFound, HostCodes.NotFound);
        await AssertProblemAsync(null, "/v1/nothing", HttpStatusCode.Unauthorized, HostCodes.TokenRefused);
    }

    [Fact]
    public async Task HealthNeedsNoToken()
    {
        using HttpClient client = new() { BaseAddress = node.ApiAddress };
        foreach (string path in new[] { "/health/live", "/health/ready" })
        {
            using HttpResponseMessage response = await client.GetAsync(new Uri(path, UriKind.Relative), Ct);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    private async Task AssertProblemAsync(string? token, string path, HttpStatusCode status, string code)
    {
        using HttpClient client = new() { BaseAddress = node.ApiAddress };
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage response = await client.SendAsync(request, Ct);
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        using JsonDocument problem = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(Ct));
        Assert.Equal(code, problem.RootElement.GetProperty("code").GetString());
    }

    private Destination DoorOf(Node ledger) => new(TestNodes.Id(LedgerId), ledger.PeerAddress, facts.TlsFingerprint);

    // With the keys of the bank that every test lists first.
    private async Task<LedgerVerdict> VerifyAsync()
    {
        using TlsIdentity bank = new KeyFolder(Path.Combine(folder.Path, "a")).ReadTlsIdentity();
        return await LedgerRemote.VerifyAsync(DoorOf(node), TestNodes.Network, facts.Checkpoint!.Value, bank, TimeProvider.System, Ct);
    }

    private async Task ListAsync(string participant, string keys)
    {
        LedgerRequest request = new() { Suite = 1, Network = TestNodes.Network };
        request.Submissions.Add(new Submission { Participant = Record(participant, keys, out TlsIdentity tls) });
        using (tls)
        {
            LedgerReply reply = await AskAsync(tls, request);
            Assert.Equal("", Assert.Single(reply.Results).Code);
        }
    }

    private ParticipantRecord Record(string participant, string keys, out TlsIdentity tls) => HostRequests.Record(Path.Combine(folder.Path, keys), participant, out tls);

    private async Task<LedgerReply> AskAsync(TlsIdentity caller, LedgerRequest request)
    {
        using PeerClient client = new(DoorOf(node), caller, TimeProvider.System);
        PeerAnswer answer = await client.SendAsync(Door.Ledger, request.ToByteArray(), Ct);
        return LedgerReply.Parser.ParseFrom(Assert.IsType<PeerAnswer.Received>(answer).Body);
    }
}
