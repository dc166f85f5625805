using System.Globalization;
using System.Text;
using Settlement.Core.Bank;
using Settlement.Core.Cryptography;
using Settlement.Tests.Simulation.Invariants;
using Settlement.Tests.Simulation.Worlds;

namespace Settlement.Tests.Simulation.Workload;

/// <summary>
/// A bank's treasury and what it settles in groups: with one other bank in their two channels, with two others in a ring, and payments to
/// two of them at once. It looks what it is offered, and orders what was agreed, or another amount, or nothing, in time or late.
/// Orders are sent again until they are answered, and at times afterwards.
/// </summary>
internal sealed class Groups(World world, Day day, MachineNode bank)
{
    private static readonly TimeSpan Looks = TimeSpan.FromSeconds(1);
    private readonly Chance chance = world.Chance.Fork("groups-" + bank.Name);
    private readonly HashSet<string> joined = new(StringComparer.Ordinal);
    private int unanswered;
    private int deals;
    private bool isClosed;

    public List<GroupRequest> Orders { get; } = [];

    /// <summary>Whether nothing new is ordered, and everything was answered.</summary>
    public bool IsDone => isClosed && unanswered == 0;

    public void Begin()
    {
        Next();
        Look();
        world.After(world.Swarm.Storm - TimeSpan.FromSeconds(1), () => isClosed = true);
    }

    private void Next()
    {
        if (isClosed) return;
        world.After(chance.Between(TimeSpan.Zero, TimeSpan.FromSeconds(16)), Next);
        if (day.DateOf(bank) is not { } date || Agree() is not { } deal) return;
        day.Deals.Add(deal);
        Part[] own = [.. deal.Parts.Where(p => p.Payer == bank)];
        joined.Add(deal.Name);
        Send(new GroupOrder(null, [.. deal.Parts.Select(static p => p.Channel)], deal.Life, [.. own.Select(p => Payment(p, date, p.Amount))], [.. Expected(deal, p => p.Amount)]), deal);
    }

    /// <summary>Looks what others have begun, and joins.</summary>
    private void Look()
    {
        if (isClosed) return;
        world.After(Looks, Look);
        if (day.Deals.All(d => joined.Contains(d.Name) || d.Parts.All(p => p.Payer != bank))) return;
        day.Ask<GroupList>(bank, call => new BankInput.ListGroups(call), list =>
        {
            foreach (GroupView group in list.Groups.Where(static g => !g.IsOrdered)) Join(group);
        }, static () => { });
    }

    private void Join(GroupView group)
    {
        HashSet<string?> offered = [.. group.Legs.SelectMany(static l => l.Values).Where(static v => v.Field == "remittance").Select(static v => v.Value)];
        if (day.Deals.FirstOrDefault(d => d.Parts.Any(p => offered.Contains(p.Tag))) is not { } deal || day.DateOf(bank) is not { } date) return;
        Part[] own = [.. deal.Parts.Where(p => p.Payer == bank)];
        if (own.Length == 0 || own[0].Conduct == Conduct.StaysAway || !joined.Add(deal.Name)) return;
        string Other(Part part, Conduct conduct) => own[0].Conduct == conduct ? Amount(part.Amount[^3..]) : part.Amount;
        GroupOrder order = new(group.Group, [], null, [.. own.Select(p => Payment(p, date, Other(p, Conduct.PaysAnother)))], [.. Expected(deal, p => Other(p, Conduct.ExpectsAnother))]);
        // Some are late.
        world.After(chance.Happens(300) ? chance.Between(TimeSpan.Zero, deal.Life) : TimeSpan.Zero, () =>
        {
            if (!isClosed) Send(order, deal);
        });
    }

