using System.Globalization;
using Settlement.Contracts;
using Settlement.Tests.Properties.Contracts.Generation;

namespace Settlement.Tests.Properties.Contracts;

/// <summary>
/// What the compiler promises of an automatic action (CD609): in whatever way an instance came to its state, it is not refused. Contracts
/// are drawn with requires and branches here and there; those that compile are run with values at the edges.
/// </summary>
public sealed class AutomaticActionProperties
{
    private const int Contracts = 4000;
    private const int Runs = 30;
    private const int Lenders = 2;

    private static readonly string[] Declared =
    [
        "a money", "b money", "n integer", "m integer", "k integer", "w party", "t duration", "d datetime", "h money", "o money optional", "xs list(3) of integer", "ys list(3) of integer",
        "es list(3) of money", "s integer for each l", "r integer for each l",
    ];

    private static readonly string[] Amounts = ["a", "b", "x", "EUR 5", "h"], Numbers = ["n", "m", "k", "2", "0", "-1", "100"], Comparators = ["=", "!=", "<", "<=", ">", ">="];

    /// <summary>Names are used once in a contract.</summary>
    [ThreadStatic]
    private static int quantifiers;

    /// <summary>Every other contract is mostly about lists: facts and what they are for must meet to find a fault.</summary>
    [ThreadStatic]
    private static bool ofLists;

    private int compiled, taken;

