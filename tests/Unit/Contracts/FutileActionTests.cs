using Settlement.Contracts;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>Which literals let nobody take an action, and which only one way through it.</summary>
public sealed class FutileActionTests
{
    [Theory]
    [InlineData("move EUR 0 from payer to payee", "CD603")]
    [InlineData("move EUR 1 from payer to payee", "")]
    [InlineData("move amount * 0 from payer to payee", "")]
    [InlineData("set count = 1 / 0 rounded down", "CD603")]
    [InlineData("set count = 1 / (2 - 2) rounded down", "CD603")]
    [InlineData("set count = 1 / 2 rounded down", "")]
    [InlineData("set count = 3 * count / 0 rounded down", "CD603")]
    [InlineData("require count > 5 and 1 / 0 rounded down > 2 else NO", "")]
    [InlineData("require 1 / 0 rounded down > 2 and count > 5 else NO", "CD603")]
    [InlineData("require (if count > 5 then 1 / 0 rounded down otherwise 3) > 2 else NO", "")]
    [InlineData("if count > 5\nmove EUR 0 from payer to payee\nend", "")]
    [InlineData("if count > 5\nmove EUR 0 from payer to payee\notherwise\nset count = 1 / 0 rounded down\nend", "CD603")]
    [InlineData("if 1 / 0 rounded down > 2\nset count = 1\nend", "CD603")]
    [InlineData("for each one in parts\nset count = 1 / 0 rounded down\nend", "")]
    public void ALiteralRefuses(string statements, string expected) => Assert.Equal(expected, string.Join(' ', ContractCompiler.Compile("fee", $"""
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
        """.ReplaceLineEndings("\n") + "\n").Diagnostics.Where(static d => d.Severity == Severity.Error).Select(static d => d.Code)));
}
