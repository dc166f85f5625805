using Settlement.Contracts;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>What the language's README and its reference show is what the language does.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string Readme = Read("README.md");

    [Theory]
    [InlineData("README.md")]
    [InlineData("LANGUAGE.md")]
    public void EveryContractThatIsShownCompilesWithoutAnyDiagnostic(string file)
    {
        string[] contracts = [.. ContractBlock().Matches(Read(file)).Select(static m => m.Groups["source"].Value)];
        Assert.NotEmpty(contracts);
        Assert.All(contracts, static c => Assert.Empty(ContractCompiler.Compile("shown", c).Diagnostics));
    }

    [Fact]
    public void TheTutorialsEscrowIsAShorterCousinOfTheLibrarys()
    {
        Contract shown = ContractCompiler.Compile("shown", ContractBlock().Match(Read("LANGUAGE.md")).Groups["source"].Value).Contract!;
        Contract ships = ContractLibrary.Load(shown.Name);
        Assert.Equal(ships.Doc, shown.Doc);
        Assert.Equal(ships.Parties.Select(static p => p.Name), shown.Parties.Select(static p => p.Name));
        Assert.Equal(ships.States.Select(static s => s.Name), shown.States.Select(static s => s.Name));
        Assert.Subset(ships.Fields.Select(Written).ToHashSet(), shown.Fields.Select(Written).ToHashSet());
        Assert.All(shown.Actions, a => Assert.Equal(a.Body.All.Select(static s => s.Written), ships.FindAction(a.Name)!.Body.All.Select(static s => s.Written)));

        static string Written(Field field) => $"{field.Name} {field.Type.Written} to {string.Join(", ", field.Audience.Select(static p => p.Name))}";
    }

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

    /// <summary>What the reference says of the canonical form and the hash, done by its words alone.</summary>
    [Fact]
    public void TheHashOfTheContractInItsCanonicalFormIsTheOneItSays()
    {
        string text = Read("LANGUAGE.md");
        string form = ContractBlock().Matches(text).Select(static m => m.Groups["source"].Value).Single(static c => c.StartsWith("contract Tip", StringComparison.Ordinal));
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(form);
        Assert.Contains($"in its canonical form, of {bytes.Length} bytes.", text, StringComparison.Ordinal);
        byte[] message = [0, 0, 0, 0x13, .. "settlement/contract"u8, 0, 1, 0, 0, (byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes];
        Assert.Contains($"Its hash is `{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(message))}`.", text, StringComparison.Ordinal);
        Contract contract = ContractCompiler.Compile("shown", form).Contract!;
        Assert.Equal(form, contract.CanonicalText);
        Assert.Contains($"Its hash is `{Convert.ToHexStringLower(contract.Hash)}`.", text, StringComparison.Ordinal);
        // The same words in another layout, with comments, are the same contract.
        string other = form.Replace("\n  ", "\n\t -- a remark\r\n ", StringComparison.Ordinal).Replace(" to ", "  to\t", StringComparison.Ordinal);
        Assert.Equal(form, ContractCompiler.Compile("shown", "\uFEFF" + other).Contract?.CanonicalText);
    }

    private static string Read(string file) => File.ReadAllText(Path.Combine(Root(), "contracts-dsl", file)).ReplaceLineEndings("\n");

    [System.Text.RegularExpressions.GeneratedRegex("```contract\n(?<source>.*?)```", System.Text.RegularExpressions.RegexOptions.Singleline | System.Text.RegularExpressions.RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial System.Text.RegularExpressions.Regex ContractBlock();

    private static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Settlement.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests run outside the project's folder.");
    }
}
