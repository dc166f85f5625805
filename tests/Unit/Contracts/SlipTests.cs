using Settlement.Contracts;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>What is said of lines that people write who know other languages, to the letter: each once, and with what is written here instead.</summary>
public sealed class SlipTests
{
    private const string Frame = """
        contract Loan version 1
        parties
          payer  bank
          payee  bank
        fields
          amount  money     to payer, payee
          count   integer   to payer, payee
          note    text(140) to payer, payee
          ref     text(35)  to payer, payee
        states
          Open may rest
        on go by payer, agreed by payee
        STATEMENT
          -> Open
        """;

    [Theory]
    // A whole number may mean the amount or its minor units; the two are a factor of a hundred apart, and both are said.
    [InlineData("require amount = 100 EUR else NO", "CD105", "a currency stands before its number, which counts minor units", "100 EUR", "write EUR 10000 for 100.00, or EUR 100 for 100 minor units")]
    [InlineData("require amount = 50.5 EUR else NO", "CD105", "a currency stands before its number, which counts minor units", "50.5 EUR", "write EUR 5050")]
    [InlineData("require amount = 1.250 KWD else NO", "CD105", "a currency stands before its number, which counts minor units", "1.250 KWD", "write KWD 1250")]
    [InlineData("require amount > 0 EUR else NO", "CD105", "a currency stands before its number, which counts minor units", "0 EUR", "write EUR 0")]
    [InlineData("require amount = eur 7 else NO", "CD201", "expected a currency in capital letters, found 'eur'", "eur", "write EUR 700 for 7.00, or EUR 7 for 7 minor units")]
    [InlineData("require count == 3 else NO", "CD201", "expected a value, found '='", "=", "write a single =")]
    [InlineData("set count == 3", "CD201", "expected a value, found '='", "=", "write a single =")]
    [InlineData("require count => 3 else NO", "CD201", "expected a value, found '>'", ">", "write >= for 'at least'")]
    [InlineData("require count =< 3 else NO", "CD201", "expected a value, found '<'", "<", "write <= for 'at most'")]
    [InlineData("require count <> 3 else NO", "CD201", "expected a value, found '>'", ">", "write != for 'is not'")]
    [InlineData("require count !== 3 else NO", "CD201", "expected a value, found '='", "=", "write != for 'is not'")]
    [InlineData("require count = > 3 else NO", "CD201", "expected a value, found '>'", ">", null)]
    [InlineData("=> Open", "CD201", "expected a statement, found '='", "=", "write -> before the state that follows")]
    [InlineData("set ref = note", "CD412", "'ref' is text(35), and this is text(140)", "note", "make ref at least as long: text(140)")]
    [InlineData("move amount from payer payee", "CD201", "expected 'to', found 'payee'", "payee", "write 'to payee'")]
    [InlineData("move amount payer to payee", "CD201", "expected 'from', found 'payer'", "payer", null)]
    [InlineData("reserve amount payer", "CD201", "expected 'from', found 'payer'", "payer", "write 'from payer'")]
    [InlineData("move amount form payer to payee", "CD201", "expected 'from', found 'form'", "form", "did you mean 'from'?")]
    [InlineData("move amount from payer too payee", "CD201", "expected 'to', found 'too'", "too", "did you mean 'to'?")]
    [InlineData("require count = 3", "CD201", "expected 'else', found the end of the line", " ", null)]
    public void AStatement(string statement, string code, string message, string marked, string? hint)
    {
        int at = marked == " " ? statement.Length : statement.LastIndexOf(marked, StringComparison.Ordinal);
        Says(Frame.Replace("STATEMENT", "  " + statement, StringComparison.Ordinal), code, message, 13, "  " + statement, at + 3, marked.Length, hint);
    }

