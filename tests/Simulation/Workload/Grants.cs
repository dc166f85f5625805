using Settlement.Core.Bank;
using Settlement.Core.Cryptography;
using Settlement.Core.Monetary;
using Settlement.Tests.Simulation.Worlds;

namespace Settlement.Tests.Simulation.Workload;

/// <summary>A treasury that changes what it lets its counterparties owe: in one currency at once, in all others from the last day on.</summary>
internal sealed class Grants(World world, Day day, MachineNode bank)
{
    private readonly Chance chance = world.Chance.Fork("grants-" + bank.Name);
    private int left;

    /// <summary>What was ordered last, by channel and currency.</summary>
    public Dictionary<(Digest Channel, string Currency), long> Ordered { get; } = [];

    public MachineNode Bank => bank;

    public bool IsDone => left == 0;

    public void Begin()
    {
        left = chance.From(1, 6);
        Next();
    }

    // One after the other, each until it is answered, so that the last one is known.
    private void Next()
    {
        if (left > 0) world.After(chance.Between(TimeSpan.Zero, world.Swarm.Storm / 4), Choose);
    }

    private void Choose() => day.Ask<ChannelList>(bank, static call => new BankInput.ListChannels(call), list =>
    {
        if (list.Channels.Count == 0)
        {
            Next();
            return;
        }

        ChannelView channel = chance.Pick(list.Channels);
        Currency currency = chance.Pick(channel.Positions).Position.Currency;
        Order(channel.Channel, currency, chance.From(0, 50_000));
    }, Choose);

    private void Order(Digest channel, Currency currency, long units)
    {
        Ordered[(channel, currency.Code)] = units;
        DateOnly? from = currency == day.Currencies[0] ? null : Day.LastDate;
        day.Ask<ChannelLimitList>(bank, call => new BankInput.GrantLimit(call, channel, currency.Code, units, from), answer =>
        {
            Violation.Unless(answer.Refusal is null, "a limit is granted", answer.Refusal ?? "");
            left--;
            Next();
        }, () => Order(channel, currency, units));
    }
}
