using Settlement.Contracts;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>
/// Text tables: a source, and below it what the compiler says about it, to the letter. They show that it keeps going
/// after an error and that one slip is reported once.
/// </summary>
public sealed class DiagnosticSnapshotTests
{
    [Fact]
    public void SeveralSlipsAreReportedTogetherAndEachOnce() => Says(
        """
        contract Loan version 1

        parties
          payer  bnak
          payee  bank

        fields
          amount  mony  to payer, payee
          day     date  to payer, paye

        states
          Settled may rest

        on pay by payer, agreed by payee
          require amuont > 0 else AM01
          require amount > 0 else am01
          moove amount from payer to payee
          -> Setled
        """,
        """
        error CD305: a party is a bank or a regulator, not 'bnak'
         --> loan.contract:4:10
          |
        4 |   payer  bnak
          |          ^^^^
          = did you mean 'bank'?

        error CD305: there is no type called 'mony'
         --> loan.contract:8:11
          |
        8 |   amount  mony  to payer, payee
          |           ^^^^
          = did you mean 'money'?

        error CD302: there is no party called 'paye'
         --> loan.contract:9:27
          |
        9 |   day     date  to payer, paye
          |                           ^^^^
          = did you mean 'payer'?

        error CD302: there is no field or parameter called 'amuont'
          --> loan.contract:15:11
           |
        15 |   require amuont > 0 else AM01
           |           ^^^^^^
           = did you mean 'amount'?

        error CD306: 'am01' is not a code: 1 to 35 capital letters and digits
          --> loan.contract:16:27
           |
        16 |   require amount > 0 else am01
           |                           ^^^^
           = write AM01

        error CD201: expected a statement, found 'moove'
          --> loan.contract:17:3
           |
        17 |   moove amount from payer to payee
           |   ^^^^^
           = did you mean 'move'?

        error CD302: there is no state called 'Setled'
          --> loan.contract:18:6
           |
        18 |   -> Setled
           |      ^^^^^^
           = did you mean 'Settled'?

        """);

    [Fact]
    public void ABrokenSectionDoesNotMakeItsNamesUnknown() => Says(
        """
        contract Loan version 1

        partys
          payer bank
          payee bank

        states
          Settled may rest

        on pay by payer, agreed by payee
          -> Settled
        """,
        """
        error CD201: expected a section or an action, found 'partys'
         --> loan.contract:3:1
          |
        3 | partys
          | ^^^^^^
          = did you mean 'parties'?

        """);

    [Fact]
    public void AnUnclosedParenthesisCostsOneLine() => Says(
        """
        contract Loan version 1
        parties
          payer bank
          payee bank
        fields
          amount money to payer, payee
        states
          Settled may rest
        on pay by payer, agreed by payee
          require (amount > 0 else AM01
          move amount from payer to nobody
          -> Settled
        """,
        """
        error CD201: expected ')', found 'else'
          --> loan.contract:10:23
           |
        10 |   require (amount > 0 else AM01
           |                       ^^^^

        error CD302: there is no party called 'nobody'
          --> loan.contract:11:29
           |
        11 |   move amount from payer to nobody
           |                             ^^^^^^

        """);

    [Fact]
    public void ColumnsCountCharactersAndNothingReachesTheTerminalThatCouldSteerIt() => Says(
        "contract Loan version 1\n  \"Zahlung \U0001F3E6 \u001b[31m\"\nparties\n\tpayer bank\nstates\n\tSettled may rest\non pay by payer\n\t-> Setled\n",
        """
        error CD102: the invisible character U+001B is not allowed
         --> loan.contract:2:14
          |
        2 |   "Zahlung 🏦 �[31m"
          |              ^

        error CD302: there is no state called 'Setled'
         --> loan.contract:8:5
          |
        8 |  -> Setled
          |     ^^^^^^
          = did you mean 'Settled'?

        """);

