using Settlement.Contracts;
using Settlement.Contracts.Language;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>What the parser says about a slip, and that it says it once.</summary>
public sealed class ParserTests
{
    private const string Frame = "contract Loan version 1\nparties\n  payer bank\nstates\n  Paid may rest\non pay by payer\n";

    /// <summary>Each row is what stands below the header of the only action, and the codes with their lines and columns.</summary>
    [Theory]
    [InlineData("let x = 5. * 2", "CD105 7:9")]
    [InlineData("let x = .5 * 2", "CD105 7:9")]
    [InlineData("let x = 1.2.3", "CD105 7:9")]
    [InlineData("let x = 00.5", "CD105 7:9")]
    [InlineData("let x = 0.1234567890123", "CD105 7:9")]
    [InlineData("let x = 0.123456789012", "")]
    [InlineData("let x = -0.0", "CD105 7:9")]
    [InlineData("let x = 9223372.036854775808", "CD105 7:9")]
    [InlineData("let x = 3:0", "CD105 7:9")]
    [InlineData("let x = EUR 50.25", "CD105 7:9")]
    [InlineData("let x = 5 // five", "CD102 7:11")]
    [InlineData("let x = a rounded up", "CD201 7:11")]
    [InlineData("let x = a * b rounded up rounded up", "CD201 7:26")]
    [InlineData("let x = a * b rounded half", "CD201 7:27")]
    [InlineData("let x = a at b", "CD201 7:15")]
    [InlineData("let x = cut - off", "")]
    [InlineData("let x = a business hours", "CD201 7:20")]
    [InlineData("let x = summ(a)", "CD302 7:9")]
    [InlineData("let x = a + all y in z: y", "CD201 7:13")]
    [InlineData("let to = a", "CD202 7:5")]
    [InlineData("require a\n  and b else AM01", "CD201 7:10")]
    [InlineData("require (a\n  and b) else AM01", "")]
    [InlineData("require (\n  if a then b otherwise c\n) else AM01", "")]
    [InlineData("require (if a\n  then b\n  otherwise c) else AM01", "")]
    [InlineData("require (a foo\n  b)\n  else AM01", "CD201 7:12")]
    [InlineData("require (a\nif b\nend", "CD201 7:11")]
    [InlineData("if a then\n  clear b\nend", "CD201 7:6")]
    [InlineData("if a then clear b", "CD201 7:6")]
    [InlineData("if a\n  clear b\nelse\n  clear c\nend", "CD201 9:1")]
    [InlineData("if a\n  clear b\notherwise if c\n  clear c\nend", "CD201 9:11")]
    [InlineData("if a +\n  clear b\nend", "CD201 7:7")]
    [InlineData("if a\n  clear b", "CD211 7:1")]
    [InlineData("if a\n  for each b\nend", "CD211 7:1")]
    [InlineData("clear a\nend", "CD212 8:1")]
    [InlineData("otherwise\n  clear a", "CD212 7:1")]
    [InlineData("if a\notherwise\notherwise\nend", "CD212 9:1")]
    [InlineData("for each a\notherwise\nend", "CD212 8:1")]
    [InlineData("discloses a to b\nclear a\ndiscloses c to d", "CD214 9:1")]
    [InlineData("discloses a, b\nclear a", "CD201 7:15")]
    [InlineData("discloses a to b\noffers a to agent\nclear a", "")]
    [InlineData("offers offers to agent\nlet agent = offers", "")]
    [InlineData("offers a\n to agent", "CD201 7:9, CD201 8:2")]
    [InlineData("offers a, b to agent", "CD201 7:9")]
    [InlineData("offers a to payer\nclear a", "CD201 7:13")]
    [InlineData("offers a to agent, payer", "CD201 7:18")]
    [InlineData("offers to agent", "CD201 7:8")]
    [InlineData("offer a to agent", "CD201 7:1")]
    [InlineData("offers a to agent\noffers b to agent", "CD304 8:1")]
    [InlineData("offers a to agent\noffers a to agent\noffers a to agent", "CD304 8:1, CD304 9:1")]
    [InlineData("offers a to agent\ndiscloses a to b", "CD214 8:1")]
    [InlineData("clear a\noffers a to agent", "CD214 8:1")]
    [InlineData("pay a", "CD201 7:1")]
    public void AStatementIsReadOrReportedOnce(string body, string expected) => Says($"{Frame}{body}\n-> Paid\n", expected);

    [Theory]
    [InlineData("by payer, agreed by payee\n  when Offered", "CD201 2:3")]
    [InlineData("by payer, agreed by payee when Offered\n  by cut-off of day\n  else DT05\n  \"Doc.\"", "")]
    [InlineData("by payer within 2 business days of day", "")]
    [InlineData("by payer within 2 business days", "CD201 1:39")]
    [InlineData("by any network", "CD201 1:15")]
    [InlineData("by payer after\n  else DT05", "CD201 1:22")]
    [InlineData("(a money to x, b, c text(5)) by payer", "")]
    [InlineData("(a money,\n  b\n) by payer", "CD201 3:1")]
    [InlineData("(a list(2) of list(3) of money) by payer", "CD201 1:22")]
    [InlineData("(a list(2)) by payer", "CD201 1:18")]
    public void AHeaderIsReadOrReportedOnce(string header, string expected)
    {
        string source = Frame.Replace("on pay by payer\n", $"on pay {header}\n-> Paid\n", StringComparison.Ordinal);
        Says(source, expected, firstLine: 6);
    }

