using Settlement.Contracts;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>Runs the scenarios of the contracts that ship, and checks that a wrong row is noticed.</summary>
public sealed class ScenarioTests
{
    public static TheoryData<string> Library() => [.. ContractLibrary.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Library))]
    public void TheScenariosOfTheLibraryHold(string name)
    {
        IReadOnlyList<ScenarioResult> results = ScenarioTable.Run(ContractLibrary.Load(name), ScenarioTable.OfLibrary(name)!);
        Assert.True(results.Count >= 5);
        Assert.DoesNotContain(results, r => !r.Holds);
    }

    [Theory]
    [InlineData("nothing | issue | | refused AM01", "Issued; holder receives EUR 1 citing \"P\"")]
    [InlineData("nothing | issue | amount EUR 0 | refused S001", "refused AM01 (issue: require 1)")]
    [InlineData("Nowhere | issue | | Issued", "there is no state 'Nowhere'; 'nothing' stands for no instance")]
    [InlineData("nothing | grant | | Issued", "there is no action 'grant'")]
    [InlineData("nothing | issue | amout EUR 1 | Issued", "there is no field or parameter 'amout'")]
    [InlineData("nothing | issue | amount ? ? | Issued", "'? ?' is no value")]
    [InlineData("nothing | issue | Issued", "a row has four cells: given, action, changed, outcome")]
    [InlineData("whatever", "this line is neither a value nor a row")]
    public void ARowThatDoesNotHoldSaysWhatCame(string row, string actual)
    {
        string table = $"scenarios for PoolFunding\nvalues\n  amount EUR 1\n  posting \"P\"\n{row}\n";
        ScenarioResult result = Assert.Single(ScenarioTable.Run(ContractLibrary.Load("PoolFunding"), table));
        Assert.Equal((5, actual, false), (result.Line, result.Actual, result.Holds));
    }
}
