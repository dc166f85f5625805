using FsCheck;
using FsCheck.Fluent;
using Settlement.Contracts;

namespace Settlement.Tests.Properties.Contracts;

/// <summary>Evaluation answers for every state and all values, always alike, and from what the reader may read alone.</summary>
public sealed class EvaluationProperties
{
    private static readonly FieldType[] Types = [new MoneyType(), new IntegerType(), new DateType(), new TextType(9), new CodeType()];

    [Fact]
    public void EvaluationIsTotalAndDeterministic() => Check((contract, action, random) =>
    {
        State? state = random.Next(3) == 0 ? null : contract.States[random.Next(contract.States.Count)];
        Value?[] fields = Wild(contract.Fields, random), arguments = Wild(action.Parameters, random);
        Evaluation evaluation = contract.Evaluate(action, state, fields, arguments, TestOccasion.Of(action));
        Assert.Equal(ScenarioTable.Written(contract, evaluation), ScenarioTable.Written(contract, contract.Evaluate(action, state, fields, arguments, TestOccasion.Of(action))));
        if (evaluation is Evaluation.Refused refused) Assert.True(CodeValue.IsCode(refused.Code));
    });

    [Fact]
    public void WhatIsAcceptedMovesPositiveAmountsBetweenBanksThatAct() => Check((contract, action, random) =>
    {
        if (contract.Evaluate(action, action.Creates ? null : action.When[0], Fit(contract.Fields, random), Fit(action.Parameters, random), TestOccasion.Of(action))
            is not Evaluation.Accepted accepted) return;
        Assert.Contains(accepted.NextState, action.Outcomes);
        Assert.All(accepted.Movements, m => Assert.True(m.Amount.Units > 0));
        Assert.All(accepted.Movements, m => Assert.Contains(contract.Parties[m is Movement.Move move ? move.To.Party : ((Movement.Issue)m).To.Party], contract.Members));
    });

    /// <summary>An observer that reads what the outcome depends on comes to the members' result, whatever the rest is.</summary>
    [Fact]
    public void AnObserverThatCanReExecuteComesToTheSameResult() => Check((contract, action, random) =>
    {
        foreach (Party observer in contract.Parties.Where(p => p.Observes && contract.CanReExecute(p)))
        {
            State? state = action.Creates ? null : action.When[0];
            Value?[] fields = Fit(contract.Fields, random), arguments = Fit(action.Parameters, random);
            string result = ScenarioTable.Written(contract, contract.Evaluate(action, state, fields, arguments, TestOccasion.Of(action)));
            Evaluation again = contract.ReExecute(observer, action, state, Seen(contract.Fields, fields, observer), Seen(action.Parameters, arguments, observer), TestOccasion.Of(action));
            Assert.Equal(result, ScenarioTable.Written(contract, again));
        }
    });

    private static void Check(Action<Contract, ContractAction, Random> property) => Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
    {
        Random random = new(seed);
        Contract contract = CompilerProperties.Compiled(GeneratedContract.Source(seed));
        for (int i = 0; i < 10; i++) property(contract, contract.Actions[random.Next(contract.Actions.Count)], random);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    private static Value?[] Seen(IReadOnlyList<Field> fields, Value?[] values, Party reader) =>
        [.. fields.Select((f, i) => f.IsReadBy(reader) ? values[i] : null)];

    private static Value?[] Fit(IReadOnlyList<Field> fields, Random random) =>
        [.. fields.Select(f => f.Optional && random.Next(3) == 0 ? null : ValueProperties.Good(f.Type, random))];

    /// <summary>Sometimes absent, of another type, out of bounds, too few or too many.</summary>
    private static Value?[] Wild(IReadOnlyList<Field> fields, Random random)
    {
        Value?[] values = Fit(fields, random);
        if (values.Length > 0 && random.Next(2) == 0)
        {
            values[random.Next(values.Length)] = random.Next(4) switch
            {
                0 => null,
                1 => new TextValue("\uD83C\u0007"),
                2 => new MoneyValue("eu", 1),
                _ => ValueProperties.Good(Types[random.Next(Types.Length)], random),
            };
        }

        if (random.Next(10) == 0) Array.Resize(ref values, random.Next(values.Length + 2));
        return values;
    }
}
