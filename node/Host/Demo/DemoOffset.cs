using System.Globalization;
using System.Text.Json;
using Settlement.Client;
using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;
using Settlement.Host.Commands;
using Settlement.Host.Network;

namespace Settlement.Host.Demo;

/// <summary>
/// Three banks that pay each other in channels without funds and without limits, so that every payment waits; and the settlement agent, which finds that
/// all of them together need hardly any money, and settles them over the accounts.
/// </summary>
/// <param name="Banks">The banks; each pays the next one, and the last the first.</param>
/// <param name="Currency">What they pay in.</param>
/// <param name="Date">The business day.</param>
internal sealed record DemoOffset(IReadOnlyList<ParticipantId> Banks, Currency Currency, DateOnly Date)
{
    /// <summary>The payment whose contract offers its amount to the agent while it waits.</summary>
    public const string Contract = "OffsetPayment";

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan SettleWithin = TimeSpan.FromSeconds(60);

    // The first in which nobody has a channel yet.
    private static readonly string[] Currencies = ["NOK", "DKK", "CHF", "GBP", "SEK"];

    // In whole units of it.
    private static readonly int[] Pays = [120_000, 90_000, 100_000];
    private const int Account = 20_000;

    /// <summary>The channel of each bank with the next one.</summary>
    public IReadOnlyList<ChannelPlan> Channels => [.. Banks.Select((bank, i) => new ChannelPlan(bank, Next(i), [Currency], []) { Contracts = [Contract, "PoolFunding"] })];

    /// <summary>What the banks have at the settlement agent.</summary>
    public IEnumerable<(ParticipantId Bank, Money Amount)> Accounts => Banks.Select(bank => (bank, Units(Account)));

    /// <summary>An offset of the first three banks; null where there are fewer, or no currency is left.</summary>
    public static DemoOffset? For(DemoPlan plan)
    {
        if (plan.Banks.Count < Pays.Length) return null;
        HashSet<Currency> used = [.. plan.Channels.SelectMany(static channel => channel.Currencies)];
        foreach (string code in Currencies)
        {
            if (Currency.TryParse(code, out Currency currency) && !used.Contains(currency)) return new DemoOffset([.. plan.Banks.Take(Pays.Length)], currency, plan.Days[^1].Date);
        }

        return null;
    }

    /// <summary>Lets the banks pay, and shows that each payment waits, that all of them settle together, and what that took.</summary>
    /// <param name="network">The network.</param>
    /// <param name="calls">Asks its nodes.</param>
    /// <param name="channels">The ids of the channels, in the order of the plan.</param>
    /// <param name="time">What waiting is measured by.</param>
    /// <param name="screen">Where it is shown.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="NetworkException">DM006, DM007.</exception>
    public async Task RunAsync(LocalNetwork network, NetworkCalls calls, IReadOnlyList<string> channels, TimeProvider time, Screen screen, CancellationToken ct)
    {
        List<InstructionStatus> waits = [];
        for (int i = 0; i < Banks.Count; i++) waits.Add(await PayAsync(network, calls, i, ct));
        for (int i = 0; i < Banks.Count; i++) await SettleAsync(calls, network.Bank(Banks[i]), waits[i].Id, time, ct);
        await PostAsync(network, calls, time, ct);
        string[] accounts = [.. await Task.WhenAll(Banks.Select(bank => AccountAsync(network, calls, bank, ct)))];
        string[] positions = [.. await Task.WhenAll(Banks.Select((bank, i) => PositionAsync(calls, network.Bank(bank), channels[i], ct)))];
        long moved = Banks.Select((_, i) => Math.Max(0, Pays[(i + Banks.Count - 1) % Banks.Count] - Pays[i])).Sum();
        screen.Rows(
            string.Create(CultureInfo.InvariantCulture, $"Offsetting over {Banks.Count} channels: {Units(Pays.Sum())} wait, and settle together by {Units((int)moved)} on the accounts"),
            ["bank", "pays", "waits for", "and then", "account before", "account after", "its channel is at"],
            Banks.Select((bank, i) => new[]
            {
                $"{bank}", $"{Units(Pays[i])} to {Next(i)}", $"{waits[i].Status} {waits[i].Reason}", DemoOutcome.Final, Units(Account).ToDecimalText(), accounts[i], positions[i],
            }));
    }

