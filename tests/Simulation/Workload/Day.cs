using Settlement.Core.Agent;
using Settlement.Core.Bank;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Monetary;
using Settlement.Tests.Simulation.Models;
using Settlement.Tests.Simulation.Worlds;

namespace Settlement.Tests.Simulation.Workload;

/// <summary>What operators and back offices do: open channels, move money in and out of them, open business days, and pay.</summary>
internal sealed class Day
{
    private static readonly TimeSpan Rounds = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);
    // Longer than a member lets pass until it offers again what waits.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(40);
    // Beyond every settlement date that a back office names.
    private const int LastDay = 3;
    private readonly World world;
    private readonly Chance chance;
    private readonly Chance defunding;
    private readonly List<BackOffice> offices;
    private readonly List<Acts> acts;
    private readonly List<Groups> groups;
    private readonly List<Grants> grants;
    private readonly Cycles? cycles;
    private int pending;

    public Day(World world)
    {
        this.world = world;
        chance = world.Chance.Fork("day");
        defunding = world.Chance.Fork("defunding");
        bool onlyPays = world.Swarm.Payments > 0;
        Currencies = onlyPays ? [Code("EUR")] : [Code("EUR"), Code("USD")];
        offices = [.. world.Banks.Select(b => new BackOffice(world, this, b))];
        SwapCurrency = Code("GBP");
        acts = onlyPays ? [] : [.. world.Banks.Select(b => new Acts(world, this, b))];
        groups = world.Swarm.Groups ? [.. world.Banks.Select(b => new Groups(world, this, b))] : [];
        grants = world.Swarm.Grants ? [.. world.Banks.Select(b => new Grants(world, this, b))] : [];
        cycles = world.Swarm.Cycles ? new Cycles(world, this) : null;
    }

    public IReadOnlyList<Currency> Currencies { get; }

    /// <summary>What the second channel of two banks is for.</summary>
    public Currency SwapCurrency { get; }

    /// <summary>What banks agreed to settle in groups.</summary>
    public List<Deal> Deals { get; } = [];

    /// <summary>The orders of groups.</summary>
    public IEnumerable<GroupRequest> GroupOrders => groups.SelectMany(static g => g.Orders);

    /// <summary>Everything that was submitted.</summary>
    public IEnumerable<Order> Orders => offices.SelectMany(o => o.Orders);

    /// <summary>Every action that was ordered.</summary>
    public IEnumerable<ActRequest> Acts => acts.SelectMany(a => a.Orders);

    /// <summary>The treasuries that change limits.</summary>
    public IReadOnlyList<Grants> Grants => grants;

    /// <summary>The last business day.</summary>
    public static DateOnly LastDate => DateOnly.FromDateTime(World.Epoch.Date).AddDays(LastDay);

    /// <summary>What moved when somebody looked last whether the day may end; null when nothing did.</summary>
    public string? Restless { get; private set; }

    /// <summary>How a modelled day ended, in numbers; null while it goes on.</summary>
    public string? AtClose { get; private set; }

    /// <summary>References used so far, for duplicates.</summary>
    public List<Uetr> References { get; } = [];

    /// <summary>Whether nothing more will be submitted, and all that must be answered was.</summary>
    public bool IsOver => (AtClose is not null || !world.Swarm.IsModelled) && offices.All(o => o.IsDone) && acts.All(a => a.IsDone) && groups.All(static g => g.IsDone) && grants.TrueForAll(static g => g.IsDone) && (cycles is null || cycles.IsDone) && pending == 0;

    /// <summary>The business day of a bank, as it said; null before the first.</summary>
    public DateOnly? DateOf(MachineNode bank) => offices.First(o => o.Bank == bank).Date;

    public void Begin()
    {
        foreach (MachineNode bank in world.Banks)
        {
            for (int i = 0; i < Currencies.Count; i++) Credit(bank, $"{bank.Name}-{i}", Money(world.Swarm.Account, Currencies[i]));
            OpenDay(bank, DateOnly.FromDateTime(World.Epoch.Date));
        }

        for (int a = 0; a < world.Banks.Count; a++)
        {
            for (int b = a + 1; b < world.Banks.Count; b++)
            {
                pending++;
                Open(world.Banks[a], world.Banks[b], Currencies);
                if (!world.Swarm.BothOpen) continue;
                pending++;
                Open(world.Banks[b], world.Banks[a], Currencies);
            }
        }

        if (world.Swarm.Groups)
        {
            foreach (MachineNode bank in world.Banks.Take(2)) Credit(bank, $"{bank.Name}-swap", Money(1_000_000, SwapCurrency));
            pending++;
            Open(world.Banks[1], world.Banks[0], [SwapCurrency]);
            foreach (Groups treasury in groups) treasury.Begin();
        }

        foreach (BackOffice office in offices) office.Begin();
        if (world.Swarm.HasTreasuries) foreach (MachineNode bank in world.Banks) new Treasury(world, this, bank).Begin();
        foreach (Acts acting in acts) acting.Begin();
        foreach (Grants treasury in grants) treasury.Begin();
        cycles?.Begin();
        world.After(world.Swarm.Storm / 2, () =>
        {
            if (!chance.Happens(500)) return;
            foreach (MachineNode bank in world.Banks) world.After(chance.Between(TimeSpan.Zero, TimeSpan.FromSeconds(10)), () => OpenDay(bank, DateOnly.FromDateTime(World.Epoch.Date).AddDays(1)));
        });
        // The last day ends, and with it whatever still waits for cover.
        world.After(world.Swarm.Storm + Patience, world.Swarm.IsModelled ? () => Close(world.Now) : OpenLast);
    }

    private void OpenLast()
    {
        foreach (MachineNode bank in world.Banks) OpenDay(bank, LastDate);
    }

    /// <summary>Before a modelled day ends, everything that can go must have gone, and what was told once is told again.</summary>
    private void Close(DateTimeOffset since)
    {
        if (Quiet.Restlessness(world) is { } restless)
        {
            Restless = restless;
            world.After(Rounds, () => Close(world.Now));
        }
        else if (world.Now < since + Silence)
        {
            world.After(Rounds, () => Close(since));
        }
        else
        {
            Restless = null;
            Quiet.Check(world);
            AtClose = world.Invariants.Plain.Summary();
            OpenLast();
        }
    }

    /// <summary>Asks until there is an answer, then does what comes of it; null when the node died or is silent.</summary>
    public void Ask<T>(MachineNode node, Func<long, Input> input, Action<T> onAnswer, Action onSilence) where T : class
    {
        bool isAnswered = false;
        node.Enqueue(input(world.NewCall(body =>
        {
            if (isAnswered) return;
            isAnswered = true;
            onAnswer((T)body);
        })));
        world.After(Patience, () =>
        {
            if (isAnswered) return;
            isAnswered = true;
            onSilence();
        });
    }

    public static Money Money(long minorUnits, Currency currency) => new(currency, minorUnits);

    /// <summary>Issues money to a bank's account.</summary>
    public void Credit(MachineNode bank, string reference, Money amount) =>
        Ask<CreditResult>(world.Agent, call => new AgentInput.Credit(call, reference, bank.Id, amount),
            result => Violation.Unless(result.Refusal is null, "a credit is done once", $"{reference}: {result.Refusal}"), () => Credit(bank, reference, amount));

    private void OpenDay(MachineNode bank, DateOnly date) => Ask<BusinessDayResult>(bank, call => new BankInput.OpenBusinessDay(call, date), result =>
    {
        // Asked again after silence, an earlier day may come too late: the later one is open.
        Violation.Unless(result.Refusal is null || result.Date > date, "a business day opens", result.Refusal ?? "");
        offices.First(o => o.Bank == bank).Date = result.Date;
    }, () => OpenDay(bank, date));

    /// <summary>The operator looks every while, and asks again until the channel is there; then each side is funded.</summary>
    private void Open(MachineNode bank, MachineNode other, IReadOnlyList<Currency> currencies) => Ask<ChannelList>(bank, call => new BankInput.ListChannels(call), list =>
    {
        if (list.Channels.FirstOrDefault(c => c.Counterparty == other.Id && c.Positions.Any(p => p.Position.Currency == currencies[0])) is { } channel)
        {
            pending++;
            Fund(bank, other, channel.Channel, currencies);
            Fund(other, bank, channel.Channel, currencies);
            return;
        }

        ChannelRequest request = new(other.Id, other.Pin.RootFingerprint, [(world.Supervisor.Id, world.Supervisor.Pin.RootFingerprint)], Library.Sources, currencies,
            world.Swarm.Limit == 0 || currencies != Currencies ? [] : [(false, Money(world.Swarm.Limit, Currencies[0])), (true, Money(world.Swarm.Limit / 2, Currencies[0]))]);
        bank.Enqueue(new BankInput.OpenChannel(world.NewCall(static _ => { }), request));
        world.After(Rounds, () => Open(bank, other, currencies));
    }, () => Open(bank, other, currencies));

    private void Fund(MachineNode bank, MachineNode other, Digest channel, IReadOnlyList<Currency> currencies) => Ask<ChannelList>(bank, call => new BankInput.ListChannels(call), list =>
    {
        if (list.Channels.All(c => c.Channel != channel))
        {
            world.After(Rounds, () => Fund(bank, other, channel, currencies));
            return;
        }

        int times = chance.From(1, 3);
        pending += times - 1;
        for (int i = 0; i < times; i++)
        {
            Money amount = Money(chance.From(1, 60_000), chance.Pick(currencies));
            world.After(chance.Between(TimeSpan.Zero, world.Swarm.Storm / 4), () =>
            {
                pending--;
                bank.Enqueue(new BankInput.Fund(world.NewCall(answer => bank.Note($"funded {((FundAnswer)answer).Refusal}")), channel, amount));
            });
        }

        Defund(bank, channel, currencies);
    }, () => Fund(bank, other, channel, currencies));

    /// <summary>The treasury takes money out of the channel again while the back offices pay: what its position does not cover is refused.</summary>
    private void Defund(MachineNode bank, Digest channel, IReadOnlyList<Currency> currencies)
    {
        int times = defunding.From(0, 3);
        pending += times;
        for (int i = 0; i < times; i++)
        {
            Money amount = Money(defunding.From(1, 20_000), defunding.Pick(currencies));
            world.After(defunding.Between(world.Swarm.Storm / 8, world.Swarm.Storm), () =>
            {
                pending--;
                bank.Enqueue(new BankInput.Defund(world.NewCall(answer => bank.Note($"defunded {((DefundAnswer)answer).Refusal}")), channel, amount));
            });
        }
    }

    private static Currency Code(string code) => Currency.TryParse(code, out Currency currency) ? currency : throw new ArgumentException("No currency.", nameof(code));
}
