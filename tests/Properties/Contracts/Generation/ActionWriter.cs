using System.Globalization;
using Settlement.Contracts;

namespace Settlement.Tests.Properties.Contracts.Generation;

/// <summary>What an action is for: where it is taken, where it leads, and what is reserved there.</summary>
/// <param name="Name">Its name.</param>
/// <param name="When">The states in which it is taken; empty when it creates.</param>
/// <param name="Outcomes">One state, or two between which it decides.</param>
/// <param name="Reserves">The statements that reserve, for an action that leads to the state where something is.</param>
/// <param name="Releases">The statements that release, for one that leads out of it.</param>
/// <param name="LeadsOn">Whether the states rely on it to be left, so that its window never closes.</param>
internal sealed record ActionPlan(
    string Name, IReadOnlyList<string> When, IReadOnlyList<string> Outcomes, IReadOnlyList<string> Reserves, IReadOnlyList<string> Releases, bool LeadsOn);

/// <summary>Writes one action.</summary>
internal sealed class ActionWriter(ContractDraft contract, ActionPlan plan)
{
    private static readonly string[] Movements = ["move ", "reserve ", "release ", "issue ", "redeem "];

    private readonly List<string> body = [];
    private readonly List<Item> parameters = [];

    private Dice Dice => contract.Dice;

    private bool Creates => plan.When.Count == 0;

    /// <summary>Who creates reads every field that is mandatory and that the action does not set.</summary>
    public static Party? Creator(ContractDraft contract) =>
        contract.Dice.Shuffled(contract.Members.Where(p => !p.IsSeveral)).MaxBy(p => contract.Fields.Count(f => (f.Readers >> p.Index & 1) != 0));

    public IEnumerable<string> Write()
    {
        ActionDraft action = new(contract) { Creates = Creates, IsNetwork = !Creates && plan.Reserves.Count == 0 && Dice.Percent(25) && contract.States.Count > 1 && !contract.NetworkIn.Overlaps(plan.When) };
        if (plan.Reserves.Count + plan.Releases.Count == 0 && Dice.Percent(20)) action.WithAgent = false;
        StatementWriter statements = new(action, body);
        Party? by = action.IsNetwork ? null : Creates ? Creator(contract) : Dice.Any([.. contract.Members]);
        List<Party> agreed = action.IsNetwork ? [] : Dice.Some(contract.Members.Where(p => p != by), 25);
        string? actorField = null;
        if (action.IsNetwork) contract.NetworkIn.UnionWith(plan.When);
        // Whom a field names may be an observer, so that such an action is not what leads on from where an instance may not rest.
        else if (!Creates && Dice.Percent(20) && !plan.LeadsOn) actorField = ActorField(action);
        if (contract.Leak?.Actor is { } acting && !Creates && !action.IsNetwork && !plan.LeadsOn) actorField = acting.Name;
        action.Takers = by is null || actorField is not null ? contract.MemberReaders : ContractDraft.Bits([by]);
        action.Vouching = agreed.Count > 0 && Dice.Coin() ? ContractDraft.Bits([agreed[0]]) : action.Takers;
        if (contract.IsCareless && !action.IsNetwork) action.Vouching = 0;
        if (!action.IsNetwork) Parameters(action, actorField is null ? by : null);
        if (Creates) action.Unset.UnionWith(contract.Fields.Where(f => !f.Optional && !f.Fixed && ((f.Readers >> by!.Index & 1) == 0 || (HasLiteral(f.Type) && Dice.Percent(10)))));
        string window = Dice.Percent(action.IsNetwork ? 50 : 20) || (contract.Leak?.Moment is not null && !action.IsNetwork) ? Window(statements, action.IsNetwork) : "";
        foreach (Item field in Dice.Shuffled(action.Unset)) statements.SetUnset(field);
        body.AddRange(contract.Leak?.Statements(action) ?? []);
        statements.Some(6);
        body.AddRange(plan.Releases);
        if (plan.Releases.Count > 0 && Dice.Coin()) body.Add($"move {contract.Fields[0].Name} from {contract.Banks.First().Name} to {contract.Banks.Skip(1).First().Name}");
        Outcome(action, statements);
        string[] offer = by is not null && actorField is null && Offers(action, by) is { } offered ? [offered] : [];
        string header = $"on {plan.Name}{(parameters.Count > 0 ? $"({string.Join(", ", parameters.Select(Declared))})" : "")} by "
            + (action.IsNetwork ? "network" : actorField ?? (by!.IsSeveral ? "any " : "") + by.Name)
            + (agreed.Count > 0 ? $", agreed by {string.Join(", ", agreed.Select(p => p.Name))}" : "")
            + (Creates ? "" : $" when {string.Join(", ", plan.When)}") + window;
        return [header, .. contract.Docs(), .. Disclosures(action), .. offer, .. body];
    }

