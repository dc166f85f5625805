using Settlement.Client;
using Settlement.Contracts;
using Settlement.Host;
using Settlement.Host.Configuration;
using Settlement.Host.Demo;
using Settlement.Host.Network;
using Settlement.Tests.EndToEnd.Demo;
using Settlement.Tests.EndToEnd.Network;

namespace Settlement.Tests.EndToEnd.Privacy;

/// <summary>
/// The table of who learns what: canaries go into every confidential field, a day is settled, and everything that a party
/// stores, logs or receives is searched for those that the contract does not grant it.
/// </summary>
public sealed class PrivacyTests
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromMinutes(1);

    // What the library's payment grants, written down here and not read from it: a contract that is widened must fail this test.
    private const string Readers = """
        amount            payer payee supervisor
        value_date        payer payee supervisor
        end_to_end        payer payee
        uetr              payer payee
        transaction       payer payee
        debtor            payer payee
        debtor_account    payer payee
        creditor          payer payee
        creditor_account  payer payee
        remittance        payer payee
        """;

    private static readonly IReadOnlyDictionary<string, string[]> Granted = Readers.Split('\n')
        .Select(static row => row.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToDictionary(static row => row[0], static row => row[1..], StringComparer.Ordinal);

    [Fact]
    public void Every_field_of_the_payment_is_in_the_table() =>
        Assert.Equal(Granted.Keys.Order(StringComparer.Ordinal), ContractLibrary.Load("GrossPayment").Fields.Select(static field => field.Name).Order(StringComparer.Ordinal));

    [Fact]
    public async Task No_party_holds_what_the_contract_does_not_grant_it()
    {
        IReadOnlyList<string> leaks = await SettleAndSearchAsync("GrossPayment", TestContext.Current.CancellationToken);
        Assert.True(leaks.Count == 0, string.Join('\n', leaks));
    }

    [Fact]
    public async Task A_widened_audience_is_found()
    {
        string[] widened = ["transaction", "uetr", "end_to_end", "debtor", "debtor_account", "creditor", "creditor_account", "remittance"];
        Contract payment = ContractLibrary.Load("GrossPayment");
        using OwnFolder folder = new();
        string file = Path.Combine(folder.Path, "Widened.contract");
        await File.WriteAllTextAsync(file, widened.Aggregate(payment.Source, Widen), TestContext.Current.CancellationToken);
        IReadOnlyList<string> leaks = await SettleAndSearchAsync(file, TestContext.Current.CancellationToken);
        // Found where it was widened to, and nowhere else.
        Assert.Equal(
            [.. widened.Select(static field => $"Regulator reads {field} in its API").Order(StringComparer.Ordinal)],
            leaks.Distinct().Order(StringComparer.Ordinal));
    }

    private static string Widen(string source, string field)
    {
        string[] lines = source.Split('\n');
        int line = Array.FindIndex(lines, text => text.TrimStart().StartsWith(field + " ", StringComparison.Ordinal));
        Assert.True(line >= 0 && lines[line].Contains("to payer, payee", StringComparison.Ordinal));
        lines[line] = lines[line].Replace("to payer, payee", "to payer, payee, supervisor", StringComparison.Ordinal);
        return string.Join('\n', lines);
    }

    /// <param name="used">The contract that the channels are opened with: a name of the library, or a file.</param>
    /// <param name="ct">Cancels.</param>
    private static async Task<IReadOnlyList<string>> SettleAndSearchAsync(string used, CancellationToken ct)
    {
        CanaryDay day = CanaryDay.Create();
        DemoPlan plan = DemoPlan.For(Pacs008.Input(day.Payments), DemoPlan.DefaultMaxBanks);
        await using LocalNetwork network = await LocalNetwork.CreateAsync(
            new LocalNetworkOptions
            {
                Banks = plan.Banks, Contracts = [used, "PoolFunding"], SeparatePeerPorts = true,
                Entropy = new SystemEntropy(), Time = TimeProvider.System, Phase = static (_, _) => { },
            }, ct);
        await using PeerTap tap = await PeerTap.StartAsync(network, ct);
        await network.StartAsync(ct);
        IReadOnlyList<string> channels = await new NetworkOpening(network, TimeProvider.System, static (_, _) => { })
            .PrepareAsync(plan.Channels, plan.Credits(), ct);
        IReadOnlyList<DemoOutcome> outcomes = await new DemoSettlement(network, plan, AnswerWithin, TimeProvider.System, static _ => { }).RunAsync(ct);
        Assert.All(outcomes, static outcome => Assert.Equal(DemoOutcome.Final, outcome.Status));
        NetworkVerdict audited = await new NetworkProof(network, TimeProvider.System).AuditAsync(channels, ct);
        Assert.True(audited.Complete, string.Join('\n', audited.Findings));
        await CheckReadersAsync(network, plan, channels, day, ct);
        Assert.All(network.Nodes, node => Assert.NotEmpty(tap.ReceivedBy(node)));

        List<string> leaks = [];
        foreach (LocalNode node in network.Nodes) leaks.AddRange(await SearchAsync(node, tap, day, ct));
        return leaks;
    }

    private static async Task<List<string>> SearchAsync(LocalNode node, PeerTap tap, CanaryDay day, CancellationToken ct)
    {
        List<(string Place, byte[] Content)> places = [("received", Join(tap.ReceivedBy(node))), ("log", await File.ReadAllBytesAsync(node.LogFile, ct))];
        foreach (TableContent table in await DatabaseContent.ReadAsync(node.Database, ct)) places.Add((table.Table, Join(table.Rows)));
        List<string> leaks = [];
        foreach (Canary canary in day.Canaries.Where(canary => !MayRead(node, canary)))
        {
            foreach ((string place, byte[] content) in places)
            {
                foreach (PlaintextSearch search in canary.Searches)
                {
                    if (search.Find(content) is { } form) leaks.Add($"{node.Name} has {canary.Field} in {place}: {form}");
                }
            }
        }

        return [.. leaks, .. await ReadableBeyondGrantAsync(node, day, ct)];
    }

    // Fields that the node's own API shows although the contract does not grant them: envelopes that were sealed for too many.
    private static async Task<List<string>> ReadableBeyondGrantAsync(LocalNode node, CanaryDay day, CancellationToken ct)
    {
        if (node.Role is not (NodeRole.Bank or NodeRole.Regulator)) return [];
        using SettlementClient client = new(node.ApiAddress, node.Token);
        IEnumerable<string> channels = node.Role == NodeRole.Bank
            ? (await client.ChannelsAsync(ct)).Channels.Select(static channel => channel.Id)
            : (await client.AuditChannelsAsync(ct)).Channels.Select(static channel => channel.Id);
        List<string> leaks = [];
        foreach (string channel in channels)
        {
            List<EntryInfo> entries = await NetworkReading.EntriesAsync(client, channel, ct);
            HashSet<string> values = [.. entries.SelectMany(static entry => entry.Fields).Select(static field => field.Value).OfType<string>()];
            leaks.AddRange(day.Canaries.Where(canary => values.Contains(canary.Value) && !MayRead(node, canary))
                .Select(canary => $"{node.Name} reads {canary.Field} in its API"));
        }

        return leaks;
    }

    // The search would pass over an empty network: who may read does read.
    private static async Task CheckReadersAsync(
        LocalNetwork network, DemoPlan plan, IReadOnlyList<string> channels, CanaryDay day, CancellationToken ct)
    {
        foreach (LocalNode node in network.Nodes.Where(static node => node.Role is NodeRole.Bank or NodeRole.Regulator))
        {
            HashSet<string> values = [];
            for (int i = 0; i < channels.Count; i++)
            {
                if (node.Role == NodeRole.Bank && plan.Channels[i].First != node.Id && plan.Channels[i].Second != node.Id) continue;
                List<EntryInfo> entries = await NetworkReading.EntriesAsync(network.Client(node), channels[i], ct);
                values.UnionWith(entries.SelectMany(static entry => entry.Fields).Select(static field => field.Value).OfType<string>());
            }

            foreach (Canary canary in day.Canaries.Where(canary => MayRead(node, canary)))
                Assert.True(values.Any(value => value.Contains(canary.Value, StringComparison.Ordinal)), $"{node.Name} cannot read {canary.Field}");
        }
    }

    private static bool MayRead(LocalNode node, Canary canary)
    {
        string? party = node.Role switch
        {
            NodeRole.Regulator => "supervisor",
            NodeRole.Bank when node.Id.ToString() == canary.Payment.Payer => "payer",
            NodeRole.Bank when node.Id.ToString() == canary.Payment.Payee => "payee",
            _ => null,
        };
        return party is not null && Granted[canary.Field].Contains(party, StringComparer.Ordinal);
    }

    private static byte[] Join(IEnumerable<byte[]> parts)
    {
        using MemoryStream joined = new();
        foreach (byte[] part in parts)
        {
            joined.Write(part);
            joined.WriteByte(0);
        }

        return joined.ToArray();
    }
}
