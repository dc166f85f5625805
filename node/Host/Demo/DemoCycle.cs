using System.Globalization;
using System.Text.Json;
using Settlement.Client;
using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;
using Settlement.Host.Commands;
using Settlement.Host.Network;

namespace Settlement.Host.Demo;

/// <summary>
/// Three banks that pay each other without any funds in their channels, as far as each lets the other owe it, and a cycle that nets all of it:
/// the accounts move by what is left, and the channels owe nothing.
/// </summary>
/// <param name="Banks">The banks; each pays the next one, and the last the first.</param>
/// <param name="Currency">What they pay in.</param>
/// <param name="Date">The business day.</param>
internal sealed record DemoCycle(IReadOnlyList<ParticipantId> Banks, Currency Currency, DateOnly Date)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan SettleWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(10);

    // The first in which nobody has a channel yet.
    private static readonly string[] Currencies = ["CHF", "GBP", "SEK", "EUR", "USD"];

    // In whole units of it.
    private static readonly int[] Pays = [120_000, 90_000, 100_000];
    private const int Account = 25_000;
    private const int Limit = 150_000;

    /// <summary>The channel of each bank with the next one, which opens it and lets the bank owe it.</summary>
    public IReadOnlyList<ChannelPlan> Channels => [.. Banks.Select((bank, i) => new ChannelPlan(Next(i), bank, [Currency], []) { Limits = [Units(Limit)] })];

    /// <summary>What the banks have at the settlement agent.</summary>
    public IEnumerable<(ParticipantId Bank, Money Amount)> Accounts => Banks.Select(bank => (bank, Units(Account)));

    /// <summary>A cycle of the first three banks; null where there are fewer, or no currency is left.</summary>
    public static DemoCycle? For(DemoPlan plan)
    {
        if (plan.Banks.Count < Pays.Length) return null;
        HashSet<Currency> used = [.. plan.Channels.SelectMany(static channel => channel.Currencies)];
        foreach (string code in Currencies)
        {
            if (Currency.TryParse(code, out Currency currency) && !used.Contains(currency)) return new DemoCycle([.. plan.Banks.Take(Pays.Length)], currency, plan.Days[^1].Date);
        }

        return null;
    }

    /// <summary>Lets the banks pay, opens the cycle, and shows what they owed, what is left of it, and what their accounts have.</summary>
    /// <param name="network">The network.</param>
    /// <param name="calls">Asks its nodes.</param>
    /// <param name="channels">The ids of the channels, in the order of the plan.</param>
    /// <param name="time">What waiting is measured by.</param>
    /// <param name="screen">Where it is shown.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="NetworkException">DM006, DM007.</exception>
    public async Task RunAsync(LocalNetwork network, NetworkCalls calls, IReadOnlyList<string> channels, TimeProvider time, Screen screen, CancellationToken ct)
    {
        for (int i = 0; i < Banks.Count; i++) await PayAsync(network, calls, i, ct);
        string[] owed = [.. await Task.WhenAll(Banks.Select((bank, i) => PositionAsync(calls, network.Bank(bank), channels[i], ct)))];
        string[] before = [.. await Task.WhenAll(Banks.Select(bank => AccountAsync(network, calls, bank, ct)))];
        CycleInfo settled = await SettleAsync(network, calls, time, ct);
        string[] left = [.. await Task.WhenAll(Banks.Select((bank, i) => ClearAsync(calls, network.Bank(bank), channels[i], time, ct)))];
        string[] after = [.. await Task.WhenAll(Banks.Select(bank => AccountAsync(network, calls, bank, ct)))];
        long moved = settled.Banks.Sum(bank => Math.Max(0, Minor(bank.Net)));
        screen.Rows(
            string.Create(CultureInfo.InvariantCulture, $"A cycle in {Currency}: {Units(Pays.Sum())} owed in {settled.Channels} channels, settled by {new Money(Currency, moved)} on the accounts"),
            ["bank", "pays", "and is then at", "its net", "account before", "account after", "its channel is at"],
            Banks.Select((bank, i) => new[]
            {
                $"{bank}", $"{Units(Pays[i])} to {Next(i)}", owed[i], settled.Banks.Single(b => b.Bank == bank.ToString()).Net ?? "", before[i], after[i], left[i],
            }));
    }

    private async Task<CycleInfo> SettleAsync(LocalNetwork network, NetworkCalls calls, TimeProvider time, CancellationToken ct)
    {
        CycleOrder order = new() { Currency = Currency.Code, Banks = [.. Banks.Select(static bank => bank.ToString())] };
        // Not asked again where the answer is lost: it would be refused as the second in its currency.
        CycleInfo opened = await calls.AskAsync(network.Agent, "open a cycle", client => client.OpenCycleAsync(order, ct), ct);
        long began = time.GetTimestamp();
        while (true)
        {
            CycleInfo? seen = (await calls.AskAsync(network.Agent, "list its cycles", client => client.CyclesAsync(ct), ct)).Cycles.FirstOrDefault(cycle => cycle.Cycle == opened.Cycle);
            if (seen is { Stage: "settled" }) return seen;
            if (seen is null or { Stage: "void" or "lapsed" } || time.GetElapsedTime(began) > SettleWithin)
            {
                string waits = string.Join(", ", seen?.Banks.Where(static bank => bank.IsAwaited).Select(static bank => bank.Bank) ?? []);
                throw new NetworkException(NetworkException.TimedOut, $"The cycle did not settle: {seen?.Stage} {seen?.Reason}, waiting for {waits}.\n{network.Agent.LogTail()}");
            }

            await Task.Delay(Poll, time, ct);
        }
    }

    private async Task PayAsync(LocalNetwork network, NetworkCalls calls, int i, CancellationToken ct)
    {
        LocalNode bank = network.Bank(Banks[i]);
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            ["messageId"] = $"CYCLE-{i}", ["endToEndId"] = $"CYCLE-{i}", ["amount"] = Units(Pays[i]).ToDecimalText(), ["currency"] = Currency.Code,
            ["settlementDate"] = Date.ToString("O", CultureInfo.InvariantCulture), ["instructingAgent"] = Banks[i].ToString(), ["instructedAgent"] = Next(i).ToString(),
            ["debtor"] = new Dictionary<string, string> { ["name"] = "Treasury" }, ["creditor"] = new Dictionary<string, string> { ["name"] = "Treasury" },
        });
        MessageReceipt receipt = await calls.AskAsync(bank, "take a payment on a limit", client => client.SubmitAsync(body, "application/json", $"demo-cycle-{i}", Wait, ct), ct);
        if (receipt.Instructions[0] is not { Status: DemoOutcome.Final })
            throw new NetworkException(NetworkException.Refused, $"{bank.Name} did not settle a payment on a limit: {receipt.Instructions[0].Status} {receipt.Instructions[0].Reason}\n{bank.LogTail()}");
    }

    private async Task<string> PositionAsync(NetworkCalls calls, LocalNode bank, string channel, CancellationToken ct) =>
        (await calls.AskAsync(bank, "show its positions", client => client.PositionsAsync(ct), ct)).Positions.Single(p => p.Channel == channel && p.Currency == Currency.Code).Position;

    /// <summary>A bank's position once its channel has applied what the ledger decided.</summary>
    private async Task<string> ClearAsync(NetworkCalls calls, LocalNode bank, string channel, TimeProvider time, CancellationToken ct)
    {
        long began = time.GetTimestamp();
        while (true)
        {
            string position = await PositionAsync(calls, bank, channel, ct);
            if (Minor(position) == 0) return position;
            if (time.GetElapsedTime(began) > SettleWithin) throw new NetworkException(NetworkException.TimedOut, $"{bank.Name} still owes in a channel after a cycle: {position}.\n{bank.LogTail()}");
            await Task.Delay(Poll, time, ct);
        }
    }

    private async Task<string> AccountAsync(LocalNetwork network, NetworkCalls calls, ParticipantId bank, CancellationToken ct) =>
        (await calls.AskAsync(network.Agent, "show its books", client => client.BooksAsync(ct), ct)).Accounts.Single(a => a.Owner == bank.ToString() && a.Currency == Currency.Code).Amount;

    private ParticipantId Next(int i) => Banks[(i + 1) % Banks.Count];

    private Money Units(int count) => Money.TryParse(string.Create(CultureInfo.InvariantCulture, $"{count} {Currency.Code}"), out Money amount) ? amount : throw new FormatException(Currency.Code);

    private long Minor(string? text) => Money.TryParse($"{text ?? "0"} {Currency.Code}", out Money amount) ? amount.MinorUnits
        : throw new NetworkException(NetworkException.Refused, $"An amount is shown that is none: {text}.");
}
