using FsCheck;
using FsCheck.Fluent;
using Settlement.Core.Monetary;

namespace Settlement.Tests.Properties.Monetary;

public sealed class MoneyProperties
{
    // Small sums and the whole range of 64 bits, in every currency.
    private static readonly Gen<long> MinorUnits = Gen.OneOf(
        Gen.Choose(-100_000, 100_000).Select(small => (long)small),
        from high in Gen.Choose(int.MinValue, int.MaxValue)
        from low in Gen.Choose(int.MinValue, int.MaxValue)
        select ((long)high << 32) | (uint)low,
        Gen.Elements(long.MinValue, long.MaxValue, 0));

    private static readonly Arbitrary<Money> Sums =
        (from currency in Gen.Elements(Currency.All.ToArray()) from units in MinorUnits select new Money(currency, units)).ToArbitrary();

    [Fact]
    public void What_is_written_is_read_back() => Prop.ForAll(Sums, money =>
        Money.TryParse(money.ToString(), out Money read) && read == money).QuickCheckThrowOnFailure();

    [Fact]
    public void An_amount_is_read_back_whatever_zeros_surround_it() => Prop.ForAll(Sums, Gen.Choose(0, 10).ToArbitrary(), (money, zeros) =>
    {
        string text = money.ToDecimalText();
        string padded = money.Currency.Exponent == 0 ? text : text + new string('0', zeros);
        if (!money.IsNegative) padded = new string('0', zeros) + padded;
        AmountFault fault = Money.ReadAmount(padded, money.Currency, out Money read);
        // Zeros at the end say nothing in a fraction, and are digits of a whole number.
        string digits = text.Contains('.', StringComparison.Ordinal) ? text.TrimEnd('0') : text;
        bool tooMany = digits.Trim('-').Replace(".", "", StringComparison.Ordinal).TrimStart('0').Length > Money.MaxDigits;
        return fault switch
        {
            AmountFault.None => read == money && money.MinorUnits > 0,
            AmountFault.Zero => money.IsZero,
            AmountFault.Negative => money.IsNegative,
            AmountFault.TooManyDigits => tooMany,
            _ => false,
        };
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void One_digit_below_the_minor_unit_is_too_precise() => Prop.ForAll(Sums, Gen.Choose(1, 9).ToArbitrary(), (money, digit) =>
    {
        Money small = new(money.Currency, Math.Abs(money.MinorUnits % 1_000_000));
        string point = small.Currency.Exponent == 0 ? "." : "";
        return Money.ReadAmount($"{small.ToDecimalText()}{point}{digit}", small.Currency, out _) == AmountFault.TooPrecise;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Sums_are_exact_or_refused() => Prop.ForAll(Sums, MinorUnits.ToArbitrary(), (money, units) =>
    {
        Money other = new(money.Currency, units);
        Int128 exact = (Int128)money.MinorUnits + units;
        try
        {
            return (money + other).MinorUnits == exact && money + other - other == money;
        }
        catch (OverflowException)
        {
            return exact > long.MaxValue || exact < long.MinValue;
        }
    }).QuickCheckThrowOnFailure();
}
