using System.Numerics;
using Settlement.Contracts;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>A chain of products and quotients with one 'rounded' at its end is exact until then.</summary>
public sealed class ChainTests
{
    private static readonly long[] Amounts = [0, 1, -1, 5, 179, 180, 181, 1800, 1804, -1804, 5400, 999_999_999, long.MaxValue, long.MinValue];
    private static readonly long[] Rates = [0, 1, 33_333, 45_000, 100_000, -45_000, 1_000_000, 123_456_789_012];

    [Theory]
    [InlineData("down")]
    [InlineData("up")]
    [InlineData("floor")]
    [InlineData("ceiling")]
    [InlineData("half up")]
    [InlineData("half down")]
    [InlineData("half even")]
    public void ItIsTheExactQuotientRoundedOnce(string rounding)
    {
        Contract contract = Compile($"number * days * annual / 360 rounded {rounding}");
        foreach (long amount in Amounts)
        {
            foreach (long rate in Rates)
            {
                BigInteger numerator = (BigInteger)amount * 91 * rate;
                BigInteger expected = Rounded(numerator, 360 * (BigInteger)1_000_000, rounding);
                string outcome = Run(contract, amount, 91, rate);
                Assert.Equal(expected >= long.MinValue && expected <= long.MaxValue ? $"Done; result becomes {expected}" : "refused S006 (take: result)", outcome);
            }
        }
    }

    [Fact]
    public void RoundingInBetweenWouldBeAnotherNumber()
    {
        Assert.Equal("Done; result becomes 1", Run(Compile("number * days * annual / 360 rounded half even"), 1804, 1, 100_000));
        Assert.Equal("Done; result becomes 0", Run(Compile("number * days * annual rounded half even / 360 rounded half even"), 1804, 1, 100_000));
        // Parentheses say that the inside is a number by itself.
        Assert.Equal("Done; result becomes 0", Run(Compile("(number * days * annual rounded half even) / 360 rounded half even"), 1804, 1, 100_000));
    }

    [Theory]
    [InlineData("annual * number / 360 rounded down", 3600, 1, 500_000, "Done; result becomes 5")]
    [InlineData("number / 360 * days rounded down", 720, 3, 0, "Done; result becomes 6")]
    [InlineData("number / 7 * 7 rounded down", 10, 1, 0, "Done; result becomes 10")]
    [InlineData("number * 3:2 / days rounded half up", 5, 3, 0, "Done; result becomes 3")]
    [InlineData("number * annual / days rounded up", 7, -2, 1_000_000, "Done; result becomes -4")]
    [InlineData("number * annual / days rounded up", 7, 0, 1_000_000, "refused S012 (take: result)")]
    [InlineData("number * number * number * annual / days rounded up", long.MaxValue, 1, 1, "refused S006 (take: result)")]
    public void ItsOrderAndItsSignsAreFree(string expression, long number, long days, long rate, string outcome) =>
        Assert.Equal(outcome, Run(Compile(expression), number, days, rate));

    [Theory]
    [InlineData("number * days * annual / 360", "CD409")]
    [InlineData("(number * annual) / 360 rounded down", "CD409")]
    [InlineData("number * annual rounded down / 360", "CD409")]
    [InlineData("number * days * 2 rounded down", "CD410")]
    [InlineData("number * days / annual rounded down", "CD403")]
    [InlineData("annual * annual / 360 rounded down", "CD403")]
    [InlineData("number * today / 360 rounded down", "CD403")]
    public void WhatCannotBeIsRefused(string expression, string code) =>
        Assert.Equal(code, ContractCompiler.Compile("chain", Source(expression)).Diagnostics[0].Code);

    private static string Source(string expression) => $"""
        contract Example version 1

        parties
          first   bank
          second  bank

        fields
          number  integer  to first, second
          days    integer  to first, second
          annual  rate(6)  to first, second
          result  integer  to first, second

        states
          Done may rest

        on take by first, agreed by second
          set result = {expression}
          -> Done
        """;

    private static Contract Compile(string expression) => ContractCompiler.Compile("chain", Source(expression)).Contract!;

    private static string Run(Contract contract, long number, long days, long rate)
    {
        ContractAction action = contract.Actions[0];
        return ScenarioTable.Written(contract, contract.Evaluate(action, null,
            [new IntegerValue(number), new IntegerValue(days), new RateValue(rate, 6), null], [], TestOccasion.Of(action)));
    }

    private static BigInteger Rounded(BigInteger numerator, BigInteger denominator, string rounding)
    {
        BigInteger floor = BigInteger.DivRem(numerator, denominator, out BigInteger rest);
        if (rest < 0) (floor, rest) = (floor - 1, rest + denominator);
        int middle = (2 * rest).CompareTo(denominator);
        bool above = rest != 0 && rounding switch
        {
            "down" => numerator < 0,
            "up" => numerator > 0,
            "floor" => false,
            "ceiling" => true,
            "half up" => middle > 0 || (middle == 0 && numerator > 0),
            "half down" => middle > 0 || (middle == 0 && numerator < 0),
            "half even" => middle > 0 || (middle == 0 && !floor.IsEven),
            _ => throw new ArgumentException($"There is no rounding {rounding}.", nameof(rounding)),
        };
        return above ? floor + 1 : floor;
    }
}
