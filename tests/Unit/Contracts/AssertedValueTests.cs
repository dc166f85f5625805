using Settlement.Contracts;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>
/// A member takes a require that is disclosed to it as asserted, and so a value that it cannot compute. Whoever asserts may lie:
/// what follows from a false assertion is a refusal, and never an exception.
/// </summary>
public sealed class AssertedValueTests
{
    private const string Source =
        """
        contract Asserted version 1
        parties
          payer bank
          payee bank
        fields
          amount   money optional    to payer, payee
          posting  text(9) optional  to payer, payee
          secret   integer           to payer
          shown    integer           to payer, payee
        states
          Done may rest
        on pay by payer, agreed by payee
          discloses secret to payee
          require present(amount) and secret > 0 else NO
          set shown = secret
          require shown > 0 else NO
          move amount from payer to payee
          -> Done
        on fund by payer, agreed by payee
          discloses secret to payee
          require present(posting) and secret > 0 else NO
          set shown = secret
          issue EUR 5 to payee citing posting
          -> Done
        """;

    private static readonly Contract Contract = ContractCompiler.Compile("asserted", Source).Contract!;
    private static readonly MoneyValue Amount = new("EUR", 5);

    [Fact]
    public void WhatIsAssertedIsTakenAndSaidToBe()
    {
        var accepted = Assert.IsType<Evaluation.Accepted>(Run("pay", [Amount, null, null, null], [Amount, null, null, new IntegerValue(3)]));
        Assert.Equal(new FieldUpdate(Contract.FindField("shown")!, new IntegerValue(3), IsAsserted: true), Assert.Single(accepted.Updates));
    }

    [Fact]
    public void AnAssertedValueIsTested() => Assert.Equal(new Evaluation.Refused("NO", "pay: require 2"),
        Run("pay", [Amount, null, null, null], [Amount, null, null, new IntegerValue(0)]));

    [Fact]
    public void AnAssertedValueOfAnotherTypeIsRefused() => Assert.Equal(new Evaluation.Refused("S003", "pay: shown"),
        Run("pay", [Amount, null, null, null], [Amount, null, null, new TextValue("3")]));

    [Fact]
    public void AnAssertedValueThatIsNotSaidIsRefused()
    {
        Assert.Equal(new Evaluation.Refused("S002", "pay: shown"), Run("pay", [Amount, null, null, null], [Amount, null, null, null]));
        Assert.Equal(new Evaluation.Refused("S002", "pay: shown"), Run("pay", [Amount, null, null, null], null));
    }

    [Fact]
    public void AnAmountThatWasFalselyAssertedToBeThereIsRefused() => Assert.Equal(new Evaluation.Refused("S002", "pay: amount"),
        Run("pay", [null, null, null, null], [null, null, null, new IntegerValue(3)]));

    [Fact]
    public void APostingThatWasFalselyAssertedToBeThereIsRefused() => Assert.Equal(new Evaluation.Refused("S002", "fund: issue"),
        Run("fund", [null, null, null, null], [null, null, null, new IntegerValue(3)]));

    private static Evaluation Run(string name, Value?[] fields, Value?[]? asserted)
    {
        ContractAction action = Contract.FindAction(name)!;
        return Contract.ReExecute(Contract.FindParty("payee")!, action, null, fields, [], TestOccasion.Of(action), asserted);
    }
}
