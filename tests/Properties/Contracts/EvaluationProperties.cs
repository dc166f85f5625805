using Settlement.Contracts;
using Settlement.Tests.Properties.Contracts.Generation;

namespace Settlement.Tests.Properties.Contracts;

/// <summary>Evaluation answers for every state and all values, always alike, and from what the reader may read alone.</summary>
public sealed class EvaluationProperties
{
    private const int Contracts = 300;
    private const int RunsOfEach = 20;

    [Fact]
    public void EvaluationIsTotalAndDeterministic() => Check(static (contract, run) =>
    {
        Evaluation evaluation = Run(contract, run);
        Assert.Equal(Written(contract, evaluation), Written(contract, Run(contract, run)));
        if (evaluation is Evaluation.Refused refused) Assert.True(CodeValue.IsCode(refused.Code));
        return true;
    });

    [Fact]
    public void WhatIsAcceptedMovesPositiveAmountsBetweenBanksThatAct() => Check(static (contract, run) =>
    {
        if (Run(contract, run) is not Evaluation.Accepted accepted) return false;
        Assert.Contains(accepted.NextState, run.Action.Outcomes);
        Assert.All(accepted.Movements, m => Assert.True(m.Amount.Units > 0));
        Assert.All(accepted.Movements.SelectMany(Seats), seat => Assert.True(contract.Parties[seat.Party] is { Kind: PartyKind.Bank, Observes: false }));
        Assert.All(accepted.Updates, u => Assert.Contains(u.Field, run.Action.Updates));
        return true;
    });

    /// <summary>
    /// A member runs an action with what it reads; what it cannot compute it takes as others say. It comes to the state, the
    /// movements and, where it reads them, the values to which one comes who reads everything.
    /// </summary>
    [Fact]
    public void EveryMemberComesToTheSameResult() => Check(static (contract, run) =>
    {
        if (Run(contract, run) is not Evaluation.Accepted accepted) return false;
        foreach (Party member in contract.Members) ComesToTheSame(contract, run, accepted, member);
        return true;
    });

    /// <summary>However often a field may be set: the check refuses those in which what a member takes as others say is not the last (CD506).</summary>
    [Fact]
    public void EveryMemberComesToTheSameResultHoweverOftenAFieldIsSet()
    {
        int looked = 0, compiled = 0;
        for (int seed = 0; seed < Contracts; seed++)
        {
            if (ContractCompiler.Compile("again", GeneratedContract.SetsAgain(seed)).Contract is not { } contract) continue;
            compiled++;
            foreach (WildRun run in Some(seed, contract))
            {
                if (Run(contract, run) is not Evaluation.Accepted accepted) continue;
                looked++;
                foreach (Party member in contract.Members) ComesToTheSame(contract, run, accepted, member);
            }
        }

        Assert.True(compiled > Contracts / 4 && looked > Contracts, $"{compiled} compiled, {looked} runs");
    }

