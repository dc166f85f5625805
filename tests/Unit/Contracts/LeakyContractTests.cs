using Settlement.Contracts;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>
/// Contracts that would tell somebody what it may not know. Each says in a comment what would have leaked to whom, and
/// has one of its name in the folder Mended that keeps the secret, or discloses it on purpose.
/// </summary>
public sealed class LeakyContractTests
{
    private const string Folder = "Leaky";
    private const string Mended = "Mended";

    public static TheoryData<string> Names() => [.. ContractCorpus.Names(Folder)];

    [Theory]
    [MemberData(nameof(Names))]
    public void TheLeakIsRefused(string name) => ContractCorpus.IsRefusedAsItSays(Folder, name);

    /// <summary>A check that refused everything would find all leaks.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void MendedItCompilesWithoutAWord(string name)
    {
        Compilation compilation = ContractCompiler.Compile($"{name}.contract", ContractCorpus.Source(Mended, name));
        Assert.Empty(compilation.Diagnostics);
        Assert.NotNull(compilation.Contract);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void MendingChangesOnlyAFewLines(string name)
    {
        string[] leaky = Lines(Folder, name), mended = Lines(Mended, name);
        Assert.InRange(leaky.Concat(mended).Distinct().Sum(l => Math.Abs(leaky.Count(o => o == l) - mended.Count(o => o == l))), 1, 4);
    }

    [Fact]
    public void NothingIsMendedThatDoesNotLeak() => Assert.Equal(ContractCorpus.Names(Folder), ContractCorpus.Names(Mended));

    /// <summary>Each of the codes of the check of information flow, of what members must read, and of personal data.</summary>
    [Fact]
    public void TheyLeakInEveryWayThatIsChecked() => Assert.Equal(
        ["CD505", "CD506", "CD701", "CD702", "CD703", "CD704", "CD705", "CD706", "CD801"],
        ContractCorpus.Names(Folder).Select(n => ContractCorpus.ExpectedCode(Folder, n)).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void ThereAreEnoughOfThem() => Assert.True(ContractCorpus.Names(Folder).Count >= 25);

    private static string[] Lines(string folder, string name) =>
        [.. ContractCorpus.Source(folder, name).Split('\n').Where(l => !l.StartsWith("--", StringComparison.Ordinal))];
}
