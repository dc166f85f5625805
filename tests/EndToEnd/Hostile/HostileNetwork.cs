using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Settlement.Client;
using Settlement.Core.Cryptography;
using Settlement.Core.Reading;
using Settlement.Core.Store;
using Settlement.Host.Keys;
using Settlement.Tests.EndToEnd.BadInput;
using Settlement.Tests.EndToEnd.Host;
using Settlement.Tests.EndToEnd.Storage;

namespace Settlement.Tests.EndToEnd.Hostile;

/// <summary>The tests that attack one network over the wire, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class HostileNetworkGroup : ICollectionFixture<HostileNetwork>
{
    public const string Name = "hostile network";
}

/// <summary>Three banks in three funded channels, an agent, a regulator and a ledger, each behind an <see cref="Interposer"/>.</summary>
public sealed class HostileNetwork(PostgresServer postgres) : IAsyncLifetime
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(25);
    private int payments;

    internal HostNetwork Nodes { get; private set; } = null!;

    /// <summary>The channel between bank A and bank B.</summary>
    public string Channel { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        Nodes = await HostNetwork.StartInterposedAsync(postgres, NullLoggerFactory.Instance, ct);
        Channel = await Nodes.OpenFundedChannelAsync(HostNetwork.BankA, HostNetwork.BankB, "1000.00", ct);
        await Nodes.OpenFundedChannelAsync(HostNetwork.BankA, HostNetwork.BankC, "1000.00", ct);
        await Nodes.OpenFundedChannelAsync(HostNetwork.BankB, HostNetwork.BankC, "1000.00", ct);
    }

    public async ValueTask DisposeAsync()
    {
        if (Nodes is not null) await Nodes.DisposeAsync();
    }

    /// <summary>What a node's operator sees.</summary>
    internal async Task<IReadOnlyList<AlarmInfo>> AlarmsAsync(string id, CancellationToken ct)
    {
        using SettlementClient client = Nodes.Operator(id);
        List<AlarmInfo> alarms = [];
        for (string after = "0"; ;)
        {
            AlarmPage page = await client.AlarmsAsync(after, 3, ct);
            if (page.Alarms.Count == 0) return [.. alarms.GroupBy(static a => (a.Party, a.Code)).Select(static g => g.Last())];
            alarms.AddRange(page.Alarms);
            after = page.Next;
        }
    }

    /// <summary>The record of a participant and code, once the operator sees it so often.</summary>
    internal async Task<AlarmInfo> AlarmAsync(string id, string party, string code, CancellationToken ct, long times = 1)
    {
        AlarmInfo? found = null;
        IReadOnlyList<AlarmInfo> seen = [];
        try
        {
            await Nodes.UntilAsync(async () => (found = (seen = await AlarmsAsync(id, ct)).SingleOrDefault(a => a.Party == party && a.Code == code && a.Count >= times)) is not null, ct);
        }
        catch (TimeoutException error)
        {
            throw new TimeoutException($"{id} shows no {code} of {party}, only {string.Join(", ", seen.Select(static a => $"{a.Code} of {a.Party} x{a.Count}"))}.", error);
        }

        return found!;
    }

    /// <summary>A piece of evidence with its bytes, as an auditor reads it.</summary>
    internal async Task<EvidenceInfo> EvidenceAsync(string id, string piece, CancellationToken ct)
    {
        using SettlementClient client = Nodes.Auditor(id);
        return await client.EvidenceAsync(piece, ct);
    }

    /// <summary>How a payment of one bank to another ends, or stands after the longest wait.</summary>
    internal async Task<string> PayAsync(string from, string to, CancellationToken ct, TimeSpan? wait = null)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"PAY-{Interlocked.Increment(ref payments)}");
        using SettlementClient bank = Nodes.BackOffice(from);
        byte[] transfer = JsonTransfer.Of(("transactionId", name), ("amount", "1.00"), ("instructingAgent", from), ("instructedAgent", to));
        InstructionStatus status = (await bank.SubmitAsync(transfer, "application/json", null, wait ?? Wait, ct)).Instructions.Single();
        return $"{status.Status} {status.Reason}".Trim();
    }

    /// <summary>A payment that is submitted and not waited for.</summary>
    internal async Task<string> SubmitAsync(string from, string to, CancellationToken ct)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"PAY-{Interlocked.Increment(ref payments)}");
        using SettlementClient bank = Nodes.BackOffice(from);
        byte[] transfer = JsonTransfer.Of(("transactionId", name), ("amount", "1.00"), ("instructingAgent", from), ("instructedAgent", to));
        return (await bank.SubmitAsync(transfer, "application/json", null, TimeSpan.Zero, ct)).Instructions.Single().Id;
    }

    /// <summary>Where a payment stands.</summary>
    internal async Task<string> StatusAsync(string bank, string instruction, CancellationToken ct)
    {
        using SettlementClient client = Nodes.BackOffice(bank);
        return (await client.GetInstructionAsync(instruction, ct)).Status;
    }

    /// <summary>The channel between bank A and bank B as one of them holds it, its secret key included.</summary>
    internal async Task<Insider> InsiderAsync(string id, CancellationToken ct)
    {
        using VaultKey vault = new KeyFolder(Nodes.Configuration(id).Folder).ReadVaultKey();
        VaultReader reader = new(TestNodes.Network, TestNodes.Id(id), vault);
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(Nodes.Configuration(id).Database!);
        await using NpgsqlCommand channels = source.CreateCommand("select key, body from payload_channels");
        await using NpgsqlDataReader row = await channels.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
        {
            StoredPayload stored = new((byte[])row[0], (byte[])row[1]);
            if (reader.ReadChannel(stored) is { } context && context.Channel.ToString() == Channel) return new Insider(context, reader.ReadChannelKey(stored));
        }

        throw new InvalidOperationException($"{id} is not in the channel.");
    }

    /// <summary>The rows that a node keeps of others' misbehaviour.</summary>
    internal async Task<(long Alarms, long Evidence)> RowsAsync(string id, CancellationToken ct)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(Nodes.Configuration(id).Database!);
        await using NpgsqlCommand count = source.CreateCommand("select (select count(*) from payload_alarms), (select count(*) from payload_evidence)");
        await using NpgsqlDataReader row = await count.ExecuteReaderAsync(ct);
        await row.ReadAsync(ct);
        return (row.GetInt64(0), row.GetInt64(1));
    }
}
