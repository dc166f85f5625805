using Settlement.Contracts;
using Settlement.Core.Identifiers;
using Settlement.Core.Nodes;
using Settlement.Tests.Bank;

namespace Settlement.Tests.Channels;

/// <summary>What others propose is compiled within a budget of theirs and of the step, and once.</summary>
public sealed class ProposedContractsTests
{
    private static readonly ParticipantId One = TwoBanks.IdOf("ALPHDEFFXXX"), Other = TwoBanks.IdOf("BETAFRPPXXX");

    private readonly ProposedContracts contracts = new();
    private DateTimeOffset now = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_contract_is_compiled_once_whoever_proposes_it_and_whether_it_is_good_or_not(bool isGood)
    {
        string source = isGood ? ContractLibrary.Load("GrossPayment").Source : "contract";
        long before = ProposedContracts.CompiledBytesOnThisThread;
        foreach (ParticipantId by in new[] { One, Other, One })
        {
            Assert.True(contracts.TryRead(by, now, source, out Contract? contract));
            Assert.Equal(isGood, contract is not null);
            Assert.Equal(source.Length, ProposedContracts.CompiledBytesOnThisThread - before);
        }
    }

    [Fact]
    public void A_step_compiles_so_much_and_the_next_goes_on_with_the_rest()
    {
        string[] sources = [.. Enumerable.Range(0, 20).Select(static i => Refused(i, 4 << 10))];
        int steps = 0;
        while (!sources.All(source => contracts.TryRead(One, now, source, out _)) && steps < sources.Length)
        {
            contracts.Forget(now);
            now += TimeSpan.FromMinutes(1);
            steps++;
        }

        // Those that were read are remembered, so that each step reads the next ones.
        Assert.InRange(steps, sources.Length * (4 << 10) / ProposedContracts.MaxBytesOfStep, sources.Length);
        Assert.True(sources.All(source => contracts.TryRead(One, now, source, out _)));
    }

    [Fact]
    public void The_largest_contract_is_compiled_alone()
    {
        Assert.True(contracts.TryRead(One, now, Refused(0, ContractCompiler.MaxFileBytes), out _));
        Assert.False(contracts.TryRead(Other, now, Refused(1, 0), out _));
        contracts.Forget(now);
        Assert.True(contracts.TryRead(Other, now, Refused(1, 0), out _));
        // Its proposer has spent what it had for a while.
        Assert.False(contracts.TryRead(One, now, Refused(2, 0), out _));
        now += ProposedContracts.Interval * (ContractCompiler.MaxFileBytes / ProposedContracts.LeastBytes);
        contracts.Forget(now);
        Assert.True(contracts.TryRead(One, now, Refused(2, 0), out _));
    }

    [Fact]
    public void A_proposer_beyond_its_burst_is_compiled_one_an_interval_and_others_are_as_before()
    {
        int read = 0;
        for (int i = 0; i < 1_000; i++)
        {
            if (contracts.TryRead(One, now, Refused(i, 0), out _)) read++;
            contracts.Forget(now);
        }

        Assert.Equal(ProposedContracts.BurstBytes / ProposedContracts.LeastBytes, read);
        for (int i = 0; i < 10; i++)
        {
            now += ProposedContracts.Interval;
            Assert.True(contracts.TryRead(One, now, Refused(2_000 + i, 0), out _));
            Assert.False(contracts.TryRead(One, now, Refused(3_000 + i, 0), out _));
            contracts.Forget(now);
        }

        Assert.True(contracts.TryRead(Other, now, Refused(4_000, 0), out _));
    }

    [Fact]
    public void Of_many_the_oldest_are_forgotten()
    {
        int most = ProposedContracts.MaxRememberedBytes / ProposedContracts.LeastBytes;
        for (int i = 0; i <= most; i++)
        {
            now += ProposedContracts.Interval;
            Assert.True(contracts.TryRead(One, now, Refused(i, 0), out _));
            contracts.Forget(now);
        }

        Assert.Equal(0, Cost(most));
        Assert.Equal(0, Cost(1));
        Assert.NotEqual(0, Cost(0));
    }

    private long Cost(int number)
    {
        now += ProposedContracts.Interval;
        long before = ProposedContracts.CompiledBytesOnThisThread;
        Assert.True(contracts.TryRead(One, now, Refused(number, 0), out _));
        contracts.Forget(now);
        return ProposedContracts.CompiledBytesOnThisThread - before;
    }

    private static string Refused(int number, int length) => $"contract {number}".PadRight(length);
}
