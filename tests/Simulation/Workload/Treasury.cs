using Settlement.Core.Bank;
using Settlement.Tests.Simulation.Worlds;

namespace Settlement.Tests.Simulation.Workload;

/// <summary>A bank's treasury, which limits its own payments: now tighter, now wider, at once or from the next day on.</summary>
internal sealed class Treasury(World world, Day day, MachineNode bank)
{
    private readonly Chance chance = world.Chance.Fork("treasury-" + bank.Name);

    public void Begin()
    {
        if (!world.IsStormy) return;
        world.After(chance.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15)), Begin);
        if (day.DateOf(bank) is not { } date) return;
        LimitKind kind = (LimitKind)chance.Below(Enum.GetValues<LimitKind>().Length);
        MachineNode other = chance.Pick([.. world.Banks.Where(b => b != bank)]);
        LimitKey key = new(kind, kind is LimitKind.Multilateral or LimitKind.DebitCap ? null : other.Id, chance.Pick(day.Currencies));
        long? amount = chance.Happens(400) ? null : chance.From(0, 20_000);
        DateOnly? from = chance.Happens(150) ? date.AddDays(1) : null;
        bank.Enqueue(new BankInput.SetLimit(world.NewCall(static _ => { }), key, amount, from));
    }
}
