using System.Globalization;
using Settlement.Contracts;

namespace Settlement.Tests.Properties.Contracts.Generation;

/// <summary>
/// Writes expressions of a type that read only what the demand allows. Null means that there is none; what was read on the
/// way to it is forgotten. Everything that is made of parts stands in parentheses.
/// </summary>
internal sealed class ExpressionWriter(ActionDraft action, Demand demand)
{
    private static readonly string[] Roundings = ["up", "down", "ceiling", "floor", "half up", "half down", "half even"];
    private static readonly string[] Comparators = ["=", "!=", "<", "<=", ">", ">="];

    private readonly List<Item> sources = [];

    private ContractDraft Contract => action.Contract;

    private Dice Dice => action.Contract.Dice;

    /// <summary>The fields and parameters that were read.</summary>
    public IEnumerable<Item> Sources => sources.SelectMany(s => s.Sources).Distinct();

    /// <summary>True for what may be told to somebody in passing; decided once, so that few things are disclosed.</summary>
    private readonly bool discloses = action.Contract.Dice.Percent(action.Contract.SetsAgain ? 60 : 25);

    public string? Write(FieldType type, int depth)
    {
        int before = sources.Count;
        if (depth > 0 && Dice.Percent(65))
        {
            if (Compound(type, depth - 1) is { } compound) return compound;
            sources.RemoveRange(before, sources.Count - before);
        }

        return Leaf(type);
    }

    /// <summary>Something of the type that is written as it stands: a name or a literal.</summary>
    public string? Leaf(FieldType type)
    {
        List<Item> named = [.. action.Names.Where(i => TypeHere(i) == type && Allows(i))];
        if (named.Count > 0 && Dice.Percent(85)) return Read(Dice.Any(named));
        // A condition that is a literal decides nothing.
        if (type is BooleanType && Dice.Percent(90) && new ConditionWriter(this, action, demand).Plain() is { } plain) return plain;
        return Literal(type) ?? (named.Count > 0 ? Read(Dice.Any(named)) : null);
    }

    /// <summary>A list that can be gone over, by its name.</summary>
    public Item? List(Func<FieldType, bool>? ofElement = null)
    {
        List<Item> lists = [.. action.Names.Where(i => ElementOf(TypeHere(i)) is { } element && (ofElement is null || ofElement(element)) && Allows(i))];
        if (lists.Count == 0) return null;
        Item list = Dice.Any(lists);
        sources.Add(list);
        return list;
    }

    public static FieldType? ElementOf(FieldType type) => type switch { ListType list => list.Element, EachType each => each.Element, _ => null };

    /// <summary>Inside 'for each P' a field for each P is the value of one.</summary>
    public FieldType TypeHere(Item item) => item.Type is EachType each && action.Each.Contains(each.Party) ? each.Element : item.Type;

    /// <summary>Anything that may be read here.</summary>
    public Item? AnyName()
    {
        List<Item> named = [.. action.Names.Where(Allows)];
        return named.Count == 0 ? null : Dice.Any(named);
    }

    public bool Allows(Item item)
    {
        ulong needed = discloses ? demand.Hard : demand.Readers;
        return action.IsReadable(item) && (item.Readers & needed) == needed
            // What may refuse reads nothing personal: it could divide by that and by what is not so.
            && item.Sources.All(s => s.Personal is null || (demand.Total && s.Personal == demand.Stored?.Personal));
    }

    public string Read(Item item)
    {
        sources.Add(item);
        return item.Name;
    }

    public string Number() => Dice.From(0, 5) switch
    {
        0 => "0",
        1 => "-1",
        2 => Dice.From(2, 9).ToString(CultureInfo.InvariantCulture),
        3 => Dice.From(10, 200).ToString(CultureInfo.InvariantCulture),
        _ => "1",
    };