    /// <summary>What this bank and others agree on; null while the channels for it are not there.</summary>
    private Deal? Agree()
    {
        string name = $"deal-{bank.Name}-{deals}";
        List<(Digest Channel, MachineNode Payer, MachineNode Payee, string Currency)> payments = [];
        List<MachineNode> others = [.. world.Banks.Where(b => b != bank)];
        MachineNode one = chance.Pick(others);
        string currency = chance.Pick(day.Currencies).Code;
        int kind = chance.Below(world.Banks.Count == 3 ? 6 : 3);
        if (kind < 3)
        {
            bool isSwapped = chance.Happens(500);
            if (world.Banks.Take(2).Contains(bank)) one = world.Banks[bank == world.Banks[0] ? 1 : 0];
            payments.Add((ChannelOf(bank, one, isSwapped ? day.SwapCurrency.Code : currency), bank, one, isSwapped ? day.SwapCurrency.Code : currency));
            // Rarely both payments are its own.
            bool isGift = chance.Happens(100);
            string back = isSwapped ? currency : day.SwapCurrency.Code;
            payments.Add((ChannelOf(bank, one, back), isGift ? bank : one, isGift ? one : bank, back));
        }
        else
        {
            MachineNode other = others.First(b => b != one);
            payments.Add((ChannelOf(bank, one, currency), bank, one, currency));
            if (kind < 5) payments.Add((ChannelOf(one, other, currency), one, other, currency));
            payments.Add((ChannelOf(other, bank, currency), kind < 5 ? other : bank, kind < 5 ? bank : other, currency));
        }

        if (payments.Exists(static p => p.Channel == Digest.Zero)) return null;
        deals++;
        TimeSpan life = chance.Happens(50) ? TimeSpan.FromMinutes(1) : chance.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15));
        return new Deal(name, life, [.. payments.Select((p, i) => new Part($"{name}-{i}", p.Channel, p.Payer, p.Payee, Amount(p.Currency), Conducted()))]);
    }

    private Conduct Conducted() => chance.Below(10) switch { < 7 => Conduct.Joins, 7 => Conduct.PaysAnother, 8 => Conduct.ExpectsAnother, _ => Conduct.StaysAway };

    private string Amount(string currency) =>
        string.Create(CultureInfo.InvariantCulture, $"{(chance.Happens(200) ? chance.From(200, 2_000) : chance.From(1, 60))}.{chance.From(10, 99)} {currency}");

    /// <summary>The channel of two banks for a currency; zero while it is not there.</summary>
    private Digest ChannelOf(MachineNode one, MachineNode other, string currency) => world.Invariants.Books
        .Where(b => world.Invariants.IsMember(one, b.Key) && world.Invariants.IsMember(other, b.Key) && b.Value.Terms.Currencies.Any(c => c.Code == currency))
        .Select(static b => b.Key).Order().FirstOrDefault();

    private static ActOrder Payment(Part part, DateOnly date, string amount) => new(part.Channel, null, "OffsetPayment", "pay", new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["amount"] = amount, ["value_date"] = date.ToString("O", CultureInfo.InvariantCulture), ["end_to_end"] = part.Tag, ["debtor"] = "D", ["creditor"] = "C", ["remittance"] = part.Tag,
    });

    private IEnumerable<ActOrder> Expected(Deal deal, Func<Part, string> amount) => deal.Parts.Where(p => p.Payer != bank && p.Payee == bank)
        .Select(p => new ActOrder(p.Channel, null, "OffsetPayment", "pay", new Dictionary<string, string>(StringComparer.Ordinal) { ["amount"] = amount(p) }));

    private void Send(GroupOrder order, Deal deal)
    {
        GroupRequest request = new(bank, $"{deal.Name}-{bank.Name}", deal, order);
        Orders.Add(request);
        unanswered++;
        Send(request);
    }

    private void Send(GroupRequest request) => day.Ask<SubmissionAnswer>(bank, call => new BankInput.OrderGroup(call, request.Key, Encoding.UTF8.GetBytes(request.Key), request.Order), answer =>
    {
        if (request.Answer is null) unanswered--;
        // What is refused leaves no key behind, and may be taken the next time.
        Violation.Unless(request.Answer is null or { Refusal: not null } || request.Answer.MessageId == answer.MessageId, "the same message gets the same answer", request.Key);
        request.Answer = answer;
        if (!isClosed && chance.Happens(100)) Again(request);
    }, () => Again(request));

    private void Again(GroupRequest request) => world.After(chance.Between(TimeSpan.Zero, TimeSpan.FromSeconds(2)), () => Send(request));
}
