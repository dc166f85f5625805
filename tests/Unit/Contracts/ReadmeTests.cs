using Settlement.Contracts;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>What the language's README shows is what the language does.</summary>
public sealed class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(Root(), "contracts-dsl", "README.md")).ReplaceLineEndings("\n");

    [Fact]
    public void TheContractItShowsIsTheOneThatShips() =>
        Assert.Contains($"```contract\n{ContractLibrary.Load("GrossPayment").Source}```\n", Readme, StringComparison.Ordinal);

    [Fact]
    public void ItListsEveryPlatformCode() =>
        Assert.All(PlatformCodes.All, c => Assert.Contains($"| {c.Code} | {c.Meaning} |\n", Readme, StringComparison.Ordinal));

    [Fact]
    public void ThePlatformsCodesAreReservedAndOthersAreNot()
    {
        Assert.All(PlatformCodes.All, c => Assert.True(PlatformCodes.IsReserved(c.Code)));
        Assert.All(new[] { "AM01", "S01", "S0010", "SABC", "" }, c => Assert.False(PlatformCodes.IsReserved(c)));
    }

    [Fact]
    public void TheScenariosItShowsHold()
    {
        int start = Readme.IndexOf("scenarios for PoolFunding", StringComparison.Ordinal);
        string table = Readme[start..Readme.IndexOf("```", start, StringComparison.Ordinal)];
        IReadOnlyList<ScenarioResult> results = ScenarioTable.Run(ContractLibrary.Load("PoolFunding"), table);
        Assert.Equal(3, results.Count);
        Assert.DoesNotContain(results, r => !r.Holds);
    }

    private static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Settlement.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests run outside the project's folder.");
    }
}
