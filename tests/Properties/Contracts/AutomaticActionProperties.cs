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
    private const int Contracts = 1500;
    private const int Runs = 30;

    private static readonly string[] Amounts = ["a", "b", "x", "EUR 5"], Numbers = ["n", "m", "k", "2", "0", "-1", "100"], Comparators = ["=", "!=", "<", "<=", ">", ">="];

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
        Assert.True(compiled > Contracts / 20 && taken > Contracts, $"{compiled} compiled, {taken} taken");
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

    private static string Source(Dice dice) => string.Join('\n',
    [
        "contract Automatic version 1", "parties", "p bank", "q bank", "g bank", "fields",
        "a money to p, q, g", "b money to p, q, g", "n integer to p, q, g", "m integer to p, q, g", "k integer to p, q, g", "w party to p, q, g", "t duration to p, q, g", "d datetime to p, q, g",
        "states", "Open, Done may rest",
        "on make by p, agreed by q", .. Requires(dice, 7, parameters: false), "set k = 0", .. Some(dice, 1, 1, parameters: false), "-> Open",
        "on change(x money, y integer) by p, agreed by q, g when Open", .. Requires(dice, 4, parameters: true), .. Some(dice, 2, 1, parameters: true), "-> Open",
        "on next by network when Open", "set k = k + 1", .. Some(dice, 4, 2, parameters: false), $"if {Condition(dice, parameters: false)}", "-> Done", "end", "-> Open",
    ]) + "\n";

    private static IEnumerable<string> Requires(Dice dice, int most, bool parameters)
    {
        for (int i = dice.From(0, most); i > 0; i--) yield return $"require {Condition(dice, parameters)} else NO";
    }

    private static string Condition(Dice dice, bool parameters) => dice.From(0, 13) switch
    {
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

    private static string One(Dice dice, bool parameters) => dice.From(0, 10) switch
    {
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
        Value?[] values = [Money(dice), Money(dice), Integer(dice), Integer(dice), null, new PartyValue(dice.Any(["p", "q", "g"])), new DurationValue(Whole(dice)), new DateTimeValue(TestOccasion.Noon.ToUnixTimeSeconds())];
        foreach (Field field in contract.FindAction("make")!.Updates) values[field.Index] = null;
        for (int i = 0; i < 6; i++)
        {
            ContractAction action = state is null ? contract.FindAction("make")! : contract.FindAction(dice.Coin() ? "change" : "next")!;
            Evaluation evaluation = contract.Evaluate(action, state, values, action.Parameters.Count > 0 ? [Money(dice), Integer(dice)] : [], new Occasion(TestOccasion.Noon, BusinessCalendar.Weekdays, new Seat(0)));
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

    private static MoneyValue Money(Dice dice) => new(dice.Percent(85) ? "EUR" : "USD", Whole(dice));

    private static IntegerValue Integer(Dice dice) => new(Whole(dice));

    private static long Whole(Dice dice) => dice.From(0, 9) switch
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