    /// <summary>An action that creates and moves nothing may pay the first amount, and offer it. Nothing before it can refuse.</summary>
    private string? Offers(ActionDraft action, Party by)
    {
        Item amount = contract.Fields[0];
        if (!Creates || by.IsSeveral || by.Kind != PartyKind.Bank || parameters.Count > 0 || action.WithAgent is not null || contract.Leak is not null || body.Exists(IsMovement) || !Dice.Percent(60)) return null;
        if (contract.Banks.FirstOrDefault(p => p != by && !p.IsSeveral) is not { } paid || body.Exists(l => l.StartsWith($"set {amount.Name} ", StringComparison.Ordinal))) return null;
        body.Insert(0, $"move {amount.Name} from {by.Name} to {paid.Name}");
        return $"offers {amount.Name} to agent";
    }

    private static bool IsMovement(string line) => Movements.Any(word => line.StartsWith(word, StringComparison.Ordinal));

    public static bool HasLiteral(FieldType type) => type is not (ListType or EachType or QuantityType);

    private string? ActorField(ActionDraft action)
    {
        List<Item> fields = [.. contract.Fields.Where(f => f is { Type: PartyType, Optional: false } && (f.Readers & contract.MemberReaders) == contract.MemberReaders)];
        if (fields.Count == 0) return null;
        Item field = Dice.Any(fields);
        action.Disclose([field], new Demand(0, contract.AllReaders));
        return field.Name;
    }

    /// <summary>Whoever acts supplies them, so it reads them.</summary>
    private void Parameters(ActionDraft action, Party? by)
    {
        for (int i = Dice.From(0, 3); i > 0; i--)
        {
            FieldType type = contract.AnyType();
            ulong readers = Dice.Percent(35) ? contract.AllReaders : contract.ForChannel ? contract.MemberReaders : ContractDraft.Bits(Dice.Some(contract.Parties)) | ContractDraft.Bits(by is null ? contract.Members : [by]);
            Item parameter = new(action.NewName(ContractDraft.KindOf(type) + "p"), type, Dice.Percent(30), readers, Personal(readers), IsParameter: true);
            parameters.Add(parameter);
            action.Names.Add(parameter);
        }
    }

    private Party? Personal(ulong readers) => Dice.Percent(10) ? contract.Banks.FirstOrDefault(b => (readers >> b.Index & 1) != 0) : null;

    private string Declared(Item item) => contract.Declared(item);

    private string Window(StatementWriter statements, bool isNetwork)
    {
        Item? planted = isNetwork ? null : contract.Leak?.Moment;
        FieldType type = planted?.Type ?? (Dice.Coin() ? new DateType() : new DateTimeType());
        Demand demand = new(contract.MemberReaders, contract.AllReaders, Total: isNetwork);
        if ((planted?.Name ?? statements.Expression(type, demand, 1)) is not { } moment) return "";
        int kind = plan.LeadsOn ? 0 : Dice.From(0, isNetwork ? 2 : 3);
        // A moment that moves on with the time may never come, or be over at once: the earlier or later of it and one that does not will do.
        if (moment.Contains("now", StringComparison.Ordinal) || moment.Contains("today", StringComparison.Ordinal))
            moment = $"{(kind == 0 ? "min" : "max")}({moment}, {(type is DateType ? "2026-03-03" : "cut-off of 2026-03-03")})";
        string code = Dice.Coin() ? $" else {Dice.Any(["DT05", "X2"])}" : "";
        string line = Dice.Percent(20) ? "\n" : " ";
        return kind switch
        {
            0 => $"{line}after {moment}{code}",
            3 => $"{line}within {Dice.From(0, 3).ToString(CultureInfo.InvariantCulture)} {(type is DateType ? Dice.Any(["days", "business days", "weeks"]) : Dice.Any(["hours", "days"]))} of {moment}{code}",
            _ => $"{line}by {moment}{code}",
        };
    }

    private void Outcome(ActionDraft action, StatementWriter statements)
    {
        if (plan.Outcomes.Count > 1 && statements.OpenCondition(2) is { } condition)
        {
            body.Add($"if {condition}");
            action.Inner(() => statements.Some(2));
            body.Add($"-> {plan.Outcomes[1]}");
            if (Dice.Coin())
            {
                body.Add("otherwise");
                action.Inner(() => statements.Some(2));
                body.Add($"-> {plan.Outcomes[0]}");
                body.Add("end");
                return;
            }

            body.Add("end");
        }
        else if (plan.Outcomes.Count > 1)
        {
            // Both states must be reached: the literal decides nothing and says so.
            body.AddRange(["if true", $"-> {plan.Outcomes[1]}", "end"]);
        }

        body.AddRange(plan.Reserves);
        body.Add($"-> {plan.Outcomes[0]}");
    }

    private IEnumerable<string> Disclosures(ActionDraft action)
    {
        foreach (var group in action.Disclosed.GroupBy(d => d.Party).OrderBy(g => g.Key))
            yield return $"discloses {string.Join(", ", Dice.Shuffled(group.Select(d => d.Item.Name).Order(StringComparer.Ordinal)))} to {contract.Parties[group.Key].Name}";
    }
}
