using System.Globalization;
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
/// <param name="Ring">The banks; each pays the next one.</param>
internal sealed record DemoCycle(DemoRing Ring)
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
    public IReadOnlyList<ChannelPlan> Channels => [.. Ring.Banks.Select((bank, i) => new ChannelPlan(Ring.Next(i), bank, [Ring.Currency], []) { Limits = [Ring.Units(Limit)] })];

    /// <summary>What the banks have at the settlement agent.</summary>
    public IEnumerable<(ParticipantId Bank, Money Amount)> Accounts => Ring.Banks.Select(bank => (bank, Ring.Units(Account)));

    /// <summary>A cycle of the first three banks; null where there are fewer, or no currency is left.</summary>
    public static DemoCycle? For(DemoPlan plan) => DemoRing.For(plan, Currencies, Pays.Length) is { } ring ? new DemoCycle(ring) : null;

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
        IReadOnlyList<ParticipantId> banks = Ring.Banks;
        for (int i = 0; i < banks.Count; i++) await PayAsync(network, calls, i, ct);
        string[] owed = [.. await Task.WhenAll(banks.Select((bank, i) => Ring.PositionAsync(calls, network.Bank(bank), channels[i], ct)))];
        string[] before = await Ring.AccountsAsync(network, calls, ct);
        CycleInfo settled = await SettleAsync(network, calls, time, ct);
        string[] left = [.. await Task.WhenAll(banks.Select((bank, i) => ClearAsync(calls, network.Bank(bank), channels[i], time, ct)))];
        string[] after = await Ring.AccountsAsync(network, calls, ct);
        long moved = settled.Banks.Sum(bank => Math.Max(0, Ring.Minor(bank.Net)));
        screen.Rows(
            string.Create(CultureInfo.InvariantCulture, $"A cycle in {Ring.Currency}: {Ring.Units(Pays.Sum())} owed in {settled.Channels} channels, settled by {new Money(Ring.Currency, moved)} on the accounts"),
            ["bank", "pays", "and is then at", "its net", "account before", "account after", "its channel is at"],
            banks.Select((bank, i) => new[]
            {
                $"{bank}", $"{Ring.Units(Pays[i])} to {Ring.Next(i)}", owed[i], settled.Banks.Single(b => b.Bank == bank.ToString()).Net ?? "", before[i], after[i], left[i],
            }));
    }

    private async Task<CycleInfo> SettleAsync(LocalNetwork network, NetworkCalls calls, TimeProvider time, CancellationToken ct)
    {
        CycleOrder order = new() { Currency = Ring.Currency.Code, Banks = [.. Ring.Banks.Select(static bank => bank.ToString())] };
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
        LocalNode bank = network.Bank(Ring.Banks[i]);
        InstructionStatus paid = await Ring.PayAsync(network, calls, i, Ring.Units(Pays[i]), "CYCLE", Wait, ct);
        if (paid.Status != DemoOutcome.Final) throw new NetworkException(NetworkException.Refused, $"{bank.Name} did not settle a payment on a limit: {paid.Status} {paid.Reason}\n{bank.LogTail()}");
    }

    /// <summary>A bank's position once its channel has applied what the ledger decided.</summary>
    private async Task<string> ClearAsync(NetworkCalls calls, LocalNode bank, string channel, TimeProvider time, CancellationToken ct)
    {
        long began = time.GetTimestamp();
        while (true)
        {
            string position = await Ring.PositionAsync(calls, bank, channel, ct);
            if (Ring.Minor(position) == 0) return position;
            if (time.GetElapsedTime(began) > SettleWithin) throw new NetworkException(NetworkException.TimedOut, $"{bank.Name} still owes in a channel after a cycle: {position}.\n{bank.LogTail()}");
            await Task.Delay(Poll, time, ct);
        }
    }
}
