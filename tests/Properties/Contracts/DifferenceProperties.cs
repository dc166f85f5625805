using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Settlement.Contracts;
using Settlement.Contracts.Language;
using Settlement.Tests.Properties.Contracts.Generation;

namespace Settlement.Tests.Properties.Contracts;

/// <summary>What a difference says of any contract and its next version.</summary>
public sealed class DifferenceProperties
{
    /// <summary>What stands at the head of an action, before its statements.</summary>
    private static readonly string[] Heads = ["\"", "discloses ", "offers "];

    private static Arbitrary<int> Seeds => Gen.Choose(0, int.MaxValue).ToArbitrary();

    [Fact]
    public void NoContractIsWiderThanItself() => Prop.ForAll(Seeds, seed =>
    {
        string source = GeneratedContract.Source(seed);
        Contract contract = CompilerProperties.Compiled(source);
        Assert.Empty(ContractDifference.Between(contract, CompilerProperties.Compiled(GeneratedContract.Respaced(source, seed))).Findings);
        ContractDifference next = ContractDifference.Between(contract, Next(contract, ""));
        Assert.True(next.Follows);
        Assert.Equal([(DifferenceKind.Changed, "Only the number of the version differs.")], next.Findings.Select(f => (f.Kind, f.Sentence)));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    /// <summary>Whatever an action discloses, a further require that depends on it tells more.</summary>
    [Fact]
    public void ARequireOfWhatIsDisclosedTellsMore() => Prop.ForAll(Seeds, seed =>
    {
        Contract contract = CompilerProperties.Compiled(GeneratedContract.Source(seed));
        foreach (ContractAction action in contract.Actions.Where(a => !a.By.IsNetwork))
        {
            foreach (Field field in action.Disclosures.SelectMany(d => d.Fields.Where(f => d.Parties.Any(p => !f.IsReadBy(p)))))
            {
                // It may not compile where the field is hidden from a third, or says what cannot be: then there is nothing to compare.
                string require = $"  require {(field.Optional ? $"present({field.Name})" : $"{field.Name} = {field.Name}")} else ZZ99\n";
                if (ContractCompiler.Compile("next.contract", Inserted(contract, action, require)).Contract is not { } next) continue;
                ContractDifference difference = ContractDifference.Between(contract, next);
                Assert.Contains(difference.Findings, f => f.Kind == DifferenceKind.Narrowed && f.Sentence.EndsWith("(else ZZ99).", StringComparison.Ordinal));
                Assert.Contains(difference.Findings, f => f.Kind == DifferenceKind.Widened && f.Sentence.Contains(" may tell ", StringComparison.Ordinal));
            }
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    /// <summary>Generated contracts are full of parentheses. Without the needless ones they say, and do, the same.</summary>
    [Fact]
    public void NeedlessParenthesesMeanNothing() => Prop.ForAll(Seeds, seed =>
    {
        Contract contract = CompilerProperties.Compiled(GeneratedContract.Source(seed));
        ContractSyntax syntax = ParsedSource.Read("bare", contract.CanonicalText).Syntax!;
        Contract bare = CompilerProperties.Compiled(ContractPrinter.Print(NeedlessParentheses.Without(syntax) with { Version = contract.Version + 1, Replaces = new VersionSyntax(contract.Version, default) }));
        Assert.All(ContractDifference.Between(contract, bare).Findings, f => Assert.Equal(DifferenceKind.Changed, f.Kind));
        if (bare.CanonicalText.Count(static c => c == '(') != contract.CanonicalText.Count(static c => c == '(')) Assert.Equal(["Only parentheses differ."], ContractDifference.Between(contract, bare).Findings.Select(static f => f.Sentence));
        WildRuns runs = new(new Dice(seed), contract);
        for (int i = 0; i < 20; i++)
        {
            WildRun run = runs.Next();
            State? state = run.State is null ? null : bare.States[run.State.Index];
            Assert.Equal(
                ScenarioTable.Written(contract, contract.Evaluate(run.Action, run.State, run.Fields, run.Arguments, run.Occasion)),
                ScenarioTable.Written(bare, bare.Evaluate(bare.Actions[run.Action.Index], state, run.Fields, run.Arguments, run.Occasion)));
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    private static Contract Next(Contract contract, string more) => CompilerProperties.Compiled(Header(contract) + contract.CanonicalText[contract.CanonicalText.IndexOf('\n', StringComparison.Ordinal)..] + more);

    private static string Header(Contract contract) => string.Create(CultureInfo.InvariantCulture, $"contract {contract.Name} version {contract.Version + 1} replaces {contract.Version}");

    /// <summary>The next version, with a statement at the beginning of what an action does.</summary>
    private static string Inserted(Contract contract, ContractAction action, string statement)
    {
        List<string> lines = [.. contract.CanonicalText.Split('\n')];
        lines[0] = Header(contract);
        int at = Enumerable.Range(0, lines.Count).Where(i => lines[i].StartsWith("on ", StringComparison.Ordinal)).ElementAt(action.Index) + 1;
        while (Heads.Any(head => lines[at].TrimStart().StartsWith(head, StringComparison.Ordinal))) at++;
        lines.Insert(at, statement.TrimEnd('\n'));
        return string.Join('\n', lines);
    }
}
