using System.Diagnostics.CodeAnalysis;
using Settlement.Contracts;
using Settlement.Core.Channels;
using Settlement.Tests.Bank;
using Settlement.Tests.Properties.Contracts;

namespace Settlement.Tests.Properties.Channels;

/// <summary>
/// Noninterference between whole nodes, for contracts that nobody wrote: two worlds in which banks take the same actions at the same times,
/// and which differ only in fields and parameters that the supervisor does not read and that no action discloses to it. All that its machine
/// and the ledger receive is equal, liquidity included: whatever moves is covered in both, as for everything that hides an amount.
/// </summary>
public sealed class ContractNoninterferenceProperties
{
    private const int Worlds = 24;
    private const int ParticipantsOfChannel = 3;

    [Fact]
    public void WhatASupervisorDoesNotReadOfAContractMakesNoDifferenceToIt()
    {
        int worlds = 0, settled = 0, refused = 0, differing = 0;
        for (int seed = 1; worlds < Worlds; seed++)
        {
            if (!TryGenerate(seed, out Contract? contract)) continue;
            worlds++;
            ContractRun first = new(contract, seed), second = new(contract, seed);
            first.Draw();
            second.Follow(first.Steps);
            AssertSame(seed, contract, first.Outcomes, second.Outcomes);
            AssertSame(seed, contract, first.Receipts.Messages, second.Receipts.Messages);
            Assert.Equal(first.Audit, second.Audit);
            settled += first.Outcomes.Count(static o => o == "Settled");
            refused += first.Outcomes.Count(static o => o != "Settled");
            if (first.Receipts.Hidden != second.Receipts.Hidden && first.Steps.Any(static s => !s.Values.OrderBy(static v => v.Key).SequenceEqual(s.Others.OrderBy(static v => v.Key)))) differing++;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{worlds} pairs of worlds: {settled} actions settled, {refused} refused, {differing} pairs differed in what is hidden");
        Assert.True(settled > 2 * Worlds, $"{settled} actions settled");
        Assert.True(differing > Worlds / 2, $"{differing} pairs of worlds differed");
    }

    private static bool TryGenerate(int seed, [NotNullWhen(true)] out Contract? contract)
    {
        contract = ContractCompiler.Compile("generated", GeneratedContract.ForChannel(seed)).Contract;
        return contract is not null && ContractPlan.TryCreate(contract, ParticipantsOfChannel, out _) && contract.Fields.Any(static f => f.Audience.Count < ParticipantsOfChannel);
    }

    private static void AssertSame(int seed, Contract contract, List<string> one, List<string> other)
    {
        if (one.SequenceEqual(other)) return;
        int at = Enumerable.Range(0, Math.Max(one.Count, other.Count)).First(i => i >= one.Count || i >= other.Count || one[i] != other[i]);
        Assert.Fail($"seed {seed}, line {at}:\n{(at < one.Count ? one[at] : "-")}\n{(at < other.Count ? other[at] : "-")}\n{contract.Source}");
    }
}
