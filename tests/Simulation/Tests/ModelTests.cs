using Settlement.Tests.Simulation.Models;
using Settlement.Tests.Simulation.Worlds;

namespace Settlement.Tests.Simulation.Tests;

/// <summary>The whole network beside a plain model of it, under faults; SETTLEMENT_MODEL_SEEDS names other seeds: "5000 100".</summary>
public sealed class ModelTests(ITestOutputHelper output)
{
    private const int SeedsOfRow = 10;
    private const int Rows = 1;

    private const ulong FirstSeed = 20_000;

    public static TheoryData<ulong> Ranges => Simulations.Rows("SETTLEMENT_MODEL_SEEDS", FirstSeed, Rows, SeedsOfRow);

    /// <summary>Worlds that found something: the seed, then what was wrong.</summary>
    public static TheoryData<ulong, string> Known => new()
    {
        { 20005, "A sequencer's own payments stood beyond its limit where the offers that gave them room were refused, or in the next batch." },
        { 20016, "A queue that was longer than a batch was never offset, not even its first payments." },
        { 20034, "The same where two payments of each bank cover each other." },
        { 21023, "An offset that lost a payment of its other half used up what a payment that was on its way already was covered by." },
        { 22125, "A group whose last channel reserved in time by the ledger's clock, and too late by the banks', was never decided." },
        { 20030, "A payment that was refused for itself was offered and refused again without end." },
    };

    [Theory]
    [MemberData(nameof(Known))]
    public void What_once_failed_is_the_models(ulong seed, string sentence)
    {
        Assert.NotEqual("", sentence);
        new World(seed, change: Modelled).Run();
    }

    [Theory]
    [MemberData(nameof(Ranges))]
    public void Every_step_of_every_bank_is_the_models(ulong first)
    {
        List<string> failures = [];
        int payments = 0, offset = 0, overAccounts = 0;
        for (ulong seed = first; seed < first + SeedsOfRow; seed++)
        {
            World world = new(seed, change: Modelled);
            try
            {
                world.Run();
                PlainNetwork network = world.Invariants.Plain;
                payments += world.Banks.Sum(b => network.BankOf(b).Count);
                offset += network.Offset;
                overAccounts += network.Offsets.Called.Payments;
            }
            catch (Violation violation)
            {
                failures.Add($"seed {seed} at {world.Elapsed.TotalSeconds:F3} s: {violation.Message}");
            }
        }

        output.WriteLine($"{payments} payments, {offset} of them in offsets, {overAccounts} called for over the accounts");
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    /// <summary>What the model is for: little money, many payments, and clocks that do not fall, because a payment's time comes once.</summary>
    internal static Swarm Modelled(Swarm drawn) => drawn with
    {
        IsModelled = true, HasTreasuries = true, Grants = false, ClocksJump = false, MessagesPerMinute = Math.Max(40, drawn.MessagesPerMinute),
    };
}
