using System.Globalization;
using Settlement.Client;
using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;
using Settlement.Host.Network;

namespace Settlement.Host.Demo;

/// <summary>Two banks that swap two currencies: each pays in a channel of its own, and both payments settle together or not at all.</summary>
/// <param name="Given">The channel in which the first bank pays.</param>
/// <param name="Taken">The one in which the second pays for it.</param>
/// <param name="Date">The business day.</param>
internal sealed record DemoSwap(ChannelPlan Given, ChannelPlan Taken, DateOnly Date)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(1);

    // All have two decimals. A currency in which the two banks have a channel already is passed over.
    private static readonly string[] Amounts = ["1000.00 EUR", "1100.00 USD", "850.00 GBP", "950.00 CHF"];

    /// <summary>A swap between the first two banks that have a channel; null where none have one.</summary>
    public static DemoSwap? For(DemoPlan plan)
    {
        if (plan.Channels.Count == 0) return null;
        ChannelPlan pair = plan.Channels[0];
        Money[] free = [.. Amounts.Select(static text => Money.TryParse(text, out Money amount) ? amount : throw new FormatException(text)).Where(amount => !pair.Currencies.Contains(amount.Currency))];
        return free.Length < 2 ? null : new DemoSwap(Channel(pair, pair.First, free[0]), Channel(pair, pair.Second, free[1]), plan.Days[^1].Date);
    }

    /// <summary>Swaps, and says what was set aside, decided and settled.</summary>
    /// <param name="network">The network.</param>
    /// <param name="given">The id of the channel in which the first bank pays.</param>
    /// <param name="taken">That of the other.</param>
    /// <param name="time">What waiting is measured by.</param>
    /// <param name="say">Hears each line.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="NetworkException">DM006, DM007.</exception>
    public async Task RunAsync(LocalNetwork network, string given, string taken, TimeProvider time, Action<string> say, CancellationToken ct)
    {
        NetworkCalls calls = new(network, AnswerWithin, time);
        LocalNode first = network.Bank(Given.First), second = network.Bank(Given.Second);
        LegOrder gives = Leg(given, Given), takes = Leg(taken, Taken);
        GroupReceipt begun = await calls.AskAsync(first, "begin a swap", client => client.OrderGroupAsync(new GroupOrder { Legs = [gives], Expects = [takes] }, "demo-swap-1", TimeSpan.Zero, ct), ct);
        GroupInfo offered = await UntilAsync(second, "what it is offered for a swap", time, async () =>
            (await calls.AskAsync(second, "list its groups", client => client.GroupsAsync(1, ct), ct)).Groups.FirstOrDefault(group => group.Group == begun.Group), ct);
        string amount = offered.Legs[0].Values["amount"];
        say($"           payment versus payment: {Given.First} sets aside {amount}, for {Taken.Funding[0].Amount} that {Given.Second} is to pay in another channel");
        GroupReceipt joined = await calls.AskAsync(second, "join the swap", client =>
            client.OrderGroupAsync(new GroupOrder { Group = offered.Group, Legs = [takes], Expects = [gives] }, "demo-swap-2", Wait, ct), ct);
        ulong[] batches = [await SettledAsync(first, begun), await SettledAsync(second, joined)];
        say(string.Create(CultureInfo.InvariantCulture, $"           {Given.Second} does, and the ledger commits group {offered.Group[..8]}: {amount} settled with batch {batches[0]} of channel {given[..8]}, {Taken.Funding[0].Amount} with batch {batches[1]} of channel {taken[..8]}"));

        async Task<ulong> SettledAsync(LocalNode bank, GroupReceipt order)
        {
            Instruction end = await UntilAsync(bank, "what became of its leg", time, async () =>
                await calls.AskAsync(bank, "tell of its leg", client => client.GetInstructionAsync(order.Instructions[0].Id, ct), ct) is { } told && DemoOutcome.IsAnswer(told.Status) ? told : null, ct);
            return end is { Status: DemoOutcome.Final, Sequence: { } sequence } ? sequence
                : throw new NetworkException(NetworkException.Refused, $"{bank.Name} has no settled leg of the swap: {end.Status} {end.Reason}");
        }
    }

    private static async Task<T> UntilAsync<T>(LocalNode bank, string what, TimeProvider time, Func<Task<T?>> look, CancellationToken ct) where T : class
    {
        long began = time.GetTimestamp();
        while (true)
        {
            if (await look() is { } seen) return seen;
            if (time.GetElapsedTime(began) > AnswerWithin)
                throw new NetworkException(NetworkException.TimedOut, $"{bank.Name} does not know {what} after {AnswerWithin.TotalSeconds} seconds.\n{bank.LogTail()}");
            await Task.Delay(Poll, time, ct);
        }
    }

    private static ChannelPlan Channel(ChannelPlan pair, ParticipantId payer, Money amount) => new(pair.First, pair.Second, [amount.Currency], [(payer, amount)]);

    private LegOrder Leg(string channel, ChannelPlan plan)
    {
        (ParticipantId payer, Money amount) = plan.Funding[0];
        return new LegOrder
        {
            Channel = channel, Contract = "GrossPayment", Action = "pay",
            Values = new Dictionary<string, string>
            {
                ["amount"] = amount.ToString(), ["value_date"] = Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), ["end_to_end"] = "SWAP-1",
                ["debtor"] = payer.ToString(), ["creditor"] = (payer == plan.First ? plan.Second : plan.First).ToString(),
            },
        };
    }
}
