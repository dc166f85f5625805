using Settlement.Contracts;
using Settlement.Tests.Properties.Contracts.Generation;

namespace Settlement.Tests.Properties.Contracts;

/// <summary>
/// The central promise of the language: what a party may not read makes no difference to anything that it receives. See
/// <see cref="TwoRuns"/> for what is compared and what is assumed.
/// </summary>
public sealed class NoninterferenceProperties
{
    private const int Contracts = 700;
    private const int LeakyContracts = 400;
    private const int PlantedContracts = 100;

    private int compiled, created, hidden, runs, accepted, refused;

    /// <summary>Contracts that are right by construction, and mutations of them that the compiler still accepts.</summary>
    [Fact]
    public void WhatAPartyDoesNotReadMakesNoDifferenceToIt()
    {
        for (int seed = 0; seed < Contracts; seed++)
        {
            string source = GeneratedContract.Source(seed);
            Keeps(CompilerProperties.Compiled(source), seed);
            if (ContractCompiler.Compile("mutated", ContractMutator.Mutate(source, new Dice(seed))).Contract is { } mutated) Keeps(mutated, seed);
        }

        AssertNotVacuous();
    }

    /// <summary>With the check of flows in force, whatever compiles keeps the promise, however it came about.</summary>
    [Fact]
    public void LeakyContractsThatCompileKeepThePromise()
    {
        for (int seed = 0; seed < Contracts; seed++)
        {
            if (ContractCompiler.Compile("leaky", GeneratedContract.Leaky(seed, 8)).Contract is not { } contract) continue;
            compiled++;
            Keeps(contract, seed);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{compiled} of {Contracts} leaky contracts compiled; {runs} pairs of runs, {hidden} differed in something hidden");
        Assert.True(compiled > Contracts / 10, $"{compiled} compiled");
    }

    /// <summary>That a value which is set does not fit is a refusal too, which all parties see.</summary>
    [Fact]
    public void WhetherAValueFitsTellsNothing()
    {
        for (int seed = 0; seed < LeakyContracts; seed++)
        {
            if (ContractCompiler.Compile("refusing", GeneratedContract.RefusalsTell(seed)).Contract is not { } contract) continue;
            compiled++;
            Keeps(contract, seed);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{compiled} of {LeakyContracts} compiled; {runs} pairs of runs, {refused} steps were refused");
        Assert.True(compiled > LeakyContracts / 10, $"{compiled} compiled");
    }

    /// <summary>Without the check of flows some party learns so what it may not know: the test of the test.</summary>
    [Fact]
    public void WithoutTheCheckWhetherAValueFitsTells()
    {
        int leaks = 0;
        for (int seed = 0; seed < LeakyContracts; seed++)
        {
            if (ContractCompiler.CompileWithoutFlowCheck("refusing", GeneratedContract.RefusalsTell(seed)).Contract is { } contract && Difference(contract, seed) is not null) leaks++;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{leaks} of {LeakyContracts} contracts leaked");
        Assert.True(leaks >= LeakyContracts / 80, $"{leaks} leaks were found");
    }

    /// <summary>What leaks in one way alone is refused by one report alone, so that each of them is missed where it is missing.</summary>
    [Theory]
    [InlineData(nameof(Leak.Store))]
    [InlineData(nameof(Leak.Window))]
    [InlineData(nameof(Leak.Count))]
    [InlineData(nameof(Leak.Actor))]
    [InlineData(nameof(Leak.Fit))]
    [InlineData(nameof(Leak.Amount))]
    [InlineData(nameof(Leak.Payer))]
    public void WhatIsPlantedDoesNotCompileOrKeepsThePromise(string leak)
    {
        int leaks = 0;
        for (int seed = 0; seed < PlantedContracts; seed++)
        {
            string source = GeneratedContract.Planted(seed, Enum.Parse<Leak>(leak));
            if (ContractCompiler.Compile("planted", source).Contract is { } contract) Keeps(contract, seed);
            // Without the check of flows it tells: the test of the test.
            else if (ContractCompiler.CompileWithoutFlowCheck("planted", source).Contract is { } leaky && Difference(leaky, seed) is not null) leaks++;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{leak}: {leaks} of {PlantedContracts} contracts leaked without the check");
        Assert.True(leaks > PlantedContracts / 10, $"{leaks} leaks were found");
    }

    /// <summary>Without the check of flows the same property fails, and soon: the test of the test.</summary>
    [Fact]
    public void WithoutTheCheckThePropertyFails()
    {
        int leaks = 0;
        for (int seed = 0; seed < LeakyContracts; seed++)
        {
            if (ContractCompiler.CompileWithoutFlowCheck("leaky", GeneratedContract.Leaky(seed)).Contract is { } contract && Difference(contract, seed) is not null) leaks++;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{leaks} of {LeakyContracts} contracts leaked");
        Assert.True(leaks >= LeakyContracts / 40, $"{leaks} leaks were found");
    }

    private void Keeps(Contract contract, int seed)
    {
        if (Difference(contract, seed) is { } difference) Assert.Fail($"seed {seed}\n{difference}\n{contract.Source}");
    }

    private string? Difference(Contract contract, int seed)
    {
        foreach (Party reader in contract.Parties)
        {
            TwoRuns two = new TwoRuns(contract, reader, seed).Run();
            runs++;
            accepted += two.Accepted;
            refused += two.Refused;
            if (two.IsCreated) created++;
            if (two.IsHiddenDifferent) hidden++;
            if (two.Difference is not null) return two.Difference;
        }

        return null;
    }

    private void AssertNotVacuous()
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"{runs} pairs of runs: {created} created an instance, {hidden} differed in something hidden; {accepted} steps were accepted, {refused} refused");
        Assert.True(created > runs * 6 / 10, $"{created} of {runs} pairs of runs created an instance");
        Assert.True(hidden > runs * 4 / 10, $"{hidden} of {runs} pairs of runs differed in something hidden");
        Assert.True(accepted > 2 * runs, $"{accepted} steps of {runs} pairs of runs were accepted");
    }
}