    [Fact]
    public void AnAutomaticActionIsNeverRefused()
    {
        for (int seed = 0; seed < Contracts; seed++)
        {
            Dice dice = new(seed);
            string source = Source(dice);
            if (ContractCompiler.Compile("automatic", source).Contract is not { } contract) continue;
            compiled++;
            for (int i = 0; i < Runs; i++) Assert.Null(Refusal(contract, dice, source));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{compiled} of {Contracts} compiled; {taken} automatic actions were taken");
        Assert.True(compiled > Contracts / 20 && taken > Contracts / 2, $"{compiled} compiled, {taken} taken");
    }

    /// <summary>Without the check the same contracts are refused, and soon: the test of the test.</summary>
    [Fact]
    public void WithoutTheCheckManyAre()
    {
        int refused = 0;
        for (int seed = 0; seed < Contracts / 10; seed++)
        {
            Dice dice = new(seed);
            string source = Source(dice);
            if (ContractCompiler.CompileWithoutFlowCheck("automatic", source).Contract is { } contract && Enumerable.Range(0, Runs).Any(_ => Refusal(contract, dice, source) is not null)) refused++;
        }

        Assert.True(refused > Contracts / 100, $"{refused} were refused");
    }

    private static bool OfLists(Dice dice) => ofLists && dice.Percent(80);

    private static string Source(Dice dice)
    {
        ofLists = dice.Coin();
        return Written(dice);
    }

    private static string Written(Dice dice) => string.Join('\n',
    [
        "contract Automatic version 1", "parties", "p bank", "q bank", "g bank", "l bank, several(3)", "fields", .. Declared.Select(static f => $"{f} to p, q, g, l"),
        "states", "Open, Done may rest",
        "on make by p, agreed by q", .. Bounds(dice), .. Requires(dice, ofLists ? 2 : 7, parameters: false), "set k = 0", "reserve h from p", .. Some(dice, 1, 1, parameters: false), "-> Open",
        "on change(x money, y integer, zs list(3) of integer, v money optional) by p, agreed by q, g when Open", .. Requires(dice, 4, parameters: true), .. Some(dice, 2, 1, parameters: true), "-> Open",
        "on next by network when Open", "set k = k + 1", .. Some(dice, 4, 2, parameters: false), $"if {Condition(dice, parameters: false)}", "release h to p", .. Some(dice, 1, 0, parameters: false), "-> Done", "end", "-> Open",
    ]) + "\n";

    private static IEnumerable<string> Requires(Dice dice, int most, bool parameters)
    {
        for (int i = dice.From(0, most); i > 0; i--) yield return $"require {Condition(dice, parameters)} else NO";
    }

    /// <summary>What makes most of what is done with lists safe.</summary>
    private static IEnumerable<string> Bounds(Dice dice)
    {
        foreach (string condition in new[] { "n > 0 and n < 1000", "(all v1 in xs: v1 > 0 and v1 < 1000)", "(all v2 in ys: v2 > 0 and v2 < 1000)", "(all v3 in s: v3 > 0 and v3 < 1000)", "(all v4 in r: v4 > 0 and v4 < 1000)", "count(es) > 0 and (all v5 in es: v5 > EUR 0 and v5 <= EUR 500)" })
        {
            if (ofLists && dice.Percent(75)) yield return $"require {condition} else NO";
        }
    }

    private static string Condition(Dice dice, bool parameters) => (OfLists(dice) ? dice.From(13, 18) : dice.From(0, 18)) switch
    {
        13 => dice.Any(["n > 0", "m > 0", "xs = ys", "xs != ys", "(all v0 in xs: v0 > 0)".Replace("v0", "v" + ++quantifiers, StringComparison.Ordinal), "count(xs) > 0", "(all one in s: one > 0)"]),
        14 => $"{List(dice, parameters)} {dice.Any(["=", "!="])} {List(dice, parameters)}",
        15 => $"all i{++quantifiers} in {List(dice, parameters)}: i{quantifiers} {dice.Any(Comparators)} {dice.Any(["0", "0", "5", "n", "m"])}",
        16 => dice.Any(["s = r", "s != r", "(all one in s: one > 0)", "(all one in r: one >= 0 and one < 100)", "(all one in r: one = 0)", "count(s) > 1"]),
        17 => dice.Any(["not present(o) or o > 0", "not present(o)", "present(o) and o > 0", "present(o) and o < EUR 9", "not present(o) or currency(o) = currency(a)", "not present(o) or o > a"]),
        18 => dice.Any(["count(es) > 0", "count(es) > 0 and (all one in es: one > EUR 0 and one <= EUR 500)", "(all one in es: one > EUR 5) and (all one in es: one < EUR 3)", "count(xs) != count(ys)"]),
        0 => $"({Condition(dice, parameters)}) and ({Condition(dice, parameters)})",
        1 => $"({Condition(dice, parameters)}) or ({Condition(dice, parameters)})",
        2 => $"not ({Condition(dice, parameters)})",
        3 or 4 => $"currency({Amount(dice, parameters)}) = currency({Amount(dice, parameters)})",
        5 => $"w {dice.Any(["=", "!="])} {dice.Any(["p", "q", "g"])}",
        6 => "w = p or w = g",
        7 or 8 => $"{Amount(dice, parameters)} {dice.Any(["> 0", ">= 0", "> 0"])}",
        9 => $"{Amount(dice, parameters)} {dice.Any(Comparators)} {Amount(dice, parameters)}",
        10 => $"t {dice.Any(["<", ">"])} {dice.Any(["100 hours", "0 hours"])}",
        11 => dice.Any(["n > 0 and n <= 12", "m > 0 and m < 1000", "n >= 0 and m >= 0"]),
        _ => $"{Number(dice, parameters)} {dice.Any(Comparators)} {dice.Any(["0", "1", "5", "100", "n"])}",
    };

    private static string Amount(Dice dice, bool parameters) => dice.Any([.. Amounts.Where(a => parameters || a != "x")]);

    private static string List(Dice dice, bool parameters) => dice.Any([.. new[] { "xs", "ys", "zs" }.Where(a => parameters || a != "zs")]);

    private static string Number(Dice dice, bool parameters) => parameters && dice.Percent(40) ? "y" : dice.Any(Numbers);

    private static IEnumerable<string> Some(Dice dice, int most, int depth, bool parameters)
    {
        List<string> lines = [];
        for (int i = dice.From(0, most); i > 0; i--)
        {
            if (depth == 0 || dice.Percent(55))
            {
                lines.Add(One(dice, parameters));
                continue;
            }

            lines.Add($"if {Condition(dice, parameters)}");
            lines.AddRange(Some(dice, 2, depth - 1, parameters));
            if (dice.Coin()) lines.AddRange(["otherwise", .. Some(dice, 2, depth - 1, parameters)]);
            lines.Add("end");
        }

        return lines;
    }

    private static string One(Dice dice, bool parameters) => (OfLists(dice) ? dice.Any([11, 12, 12, 13, 16, 17, 18, 18]) : dice.From(0, 18)) switch
    {
        11 => $"set {dice.Any(["xs", "ys"])} = {List(dice, parameters)}",
        12 => $"for each i{++quantifiers} in {List(dice, parameters)}\nset n = 100 / i{quantifiers} rounded {Rounding(dice)}\nend",
        13 => $"for each l\nset m = 100 / {dice.Any(["s", "r"])} rounded {Rounding(dice)}\nend",
        14 => parameters ? "if present(v)\nset o = v\nend" : dice.Any(["clear o", "set o = a", "set s = r"]),
        15 => $"if present(o)\n{dice.Any(["move o from p to q", "set a = o", "let u" + ++quantifiers + " = a - o"])}\nend",
        16 => dice.Any(["move sum(es) from p to q", "let u" + ++quantifiers + " = sum(es)", "set a = sum(es)"]),
        17 => $"set n = {dice.Any(["sum(xs)", "sum(ys)", "sum(s)", "100 / count(xs) rounded up"])}",
        // What a round leaves the next one finds, and what stands after the loop.
        18 => $"for each i{++quantifiers} in {List(dice, parameters)}\n{dice.Any([$"set m = 100 / n rounded {Rounding(dice)}\nset n = i{quantifiers}", $"set n = i{quantifiers}", $"if i{quantifiers} > 0\nset m = 100 / i{quantifiers} rounded {Rounding(dice)}\nend\nset n = m"])}\nend{dice.Any(["", $"\nset k = 100 / n rounded {Rounding(dice)}"])}",
        0 or 1 => $"set {dice.Any(["a", "b"])} = {AmountOf(dice, parameters)}",
        2 or 3 => $"set {dice.Any(["n", "m"])} = {NumberOf(dice, parameters)}",
        4 => $"set w = {dice.Any(["p", "g", "w"])}",
        5 => $"set d = d {dice.Any(["+", "-"])} {dice.Any(["t", "3 hours", "n hours"])}",
        6 => $"move {AmountOf(dice, parameters)} from w to q",
        _ => $"move {AmountOf(dice, parameters)} from p to q",
    };

    private static string AmountOf(Dice dice, bool parameters) => dice.From(0, 9) switch
    {
        0 => $"{Amount(dice, parameters)} + {Amount(dice, parameters)}",
        1 or 2 => $"{Amount(dice, parameters)} - {Amount(dice, parameters)}",
        3 => $"{Amount(dice, parameters)} * {Number(dice, parameters)}",
        4 => $"{Amount(dice, parameters)} / {Number(dice, parameters)} rounded {Rounding(dice)}",
        5 => $"{dice.Any(["min", "max"])}({Amount(dice, parameters)}, {Amount(dice, parameters)})",
        6 => $"{Amount(dice, parameters)} * {dice.Any(["0.25", "1.50", "-0.50"])} rounded {Rounding(dice)}",
        7 => $"{Amount(dice, parameters)} * {Number(dice, parameters)} * 0.5 / {Number(dice, parameters)} rounded {Rounding(dice)}",
        _ => Amount(dice, parameters),
    };

    private static string NumberOf(Dice dice, bool parameters) => dice.From(0, 4) switch
    {
        0 => $"{Number(dice, parameters)} {dice.Any(["+", "-", "*"])} {Number(dice, parameters)}",
        1 => $"{Number(dice, parameters)} / {Number(dice, parameters)} rounded {Rounding(dice)}",
        2 => $"(if {Condition(dice, parameters)} then {Number(dice, parameters)} otherwise {Number(dice, parameters)})",
        _ => Number(dice, parameters),
    };

    private static string Rounding(Dice dice) => dice.Any(["up", "down", "ceiling", "floor", "half up", "half even"]);

    /// <summary>What an automatic action was refused with on a way of an instance; null when none was.</summary>
    private string? Refusal(Contract contract, Dice dice, string source)
    {
        State? state = null;
        Value?[] values = [Money(dice), Money(dice), Integer(dice), Integer(dice), null, new PartyValue(dice.Any(["p", "q", "g"])), new DurationValue(Whole(dice)), new DateTimeValue(TestOccasion.Noon.ToUnixTimeSeconds()),
            Money(dice), dice.Coin() ? Money(dice) : null, Integers(dice, dice.From(0, 3)), Integers(dice, dice.From(0, 3)), new ListValue([.. Enumerable.Range(0, dice.From(0, 3)).Select(_ => Money(dice))]), Integers(dice, Lenders), Integers(dice, Lenders)];
        foreach (Field field in contract.FindAction("make")!.Updates) values[field.Index] = null;
        for (int i = 0; i < 6; i++)
        {
            ContractAction action = state is null ? contract.FindAction("make")! : contract.FindAction(dice.Coin() ? "change" : "next")!;
            Evaluation evaluation = contract.Evaluate(action, state, values, action.Parameters.Count > 0 ? [Money(dice), Integer(dice), Integers(dice, dice.From(0, 3)), dice.Coin() ? Money(dice) : null] : [],
                new Occasion(TestOccasion.Noon, BusinessCalendar.Weekdays, new Seat(0), [1, 1, 1, Lenders]));
            if (action.By.IsNetwork)
            {
                taken++;
                if (evaluation is Evaluation.Refused) return $"{evaluation} with {string.Join(", ", values.Select(v => v?.Written))} of\n{source}";
            }

            if (evaluation is not Evaluation.Accepted accepted)
            {
                if (state is null) return null;
                continue;
            }

            foreach (FieldUpdate update in accepted.Updates) values[update.Field.Index] = update.Value;
            state = accepted.NextState;
            if (state.MayRest) return null;
        }

        return null;
    }

    private static MoneyValue Money(Dice dice) => new(dice.Percent(ofLists ? 97 : 85) ? "EUR" : "USD", Whole(dice));

    private static ListValue Integers(Dice dice, int count) => new([.. Enumerable.Range(0, count).Select(_ => Integer(dice))]);

    private static IntegerValue Integer(Dice dice) => new(Whole(dice));

    /// <summary>Where all values of lists must be tame for anything to happen, most are.</summary>
    private static long Whole(Dice dice) => ofLists && dice.Percent(85) ? dice.From(1, 12) : dice.From(0, 9) switch
    {
        0 => long.MaxValue,
        1 => long.MinValue,
        2 => 0,
        3 => -dice.From(1, 9),
        4 => long.MaxValue - dice.From(0, 9),
        5 => long.Parse($"{dice.From(1, 999)}000", CultureInfo.InvariantCulture),
        _ => dice.From(1, 12),
    };
}
