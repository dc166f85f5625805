using Settlement.Core.Monetary;

namespace Settlement.Tests.Unit.Monetary;

public sealed class MoneyTests
{
    [Theory]
    [InlineData("EUR", 2)]
    [InlineData("JPY", 0)]
    [InlineData("KWD", 3)]
    [InlineData("UYW", 4)]
    [InlineData("XCG", 2)]
    public void A_currency_has_its_exponent(string code, int exponent)
    {
        Assert.True(Currency.TryParse(code, out Currency currency));
        Assert.Equal((code, exponent), (currency.ToString(), currency.Exponent));
        Assert.Equal((long)Math.Pow(10, exponent), currency.MinorUnitsPerUnit);
    }

    [Theory]
    [InlineData("XXX"), InlineData("XTS"), InlineData("XAU"), InlineData("XDR"), InlineData("CHE"), InlineData("USN"), InlineData("CLF")]
    [InlineData("DEM"), InlineData("HRK"), InlineData("BGN"), InlineData("eur"), InlineData("EURO"), InlineData("EU"), InlineData("")]
    public void What_is_not_an_active_currency_is_unknown(string code) => Assert.False(Currency.TryParse(code, out _));

    [Fact]
    public void The_table_is_whole_and_in_order()
    {
        string[] codes = [.. Currency.All.Select(currency => currency.Code)];
        Assert.Equal(codes.Order(StringComparer.Ordinal).Distinct(StringComparer.Ordinal), codes);
        Assert.All(codes, code => Assert.True(Currency.TryParse(code, out Currency read) && read.Code == code));
        Assert.InRange(codes.Length, 150, 170);
    }

    [Theory]
    [InlineData("51.74", "USD", AmountFault.None, 5174)]
    [InlineData("51.740", "USD", AmountFault.None, 5174)]
    [InlineData("+0051.7", "USD", AmountFault.None, 5170)]
    [InlineData("51.", "USD", AmountFault.None, 5100)]
    [InlineData(".5", "USD", AmountFault.None, 50)]
    [InlineData("5174", "JPY", AmountFault.None, 5174)]
    [InlineData("5174.00", "JPY", AmountFault.None, 5174)]
    [InlineData("1.2345", "UYW", AmountFault.None, 12345)]
    [InlineData("92233720368547758.07", "USD", AmountFault.TooManyDigits, 0)]
    [InlineData("9999999999999999.99", "USD", AmountFault.None, 999999999999999999)]
    [InlineData("92233720368547758", "USD", AmountFault.None, 9223372036854775800)]
    [InlineData("92233720368547759", "USD", AmountFault.TooLarge, 0)]
    [InlineData("999999999999999999", "JPY", AmountFault.None, 999999999999999999)]
    [InlineData("51.745", "USD", AmountFault.TooPrecise, 0)]
    [InlineData("1.5", "JPY", AmountFault.TooPrecise, 0)]
    [InlineData("0.00", "USD", AmountFault.Zero, 0)]
    [InlineData("-0", "USD", AmountFault.Zero, 0)]
    [InlineData("-1", "USD", AmountFault.Negative, 0)]
    [InlineData("1234567890123456789", "USD", AmountFault.TooManyDigits, 0)]
    [InlineData("", "USD", AmountFault.NotANumber, 0)]
    [InlineData(".", "USD", AmountFault.NotANumber, 0)]
    [InlineData("-", "USD", AmountFault.NotANumber, 0)]
    [InlineData("1 000", "USD", AmountFault.NotANumber, 0)]
    [InlineData("1,5", "USD", AmountFault.NotANumber, 0)]
    [InlineData("1e2", "USD", AmountFault.NotANumber, 0)]
    [InlineData("1.2.3", "USD", AmountFault.NotANumber, 0)]
    [InlineData("--1", "USD", AmountFault.NotANumber, 0)]
    [InlineData("١", "USD", AmountFault.NotANumber, 0)]
    public void An_amount_is_read_or_its_fault_told(string text, string code, AmountFault fault, long minorUnits)
    {
        Assert.True(Currency.TryParse(code, out Currency currency));
        Assert.Equal(fault, Money.ReadAmount(text, currency, out Money money));
        Assert.Equal(minorUnits, money.MinorUnits);
    }

    [Theory]
    [InlineData("USD", 5174, "51.74 USD")]
    [InlineData("USD", -5, "-0.05 USD")]
    [InlineData("JPY", 0, "0 JPY")]
    [InlineData("KWD", 1, "0.001 KWD")]
    [InlineData("EUR", long.MinValue, "-92233720368547758.08 EUR")]
    public void Money_is_written_and_read_back(string code, long minorUnits, string text)
    {
        Assert.True(Currency.TryParse(code, out Currency currency));
        Money money = new(currency, minorUnits);
        Assert.Equal(text, money.ToString());
        Assert.True(Money.TryParse(text, out Money read));
        Assert.Equal(money, read);
    }

    [Theory]
    [InlineData("51.74"), InlineData("51.74USD"), InlineData("USD 51.74"), InlineData("51.745 USD"), InlineData("1 XXX"), InlineData(" USD"), InlineData(null)]
    public void Other_texts_are_not_money(string? text) => Assert.False(Money.TryParse(text, out _));

    [Fact]
    public void Arithmetic_neither_mixes_nor_wraps()
    {
        Assert.True(Money.TryParse("1.00 EUR", out Money euro));
        Assert.True(Money.TryParse("1.00 USD", out Money dollar));
        Assert.Throws<InvalidOperationException>(() => euro + dollar);
        Assert.Throws<InvalidOperationException>(() => euro < dollar);
        Money most = new(euro.Currency, long.MaxValue);
        Assert.Throws<OverflowException>(() => most + euro);
        Assert.Throws<OverflowException>(() => -most - euro - euro);
        Assert.Throws<OverflowException>(() => -new Money(euro.Currency, long.MinValue));
        Assert.Equal("0.00 EUR", (euro - euro).ToString());
        Assert.True(most > euro && euro >= -euro && Money.Zero(euro.Currency).IsZero);
    }
}