    /// <summary>What is written as a value of exactly this type.</summary>
    public string? Literal(FieldType type) => type switch
    {
        MoneyType => $"EUR {Dice.From(0, 60).ToString(CultureInfo.InvariantCulture)}",
        IntegerType => Number(),
        RateType { Scale: 2 } => Dice.Any(["0.50", "1.25", "-0.10", "0.00"]),
        RateType { Scale: 4 } => Dice.Any(["0.0500", "1.0000", "-2.5000"]),
        RatioType => Dice.Any(["3:2", "1:1", "1:7"]),
        BooleanType => Dice.Any(["true", "false"]),
        DateType => Dice.Percent(70) ? "today" : Dice.Any(["2026-03-02", "2026-02-28", "2024-02-29"]),
        DateTimeType => Dice.Percent(70) ? "now" : "cut-off of today",
        DurationType when !demand.Total => $"({Dice.From(1, 40).ToString(CultureInfo.InvariantCulture)} {Dice.Any(["hours", "minutes", "seconds", "days"])})",
        // Of one character, because a chosen text is as long as its longest choice, and is then compared with another.
        TextType => Dice.Any(["\"a\"", "\" \"", "\"\\\"\""]),
        CodeType => $"currency({Dice.Any(["EUR 1", "USD 2"])})",
        PartyType => Participant(),
        _ => null,
    };

    private string? Participant()
    {
        List<Party> single = [.. Contract.Parties.Where(p => !p.IsSeveral || action.Each.Contains(p))];
        return Dice.Any(single).Name;
    }

    private string? Compound(FieldType type, int depth) => Dice.Percent(12) ? Choice(type, depth) : type switch
    {
        MoneyType => AmountOf(type, depth),
        QuantityType => AmountOf(type, depth),
        IntegerType => IntegerOf(depth),
        RateType => demand.Total ? Extreme(type, depth) : Dice.Coin() ? Join("(", Write(type, depth), Dice.Any([" + ", " - "]), Write(type, depth), ")") : Extreme(type, depth),
        BooleanType => new ConditionWriter(this, action, demand).Write(depth),
        DateType => DateOf(depth),
        DateTimeType => DateTimeOf(depth),
        DurationType => DurationOf(depth),
        CodeType => Join("currency(", Write(new MoneyType(), depth), ")"),
        _ => null,
    };

    /// <summary>The parts one after the other, or null when one is missing.</summary>
    public static string? Join(params ReadOnlySpan<string?> parts)
    {
        foreach (string? part in parts)
        {
            if (part is null) return null;
        }

        return string.Concat(parts);
    }

    private string? Choice(FieldType type, int depth)
    {
        if (type is ListType or EachType) return null;
        // Of two texts the longer gives the type, which no literal may exceed.
        if (type is TextType) return Join("(if ", Write(new BooleanType(), depth), " then ", Leaf(type), " otherwise ", Leaf(type), ")");
        return Join("(if ", Write(new BooleanType(), depth), " then ", Write(type, depth), " otherwise ", Write(type, depth), ")");
    }

    private string? Extreme(FieldType type, int depth) =>
        demand.Total && type is MoneyType ? null : Join(Dice.Any(["min", "max"]), "(", Write(type, depth), ", ", Write(type, depth), ")");

    private string Rounded() => $" rounded {Dice.Any(Roundings)}";

    private FieldType Rate() => Dice.Percent(70) ? new RateType(Dice.Any(Contract.RateScales)) : new RatioType();

    private string? AmountOf(FieldType type, int depth)
    {
        if (demand.Total) return type is MoneyType ? null : Extreme(type, depth);
        return Dice.From(0, 7) switch
        {
            0 => Join("(", Write(type, depth), Dice.Any([" + ", " - "]), Write(type, depth), ")"),
            1 => Join("(", Write(type, depth), " * ", Write(new IntegerType(), depth), ")"),
            2 => Join("(", Write(new IntegerType(), depth), " * ", Write(type, depth), ")"),
            3 => Join("(", Write(type, depth), " * ", Write(Rate(), depth), Rounded(), ")"),
            4 => Join("(", Write(type, depth), " / ", NotZero(Write(new IntegerType(), depth)), Rounded(), ")"),
            5 => Converted(type, depth),
            6 => List(e => e == type) is { } list ? $"sum({list.Name})" : null,
            _ => Extreme(type, depth),
        };
    }

