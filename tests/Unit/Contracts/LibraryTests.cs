using Settlement.Contracts;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>The contracts that ship compile without a word, and their canonical forms are their own.</summary>
public sealed class LibraryTests
{
    [Fact]
    public void EveryFileCompilesWithoutAnyDiagnostic()
    {
        foreach (Contract contract in ContractLibrary.All)
            Assert.Empty(ContractCompiler.Compile(contract.Name, contract.Source).Diagnostics);
    }

    [Fact]
    public void CanonicalTextCompilesToItselfAndKeepsTheHash()
    {
        foreach (Contract contract in ContractLibrary.All)
        {
            Contract again = ContractCompiler.Compile("canonical", contract.CanonicalText).Contract!;
            Assert.Equal(contract.CanonicalText, again.CanonicalText);
            Assert.Equal(contract.Hash, again.Hash);
        }
    }

    [Fact]
    public void AnUnknownNameIsAnArgumentError() => Assert.Throws<ArgumentException>(() => ContractLibrary.Load("NetPayment"));
}
