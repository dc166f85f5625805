using System.Numerics;
using Settlement.Contracts;
using Settlement.Contracts.Language;

namespace Settlement.Tests.Properties.Contracts.Reference;

/// <summary>A value as the reference evaluator has it: whole numbers of any size, and what does not fit is found at the end.</summary>
internal abstract record Datum
{
    /// <summary>Money when it has a currency, else units of something.</summary>
    public sealed record Amount(bool IsMoney, string Unit, BigInteger Units) : Datum;

    public sealed record Whole(BigInteger Number) : Datum;

    public sealed record Rate(BigInteger Digits, int Scale) : Datum;

    public sealed record Ratio(BigInteger Numerator, BigInteger Denominator) : Datum;

    public sealed record Truth(bool Holds) : Datum;

    /// <summary>Days since the first of January of the year 1.</summary>
    public sealed record Day(BigInteger Number) : Datum;

    /// <summary>Seconds since 1970.</summary>
    public sealed record Moment(BigInteger Seconds) : Datum;

    public sealed record Length(BigInteger Seconds) : Datum;

    public sealed record Period(BigInteger Count, TimeUnit Unit) : Datum;

    /// <summary>A text or a code: a text in quotes can be either.</summary>
    public sealed record Word(string Text) : Datum;

    public sealed record Participant(string Party, int Number) : Datum;

    /// <param name="Items">The values.</param>
    /// <param name="Element">The type of each.</param>
    public sealed record Many(IReadOnlyList<Datum> Items, TypeSyntax Element) : Datum
    {
        public bool Equals(Many? other) => other is not null && Items.SequenceEqual(other.Items);

        public override int GetHashCode() => Items.Count;
    }

    /// <summary>The value of a field or parameter of the type; where there is one for each participant, the type is theirs.</summary>
    public static Datum Of(Value value, TypeSyntax type) => value switch
    {
        MoneyValue money => new Amount(true, money.Currency, money.MinorUnits),
        QuantityValue quantity => new Amount(false, quantity.Name, quantity.Count),
        IntegerValue integer => new Whole(integer.Number),
        RateValue rate => new Rate(rate.Digits, rate.Scale),
        RatioValue ratio => new Ratio(ratio.Numerator, ratio.Denominator),
        BooleanValue truth => new Truth(truth.Truth),
        DateValue date => new Day(date.Date.DayNumber),
        DateTimeValue time => new Moment(time.UnixSeconds),
        DurationValue duration => new Length(duration.Seconds),
        TextValue text => new Word(text.Text),
        CodeValue code => new Word(code.Code),
        PartyValue party => new Participant(party.Party, party.Number),
        ListValue list => new Many([.. list.Items.Select(i => Of(i, type.Element ?? type))], type.Element ?? type),
        _ => throw new InvalidOperationException("An unknown value."),
    };

    /// <summary>The value as a field of the type holds it.</summary>
    public Value As(TypeSyntax type) => (this, type.Word.Text) switch
    {
        (Many many, "list") => new ListValue([.. many.Items.Select(i => i.As(type.Element!))]),
        (Many many, _) => new ListValue([.. many.Items.Select(i => i.As(type))]),
        (Amount { IsMoney: true } money, _) => new MoneyValue(money.Unit, (long)money.Units),
        (Amount quantity, _) => new QuantityValue(quantity.Unit, (long)quantity.Units),
        (Whole whole, "rate") => Scaled(whole.Number, 0, type),
        (Rate rate, "rate") => Scaled(rate.Digits, rate.Scale, type),
        (Whole whole, _) => new IntegerValue((long)whole.Number),
        (Ratio ratio, _) => new RatioValue((long)ratio.Numerator, (long)ratio.Denominator),
        (Truth truth, _) => BooleanValue.Of(truth.Holds),
        (Day day, _) => new DateValue(DateOnly.FromDayNumber((int)day.Number)),
        (Moment moment, _) => new DateTimeValue((long)moment.Seconds),
        (Length length, _) => new DurationValue((long)length.Seconds),
        (Word word, "text") => new TextValue(word.Text),
        (Word word, _) => new CodeValue(word.Text),
        (Participant participant, _) => new PartyValue(participant.Party, participant.Number),
        _ => throw new InvalidOperationException("A value that no field has."),
    };

    private static RateValue Scaled(BigInteger digits, int scale, TypeSyntax type) => new((long)(digits * BigInteger.Pow(10, (int)type.Number! - scale)), (int)type.Number!);
}

/// <summary>The end of a run that is refused.</summary>
internal sealed class RefusalException(string code) : Exception(code)
{
    public string Code { get; } = code;
}
