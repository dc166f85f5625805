using System.Globalization;
using Settlement.Contracts;
using Settlement.Tests.Properties.Contracts.Generation;

namespace Settlement.Tests.Properties.Contracts;

/// <summary>What an action offers to the settlement agent is what an offset would settle, whatever the values are.</summary>
public sealed class OfferProperties
{
    private const int Contracts = 400, Runs = 30;

    /// <summary>
    /// The clause is put into every action that creates, for every field of money, also where something else moves. Where the compiler
    /// takes it, whatever the action accepts moves that amount, and nothing else, from who took it to always the same other bank.
    /// </summary>
    [Fact]
    public void WhatIsOfferedIsAllThatMoves()
    {
        int taken = 0, refused = 0, accepted = 0;
        for (int seed = 0; seed < Contracts; seed++)
        {
            Contract generated = CompilerProperties.Compiled(GeneratedContract.Source(seed));
            foreach (string source in Offering(generated))
            {
                Compilation compilation = ContractCompiler.Compile("offering.contract", source);
                if (compilation.Contract is { } contract)
                {
                    taken++;
                    accepted += Accepted(contract, seed);
                }
                else
                {
                    refused++;
                    Assert.All(compilation.Diagnostics.Where(static d => d.Severity == Severity.Error), static d => Assert.Equal("CD907", d.Code));
                }
            }
        }

        Assert.True(taken > 20 && refused > 100 && accepted > 50, $"{taken} taken, {refused} refused, {accepted} runs accepted");
    }

    /// <summary>The generated ones that offer something are narrower without it, and in no other way different.</summary>
    [Fact]
    public void WithoutItLessIsToldAndTheSameIsDone()
    {
        int offering = 0;
        for (int seed = 0; seed < Contracts; seed++)
        {
            Contract contract = CompilerProperties.Compiled(GeneratedContract.Source(seed));
            if (contract.Actions.SingleOrDefault(static a => a.Offered is not null) is not { } action) continue;
            offering++;
            string clause = $"  offers {action.Offered!.Name} to agent\n";
            Contract bare = CompilerProperties.Compiled(Next(contract, contract.CanonicalText.Replace(clause, "", StringComparison.Ordinal)));
            Assert.Equal([(DifferenceKind.Narrowed, $"{action.Name} no longer offers {action.Offered.Name} to the settlement agent.")], ContractDifference.Between(contract, bare).Findings.Select(static f => (f.Kind, f.Sentence)));
            Assert.True(ContractDifference.Between(bare, CompilerProperties.Compiled(Next(bare, contract.CanonicalText))).HasWidened);
            Assert.Contains($"While {action.Name} waits in the queue of ", ContractExplanation.Render(contract), StringComparison.Ordinal);
            WildRuns runs = new(new Dice(seed), contract);
            for (int i = 0; i < Runs; i++)
            {
                WildRun run = runs.Next();
                State? state = run.State is null ? null : bare.States[run.State.Index];
                Assert.Equal(ScenarioTable.Written(contract, contract.Evaluate(run.Action, run.State, run.Fields, run.Arguments, run.Occasion)),
                    ScenarioTable.Written(bare, bare.Evaluate(bare.Actions[run.Action.Index], state, run.Fields, run.Arguments, run.Occasion)));
            }
        }

        Assert.True(offering > 10, $"{offering} offer something");
    }

    private static int Accepted(Contract contract, int seed)
    {
        int accepted = 0;
        Seat? paid = null;
        WildRuns runs = new(new Dice(seed), contract);
        for (int i = 0; i < Runs; i++)
        {
            WildRun run = runs.Next();
            if (run.Action.Offered is not { } amount || contract.Evaluate(run.Action, run.State, run.Fields, run.Arguments, run.Occasion) is not Evaluation.Accepted outcome) continue;
            accepted++;
            Movement.Move move = Assert.IsType<Movement.Move>(Assert.Single(outcome.Movements));
            Assert.Equal((run.Occasion.Actor, run.Fields[amount.Index]), (move.From, move.Amount));
            Assert.Equal(paid ?? move.To, move.To);
            Assert.NotEqual(move.From, move.To);
            Assert.DoesNotContain(outcome.Updates, u => u.Field == amount);
            paid = move.To;
        }

        return accepted;
    }

    /// <summary>The contract with the clause in one action, for each that creates and has none, and each field; and as it is where one has it.</summary>
    private static IEnumerable<string> Offering(Contract contract)
    {
        if (contract.Actions.Any(static a => a.Offered is not null)) yield return contract.CanonicalText;
        foreach (ContractAction action in contract.Actions.Where(static a => a.Creates && a.Offered is null))
        {
            foreach (Field field in contract.Fields.Where(static f => f.Type is MoneyType))
            {
                List<string> lines = [.. contract.CanonicalText.Split('\n')];
                int at = Enumerable.Range(0, lines.Count).Where(i => lines[i].StartsWith("on ", StringComparison.Ordinal)).ElementAt(action.Index) + 1;
                while (lines[at].TrimStart().StartsWith('"') || lines[at].TrimStart().StartsWith("discloses ", StringComparison.Ordinal)) at++;
                lines.Insert(at, $"  offers {field.Name} to agent");
                yield return string.Join('\n', lines);
            }
        }
    }

    private static string Next(Contract contract, string form) =>
        string.Create(CultureInfo.InvariantCulture, $"contract {contract.Name} version {contract.Version + 1} replaces {contract.Version}") + form[form.IndexOf('\n', StringComparison.Ordinal)..];
}
