using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Settlement.Contracts;

namespace Settlement.Tests.Properties.Contracts;

/// <summary>A value has exactly one encoding, and every encoding one value.</summary>
public sealed class ValueProperties
{
    private static readonly FieldType[] Simple =
    [
        new MoneyType(), new IntegerType(), new DateType(), new TextType(5), new CodeType(), new QuantityType(new Unit(0, "points")), new RateType(4), new RatioType(), new BooleanType(), new DateTimeType(),
        new DurationType(), new CodeSetType(new CodeSet("Kind", null, new HashSet<string>(["A", "B1"]))), new CodeSetType(new CodeSet("Reason", "ExternalReturnReason1", new HashSet<string>())), new PartyType(),
    ];

    private static readonly FieldType[] Types = [.. Simple, .. Simple.Select(static t => new ListType(t, 3)), .. Simple.Select(static t => new EachType(t, new Party(0, "lender", PartyKind.Bank, Observes: false, Most: 3)))];

    [Fact]
    public void CanonicalBytesRoundTripWithinTheirBound() => Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
    {
        Random random = new(seed);
        FieldType type = Types[random.Next(Types.Length)];
        Value value = Good(type, random);
        byte[] bytes = value.ToCanonical();
        Assert.InRange(bytes.Length, 1, type.MaxCanonicalLength);
        Assert.True(Value.TryReadCanonical(type, bytes, out Value? read));
        Assert.Equal(value, read);
        Value other = Good(type, random);
        Assert.Equal(value == other, bytes.AsSpan().SequenceEqual(other.ToCanonical()));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void WhateverBytesAreReadAreTheOnesThatWouldBeWritten() => Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
    {
        Random random = new(seed);
        FieldType type = Types[random.Next(Types.Length)];
        byte[] bytes = Good(type, random).ToCanonical();
        if (random.Next(2) == 0) bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        else Array.Resize(ref bytes, random.Next(40));
        if (!Value.TryReadCanonical(type, bytes, out Value? value)) return;
        Assert.Equal(bytes, value!.ToCanonical());
        Assert.Null(type.Refusal(value));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));

    [Theory]
    [InlineData("4555", "two bytes of a currency")]
    [InlineData("657572000000000000000a", "a currency in small letters")]
    [InlineData("455552000000000000000a00", "a byte too many")]
    public void BadMoneyIsRefused(string hex, string why) => Assert.False(Value.TryReadCanonical(new MoneyType(), Convert.FromHexString(hex), out _), why);

    [Theory]
    [InlineData("2026-02-29")]
    [InlineData("2026-2-03")]
    [InlineData("+026-02-03")]
    [InlineData(" 026-02-03")]
    [InlineData("0000-01-01")]
    public void BadDatesAreRefused(string text) => Assert.False(Value.TryReadCanonical(new DateType(), Encoding.ASCII.GetBytes(text), out _));

    [Theory]
    [InlineData("", "empty")]
    [InlineData("c080", "an overlong nought")]
    [InlineData("c1a1", "an overlong letter")]
    [InlineData("eda080", "a surrogate")]
    [InlineData("f4908080", "beyond Unicode")]
    [InlineData("61ff", "no UTF-8")]
    [InlineData("610a", "a line feed")]
    [InlineData("c285", "a C1 control")]
    [InlineData("616263646566", "six characters of five")]
    public void BadTextsAreRefused(string hex, string why) => Assert.False(Value.TryReadCanonical(new TextType(5), Convert.FromHexString(hex), out _), why);

    [Fact]
    public void AByteOrderMarkIsACharacterLikeOthers()
    {
        Assert.True(Value.TryReadCanonical(new TextType(5), [0xEF, 0xBB, 0xBF, 0x61], out Value? value));
        Assert.Equal(new TextValue("\uFEFFa"), value);
    }

    [Fact]
    public void ALengthCountsScalarValues()
    {
        Assert.Null(new TextType(5).Refusal(new TextValue("🏦🏦🏦🏦🏦")));
        Assert.Equal(PlatformCodes.OutOfBounds, new TextType(4).Refusal(new TextValue("🏦🏦🏦🏦🏦")));
        Assert.Equal(PlatformCodes.OutOfBounds, new TextType(4).Refusal(new TextValue("\uD83C")));
        Assert.Throws<InvalidOperationException>(() => new TextValue("\uD83C").ToCanonical());
    }

    [Fact]
    public void WhatScenariosWriteIsTheValue() => Assert.Equal(
        ["EUR -5", "7", "2026-03-02", "\"a \\\"b\\\" \\\\\"", "AM04"],
        new Value[] { new MoneyValue("EUR", -5), new IntegerValue(7), new DateValue(new DateOnly(2026, 3, 2)), new TextValue("a \"b\" \\"), new CodeValue("AM04") }.Select(v => v.Written));

    internal static Value Good(FieldType type, Random random) => type switch
    {
        MoneyType => new MoneyValue(random.Next(4) == 0 ? "USD" : "EUR", Number(random)),
        IntegerType => new IntegerValue(Number(random)),
        DateType => new DateValue(DateOnly.FromDayNumber(random.Next(DateOnly.MaxValue.DayNumber + 1))),
        TextType text => new TextValue(string.Concat(Enumerable.Range(0, random.Next(1, Math.Min(5, text.MaxLength) + 1)).Select(_ => Scalar(random)))),
        QuantityType quantity => new QuantityValue(quantity.Unit.Name, Number(random)),
        RateType rate => new RateValue(Number(random), rate.Scale),
        RatioType => new RatioValue(random.NextInt64(1, long.MaxValue), random.Next(1, 4)),
        BooleanType => BooleanValue.Of(random.Next(2) == 0),
        DateTimeType => new DateTimeValue(random.NextInt64(DateTimeValue.First, DateTimeValue.Last + 1)),
        DurationType => new DurationValue(Number(random)),
        CodeSetType set => new CodeValue(set.Set.External is null ? set.Set.Codes.ElementAt(random.Next(set.Set.Codes.Count)) : "AC01"[..random.Next(1, 5)]),
        PartyType => new PartyValue(random.Next(2) == 0 ? "bank" : new string('x', random.Next(1, 65)), random.Next(1, 101)),
        ListType list => new ListValue([.. Enumerable.Range(0, random.Next(list.Most + 1)).Select(_ => Good(list.Element, random))]),
        EachType each => new ListValue([.. Enumerable.Range(0, random.Next(1, each.Party.Most + 1)).Select(_ => Good(each.Element, random))]),
        _ => new CodeValue(string.Concat(Enumerable.Range(0, random.Next(1, 36)).Select(_ => "ABYZ0189"[random.Next(8)]))),
    };

    private static long Number(Random random) => random.Next(4) switch
    {
        0 => random.NextInt64(long.MinValue, long.MaxValue),
        1 => long.MaxValue - random.Next(3),
        2 => long.MinValue + random.Next(3),
        _ => random.Next(-3, 100),
    };

    private static string Scalar(Random random)
    {
        Rune rune;
        do
        {
            while (!Rune.TryCreate(random.Next(random.Next(2) == 0 ? 0x80 : 0x110000), out rune)) { }
        }
        while (Rune.IsControl(rune));
        return rune.ToString();
    }
}