    private string? Converted(FieldType type, int depth)
    {
        FieldType from = Contract.Units.Count > 0 && Dice.Coin() ? new QuantityType(Dice.Any(Contract.Units)) : new MoneyType();
        string? amount = Write(from, depth), rate = Write(Rate(), depth);
        return type is QuantityType quantity ? Join("(", amount, " at ", rate, " in ", quantity.Unit.Name, Rounded(), ")")
            : Join("(", amount, " at ", rate, " in currency of ", Name(new MoneyType()), Rounded(), ")");
    }

    /// <summary>A name of the type; a literal in parentheses where there is none.</summary>
    private string? Name(FieldType type)
    {
        List<Item> named = [.. action.Names.Where(i => TypeHere(i) == type && Allows(i))];
        return named.Count > 0 ? Read(Dice.Any(named)) : Join("(", Literal(type), ")");
    }

    private string? IntegerOf(int depth)
    {
        FieldType type = new IntegerType(), date = new DateType();
        return (demand.Total ? Dice.From(6, 8) : Dice.From(0, 8)) switch
        {
            0 => Join("(", Write(type, depth), Dice.Any([" + ", " - ", " * "]), Write(type, depth), ")"),
            1 => Join("(", Write(type, depth), " * ", Write(Rate(), depth), Rounded(), ")"),
            2 => Join("(", Write(type, depth), " / ", NotZero(Write(type, depth)), Rounded(), ")"),
            3 => Join("(", Write(date, depth), " - ", Write(date, depth), ")"),
            4 => List(static e => e is IntegerType) is { } list ? $"sum({list.Name})" : null,
            5 or 6 => List() is { } list ? $"count({list.Name})" : null,
            7 => Join("days(", Write(date, depth), ", ", Write(date, depth), ")"),
            _ => Extreme(type, depth),
        };
    }

    /// <summary>A divisor of literals alone, which have no underscore, is none that may be zero: the compiler would see it (CD416).</summary>
    private static string? NotZero(string? divisor) => divisor is not null && !divisor.Contains('_', StringComparison.Ordinal) ? "7" : divisor;

    private string? Count(int depth) => Dice.Percent(70) ? Dice.From(0, 40).ToString(CultureInfo.InvariantCulture) : Join("(", Write(new IntegerType(), depth), ")");

    private string? DateOf(int depth) => (demand.Total ? Dice.From(2, 3) : Dice.From(0, 4)) switch
    {
        0 => Join("next_business_day(", Write(new DateType(), depth), ")"),
        2 => Join("date(", Write(new DateTimeType(), depth), ")"),
        3 => Extreme(new DateType(), depth),
        _ => Join("(", Write(new DateType(), depth), Dice.Any([" + ", " - "]), Count(depth), Dice.Any([" days", " weeks", " months", " business days"]), ")"),
    };

    private string? DateTimeOf(int depth) => (demand.Total ? Dice.From(0, 1) : Dice.From(0, 2)) switch
    {
        0 => Extreme(new DateTimeType(), depth),
        1 => Join("(cut-off of ", Name(new DateType()), ")"),
        _ => Join("(", Write(new DateTimeType(), depth), Dice.Any([" + ", " - "]), Write(new DurationType(), depth), ")"),
    };

    private string? DurationOf(int depth) => (demand.Total ? 0 : Dice.From(0, 3)) switch
    {
        0 => Extreme(new DurationType(), depth),
        1 => Join("(", Write(new DateTimeType(), depth), " - ", Write(new DateTimeType(), depth), ")"),
        2 => Join("(", Write(new DurationType(), depth), Dice.Any([" + ", " - "]), Write(new DurationType(), depth), ")"),
        _ => Join("(", Count(depth), Dice.Any([" hours", " minutes", " seconds", " days"]), ")"),
    };

    public string Comparator(bool ordered) => Dice.Any(ordered ? Comparators : ["=", "!="]);
}
