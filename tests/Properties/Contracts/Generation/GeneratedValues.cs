using System.Text;
using Settlement.Contracts;

namespace Settlement.Tests.Properties.Contracts.Generation;

/// <summary>Draws values of every type: such as a contract meets, mostly, and now and then an extreme one.</summary>
/// <param name="dice">All choices.</param>
/// <param name="contract">The contract, whose participants a value can name.</param>
/// <param name="participants">How many play each party.</param>
/// <param name="now">What dates and times lie around.</param>
internal sealed class GeneratedValues(Dice dice, Contract contract, IReadOnlyList<int> participants, DateTimeOffset now)
{
    /// <summary>How many numbers in a hundred are extreme.</summary>
    public int Extremes { get; init; } = 5;

    public Value Of(FieldType type) => type switch
    {
        MoneyType => new MoneyValue(dice.Percent(90) ? "EUR" : "USD", Number()),
        QuantityType quantity => new QuantityValue(quantity.Unit.Name, Number()),
        RateType rate => new RateValue(dice.Percent(50) ? dice.From(-2, 3) * Power(rate.Scale) : Number(), rate.Scale),
        RatioType => new RatioValue(Math.Max(1, Number()), Math.Max(1, Number())),
        IntegerType => new IntegerValue(dice.Percent(60) ? dice.From(-2, 5) : Number()),
        BooleanType => BooleanValue.Of(dice.Coin()),
        DateType => new DateValue(dice.Percent(95) ? DateOnly.FromDateTime(now.UtcDateTime).AddDays(dice.From(-3, 4)) : DateOnly.FromDayNumber(dice.From(0, DateOnly.MaxValue.DayNumber))),
        DateTimeType => new DateTimeValue(dice.Percent(95) ? now.ToUnixTimeSeconds() + dice.From(-5, 5) * 3600 : dice.Random.NextInt64(DateTimeValue.First, DateTimeValue.Last + 1)),
        DurationType => new DurationValue(dice.Percent(80) ? dice.From(-2, 40) * 3600L : Number()),
        TextType text => new TextValue(Text(text)),
        CodeType => new CodeValue(dice.Any(["EUR", "USD", "AB1", "GOODS", "AC01"])),
        CodeSetType set => new CodeValue(set.Set.External is null ? dice.Any([.. set.Set.Codes.Order(StringComparer.Ordinal)]) : dice.Any(["AC01", "AM04", "ZZ"])),
        PartyType => Participant(),
        ListType list => new ListValue([.. Enumerable.Range(0, dice.From(0, list.Most)).Select(_ => Of(list.Element))]),
        EachType each => new ListValue([.. Enumerable.Range(0, participants[each.Party.Index]).Select(_ => Of(each.Element))]),
        _ => throw new InvalidOperationException($"There are no values of {type}."),
    };

    /// <summary>A value for each, of its type; an optional one may be absent.</summary>
    public Value?[] Of(IReadOnlyList<Field> fields) => [.. fields.Select(Of)];

    public Value? Of(Field field) => field.Optional && dice.Percent(40) ? null : Of(field.Type);

    private PartyValue Participant()
    {
        Party party = dice.Any(contract.Parties);
        return new PartyValue(party.Name, dice.From(1, participants[party.Index]));
    }

    private static long Power(int scale) => (long)Math.Pow(10, scale);

    private long Number()
    {
        if (!dice.Percent(Extremes)) return dice.Percent(80) ? dice.From(1, 120) : dice.From(-3, 2);
        return dice.From(0, 3) switch
        {
            0 => dice.Random.NextInt64(long.MinValue, long.MaxValue),
            1 => long.MaxValue - dice.From(0, 2),
            2 => long.MinValue + dice.From(0, 2),
            _ => long.MaxValue / dice.From(2, 200),
        };
    }

    private string Text(TextType type)
    {
        string text = dice.Any(["a", " ", "b \"q\"", "Zoë", "🏦", "語語語語語"]);
        return text.EnumerateRunes().Count() <= type.MaxLength ? text : "a";
    }
}
