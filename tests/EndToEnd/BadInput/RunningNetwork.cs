using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;
using Settlement.Client;
using Settlement.Tests.EndToEnd.Host;
using Settlement.Tests.EndToEnd.Storage;

namespace Settlement.Tests.EndToEnd.BadInput;

/// <summary>The tests that ill-treat one running network, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class RunningNetworkGroup : ICollectionFixture<RunningNetwork>
{
    public const string Name = "running network";
}

/// <summary>
/// A network that is started once: two banks with a funded channel that the regulator observes, and two payments settled,
/// one known by its UETR and one by the payer's own reference. A test may settle more payments, and leaves nothing else.
/// </summary>
public sealed class RunningNetwork(PostgresServer postgres) : IAsyncLifetime
{
    public const string Day = "2026-03-02";
    public const string SettledUetr = "3f1c9f6e-6d1f-4c39-9a0b-5f2f4b8f2a11";
    public const string SettledReference = "SETTLED-WITHOUT-UETR";

    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(20);

    private ILoggerFactory loggers = null!;
    private int payments;

    internal HostNetwork Nodes { get; private set; } = null!;

    internal LogCapture Log { get; } = new();

    public string Channel { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        loggers = LoggerFactory.Create(logging => logging.AddProvider(Log));
        Nodes = await HostNetwork.StartAsync(postgres, loggers, ct);
        Channel = await Nodes.OpenFundedChannelAsync("1000.00", ct);
        await SettleAsync(JsonTransfer.Of(("uetr", SettledUetr)), ct);
        await SettleAsync(JsonTransfer.Of(("transactionId", SettledReference), ("instructionId", SettledReference)), ct);
        await QuietAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        if (Nodes is not null) await Nodes.DisposeAsync();
        loggers?.Dispose();
    }

    /// <summary>Settles one more payment from bank A to bank B.</summary>
    public Task SettleOneAsync(CancellationToken ct) =>
        SettleAsync(JsonTransfer.Of(("transactionId", string.Create(CultureInfo.InvariantCulture, $"GOOD-{++payments}"))), ct);

    /// <summary>Waits until the other bank and the regulator have all that is notarised.</summary>
    public async Task QuietAsync(CancellationToken ct)
    {
        using SettlementClient regulator = Nodes.Auditor(HostNetwork.RegulatorId), bank = Nodes.Operator(HostNetwork.BankA), other = Nodes.Operator(HostNetwork.BankB);
        await Nodes.UntilAsync(async () =>
        {
            ulong sequence = (await bank.ChannelsAsync(ct)).Channels.Single().Sequence;
            return (await other.ChannelsAsync(ct)).Channels.SingleOrDefault()?.Sequence == sequence
                && (await regulator.AuditChannelsAsync(ct)).Channels.SingleOrDefault() is { } held && held.HeldSequence == sequence && held.NotarisedSequence == sequence;
        }, ct);
    }

    /// <summary>
    /// Everything that a half-done request could leave behind: the channel's heads, every position, the agent's books, and how
    /// many rows each table of each node has. Markers of commits come and go, and alarms are recorded.
    /// </summary>
    internal async Task<SortedDictionary<string, string>> StateAsync(CancellationToken ct)
    {
        SortedDictionary<string, string> state = new(StringComparer.Ordinal);
        foreach (string bank in new[] { HostNetwork.BankA, HostNetwork.BankB })
        {
            using SettlementClient client = Nodes.Operator(bank);
            ChannelList list = await client.ChannelsAsync(ct);
            state[$"{bank} day"] = list.BusinessDay!;
            ChannelInfo channel = list.Channels.Single();
            state[$"{bank} channel"] = string.Create(CultureInfo.InvariantCulture, $"{channel.Head} {channel.Sequence} {channel.Term} {channel.Waiting}");
            PositionInfo position = channel.Positions.Single();
            state[$"{bank} position"] = $"{position.Position} {position.Reserved}";
        }

        using SettlementClient agent = Nodes.Operator(HostNetwork.AgentId);
        BooksInfo books = await agent.BooksAsync(ct);
        state["books"] = string.Join(' ', books.Accounts.Concat(books.Pools).Concat(books.Issued).Select(static balance => $"{balance.Owner}={balance.Amount}"));
        foreach (string id in Nodes.Ids)
        {
            await using NpgsqlDataSource source = NpgsqlDataSource.Create(Nodes.Configuration(id).Database!);
            foreach (string table in (await TablesAsync(source, ct)).Except(["commit_marker", "payload_alarms", "payload_evidence"]))
            {
                await using NpgsqlCommand count = source.CreateCommand($"select count(*)::text from {table} {WithoutAlarms(table)}");
                state[$"{id} {table}"] = (string)(await count.ExecuteScalarAsync(ct))!;
            }
        }

        return state;
    }

    /// <summary>Nothing is different from before, but for these rows that were to come.</summary>
    internal async Task AssertUnchangedAsync(SortedDictionary<string, string> before, CancellationToken ct, params (string Node, string Table, int Rows)[] more)
    {
        foreach ((string node, string table, int rows) in more)
        {
            string key = $"{node} {table}";
            before[key] = (int.Parse(before[key], CultureInfo.InvariantCulture) + rows).ToString(CultureInfo.InvariantCulture);
        }

        SortedDictionary<string, string> after = await StateAsync(ct);
        string[] different = [.. before.Keys.Union(after.Keys).Where(key => before.GetValueOrDefault(key) != after.GetValueOrDefault(key))
            .Select(key => $"{key}: {after.GetValueOrDefault(key)} instead of {before.GetValueOrDefault(key)}")];
        Assert.True(different.Length == 0, string.Join(Environment.NewLine, different));
    }

    // That something was refused is recorded; what was refused leaves nothing else.
    private static string WithoutAlarms(string table) => table switch
    {
        "mt_events" => "where stream_id <> 'alarms'",
        "mt_streams" => "where id <> 'alarms'",
        "payload_settings" => "where key <> 'stream/alarms'::bytea",
        _ => "",
    };

    /// <summary>The tables of a node's database.</summary>
    internal static async Task<IReadOnlyList<string>> TablesAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        await using NpgsqlCommand names = source.CreateCommand("select tablename::text from pg_tables where schemaname = 'public' order by 1");
        await using NpgsqlDataReader reader = await names.ExecuteReaderAsync(ct);
        List<string> tables = [];
        while (await reader.ReadAsync(ct)) tables.Add(reader.GetString(0));
        return tables;
    }

    private async Task SettleAsync(byte[] transfer, CancellationToken ct)
    {
        using SettlementClient bank = Nodes.BackOffice(HostNetwork.BankA);
        InstructionStatus status = (await bank.SubmitAsync(transfer, "application/json", null, Wait, ct)).Instructions.Single();
        if (status.Status != "ACSC") throw new InvalidOperationException($"A good payment ended {status.Status} {status.Reason} {status.Place}.");
    }
}
