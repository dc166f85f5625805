using Settlement.Contracts;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>Which literals let nobody take an action, which refuse in one place of it, and which decide nothing.</summary>
public sealed class FutileActionTests
{
    [Theory]
    [InlineData("move EUR 0 from payer to payee", "CD603")]
    [InlineData("move EUR 1 from payer to payee", "")]
    [InlineData("move amount * 0 from payer to payee", "")]
    [InlineData("set count = 1 / 0 rounded down", "CD416")]
    [InlineData("set count = 1 / (2 - 2) rounded down", "CD416")]
    [InlineData("set count = 1 / 2 rounded down", "")]
    [InlineData("set count = 3 * count / 0 rounded down", "CD416")]
    [InlineData("require count > 5 and 1 / 0 rounded down > 2 else NO", "CD416")]
    [InlineData("require 1 / 0 rounded down > 2 and count > 5 else NO", "CD416")]
    [InlineData("require (if count > 5 then 1 / 0 rounded down otherwise 3) > 2 else NO", "CD416")]
    [InlineData("if count > 5\nmove EUR 0 from payer to payee\nend", "")]
    [InlineData("if count > 5\nmove EUR 0 from payer to payee\notherwise\nset count = 1 / 0 rounded down\nend", "CD416")]
    [InlineData("if 1 / 0 rounded down > 2\nset count = 1\nend", "CD416")]
    [InlineData("for each one in parts\nset count = 1 / 0 rounded down\nend", "CD416")]
    // What literals alone make refuse is so wherever it stands, and is told once.
    [InlineData("set count = 9223372036854775807 + 1", "CD416")]
    [InlineData("set count = count + (9223372036854775807 + 1)", "CD416")]
    [InlineData("set count = count + 9223372036854775807 + 1", "")]
    [InlineData("set count = 9223372036854775807 - 1 + count", "")]
    [InlineData("set count = min(count, 3037000500 * 3037000500)", "CD416")]
    [InlineData("set count = 2 * 4611686018427387904 / 4 rounded down", "")]
    [InlineData("set count = 2 * 4611686018427387904 / 4 * count rounded down", "")]
    [InlineData("set count = 2 * count / (1 - 1) rounded down", "CD416")]
    [InlineData("set count = count / (1 / 0 rounded down) rounded down", "CD416")]
    [InlineData("set count = 1 / 3 * count rounded down", "")]
    [InlineData("let sum = EUR 1 + USD 1", "CD416")]
    [InlineData("let sum = amount + (EUR 1 + USD 1)", "CD416")]
    [InlineData("let sum = amount + EUR 1 + USD 1", "")]
    [InlineData("let most = max(EUR 1, USD 1)", "CD416")]
    [InlineData("require EUR 1 < USD 1 or count > 5 else NO", "CD416")]
    [InlineData("let one = EUR 9223372036854775807 at 2.00 in currency of EUR 1 rounded down", "CD416")]
    [InlineData("let one = EUR 9223372036854775807 at 0.50 in currency of amount rounded down", "")]
    [InlineData("let long = 9223372036854775807 hours", "CD416")]
    [InlineData("let day = 9999-12-31 + 1 days", "CD416")]
    [InlineData("let day = 9999-12-30 + 1 days", "")]
    [InlineData("let day = today + 4000000 days", "CD416")]
    [InlineData("let day = today - 4000000 days", "CD416")]
    [InlineData("let day = today + 3000000 days", "")]
    [InlineData("let day = today + 120000 months", "CD416")]
    [InlineData("let day = today + 10001 business days", "CD416")]
    [InlineData("let day = today + 10000 business days", "")]
    [InlineData("let time = now + 90000000 hours", "CD416")]
    [InlineData("let time = now + 80000000 hours", "")]
    [InlineData("let length = 90000000 hours + (now - now)", "")]
    public void ALiteralRefuses(string statements, string expected) =>
        Assert.Equal(expected, string.Join(' ', Compiled(statements).Diagnostics.Where(static d => d.Severity == Severity.Error).Select(static d => d.Code)));

    private static Compilation Compiled(string statements) => ContractCompiler.Compile("fee", $"""
        contract Fee version 1
        parties
          payer  bank
          payee  bank
        fields
          amount  money             to payer, payee
          count   integer           to payer, payee
          parts   list(3) of money  to payer, payee
        states
          Open may rest
        on agree by payer, agreed by payee
          -> Open
        on pay by payer, agreed by payee when Open
        {statements}
        -> Open
        """.ReplaceLineEndings("\n") + "\n");

    /// <summary>A condition that literals alone decide is warned of where it stands; only to refuse all that comes somewhere is one of use.</summary>
    [Theory]
    [InlineData("if true\nset count = 1\nend", "true", "this is always true")]
    [InlineData("if (1 > 2)\nset count = 1\nend", "(1 > 2)", "this is always false")]
    [InlineData("if count > 1 and 2 > 1\nset count = 1\nend", "2 > 1", "this is always true")]
    [InlineData("if not (count > 1 or 2 < 1)\nset count = 1\nend", "2 < 1", "this is always false")]
    [InlineData("let one = if EUR 5 > 0 then count otherwise 1", "EUR 5 > 0", "this is always true")]
    [InlineData("require all part in parts: \"a\" = \"a\" else NO", "\"a\" = \"a\"", "this is always true")]
    [InlineData("require 2026-01-01 < 2026-02-01 else NO", "2026-01-01 < 2026-02-01", "this is always true")]
    [InlineData("if not 2 < 1\nset count = 1\nend", "not 2 < 1", "this is always true")]
    [InlineData("if count > 1\nrequire not true else NO\nend", null, null)]
    [InlineData("if count > 1\nrequire false else NO\nend", null, null)]
    [InlineData("require count = 1 else NO", null, null)]
    [InlineData("let same = 1 = 1", null, null)]
    [InlineData("if count < count\nset count = 1\nend", null, null)]
    public void AConditionOfLiteralsIsWarnedOf(string statements, string? marked, string? message)
    {
        Compilation compilation = Compiled(statements);
        Assert.NotNull(compilation.Contract);
        Diagnostic[] warned = [.. compilation.Diagnostics.Where(static d => d.Code == "CD417")];
        if (marked is null) Assert.Empty(warned);
        else Assert.Equal((marked, message), (Assert.Single(warned).SourceLine.Substring(warned[0].Column - 1, warned[0].Length), warned[0].Message));
    }
}