    private async Task<InstructionStatus> PayAsync(LocalNetwork network, NetworkCalls calls, int i, CancellationToken ct)
    {
        LocalNode bank = network.Bank(Banks[i]);
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            ["messageId"] = $"OFFSET-{i}", ["endToEndId"] = $"OFFSET-{i}", ["amount"] = Units(Pays[i]).ToDecimalText(), ["currency"] = Currency.Code,
            ["settlementDate"] = Date.ToString("O", CultureInfo.InvariantCulture), ["instructingAgent"] = Banks[i].ToString(), ["instructedAgent"] = Next(i).ToString(),
            ["debtor"] = new Dictionary<string, string> { ["name"] = "Treasury" }, ["creditor"] = new Dictionary<string, string> { ["name"] = "Treasury" },
        });
        MessageReceipt receipt = await calls.AskAsync(bank, "take a payment without cover", client => client.SubmitAsync(body, "application/json", $"demo-offset-{i}", TimeSpan.Zero, ct), ct);
        if (receipt.Instructions[0] is not { Status: DemoOutcome.Queued } waits)
            throw new NetworkException(NetworkException.Refused, $"{bank.Name} did not let a payment without cover wait: {receipt.Instructions[0].Status} {receipt.Instructions[0].Reason}\n{bank.LogTail()}");
        return waits;
    }

    private static async Task SettleAsync(NetworkCalls calls, LocalNode bank, string id, TimeProvider time, CancellationToken ct)
    {
        long began = time.GetTimestamp();
        while (true)
        {
            Instruction seen = await calls.AskAsync(bank, "tell of a payment", client => client.GetInstructionAsync(id, ct), ct);
            if (seen.Status == DemoOutcome.Final) return;
            if (seen.Status == DemoOutcome.Rejected || time.GetElapsedTime(began) > SettleWithin)
                throw new NetworkException(NetworkException.TimedOut, $"A payment of {bank.Name} did not settle with the others: {seen.Status} {seen.Reason}\n{bank.LogTail()}");
            await Task.Delay(Poll, time, ct);
        }
    }

    /// <summary>Waits until the agent has posted: channels learn of the ledger's decision by themselves, and may be earlier.</summary>
    private async Task PostAsync(LocalNetwork network, NetworkCalls calls, TimeProvider time, CancellationToken ct)
    {
        long began = time.GetTimestamp();
        while ((await calls.AskAsync(network.Agent, "list its offsets", client => client.OffsetsAsync(ct), ct)).Offsets.Any(offset => offset.Currency == Currency.Code && offset.Stage == "deciding"))
        {
            if (time.GetElapsedTime(began) > SettleWithin) throw new NetworkException(NetworkException.TimedOut, $"The agent did not post an offset that had settled.\n{network.Agent.LogTail()}");
            await Task.Delay(Poll, time, ct);
        }
    }

    private async Task<string> PositionAsync(NetworkCalls calls, LocalNode bank, string channel, CancellationToken ct) =>
        (await calls.AskAsync(bank, "show its positions", client => client.PositionsAsync(ct), ct)).Positions.Single(p => p.Channel == channel && p.Currency == Currency.Code).Position;

    private async Task<string> AccountAsync(LocalNetwork network, NetworkCalls calls, ParticipantId bank, CancellationToken ct) =>
        (await calls.AskAsync(network.Agent, "show its books", client => client.BooksAsync(ct), ct)).Accounts.Single(a => a.Owner == bank.ToString() && a.Currency == Currency.Code).Amount;

    private ParticipantId Next(int i) => Banks[(i + 1) % Banks.Count];

    private Money Units(int count) => Money.TryParse(string.Create(CultureInfo.InvariantCulture, $"{count} {Currency.Code}"), out Money amount) ? amount : throw new FormatException(Currency.Code);
}
