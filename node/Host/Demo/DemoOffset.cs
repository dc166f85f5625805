using System.Globalization;
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
/// <param name="Ring">The banks; each pays the next one.</param>
internal sealed record DemoOffset(DemoRing Ring)
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
    public IReadOnlyList<ChannelPlan> Channels => [.. Ring.Banks.Select((bank, i) => new ChannelPlan(bank, Ring.Next(i), [Ring.Currency], []) { Contracts = [Contract, "PoolFunding"] })];

    /// <summary>What the banks have at the settlement agent.</summary>
    public IEnumerable<(ParticipantId Bank, Money Amount)> Accounts => Ring.Banks.Select(bank => (bank, Ring.Units(Account)));

    /// <summary>An offset of the first three banks; null where there are fewer, or no currency is left.</summary>
    public static DemoOffset? For(DemoPlan plan) => DemoRing.For(plan, Currencies, Pays.Length) is { } ring ? new DemoOffset(ring) : null;

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
        IReadOnlyList<ParticipantId> banks = Ring.Banks;
        string[] before = await Ring.AccountsAsync(network, calls, ct);
        List<InstructionStatus> waits = [];
        for (int i = 0; i < banks.Count; i++) waits.Add(await PayAsync(network, calls, i, ct));
        List<string> ends = [];
        for (int i = 0; i < banks.Count; i++) ends.Add(await SettleAsync(calls, network.Bank(banks[i]), waits[i].Id, time, ct));
        await PostAsync(network, calls, time, ct);
        string[] after = await Ring.AccountsAsync(network, calls, ct);
        string[] positions = [.. await Task.WhenAll(banks.Select((bank, i) => Ring.PositionAsync(calls, network.Bank(bank), channels[i], ct)))];
        long moved = before.Zip(after, (had, has) => Math.Max(0, Ring.Minor(has) - Ring.Minor(had))).Sum();
        screen.Rows(
            string.Create(CultureInfo.InvariantCulture, $"Offsetting over {channels.Count} channels: {Ring.Units(Pays.Sum())} wait, and settle together by {new Money(Ring.Currency, moved)} on the accounts"),
            ["bank", "pays", "waits for", "and then", "account before", "account after", "its channel is at"],
            banks.Select((bank, i) => new[] { $"{bank}", $"{Ring.Units(Pays[i])} to {Ring.Next(i)}", $"{waits[i].Status} {waits[i].Reason}", ends[i], before[i], after[i], positions[i] }));
    }

    private async Task<InstructionStatus> PayAsync(LocalNetwork network, NetworkCalls calls, int i, CancellationToken ct)
    {
        LocalNode bank = network.Bank(Ring.Banks[i]);
        InstructionStatus waits = await Ring.PayAsync(network, calls, i, Ring.Units(Pays[i]), "OFFSET", TimeSpan.Zero, ct);
        return waits.Status == DemoOutcome.Queued ? waits
            : throw new NetworkException(NetworkException.Refused, $"{bank.Name} did not let a payment without cover wait: {waits.Status} {waits.Reason}\n{bank.LogTail()}");
    }

    private static async Task<string> SettleAsync(NetworkCalls calls, LocalNode bank, string id, TimeProvider time, CancellationToken ct)
    {
        long began = time.GetTimestamp();
        while (true)
        {
            Instruction seen = await calls.AskAsync(bank, "tell of a payment", client => client.GetInstructionAsync(id, ct), ct);
            if (seen.Status == DemoOutcome.Final) return seen.Status;
            if (seen.Status == DemoOutcome.Rejected || time.GetElapsedTime(began) > SettleWithin)
                throw new NetworkException(NetworkException.TimedOut, $"A payment of {bank.Name} did not settle with the others: {seen.Status} {seen.Reason}\n{bank.LogTail()}");
            await Task.Delay(Poll, time, ct);
        }
    }

    /// <summary>Waits until the agent has posted: channels learn of the ledger's decision by themselves, and may be earlier.</summary>
    private async Task PostAsync(LocalNetwork network, NetworkCalls calls, TimeProvider time, CancellationToken ct)
    {
        long began = time.GetTimestamp();
        while ((await calls.AskAsync(network.Agent, "list its offsets", client => client.OffsetsAsync(ct), ct)).Offsets.Any(offset => offset.Currency == Ring.Currency.Code && offset.Stage == "deciding"))
        {
            if (time.GetElapsedTime(began) > SettleWithin) throw new NetworkException(NetworkException.TimedOut, $"The agent did not post an offset that had settled.\n{network.Agent.LogTail()}");
            await Task.Delay(Poll, time, ct);
        }
    }
}
