using Settlement.Contracts;
using Settlement.Contracts.Checking;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>Contracts like a bank's, each with one fault after which its file in the folder Rejected is named.</summary>
public sealed class RejectedContractTests
{
    private const string Folder = "Rejected";

    public static TheoryData<string> Names() => [.. ContractCorpus.Names(Folder)];

    [Theory]
    [MemberData(nameof(Names))]
    public void ItIsRefusedForItsFaultAlone(string name) => ContractCorpus.IsRefusedAsItSays(Folder, name);

    /// <summary>A file of more than 256 KiB is not kept among them; the test of its exact bound is with the snapshots.</summary>
    [Fact]
    public void EveryErrorIsAmongThem() => Assert.Equal(
        Rules.All.Where(r => r.Severity == Severity.Error && r != Rules.FileTooLarge).Select(r => r.Code),
        ContractCorpus.Names(Folder).Select(n => ContractCorpus.ExpectedCode(Folder, n)).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void ThereAreEnoughOfThem() => Assert.True(ContractCorpus.Names(Folder).Count >= 60);
}