    [Theory]
    [InlineData("fields contract L version 2", "CD201 1:1")]
    [InlineData("contract L version 2 replaces 0", "CD207 1:31")]
    [InlineData("contract L version 2 replaces", "CD201 1:30")]
    [InlineData("contract L version 2 replaces 1 \"Doc.\"\n  \"More.\"", "")]
    [InlineData("contract L version 2\ncodes\n  c = A1\nunits\n  u", "CD204 4:1")]
    [InlineData("contract L version 2\nunits\n  u = 5", "CD201 3:5")]
    [InlineData("contract L version 2\ncodes\n  c = iso\n  d = A1,\n    A2", "CD201 3:10")]
    [InlineData("contract L version 2\ncodes c = A1\n  d = A2", "CD201 2:7")]
    public void WhatStandsBeforeThePartiesIsReadOrReportedOnce(string head, string expected) =>
        Says(Frame.Replace("contract Loan version 1", head, StringComparison.Ordinal) + "-> Paid\n", expected);

    [Theory]
    [InlineData("payer bank, several(3), observes", "")]
    [InlineData("payer bank, observes, several", "CD201 3:25")]
    [InlineData("payer bank, several, several", "CD201 3:24")]
    [InlineData("payer bank, several(x)", "CD201 3:23")]
    public void APartyIsReadOrReportedOnce(string party, string expected) =>
        Says(Frame.Replace("payer bank", party, StringComparison.Ordinal) + "-> Paid\n", expected);

    [Theory]
    [InlineData(16, "")]
    [InlineData(17, "CD213 23:1")]
    public void TheBoundOfBlocksIsExact(int depth, string expected) =>
        Says($"{Frame}{Repeated("if a\n", depth)}{Repeated("end\n", depth)}-> Paid\n", expected);

    [Theory]
    [InlineData("(", ")", 32, "")]
    [InlineData("(", ")", 33, "CD205")]
    [InlineData("not ", "", 33, "CD205")]
    [InlineData("max(", ")", 33, "CD205")]
    [InlineData("cut-off of ", "", 33, "CD205")]
    [InlineData("all x in y: ", "", 33, "CD205")]
    [InlineData("if a then b otherwise ", "", 33, "CD205")]
    [InlineData("a + ", "", 127, "")]
    [InlineData("a + ", "", 128, "CD205")]
    [InlineData("a * ", "", 128, "CD205")]
    public void TheBoundsOfExpressionsAreExact(string before, string after, int count, string expected)
    {
        DiagnosticBag found = ParsedSource.Read("deep", $"{Frame}let x = {Repeated(before, count)}a{Repeated(after, count)}\n-> Paid\n").Diagnostics;
        Assert.Equal(expected, string.Join(' ', found.Ordered().Select(d => d.Code)));
    }

    /// <summary>A whole file of one thing over and over is refused with few words; it is neither walked into nor read again and again.</summary>
    [Theory]
    [InlineData("let x = ", "(", 2)]
    [InlineData("let x = ", "(\n", 2)]
    [InlineData("let x = ", "not ", 2)]
    [InlineData("let x = ", "- ", 2)]
    [InlineData("let x = ", "if ", 2)]
    [InlineData("let x = ", "if a then ", 2)]
    [InlineData("let x = ", "max(a, ", 2)]
    [InlineData("let x = ", "cut-off of ", 2)]
    [InlineData("let x = ", "any x in y: ", 2)]
    [InlineData("let x = ", "a at b in currency of ", 2)]
    [InlineData("let x = ", "a * b rounded up * ", 2)]
    [InlineData("let x = ", "(if a\n", 17)]
    [InlineData("", "if a\n", 18)]
    [InlineData("", "for each a\n", 18)]
    [InlineData("", "if a then\n", 34)]
    [InlineData("", "otherwise\n", 100)]
    [InlineData("", "end\n", 100)]
    [InlineData("", "discloses a to\n", 100)]
    [InlineData("", "on (", 2)]
    [InlineData("", "on x(a list(1) of ", 2)]
    [InlineData("", "codes\nc = ", 100)]
    public void AWholeFileOfOneThingIsRefused(string before, string part, int most)
    {
        DiagnosticBag found = ParsedSource.Read("deep", $"{Frame}{before}{Repeated(part, 250_000 / part.Length)}").Diagnostics;
        Assert.InRange(found.Errors, 1, 250_000);
        Assert.InRange(found.Ordered().Count, 1, most);
    }

    [Fact]
    public void ABrokenLetStillDeclaresItsName()
    {
        ContractSyntax syntax = ParsedSource.Read("loan", $"{Frame}let fee = amount *\n-> Paid\n").Syntax!;
        Assert.Equal("fee", Assert.IsType<StatementSyntax.Broken>(syntax.Actions[0].Statements[0]).Declared?.Text);
    }

    private static string Repeated(string part, int count) => string.Concat(Enumerable.Repeat(part, count));

    private static void Says(string source, string expected, int firstLine = 1) => Assert.Equal(expected, string.Join(", ",
        ParsedSource.Read("loan", source).Diagnostics.Ordered().Select(d => FormattableString.Invariant($"{d.Code} {d.Line - firstLine + 1}:{d.Column}"))));
}
