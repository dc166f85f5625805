using Google.Protobuf;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Monetary;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;

namespace Settlement.Tests.Bank;

/// <summary>A channel's snapshot is written with each batch, so nothing is in it that others can add to without end.</summary>
public sealed class SnapshotSizeTests
{
    // The frontier of the log of contract states has a hash more each time that the log doubles.
    private const int OfFrontier = 6 * (Digest.Length + 2);

    [Fact]
    public void A_funding_is_a_row_of_its_own_and_leaves_nothing_in_the_snapshot()
    {
        const int times = 40;
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Beta, 1_00).Credit(world.Alpha, new Money(TwoBanks.Eur, times));
        TestNode[] banks = [world.Alpha, world.Beta];
        int[] sizes = [.. banks.Select(bank => world.Snapshot(bank).CalculateSize())], facts = [.. banks.Select(FactsOf)];
        for (int i = 0; i < times; i++) Assert.Null(world.Ask<FundAnswer>(world.Alpha, call => new BankInput.Fund(call, world.Channel, new Money(TwoBanks.Eur, 1))).Refusal);
        // Both know the posting; the id of an entry is a fact at the other member alone.
        Assert.Equal([times, 2 * times], banks.Select((bank, i) => FactsOf(bank) - facts[i]));
        Assert.All(banks.Select((bank, i) => world.Snapshot(bank).CalculateSize() - sizes[i]), static grown => Assert.InRange(grown, -OfFrontier, OfFrontier));
        facts = [.. banks.Select(FactsOf)];
        world.Pay(world.Alpha, 1);
        // A payment costs its two facts, of its reference and of the entry, and no row for what it might have cited.
        Assert.Equal([1, 2], banks.Select((bank, i) => FactsOf(bank) - facts[i]));
    }

    [Fact]
    public void Legs_that_ended_after_their_time_leave_nothing_in_the_snapshot()
    {
        using GroupWorld world = new();
        int[] before = Sizes(world);
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < HeldLeg.MaximumOfMember; i++) Assert.Null(world.Begin(euros: "0.01 EUR", life: TimeSpan.FromSeconds(2)).Refusal);
            world.Banks.Pass(TimeSpan.FromSeconds(8));
        }

        Assert.All(Sizes(world).Zip(before, static (after, first) => after - first), static grown => Assert.InRange(grown, -OfFrontier, OfFrontier));
        Assert.All(Snapshots(world), static row => Assert.Empty(row.EndedLegs));
    }

    [Fact]
    public void A_leg_that_ended_is_remembered_until_the_time_of_its_group()
    {
        using GroupWorld world = new();
        world.Begin(life: TimeSpan.FromSeconds(30));
        long until = (world.Banks.Now + TimeSpan.FromSeconds(30)).ToUnixTimeMilliseconds();
        world.Join();
        world.Banks.Pass(TimeSpan.FromSeconds(2));
        uint alpha = (uint)world.Banks.Look(world.EuroChannel).Context(world.Alpha).Own;
        Assert.All(Snapshots(world), row => Assert.Equal([(until, (uint?)alpha)], row.EndedLegs.Select(static e => (e.UntilUnixMs, e.HasActor ? (uint?)e.Actor : null))));
        world.Banks.Pass(TimeSpan.FromSeconds(30));
        world.Banks.Pay(world.Alpha, 1);
        Assert.All(Snapshots(world), static row => Assert.Empty(row.EndedLegs));
        world.AssertAtRest();
    }

    /// <summary>As many are remembered as may be: one more is refused until their time has come.</summary>
    [Theory]
    [InlineData(HeldLeg.MaximumKept - 1, null)]
    [InlineData(HeldLeg.MaximumKept, GroupCodes.TooManyLegs)]
    public void A_channel_keeps_a_bounded_number_of_legs_of_a_member(int kept, string? refusal)
    {
        using GroupWorld world = new();
        world.Banks.Look(world.EuroChannel).Fund(world.Beta, 1_00);
        uint alpha = (uint)world.Banks.Context(world.Alpha).Own;
        long until = (world.Banks.Now + TimeSpan.FromMinutes(5)).ToUnixTimeMilliseconds();
        foreach (TestNode bank in new[] { world.Alpha, world.Beta })
        {
            SnapshotRow row = world.Banks.Snapshot(bank);
            for (int i = 0; i < kept; i++) row.EndedLegs.Add(new EndedLegRow { Group = ByteString.CopyFrom(Digest.Of([1, (byte)(i >> 8), (byte)i]).ToArray()), UntilUnixMs = until, Actor = alpha });
            byte[] key = world.EuroChannel.ToArray();
            bank.Vault.Overwrite(PayloadKind.Snapshots, key, bank.Rows.Replace(PayloadKind.Snapshots, key, row).Body);
            bank.Restart();
        }

        world.Banks.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal((refusal is null ? InstructionStatus.Accepted : InstructionStatus.Rejected, refusal), world.StatusOf(world.Alpha, world.Begin()));
        // They are the one member's, and the other has its own.
        SubmissionAnswer other = world.Order(world.Beta, new GroupOrder(null, [Digest.Of([9])], TimeSpan.FromSeconds(10), [GroupWorld.Payment(world.EuroChannel, "1.00 EUR")], []));
        Assert.Equal((InstructionStatus.Accepted, null), world.StatusOf(world.Beta, other));
        world.Banks.Pass(TimeSpan.FromMinutes(6));
        Assert.Equal((InstructionStatus.Accepted, null), world.StatusOf(world.Alpha, world.Begin()));
    }

    private static int FactsOf(TestNode bank) => bank.Vault.Scan(PayloadKind.Facts).Count;

    private static IEnumerable<SnapshotRow> Snapshots(GroupWorld world) => new[] { world.Alpha, world.Beta }.Select(bank => world.Banks.Look(world.EuroChannel).Snapshot(bank));

    private static int[] Sizes(GroupWorld world) => [.. Snapshots(world).Select(static row => row.CalculateSize())];
}