    [Theory]
    [InlineData("  ref     text(35)  payer, payee", "expected 'to', found 'payer'", "payer", "write 'to payer' for those who read it")]
    [InlineData("  ref     text(35)  too payer, payee", "expected 'to', found 'too'", "too", "did you mean 'to'?")]
    [InlineData("  ref     text(35)  optoinal to payer, payee", "expected 'to', found 'optoinal'", "optoinal", "did you mean 'optional'?")]
    public void AField(string field, string message, string marked, string? hint) =>
        Says(Frame.Replace("  ref     text(35)  to payer, payee", field, StringComparison.Ordinal).Replace("STATEMENT", "  require count > 3 else NO", StringComparison.Ordinal), "CD201", message, 9, field,
            field.IndexOf(marked, StringComparison.Ordinal) + 1, marked.Length, hint);

    /// <summary>A code stands in quotes beside a value, and without them where it is declared.</summary>
    [Fact]
    public void ACodeWithoutQuotes()
    {
        string source = Frame.Replace("parties", "codes\n  Reason = GIFT, THANKS\nparties", StringComparison.Ordinal).Replace("ref     text(35) ", "ref     Reason   ", StringComparison.Ordinal).Replace("STATEMENT", "  require ref = GIFT else NO", StringComparison.Ordinal);
        Says(source, "CD302", "there is no field or parameter called 'GIFT'", 15, "  require ref = GIFT else NO", 17, 4, "'GIFT' is a code of Reason; write it in quotes: \"GIFT\"");
    }

    /// <summary>Of one disclosure each field that it need not name is told at its own place.</summary>
    [Fact]
    public void EveryFieldThatIsDisclosedForNothing()
    {
        const string Source = "contract A version 1\nparties\n  payer bank\n  payee bank\n  clerk regulator, observes\nfields\n  amount money to payer, payee\n  note text(9) to payer, payee\n  more text(9) to payer, payee\nstates\n  Open may rest\n"
            + "on go by payer, agreed by payee\n  discloses note, amount, more to clerk\n  require amount > 0 else NO\n  -> Open\n";
        Assert.Equal([("CD707", 13, 13, 4), ("CD707", 13, 27, 4)], ContractCompiler.Compile("a", Source).Diagnostics.Select(static d => (d.Code, d.Line, d.Column, d.Length)));
    }

    /// <summary>How far two points in time lie apart always fits, so that it may tell nothing by a refusal; a sum of one and a length may not.</summary>
    [Theory]
    [InlineData("set spent = now - since", true)]
    [InlineData("set days = today - day", true)]
    [InlineData("let days_ = today - day\n  set days = days_", true)]
    [InlineData("set spent = (since + 1 hours) - since", false)]
    [InlineData("set since = since + 1 hours", false)]
    [InlineData("set days = days - 1", false)]
    public void WhatAlwaysFitsTellsNothing(string statements, bool compiles)
    {
        string source = "contract A version 1\nparties\n  payer bank\n  payee bank\n  clerk regulator, observes\nfields\n  amount money to payer, payee, clerk\n  since datetime to payer, payee\n  day date to payer, payee\n  spent duration to payer, payee\n  days integer to payer, payee\nstates\n  Open may rest\n"
            + $"on go by payer, agreed by payee\n  -> Open\non come by payer when Open\n  {statements}\n  -> Open\n";
        Assert.Equal(compiles ? [] : ["CD701"], ContractCompiler.Compile("a", source).Diagnostics.Select(static d => d.Code));
    }

    private static void Says(string source, string code, string message, int line, string text, int column, int length, string? hint)
    {
        string number = line.ToString(System.Globalization.CultureInfo.InvariantCulture), margin = new(' ', number.Length);
        string expected = $"error {code}: {message}\n{margin}--> loan.contract:{number}:{column}\n{margin} |\n{number} | {text}\n{margin} | {new string(' ', column - 1)}{new string('^', length)}\n{(hint is null ? "" : $"{margin} = {hint}\n")}\n";
        Assert.Equal(expected, DiagnosticRenderer.Render(ContractCompiler.Compile("loan.contract", source.ReplaceLineEndings("\n") + "\n").Diagnostics));
    }
}
