using Settlement.Contracts;
using Settlement.Tests.Properties.Contracts.Generation;

namespace Settlement.Tests.Properties.Contracts;

/// <summary>An action with all that it is run on.</summary>
internal sealed record WildRun(ContractAction Action, State? State, Value?[] Fields, Value?[] Arguments, Occasion Occasion)
{
    public override string ToString() =>
        $"in {State?.Name ?? "no state"} at {Occasion.Now:u} by {Occasion.Actor} [{string.Join(", ", Fields.Select(Written))}] ({string.Join(", ", Arguments.Select(Written))})";

    /// <summary>A time beyond the calendar has no written form.</summary>
    private static string Written(Value? value) => value switch { null => "-", DateTimeValue time => time.UnixSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture), _ => value.Written };
}

/// <summary>Draws runs of a contract: most of them proper, and many with something wrong.</summary>
internal sealed class WildRuns(Dice dice, Contract contract)
{
    private static readonly Value[] Wrong =
    [
        new TextValue("\uD83C\u0007"), new MoneyValue("eu", 1), new IntegerValue(7), new RateValue(5, 3), new RatioValue(0, 1), new CodeValue("a b"), new DateTimeValue(long.MaxValue),
        new PartyValue("nobody"), new PartyValue("bank_0", 2), new PartyValue("a b"), new ListValue([new IntegerValue(1), new CodeValue("A")]), new ListValue([]), new QuantityValue("unit1", 3), new TextValue(""),
        new ListValue([.. Enumerable.Repeat(new MoneyValue("EUR", 1), 9)]), BooleanValue.Of(true), new DurationValue(0),
    ];

    public WildRun Next()
    {
        int[] participants = [.. contract.Parties.Select(p => p.IsSeveral ? dice.From(1, p.Most) : 1)];
        DateTimeOffset now = dice.Percent(90) ? TestOccasion.Noon + TimeSpan.FromMinutes(dice.From(0, 10_000)) : DateTimeOffset.FromUnixTimeSeconds(dice.Random.NextInt64(DateTimeValue.First, DateTimeValue.Last));
        GeneratedValues values = new(dice, contract, participants, now) { Extremes = dice.Any([0, 5, 40]) };
        ContractAction action = dice.Any(contract.Actions);
        State? state = dice.Percent(4) ? dice.Any(contract.States) : action.Creates ? null : dice.Any(action.When);
        Value?[] fields = [.. contract.Fields.Select(f => action.IsSetAtCreation(f) ? null : values.Of(f))], arguments = values.Of(action.Parameters);
        Seat actor = Actor(action, fields, participants);
        if (dice.Percent(25)) Spoil(dice.Percent(60) ? fields : arguments);
        if (dice.Percent(3)) Array.Resize(ref fields, dice.From(0, fields.Length + 1));
        if (dice.Percent(3)) Array.Resize(ref arguments, dice.From(0, arguments.Length + 1));
        return new WildRun(action, state, fields, arguments, new Occasion(now, BusinessCalendar.Weekdays, actor, participants));
    }

    private Seat Actor(ContractAction action, Value?[] fields, int[] participants)
    {
        if (dice.Percent(5)) return new Seat(dice.From(-1, contract.Parties.Count), dice.From(-1, 2));
        if (action.By.Field is { } field && fields[field.Index] is PartyValue value) return new Seat(contract.FindParty(value.Party)!.Index, value.Number - 1);
        Party party = action.By.Party ?? dice.Any([.. contract.Members]);
        return new Seat(party.Index, dice.From(0, participants[party.Index] - 1));
    }

    private void Spoil(Value?[] values)
    {
        if (values.Length > 0) values[dice.From(0, values.Length - 1)] = dice.Percent(30) ? null : dice.Any(Wrong);
    }
}
