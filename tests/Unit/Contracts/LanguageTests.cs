using Settlement.Contracts;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>What sentences of the language mean.</summary>
public sealed class LanguageTests
{
    private const string Frame =
        """
        contract Frame version 7
        parties
          payer bank
          payee bank
        fields
          amount  money to payer, payee
          fee     money optional to payer, payee
          count   integer to payer, payee
          most    integer optional to payer, payee
          day     date to payer, payee
          note    text(3) optional to payer, payee
          reason  code to payer, payee
        states
          Done may rest
        on go by payer, agreed by payee

        """;

    private const string NoFee = "-";

    // Values: amount EUR 10, fee as given, count 5, most 9, day 2026-01-31, no note, reason AM04.
    [Theory]
    [InlineData("amount > 0", NoFee, "Done")]
    [InlineData("0 < amount", NoFee, "Done")]
    [InlineData("amount != 0 and not amount < 0", NoFee, "Done")]
    [InlineData("present(fee)", NoFee, "NO")]
    [InlineData("present(fee) and fee < amount", NoFee, "NO")]
    [InlineData("not present(fee) or fee < amount", NoFee, "Done")]
    [InlineData("not present(fee) or fee < amount", "EUR 9", "Done")]
    [InlineData("not present(fee) or fee < amount", "EUR 10", "NO")]
    [InlineData("not present(fee) or fee < amount", "USD 1", "S005")]
    [InlineData("not (present(fee) and fee >= amount)", "EUR 10", "NO")]
    [InlineData("present(fee) and amount + fee > 0", "EUR 9223372036854775807", "S006")]
    [InlineData("present(fee) and amount - fee < amount", "EUR -9223372036854775808", "S006")]
    [InlineData("present(fee) and amount - fee < amount", "EUR 1", "Done")]
    [InlineData("count + 9223372036854775807 > 0", NoFee, "S006")]
    [InlineData("count - 7 = -2", NoFee, "Done")]
    [InlineData("count - -7 = 12", NoFee, "Done")]
    [InlineData("count + 1 - 2 + 3 = 7", NoFee, "Done")]
    [InlineData("count = 5 or count + 9223372036854775807 > 0", NoFee, "Done")]
    [InlineData("count = 4 and count + 9223372036854775807 > 0", NoFee, "NO")]
    [InlineData("day >= 2026-01-31 and day < 2026-02-01", NoFee, "Done")]
    [InlineData("reason = \"AM04\"", NoFee, "Done")]
    [InlineData("\"AM05\" = reason", NoFee, "NO")]
    [InlineData("not present(note) or note = \"abc\"", NoFee, "Done")]
    [InlineData("(\n    count = 5\n    and amount > 0\n  )", NoFee, "Done")]
    [InlineData("count = 5 and\n    amount > 0", NoFee, "Done")]
    public void AConditionDecides(string condition, string fee, string expected)
    {
        Contract contract = Compile($"  require {condition} else NO\n  -> Done\n");
        Value?[] values =
        [
            new MoneyValue("EUR", 10), fee == NoFee ? null : new MoneyValue(fee[..3], long.Parse(fee[4..], System.Globalization.CultureInfo.InvariantCulture)),
            new IntegerValue(5), new IntegerValue(9), new DateValue(new DateOnly(2026, 1, 31)), null, new CodeValue("AM04"),
        ];
        Assert.Equal(expected, contract.Evaluate(contract.Actions[0], null, values, [], TestOccasion.Of(contract.Actions[0])) switch
        {
            Evaluation.Accepted accepted => accepted.NextState.Name,
            Evaluation.Refused refused => refused.Code,
            _ => "?",
        });
    }

