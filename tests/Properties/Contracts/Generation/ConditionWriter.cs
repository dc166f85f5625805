using System.Globalization;
using Settlement.Contracts;

namespace Settlement.Tests.Properties.Contracts.Generation;

/// <summary>Writes conditions that are made of parts.</summary>
internal sealed class ConditionWriter(ExpressionWriter expressions, ActionDraft action, Demand demand)
{
    private static readonly string[] Truths = ["=", "!="];

    private Dice Dice => action.Contract.Dice;

    public string? Write(int depth)
    {
        FieldType condition = new BooleanType();
        return Dice.From(0, 13) switch
        {
            0 => ExpressionWriter.Join("(", expressions.Write(condition, depth), " and ", expressions.Write(condition, depth), ")"),
            1 => ExpressionWriter.Join("(", expressions.Write(condition, depth), " or ", expressions.Write(condition, depth), ")"),
            2 => ExpressionWriter.Join("(not ", expressions.Write(condition, depth), ")"),
            3 => Quantified(depth),
            4 => ExpressionWriter.Join("is_business_day(", expressions.Write(new DateType(), depth), ")"),
            5 => ExpressionWriter.Join("(", expressions.Write(condition, depth), " ", Dice.Any(Truths), " ", expressions.Write(condition, depth), ")"),
            6 or 7 => Guarded(depth),
            _ => Comparison(depth),
        };
    }

    /// <summary>Something about an optional value: that it is there, or what it is where it is.</summary>
    private string? Guarded(int depth)
    {
        List<Item> optional = [.. action.Names.Where(i => i.Optional && i.Personal is null && AllowsWhenPresent(i))];
        if (optional.Count == 0) return null;
        Item item = Dice.Any(optional);
        string present = $"present({expressions.Read(item)})";
        if (Dice.Percent(40)) return Dice.Coin() ? present : $"(not {present})";
        string? inner = null;
        action.Inner(() => inner = About(item, depth), [item]);
        return Dice.Coin() ? ExpressionWriter.Join("(", present, " and ", inner, ")") : ExpressionWriter.Join("(not ", present, " or ", inner, ")");
    }

    private bool AllowsWhenPresent(Item item)
    {
        bool allows = false;
        action.Inner(() => allows = expressions.Allows(item), [item]);
        return allows;
    }

    private string? About(Item item, int depth)
    {
        FieldType type = expressions.TypeHere(item);
        return Compared(type, expressions.Read(item), depth);
    }

    /// <summary>A comparison of what can be read here.</summary>
    public string? Plain() => expressions.AnyName() is { } item ? About(item, 0) : null;

    private string? Comparison(int depth)
    {
        if (Dice.Percent(60) && expressions.AnyName() is { } item) return About(item, depth);
        FieldType type = action.Contract.SimpleType();
        return Compared(type, type is TextType ? expressions.Leaf(type) : expressions.Write(type, depth), depth);
    }

    private string? Compared(FieldType type, string? left, int depth)
    {
        if (ExpressionWriter.ElementOf(type) is not null) return $"(count({left}) {expressions.Comparator(ordered: true)} {Dice.From(0, 2).ToString(CultureInfo.InvariantCulture)})";
        bool ordered = type is MoneyType or QuantityType or RateType or IntegerType or DateType or DateTimeType or DurationType;
        string? right = type switch
        {
            BooleanType when depth == 0 => Dice.Any(["true", "false"]),
            MoneyType or QuantityType when demand.Total || Dice.Percent(60) => "0",
            MoneyType when demand.Total => null,
            RateType when Dice.Coin() && left is not null && char.IsAsciiLetter(left[0]) => Dice.Any(["0", "1", "0.5", "-1"]),
            CodeType when Dice.Coin() => Dice.Any(["\"EUR\"", "\"USD\"", "\"AB1\""]),
            CodeSetType set when Dice.Percent(80) => set.Set.External is null ? $"\"{Dice.Any([.. set.Set.Codes])}\"" : Dice.Any(["\"AC01\"", "\"AM04\""]),
            // A literal must be able to be the other side, however that comes about.
            TextType => expressions.Leaf(type),
            _ => expressions.Write(type, depth),
        };
        if (left is null || right is null) return null;
        string comparator = expressions.Comparator(ordered);
        return Dice.Percent(85) || left.StartsWith('"') || right.StartsWith('"') ? $"({left} {comparator} {right})" : $"({right} {comparator} {left})";
    }

    private string? Quantified(int depth)
    {
        if (expressions.List() is not { } list) return null;
        FieldType element = ExpressionWriter.ElementOf(expressions.TypeHere(list))!;
        Item one = new(action.NewName(ContractDraft.KindOf(element)), element, false, list.Readers, null, true) { From = list.Sources };
        string? condition = null;
        action.Inner(() =>
        {
            action.Names.Add(one);
            condition = About(one, depth);
        });
        return ExpressionWriter.Join("(", Dice.Any(["all ", "any "]), one.Name, " in ", list.Name, ": ", condition, ")");
    }
}
