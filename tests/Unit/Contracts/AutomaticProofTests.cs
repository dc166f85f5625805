using Settlement.Contracts;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>What is known where two ways meet, and in and after a loop (CD609): enough for what is right, and nothing more.</summary>
public sealed class AutomaticProofTests
{
    private const string Frame =
        """
        contract Frame version 1
        parties
          payer bank
          payee bank
        fields
          a   money to payer, payee
          b   money to payer, payee
          n   integer to payer, payee
          m   integer to payer, payee
          o   money optional to payer, payee
          ref text(35) to payer, payee
          day date to payer, payee
          xs  list(3) of integer to payer, payee
        states
          Open, Done may rest
        on make by payer, agreed by payee

        """;

    private const string Difference = "move a - b from payer to payee", Quotient = "set m = 100 / n rounded down";

    [Theory]
    [InlineData("require b >= 0 and a > b else NO", Difference, "")]
    [InlineData("require b >= 0 and a >= b else NO", Difference, "CD609")]
    [InlineData("require b >= 0 else NO\nif n > 0\nrequire a > b else NO\notherwise\nrequire a > b else NO\nend", Difference, "")]
    [InlineData("require b >= 0 else NO\nif n > 0\nrequire a > b else NO\notherwise\nrequire a >= b else NO\nend", Difference, "CD609")]
    [InlineData("require b >= 0 else NO\nif n > 0\nrequire a >= b else NO\notherwise\nrequire a > b else NO\nend", Difference, "CD609")]
    [InlineData("require b >= 0 else NO\nif n > 0\nrequire a > b else NO\nend", Difference, "CD609")]
    [InlineData("require n > 0 else NO", "for each x in xs\n" + Quotient + "\nend", "")]
    [InlineData("require n > 0 else NO", "for each x in xs\n" + Quotient + "\nset n = x\nend", "CD609")]
    [InlineData("require n > 0 else NO", "for each x in xs\nset n = x\nend\n" + Quotient, "CD609")]
    [InlineData("require n > 0 and (all x in xs: x > 0) else NO", "for each y in xs\nset n = y\n" + Quotient + "\nend", "")]
    [InlineData("require present(o) and o > 0 and currency(o) = currency(a) else NO", "for each x in xs\nif present(o)\nmove o from payer to payee\nend\nset o = a\nend", "CD609")]
    public void WhatIsNotKnownOnEveryWayIsNotKnown(string requires, string automatic, string expected) => Says(requires, "", automatic, expected);

    /// <summary>That one is above the other is forgotten with either, though both are bounded.</summary>
    [Theory]
    [InlineData("", "")]
    [InlineData("set m = 50\n", "CD609")]
    [InlineData("set n = 50\n", "CD609")]
    public void WhatIsSetIsNotAboveWhatItWasAbove(string set, string expected) =>
        Says("require n > m and n < 100 and m > 0 else NO", "", set + "let z = 1 / (n - m) rounded up", expected);

    /// <summary>The least number of 64 bits has no opposite among them.</summary>
    [Theory]
    [InlineData("n >= -1 and n <= -1", "CD609")]
    [InlineData("n >= -2 and n <= -2", "")]
    [InlineData("n >= -1 and n <= -1 and m > 0", "")]
    public void ADivisorOfMinusOneMayNotFit(string required, string expected) => Says($"require {required} else NO", "", "let z = m / n rounded up", expected);

    [Theory]
    [InlineData("n > 0", "CD609")]
    [InlineData("n > 0 and n < 100", "")]
    public void TheMomentOfAWindowMustFit(string required, string expected) => Says($"require {required} else NO", " after day + n days", "set m = 1", expected);

    [Theory]
    [InlineData("issue a to payer citing ref", "CD609")]
    [InlineData("redeem a from payer", "CD609")]
    [InlineData("move a from payer to payee", "")]
    public void NothingAnswersToTheSettlementAgent(string movement, string expected) =>
        Says("require a > 0 and currency(a) = \"EUR\" else NO", "", movement, expected);

    private static void Says(string requires, string window, string automatic, string expected)
    {
        Compilation compilation = ContractCompiler.Compile("frame", $"{Frame}{requires}\n-> Open\non next by network when Open{window}\n{automatic}\n-> Done\n");
        Assert.Equal(expected, string.Join(' ', compilation.Diagnostics.Where(static d => d.Severity == Severity.Error).Select(static d => d.Code)));
    }
}
