using Settlement.Contracts;

namespace Settlement.Tests.Unit.Contracts;

public sealed class ExplanationTests
{
    [Fact]
    public void TheMatrixShowsWhoReadsWhat() => Assert.Equal(
        """
        field             type                payer  payee  supervisor  personal of
        ----------------  ------------------  -----  -----  ----------  -----------
        amount            money               reads  reads  reads
        value_date        date                reads  reads  reads
        end_to_end        text(35)            reads  reads  -
        uetr              text(36) optional   reads  reads  -
        transaction       text(35) optional   reads  reads  -
        debtor            text(140)           reads  reads  -           payer
        debtor_account    text(34) optional   reads  reads  -           payer
        creditor          text(140)           reads  reads  -           payee
        creditor_account  text(34) optional   reads  reads  -           payee
        remittance        text(140) optional  reads  reads  -
        return(reason)    code                reads  reads  -

        """.ReplaceLineEndings("\n"), ContractExplanation.Matrix(ContractLibrary.Load("GrossPayment")));

    [Fact]
    public void TheStatesAreADiagram() => Assert.Equal(
        """
        stateDiagram-v2
            [*] --> Settled : pay by payer with payee
            Settled --> Returned : return by payee with payer
            Settled --> [*]
            Returned --> [*]

        """.ReplaceLineEndings("\n"), ContractExplanation.StatesAsMermaid(ContractLibrary.Load("GrossPayment")));

    [Fact]
    public void TheWholeNamesTheHashTheActionsAndTheObservers()
    {
        Contract contract = ContractLibrary.Load("GrossPayment");
        string text = ContractExplanation.Render(contract);
        Assert.Contains($"hash {Convert.ToHexStringLower(contract.Hash)}\n", text, StringComparison.Ordinal);
        Assert.Contains("payer can pay, if payee agrees: a new instance in Settled.\n  require amount > 0 else AM01\n  move amount from payer to payee\n  -> Settled\n", text, StringComparison.Ordinal);
        Assert.Contains("supervisor reads all that the outcome depends on, and can run every action again: where that holds for every contract of a channel, it thereby reads the positions of all members.\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void AnObserverThatMissesADependencyCannotRunTheContractAgain()
    {
        string source = ContractLibrary.Load("GrossPayment").Source;
        Contract contract = ContractCompiler.Compile("hidden", source.Replace("require amount > 0 else AM01", "require amount > 0 and end_to_end != \"NOTPROVIDED\" else AM01", StringComparison.Ordinal).Replace("  require", "  discloses end_to_end to supervisor\n  require", StringComparison.Ordinal)).Contract!;
        Party supervisor = contract.FindParty("supervisor")!;
        Assert.False(contract.CanReExecute(supervisor));
        Assert.True(contract.CanReExecute(contract.FindParty("payer")!));
        Assert.Contains("supervisor cannot run every action again: it does not read end_to_end (in pay).", ContractExplanation.Render(contract), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => contract.ReExecute(supervisor, contract.Actions[0], null, new Value?[10], [], TestOccasion.Of(contract.Actions[0])));
    }

    [Fact]
    public void AnObserverRunsAnActionWithWhatItReads()
    {
        Contract contract = ContractLibrary.Load("GrossPayment");
        Value?[] read = [new MoneyValue("EUR", 7), new DateValue(new DateOnly(2026, 3, 2)), null, null, null, null, null, null, null, null];
        var again = Assert.IsType<Evaluation.Accepted>(contract.ReExecute(contract.FindParty("supervisor")!, contract.FindAction("pay")!, null, read, [], TestOccasion.Of(contract.FindAction("pay")!)));
        Assert.Equal([new Movement.Move(new Seat(0), new Seat(1), new MoneyValue("EUR", 7))], again.Movements);
        Assert.Equal(new Evaluation.Refused("S002", "pay: end_to_end"), contract.Evaluate(contract.FindAction("pay")!, null, read, [], TestOccasion.Of(contract.FindAction("pay")!)));
    }
}
