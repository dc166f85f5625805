using Settlement.Contracts;
using Settlement.Contracts.Language;
using Settlement.Tests.Properties.Contracts.Generation;
using Settlement.Tests.Properties.Contracts.Reference;

namespace Settlement.Tests.Properties.Contracts;

/// <summary>The evaluator that nodes use and a plain one come to the same, within the bound that is printed.</summary>
public sealed class EvaluatorsAgreeProperties
{
    private const int Contracts = 600;
    private const int RunsOfEach = 40;

    [Fact]
    public void BothComeToTheSameWithinTheBound()
    {
        int accepted = 0;
        HashSet<string> codes = [];
        for (int seed = 0; seed < Contracts; seed++)
        {
            Contract contract = CompilerProperties.Compiled(GeneratedContract.Source(seed));
            ContractSyntax syntax = ReferenceEvaluator.Read(contract.CanonicalText);
            Dice dice = new(seed);
            WildRuns runs = new(dice, contract);
            for (int i = 0; i < RunsOfEach; i++)
            {
                WildRun run = runs.Next();
                Evaluation evaluation = contract.Evaluate(run.Action, run.State, run.Fields, run.Arguments, run.Occasion);
                ReferenceResult reference = ReferenceEvaluator.Run(syntax, run.Action.Index, run.State?.Name, run.Fields, run.Arguments, run.Occasion);
                if (Written(contract, evaluation) != Written(contract, reference))
                    Assert.Fail($"seed {seed}: '{run.Action.Name}' ({run.Action.Index}) {run}\n  {Written(contract, evaluation)}\n  {Written(contract, reference)}\n{contract.Source}");
                CostBound bound = CostBound.Of(contract.Fields, run.Action);
                if (reference.Steps > bound.Steps) Assert.Fail($"seed {seed}: {reference.Steps} steps, {bound.Steps} allowed\n{contract.Source}");
                if (evaluation is Evaluation.Refused refused) codes.Add(refused.Code);
                else accepted++;
                if (evaluation is Evaluation.Accepted) Assert.True(run.Fields.Concat(run.Arguments).Sum(v => v?.ToCanonical().Length ?? 0) <= bound.Bytes);
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{accepted} of {Contracts * RunsOfEach} runs were accepted; the others were refused with {string.Join(", ", codes.Order(StringComparer.Ordinal))}");
        Assert.True(accepted > Contracts * RunsOfEach / 8, $"{accepted} were accepted");
        Assert.Superset(new HashSet<string>([.. PlatformCodes.All.Select(c => c.Code)]), codes);
    }

    private static string Written(Contract contract, Evaluation evaluation) => evaluation switch
    {
        Evaluation.Refused refused => refused.Code,
        Evaluation.Accepted accepted => Written(contract, accepted.NextState.Name, accepted.Movements.Select(m => Written(contract, m)), accepted.Updates.ToDictionary(u => u.Field.Name, u => u.Value)),
        _ => throw new InvalidOperationException("An unknown evaluation."),
    };

    private static string Written(Contract contract, ReferenceResult result) => result.Code ?? Written(contract, result.State!, result.Movements, result.Updates);

    private static string Written(Contract contract, string state, IEnumerable<string> movements, IReadOnlyDictionary<string, Value?> updates) =>
        $"{state}; {string.Join(", ", movements)}; {string.Join(", ", contract.Fields.Where(f => updates.ContainsKey(f.Name)).Select(f => $"{f.Name} = {updates[f.Name]?.Written ?? "absent"}"))}";

    private static string Written(Contract contract, Movement movement)
    {
        string amount = $"{movement.Amount.Units.ToString(System.Globalization.CultureInfo.InvariantCulture)} {movement.Amount.Unit}";
        return movement switch
        {
            Movement.Move move => $"move {amount} from {Written(contract, move.From)} to {Written(contract, move.To)}",
            Movement.Reserve reserve => $"reserve {amount} from {Written(contract, reserve.From)}",
            Movement.Release release => $"release {amount} to {Written(contract, release.To)}",
            Movement.Issue issue => $"issue {amount} to {Written(contract, issue.To)} citing {issue.Posting}",
            Movement.Redeem redeem => $"redeem {amount} from {Written(contract, redeem.From)}",
            _ => throw new InvalidOperationException("An unknown movement."),
        };
    }

    private static string Written(Contract contract, Seat seat) => $"{contract.Parties[seat.Party].Name}/{(seat.Number + 1).ToString(System.Globalization.CultureInfo.InvariantCulture)}";
}