    [Theory]
    [InlineData("fee > 0", "CD404")]
    [InlineData("present(fee) or fee > 0", "CD404")]
    [InlineData("(present(fee) or present(note)) and fee > 0", "CD404")]
    [InlineData("not (present(fee) or present(note)) or fee > 0", "CD404")]
    [InlineData("not (not present(fee) or fee = 0) and fee > 0", "")]
    [InlineData("amount > 1", "CD401")]
    [InlineData("amount + 0 > amount", "CD401")]
    [InlineData("amount > count", "CD401")]
    [InlineData("day > 5", "CD401")]
    [InlineData("reason = day", "CD401")]
    [InlineData("day + day > day", "CD403")]
    [InlineData("reason < \"AM04\"", "CD403")]
    [InlineData("reason = \"am04\"", "CD408")]
    [InlineData("present(note) and note = \"four\"", "CD408")]
    [InlineData("count", "CD402")]
    [InlineData("(count > 1) = (count > 2)", "")]
    [InlineData("(count > 1) < (count > 2)", "CD402")]
    [InlineData("present(note) and note = \"\"", "CD408")]
    [InlineData("count < 1 < 2", "CD201")]
    [InlineData("count > 9223372036854775808", "CD105")]
    [InlineData("count > -9223372036854775808", "")]
    [InlineData("count > -0", "CD105")]
    [InlineData("present(payer)", "CD303")]
    public void AConditionIsChecked(string condition, string expected)
    {
        Compilation compilation = ContractCompiler.Compile("frame", $"{Frame}  require {condition} else NO\n  -> Done\n");
        Assert.Equal(expected, string.Join(' ', compilation.Diagnostics.Select(d => d.Code)));
    }

    /// <summary>What was probably meant is said beside it.</summary>
    [Theory]
    [InlineData("require amount > EUR -5 else NO", "CD302", "money has no sign: write 0 - EUR 5")]
    [InlineData("require amount > EUR - 5.5 else NO", "CD302", "money has no sign: write 0 - EUR 550")]
    [InlineData("require amount + EUR -5 > 0 else NO", "CD302", "money has no sign: write 0 - EUR 5")]
    [InlineData("let EUR = amount\n  require EUR - amount >= 0 else NO", "", null)]
    [InlineData("require fee > 0 else NO", "CD404", "write: present(fee) and ...")]
    [InlineData("move fee from payer to payee", "CD404", "put before it: require present(fee) else CODE")]
    public void ItIsSaidWhatToWriteInstead(string statement, string code, string? suggestion)
    {
        Compilation compilation = ContractCompiler.Compile("frame", $"{Frame}  {statement}\n  -> Done\n");
        Assert.Equal(code.Length == 0 ? [] : [(code, suggestion)], compilation.Diagnostics.Select(static d => (d.Code, d.Suggestion)));
    }

    /// <summary>A window has no place for a condition, and what an automatic action needs to come must be kept somewhere.</summary>
    [Theory]
    [InlineData("by last else DT01", "CD404", "a window cannot ask for it: declare last without 'optional', or let the action require the time instead")]
    [InlineData("by ending", "CD608", "let an automatic action lead on: on ACTION by network when Open after ending")]
    [InlineData("by ending + 3 days", "CD608", "let an automatic action lead on: on ACTION by network when Open after ending + 3 days")]
    [InlineData("by given", "CD608", "let an automatic action lead on: on ACTION by network when Open after MOMENT, of a field that keeps it")]
    [InlineData("within 2 days of ending", "CD608", "let an automatic action lead on: on ACTION by network when Open after that moment")]
    [InlineData("by today + wait days", "CD608", "let an automatic action lead on, after a moment that does not move: on ACTION by network when Open after MOMENT")]
    public void ItIsSaidHowAWayStaysOpen(string window, string code, string suggestion)
    {
        Diagnostic diagnostic = Assert.Single(ContractCompiler.Compile("window", "contract Window version 1\nparties\np bank\nq bank\nfields\nending date to p, q\nlast date optional to p, q\nwait integer to p, q\nstates\nOpen, Done may rest\n"
            + "on make by p, agreed by q\n-> Open\n"
            + $"on go(given date to p, q) by p, agreed by q when Open {window}\n-> Done\n").Diagnostics);
        Assert.Equal((code, suggestion), (diagnostic.Code, diagnostic.Suggestion));
    }

    [Fact]
    public void AnOptionalAmountMovesOnlyBelowARequireThatItIsPresent()
    {
        Assert.Equal("CD404", ContractCompiler.Compile("frame", $"{Frame}  move fee from payer to payee\n  -> Done\n").Diagnostics.Single().Code);
        Assert.NotNull(Compile("  require present(fee) else NO\n  move fee from payer to payee\n  -> Done\n"));
    }