    [Fact]
    public void ATextThatIsNoContractGivesOneError() => Says(
        """
        Dear colleague,
          please find attached the contract on which we agreed
        """,
        """
        error CD201: expected 'contract NAME version NUMBER', found 'Dear'
         --> loan.contract:1:1
          |
        1 | Dear colleague,
          | ^^^^

        """);

    [Fact]
    public void ABrokenStatesSectionSaysHowToGoOn() => Says(
        """
        contract Loan version 1
        parties
          payer bank
          payee bank, observes it
        states
          Settled final, Returned final
        on pay(note code) by payer, agreed by payee
          require note = "AM04" else AM04
          -> Settled
        """,
        """
        error CD201: expected the end of the line, found 'it'
         --> loan.contract:4:24
          |
        4 |   payee bank, observes it
          |                        ^^

        error CD201: expected 'may rest', a comma between states, or the next section, found 'final'
         --> loan.contract:6:11
          |
        6 |   Settled final, Returned final
          |           ^^^^^
          = write 'STATE may rest' where an instance may stay for ever

        error CD502: 'payee' observes and cannot act
         --> loan.contract:7:39
          |
        7 | on pay(note code) by payer, agreed by payee
          |                                       ^^^^^
          = drop 'observes' from payee, or let another party act

        """);

    [Fact]
    public void ALoopWithoutRestIsNoWayOut() => Says(
        """
        contract Loan version 1
        parties
          payer bank
          payee bank
        states
          Asked, Answered
        on ask by payer, agreed by payee
          -> Asked
        on answer by payee, agreed by payer when Asked
          -> Answered
        on again by payer, agreed by payee when Answered
          -> Asked
        """,
        """
        error CD602: from 'Asked' no action ever leads to a state where an instance may rest
         --> loan.contract:6:3
          |
        6 |   Asked, Answered
          |   ^^^^^
          = write 'Asked may rest', or add an action 'when Asked'

        error CD602: from 'Answered' no action ever leads to a state where an instance may rest
         --> loan.contract:6:10
          |
        6 |   Asked, Answered
          |          ^^^^^^^^
          = write 'Answered may rest', or add an action 'when Answered'

        """);

    [Fact]
    public void DiagnosticsAreBounded()
    {
        string source = ContractLibrary.Load("PoolFunding").Source + string.Concat(Enumerable.Range(1, 200).Select(i => $"  move nothing{i} from nobody{i} to noone{i}\n"));
        Compilation compilation = ContractCompiler.Compile("many", source);
        Assert.Null(compilation.Contract);
        Assert.Equal(100, compilation.Diagnostics.Count);
    }

    [Theory]
    [InlineData(262144, true)]
    [InlineData(262145, false)]
    public void TheBoundOfTheFileIsExact(int bytes, bool fits)
    {
        string source = ContractLibrary.Load("PoolFunding").Source + "--";
        source += new string('x', bytes - source.Length);
        Assert.Equal(fits ? [] : ["CD101"], ContractCompiler.Compile("large", source).Diagnostics.Select(d => d.Code));
    }

    [Theory]
    [InlineData("(")]
    [InlineData("not ")]
    [InlineData("amount + ")]
    [InlineData("amount > 0 and ")]
    [InlineData("- ")]
    [InlineData("unknown = unknown or ")]
    public void AnExpressionOfAWholeFileIsRefusedAndNotWalkedInto(string part)
    {
        string body = string.Concat(Enumerable.Repeat(part, 250_000 / part.Length));
        Compilation compilation = ContractCompiler.Compile("deep", ContractLibrary.Load("PoolFunding").Source.Replace("amount > 0", body, StringComparison.Ordinal));
        Assert.Null(compilation.Contract);
        Assert.InRange(compilation.Diagnostics.Count, 1, 2);
    }

    private static void Says(string source, string expected)
    {
        Compilation compilation = ContractCompiler.Compile("loan.contract", source);
        Assert.Equal(expected.ReplaceLineEndings("\n") + "\n", DiagnosticRenderer.Render(compilation.Diagnostics));
        Assert.Null(compilation.Contract);
    }
}