    /// <summary>Without the check some member comes to another result: the test of the test.</summary>
    [Fact]
    public void WithoutTheCheckSomeMemberDoesNot()
    {
        int others = 0;
        for (int seed = 0; seed < Contracts; seed++)
        {
            if (ContractCompiler.CompileWithoutFlowCheck("again", GeneratedContract.SetsAgain(seed)).Contract is not { } contract) continue;
            others += Some(seed, contract).Count(run => Run(contract, run) is Evaluation.Accepted accepted && contract.Members.Any(m => Difference(contract, run, accepted, m) is not null));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{others} runs came to another result");
        Assert.True(others > Contracts / 40, $"{others} came to another result");
    }

    /// <summary>
    /// What a statement refuses to one who reads everything, it refuses to whoever takes the action, or to one who agrees to it and
    /// takes from the first what it cannot compute itself: no refusal is left that nobody who has to say yes can see.
    /// </summary>
    [Fact]
    public void WhatIsRefusedSomebodyWhoTakesItOrAgreesSees()
    {
        int looked = 0, compiled = 0;
        for (int seed = 0; seed < Contracts; seed++)
        {
            // Of these the check refuses those in which nobody does (CD512).
            if (ContractCompiler.Compile("careless", GeneratedContract.Careless(seed)).Contract is not { } contract) continue;
            compiled++;
            foreach (WildRun run in Some(seed, contract))
            {
                if (Seen(contract, run) is not { } seen) continue;
                looked++;
                if (!seen) Assert.Fail($"'{run.Action.Name}' ({run.Action.Index}) {run}\n  {Run(contract, run)}\n{contract.Source}");
            }
        }

        Assert.True(compiled > Contracts / 4 && looked > Contracts, $"{compiled} compiled, {looked} runs");
    }

    /// <summary>Without the check the same contracts are refused where nobody sees it: the test of the test.</summary>
    [Fact]
    public void WithoutTheCheckSometimesNobodyDoes()
    {
        int unseen = 0;
        for (int seed = 0; seed < Contracts; seed++)
        {
            if (ContractCompiler.CompileWithoutFlowCheck("careless", GeneratedContract.Careless(seed)).Contract is { } contract) unseen += Some(seed, contract).Count(run => Seen(contract, run) is false);
        }

        Assert.True(unseen > Contracts / 20, $"{unseen} were not seen");
    }

    private static IEnumerable<WildRun> Some(int seed, Contract contract)
    {
        WildRuns runs = new(new Dice(seed), contract);
        for (int i = 0; i < RunsOfEach; i++) yield return runs.Next();
    }

    /// <summary>Whether a refusal of a statement is seen by one who has to say yes; null where there is none.</summary>
    private static bool? Seen(Contract contract, WildRun run)
    {
        if (Run(contract, run) is not Evaluation.Refused refused || !IsOfAStatement(contract, run.Action, refused)) return null;
        if (ReExecuted(contract, run, contract.Parties[run.Occasion.Actor.Party], run.Fields) is not Evaluation.Accepted accepted) return true;
        Value?[] after = [.. run.Fields];
        foreach (FieldUpdate update in accepted.Updates) after[update.Field.Index] = update.Value;
        return run.Action.AgreedBy.Any(p => ReExecuted(contract, run, p, after) is Evaluation.Refused);
    }

    /// <summary>Before the first statement everybody refuses what it reads and finds wrong, and the time and the actor, which all read.</summary>
    private static bool IsOfAStatement(Contract contract, ContractAction action, Evaluation.Refused refused)
    {
        string place = refused.Place[(action.Name.Length + 2)..];
        return place is not ("when" or "fields" or "parameters" or "by" or "window")
            && !(refused.Code is PlatformCodes.Missing or PlatformCodes.WrongCount or PlatformCodes.WrongType or PlatformCodes.OutOfBounds && contract.Fields.Concat(action.Parameters).Any(f => f.Name == place));
    }

    private static Evaluation ReExecuted(Contract contract, WildRun run, Party reader, Value?[] after) => contract.ReExecute(reader, run.Action, run.State,
        Seen(contract.Fields, run.Fields, reader), Seen(run.Action.Parameters, run.Arguments, reader), run.Occasion, Seen(contract.Fields, after, reader));

    /// <summary>An observer that reads what the outcome depends on comes to the members' result, whatever the rest is.</summary>
    [Fact]
    public void AnObserverThatCanReExecuteComesToTheSameResult() => Check(static (contract, run) =>
    {
        Party[] observers = [.. contract.Parties.Where(p => p.Observes && contract.CanReExecute(p))];
        if (observers.Length == 0 || Run(contract, run) is not Evaluation.Accepted accepted) return false;
        foreach (Party observer in observers) ComesToTheSame(contract, run, accepted, observer);
        return true;
    });

    private static void ComesToTheSame(Contract contract, WildRun run, Evaluation.Accepted accepted, Party reader)
    {
        if (Difference(contract, run, accepted, reader) is { } difference) Assert.Fail(difference);
    }

    private static string? Difference(Contract contract, WildRun run, Evaluation.Accepted accepted, Party reader)
    {
        Value?[] after = [.. run.Fields];
        foreach (FieldUpdate update in accepted.Updates) after[update.Field.Index] = update.Value;
        Evaluation again = ReExecuted(contract, run, reader, after);
        return Written(contract, Masked(accepted, reader)) == Written(contract, again is Evaluation.Accepted other ? Masked(other, reader) : again) ? null
            : $"{reader.Name}, '{run.Action.Name}' ({run.Action.Index}) {run}\n  {Written(contract, accepted)}\n  {Written(contract, again)}\n{contract.Source}";
    }

    private static Evaluation.Accepted Masked(Evaluation.Accepted accepted, Party reader) =>
        accepted with { Updates = [.. accepted.Updates.Select(u => new FieldUpdate(u.Field, u.Field.IsReadBy(reader) ? u.Value : null))] };

    /// <summary>The property says whether it had anything to look at, which it often must have.</summary>
    private static void Check(Func<Contract, WildRun, bool> property)
    {
        int looked = 0;
        for (int seed = 0; seed < Contracts; seed++)
        {
            Contract contract = CompilerProperties.Compiled(GeneratedContract.Source(seed));
            WildRuns runs = new(new Dice(seed), contract);
            for (int i = 0; i < RunsOfEach; i++) looked += property(contract, runs.Next()) ? 1 : 0;
        }

        Assert.True(looked > Contracts, $"{looked} runs");
    }

    private static Evaluation Run(Contract contract, WildRun run) => contract.Evaluate(run.Action, run.State, run.Fields, run.Arguments, run.Occasion);

    private static string Written(Contract contract, Evaluation evaluation) => evaluation is Evaluation.Accepted accepted
        ? $"{ScenarioTable.Written(contract, evaluation)}; {string.Join(", ", accepted.Updates.Select(u => $"{u.Field.Name} = {u.Value?.Written}"))}"
        : ScenarioTable.Written(contract, evaluation);

    private static IEnumerable<Seat> Seats(Movement movement) => movement switch
    {
        Movement.Move move => [move.From, move.To],
        Movement.Reserve reserve => [reserve.From],
        Movement.Release release => [release.To],
        Movement.Issue issue => [issue.To],
        Movement.Redeem redeem => [redeem.From],
        _ => throw new InvalidOperationException("An unknown movement."),
    };

    private static Value?[] Seen(IReadOnlyList<Field> fields, Value?[] values, Party reader) =>
        [.. fields.Select((f, i) => f.IsReadBy(reader) ? values[i] : null)];
}