    [Fact]
    public void EachMovementHasACurrencyOfItsOwnAndIsAboveZero()
    {
        Contract contract = Compile("  require present(fee) else NO\n  move amount from payer to payee\n  move fee from payee to payer\n  -> Done\n");
        Value?[] values = [new MoneyValue("EUR", 10), new MoneyValue("USD", 1), new IntegerValue(5), null, new DateValue(default), null, new CodeValue("A")];
        Assert.Equal(["EUR", "USD"], Assert.IsType<Evaluation.Accepted>(contract.Evaluate(contract.Actions[0], null, values, [], TestOccasion.Of(contract.Actions[0]))).Movements.Select(m => m.Amount.Unit));
        values[1] = new MoneyValue("EUR", 0);
        Assert.Equal(new Evaluation.Refused("S007", "go: fee"), contract.Evaluate(contract.Actions[0], null, values, [], TestOccasion.Of(contract.Actions[0])));
    }

    [Fact]
    public void ParametersContinueTheFieldsAndAreReadByWhoTakesPart()
    {
        Contract contract = ContractLibrary.Load("GrossPayment");
        ContractAction action = contract.FindAction("return")!;
        Field reason = Assert.Single(action.Parameters);
        Assert.Equal(contract.Fields.Count, reason.Index);
        Assert.Equal(["payer", "payee"], reason.Audience.Select(p => p.Name));
    }

    [Fact]
    public void AParameterMayNameItsAudience()
    {
        string source = ContractLibrary.Load("GrossPayment").Source.Replace("(reason code)", "(reason code to payer, payee,\n    supervisor, until date optional)", StringComparison.Ordinal);
        Contract contract = ContractCompiler.Compile("wide", source).Contract!;
        IReadOnlyList<Field> parameters = contract.FindAction("return")!.Parameters;
        Assert.Equal([3, 2], parameters.Select(p => p.Audience.Count));
    }

    [Fact]
    public void WhiteSpaceAndCommentsDoNotChangeTheHashAndAnyWordDoes()
    {
        Contract contract = ContractLibrary.Load("GrossPayment");
        string spaced = contract.Source.Replace("\n", "   -- a comment\r\n\r\n", StringComparison.Ordinal).Replace("  ", "\t ", StringComparison.Ordinal);
        Assert.Equal(contract.Hash, ContractCompiler.Compile("spaced", "\uFEFF\n" + spaced).Contract!.Hash);
        foreach ((string old, string @new) in new[] { ("One payment", "A payment"), ("AM01", "AM02"), ("version 1", "version 2"), ("to payer, payee\n", "to payee, payer\n"), ("amount > 0", "(amount > 0)") })
            Assert.NotEqual(contract.Hash, ContractCompiler.Compile("changed", contract.Source.Replace(old, @new, StringComparison.Ordinal)).Contract!.Hash);
    }

    [Fact]
    public void ASecondByteOrderMarkIsASignLikeAnyOther()
    {
        Diagnostic diagnostic = Assert.Single(ContractCompiler.Compile("marked", "\uFEFF\uFEFF" + ContractLibrary.Load("Escrow").Source).Diagnostics);
        Assert.Equal(("CD102", 1, 2, 1, "the character U+FEFF has no meaning here"), (diagnostic.Code, diagnostic.Line, diagnostic.Column, diagnostic.Length, diagnostic.Message));
    }

    /// <summary>The hash is pinned by terms for years: this value changes only with a new suite or a new version of the contract.</summary>
    [Fact]
    public void TheHashIsTheFramedCanonicalText()
    {
        Contract contract = ContractLibrary.Load("PoolFunding");
        using var hash = System.Security.Cryptography.IncrementalHash.CreateHash(System.Security.Cryptography.HashAlgorithmName.SHA256);
        byte[] text = System.Text.Encoding.UTF8.GetBytes(contract.CanonicalText);
        hash.AppendData([0, 0, 0, 19, .. "settlement/contract"u8, 0, 1, 0, 0, (byte)(text.Length >> 8), (byte)text.Length]);
        hash.AppendData(text);
        Assert.Equal(hash.GetHashAndReset(), contract.Hash);
    }

    [Fact]
    public void AnActionOfAnotherContractIsAProgrammingError() => Assert.Throws<ArgumentException>(() =>
        ContractLibrary.Load("GrossPayment").Evaluate(ContractLibrary.Load("PoolFunding").Actions[0], null, [], [], default));

    private static Contract Compile(string body)
    {
        Compilation compilation = ContractCompiler.Compile("frame", Frame + body);
        Assert.True(compilation.Contract is not null, DiagnosticRenderer.Render(compilation.Diagnostics));
        return compilation.Contract;
    }
}
