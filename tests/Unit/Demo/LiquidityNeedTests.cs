using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;
using Settlement.Host.Demo;

namespace Settlement.Tests.Unit.Demo;

/// <summary>What banks need for their payments, by how these are settled.</summary>
public sealed class LiquidityNeedTests
{
    /// <summary>Payments as "payer payee amount", and what is needed in order, with pairs netted, and with all netted.</summary>
    [Theory]
    [InlineData("A B 10", 10, 10, 10)]
    [InlineData("A B 10, B A 10", 10, 0, 0)]
    [InlineData("B A 4, A B 10", 10, 6, 6)]
    [InlineData("A B 10, B C 10, C A 10", 30, 30, 0)]
    [InlineData("A B 10, A B 5, B A 20, A B 1", 20, 4, 4)]
    [InlineData("A B 10, B C 6, C A 1", 17, 17, 9)]
    public void Each_way_of_settling_needs_its_own(string payments, long inOrder, long pairs, long all)
    {
        LiquidityNeed need = Assert.Single(LiquidityNeed.Of(payments.Split(", ").Select(static text => text.Split(' ')).Select(static p => (Bank(p[0]), Bank(p[1]), Euro(long.Parse(p[2], System.Globalization.CultureInfo.InvariantCulture))))));
        Assert.Equal((inOrder, pairs, all), (need.InOrder.MinorUnits, need.PairsNetted.MinorUnits, need.AllNetted.MinorUnits));
    }

    [Fact]
    public void Currencies_are_apart()
    {
        Currency yen = Currency.TryParse("JPY", out Currency parsed) ? parsed : throw new InvalidOperationException();
        Assert.Equal(["10", "7"], LiquidityNeed.Of([(Bank("A"), Bank("B"), Euro(10)), (Bank("B"), Bank("A"), new Money(yen, 7))])
            .Select(static need => need.InOrder.MinorUnits.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Empty(LiquidityNeed.Of([]));
    }

    private static ParticipantId Bank(string letter) => ParticipantId.TryParse($"BNK{letter}DEFFXXX", out ParticipantId id) ? id : throw new ArgumentException(letter);

    private static Money Euro(long minorUnits) => new(Currency.TryParse("EUR", out Currency euro) ? euro : throw new InvalidOperationException(), minorUnits);
}
