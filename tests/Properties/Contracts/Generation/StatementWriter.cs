using System.Text.RegularExpressions;
using Settlement.Contracts;

namespace Settlement.Tests.Properties.Contracts.Generation;

/// <summary>Writes the statements of one action, all but its outcomes.</summary>
internal sealed class StatementWriter(ActionDraft action, List<string> lines)
{
    private const int MaxDepth = 2;
    private static readonly string[] RefusalCodes = ["AM01", "NARR", "A", "X1", "DT01"];

    private static readonly string[] RefusingWords = [" + ", " - ", " * ", " / ", " at ", "sum(", "next_business_day("];

    /// <summary>How far two points in time lie apart, which always fits.</summary>
    private static readonly Regex Differences = new("\\((?:each_)?(?:date(?:time)?o?_\\w+|today|now|[0-9]{4}-[0-9]{2}-[0-9]{2}) - (?:each_)?(?:date(?:time)?o?_\\w+|today|now|[0-9]{4}-[0-9]{2}-[0-9]{2})\\)", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));

    /// <summary>Something in a condition that could make it false whatever the values are.</summary>
    private static readonly Regex Literals = new("\\b(true|false)\\b|(?<![A-Za-z0-9_])[0-9]|\"", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));

    /// <summary>A name that is compared: it is false only for some values.</summary>
    private static readonly Regex Compared = new("^\\([a-z][A-Za-z0-9]*_[A-Za-z0-9_]* [=!<>]+ [^()]+\\)$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));

    private int blocks;
    private int loops;

    private ContractDraft Contract => action.Contract;

    private Dice Dice => action.Contract.Dice;

    /// <summary>What everybody may see that it happens: members must read it, observers may be told.</summary>
    private Demand Open => new(Contract.MemberReaders, Contract.AllReaders, Total: action.IsNetwork);

    /// <summary>What may refuse: whoever does not read it is told.</summary>
    private Demand Refusing => action.IsNetwork ? Open : new Demand(0, Contract.AllReaders);

    public void Some(int most)
    {
        for (int i = Dice.From(0, most); i > 0; i--) One();
    }

    private void One()
    {
        switch (Dice.From(0, 19))
        {
            case 0 or 1: Require(); break;
            case 2 or 3 or 4: Let(); break;
            case 5 or 6 or 7 or 8 or 9 or 10: Set(); break;
            case 11: Clear(); break;
            case 12 or 13: Money(); break;
            case 14 or 15 or 16: If(); break;
            case 17: ForEachPlayer(); break;
            case 18: ForEachValue(); break;
            default: RequirePresent(); break;
        }
    }

    /// <summary>Gives a field that the action sets itself its value.</summary>
    public void SetUnset(Item field)
    {
        Demand demand = Contract.Honestly(new Demand(action.Takers, field.Readers, Total: true, field));
        ExpressionWriter writer = new(action, demand);
        string? value = Dice.Coin() ? writer.Write(field.Type, 1) : null;
        if (value is not null) action.Disclose(writer.Sources, demand);
        if (value is not null && action.IsAsserted(field, writer.Sources)) action.Asserted.Add(field);
        lines.Add($"set {field.Name} = {value ?? Literal(field.Type)}");
        action.Present.Add(field);
    }

    /// <summary>A condition as a block's or a path's, which everybody may know; null where none could be written.</summary>
    public string? OpenCondition(int depth) => Expression(new BooleanType(), Open, depth);

    /// <summary>An expression, and at the action's head what it discloses.</summary>
    public string? Expression(FieldType type, Demand demand, int depth)
    {
        demand = Contract.Honestly(demand);
        ExpressionWriter writer = new(action, demand);
        string? written = writer.Write(type, depth);
        if (written is not null) action.Disclose(writer.Sources, demand);
        return written;
    }

    private string Literal(FieldType type) => type switch
    {
        DurationType => "3 hours",
        CodeSetType set => $"\"{(set.Set.External is null ? set.Set.Codes.Order(StringComparer.Ordinal).First() : "AC01")}\"",
        _ => new ExpressionWriter(action, new Demand(0, 0)).Literal(type) ?? throw new InvalidOperationException($"There is no literal of {type}."),
    };

    private void Require()
    {
        if (action.IsNetwork || Expression(new BooleanType(), Refusing with { Hard = action.Vouching }, 3) is not { } condition) return;
        // Nobody can take an action that requires what is false of literals alone.
        if (Literals.IsMatch(condition) && !Compared.IsMatch(condition)) condition = $"(is_business_day(today) or {condition})";
        lines.Add($"require {condition}{(Dice.Percent(20) ? "\n" : " ")}else {Dice.Any(RefusalCodes)}");
    }

    /// <summary>From here on the value is there.</summary>
    private void RequirePresent()
    {
        Demand demand = Contract.Honestly(Refusing with { Hard = action.Vouching });
        List<Item> optional = [.. action.Names.Where(i => i.Optional && !action.IsReadable(i) && (i.Readers & demand.Hard) == demand.Hard)];
        if (optional.Count == 0 || action.IsNetwork) return;
        Item item = Dice.Any(optional);
        lines.Add($"require present({item.Name}) else {Dice.Any(RefusalCodes)}");
        action.Disclose([item], demand);
        action.Present.Add(item);
    }

    private void Let()
    {
        FieldType type = Contract.SimpleType();
        bool total = action.IsNetwork || Dice.Coin();
        Demand demand = Contract.Honestly(total ? new Demand(0, 0, Total: true) : Refusing with { Hard = action.Vouching });
        ExpressionWriter writer = new(action, demand);
        if (writer.Write(type, 2) is not { } value) return;
        // A literal of a text or rate has a type of its own.
        if (type is TextType or RateType && !writer.Sources.Any()) return;
        if (!total && !Refuses(value, writer.Sources, demand, 0)) return;
        action.Disclose(writer.Sources, demand);
        Item[] sources = [.. writer.Sources];
        Item local = new(action.NewName(ContractDraft.KindOf(type)), type, false, sources.Aggregate(ulong.MaxValue, (readers, s) => readers & s.Readers), null, true) { From = sources };
        lines.Add($"let {local.Name} = {value}");
        action.Names.Add(local);
    }

    /// <summary>True when the value may refuse, or nothing is disclosed for that: what would not be needed is not disclosed.</summary>
    private static bool Refuses(string value, IEnumerable<Item> sources, Demand demand, ulong anyway) =>
        sources.All(s => (s.Readers & (demand.Readers & ~anyway)) == (demand.Readers & ~anyway)) || RefusingWords.Any(w => Differences.Replace(value, "").Contains(w, StringComparison.Ordinal));

    /// <summary>A value that some member takes as others say must be the last.</summary>
    private bool MaySetAgain(Item field) => Contract.SetsAgain || !action.Asserted.Contains(field);

    private void Set()
    {
        // A mandatory field that a creating action sets anywhere is one that nobody supplies.
        List<Item> fields = [.. Contract.Fields.Where(f => !f.Fixed && (!action.Creates || f.Optional || action.Present.Contains(f)) && MaySetAgain(f))];
        if (fields.Count == 0) return;
        if (Contract.RefusalsTell && fields.FindAll(IsHiddenNumber) is { Count: > 0 } hidden && Dice.Coin())
        {
            // So large a factor fits for what values mostly are, and not for extreme ones.
            string number = Dice.Any(hidden).Name;
            lines.Add($"set {number} = ({number} * 90000000000000000)");
            return;
        }

        Item field = Dice.Any(fields);
        bool total = action.IsNetwork || Dice.Percent(60);
        Demand demand = new(action.Takers, total ? field.Readers : Contract.AllReaders, total, field);
        demand = Contract.Honestly(demand);
        ExpressionWriter writer = new(action, demand);
        if (writer.Write(field.Type, 2) is not { } value || (!total && !Refuses(value, writer.Sources, demand, field.Readers))) return;
        if (action.IsAsserted(field, writer.Sources))
        {
            if (loops > 0 && !Contract.SetsAgain) return;
            action.Asserted.Add(field);
        }

        action.Disclose(writer.Sources, demand);
        lines.Add($"set {field.Name} = {value}");
        if (field.Optional) action.Present.Add(field);
        if (Contract.SetsAgain && action.Asserted.Contains(field)) SetAgain(field);
    }

    /// <summary>Those who take the action can compute what it becomes, and somebody else may not know whether that fits.</summary>
    private bool IsHiddenNumber(Item field) => IsNumber(field) && field.Personal is null && field.Readers != Contract.AllReaders && IsReadByTakers(field) && action.IsReadable(field);

    private bool IsReadByTakers(Item field) => (field.Readers & action.Takers) == action.Takers;

    private static bool IsNumber(Item field) => field.Type is MoneyType or QuantityType or IntegerType;

    /// <summary>Another value than it has, made of that; null for what has no such operation.</summary>
    private static string? Changed(Item field) => IsNumber(field) ? $"({field.Name} + {field.Name})" : field.Type is BooleanType ? $"(not {field.Name})" : null;

    /// <summary>A member that took the value before as it ends comes to another one here.</summary>
    private void SetAgain(Item field)
    {
        if (Changed(field) is not { } value || !IsReadByTakers(field) || (action.IsNetwork && IsNumber(field))) return;
        if (IsNumber(field)) action.Disclose([field], new Demand(0, Contract.AllReaders));
        lines.Add($"set {field.Name} = {value}");
    }

    /// <summary>In a loop only what was not known to be there before it, since it comes round again.</summary>
    private void Clear()
    {
        List<Item> fields = [.. Contract.Fields.Where(f => f is { Optional: true, Fixed: false } && (blocks == 0 || !action.Present.Contains(f)) && MaySetAgain(f))];
        if (fields.Count == 0) return;
        Item field = Dice.Any(fields);
        lines.Add($"clear {field.Name}");
        action.Present.Remove(field);
    }

    private void Money()
    {
        // An automatic action moves only what is known to be above zero: what it releases.
        if (action.IsNetwork) return;
        // What comes from the settlement agent or goes to it stands alone.
        if (action.WithAgent is { } done && (done || blocks > 0)) return;
        FieldType type = Contract.Units.Count > 0 && Dice.Percent(15) ? new QuantityType(Dice.Any(Contract.Units)) : new MoneyType();
        string? amount = Expression(type, Open, Dice.From(0, 2)), from = Holder(null), to = Holder(from);
        if (amount is null || from is null || to is null) return;
        // Literals alone might come to nothing, and the compiler would see it (CD603).
        if (!action.Names.Any(name => amount.Contains(name.Name, StringComparison.Ordinal))) amount = "EUR 1";
        if (action.WithAgent is null)
        {
            lines.Add($"move {amount} from {from} to {to}");
            return;
        }

        lines.Add(Dice.Coin() ? $"redeem {amount} from {from}" : $"issue {amount} to {from} citing {Contract.Fields[1].Name}");
        action.WithAgent = true;
    }

    /// <summary>A bank that acts, or a name for one.</summary>
    public string? Holder(string? other)
    {
        Demand demand = Contract.Honestly(Open);
        List<Item> named = [.. action.Names.Where(i => i.Type is PartyType && action.IsReadable(i) && (i.Readers & demand.Readers) == demand.Readers && i.Sources.All(static s => s.Personal is null))];
        List<string> holders = [.. Contract.Banks.Where(b => !b.IsSeveral || action.Each.Contains(b)).Select(b => b.Name), .. named.Select(n => n.Name)];
        holders.Remove(other ?? "");
        return holders.Count == 0 ? null : Dice.Any(holders);
    }

    private void If()
    {
        if (blocks >= MaxDepth) return;
        HashSet<Item> present = [];
        string? condition;
        if (Dice.Percent(25) && action.Names.Find(i => i.Optional && i.Personal is null && !action.IsReadable(i) && (i.Readers & Contract.AllReaders) == Contract.AllReaders) is { } item)
        {
            condition = $"present({item.Name})";
            present.Add(item);
        }
        else
        {
            condition = OpenCondition(2);
        }

        if (condition is null) return;
        lines.Add($"if {condition}");
        HashSet<Item> then = Block(present), otherwise = action.Present;
        if (Dice.Coin())
        {
            lines.Add("otherwise");
            otherwise = Block([]);
        }

        lines.Add("end");
        then.IntersectWith(otherwise);
        action.NowPresent(then);
    }

    private HashSet<Item> Block(IEnumerable<Item> present)
    {
        blocks++;
        HashSet<Item> after = action.Inner(() => Some(3), present);
        blocks--;
        return after;
    }

    private void ForEachPlayer()
    {
        List<Party> several = [.. Contract.Parties.Where(p => p.IsSeveral && !action.Each.Contains(p))];
        if (blocks >= MaxDepth || several.Count == 0) return;
        Party party = Dice.Any(several);
        lines.Add($"for each {party.Name}");
        action.Each.Push(party);
        loops++;
        Block([]);
        loops--;
        action.Each.Pop();
        lines.Add("end");
    }

    private void ForEachValue()
    {
        Demand demand = Contract.Honestly(Open);
        ExpressionWriter writer = new(action, demand);
        if (blocks >= MaxDepth || writer.List() is not { } list) return;
        action.Disclose(writer.Sources, demand);
        FieldType element = ExpressionWriter.ElementOf(writer.TypeHere(list))!;
        Item one = new(action.NewName(ContractDraft.KindOf(element)), element, false, list.Readers, null, true) { From = list.Sources };
        lines.Add($"for each {one.Name} in {list.Name}");
        blocks++;
        loops++;
        action.Inner(() =>
        {
            action.Names.Add(one);
            Some(3);
        });
        blocks--;
        loops--;
        lines.Add("end");
    }
}
