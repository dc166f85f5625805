using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Monetary;
using Settlement.Core.Notarisation;
using Settlement.Tests.Bank;
using Settlement.Tests.Properties.Cryptography;
using Settlement.Tests.Simulation;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Properties.Channels;

/// <summary>What both members compute alike of batches that set legs of groups aside and end them, whatever is refused and decided.</summary>
public sealed class GroupBatchProperties
{
    private const long Limit = 40;
    private const int Groups = 4;

    // The group of this number is over before any batch.
    private const int Over = 3;

    private static Gen<Item> Items => from isAlpha in ArbMap.Default.GeneratorFor<bool>() from amount in Gen.Choose(-5, 90) from refused in Gen.Frequency((5, Gen.Constant(false)), (1, Gen.Constant(true)))
        from @group in Gen.Choose(-3, Groups - 1) select new Item(isAlpha, amount, refused, Math.Max(@group, -1));

    private static Gen<Round> Rounds => from items in Items.ArrayOf().Where(static b => b.Length < 10) from ends in Gen.Choose(0, 2).ArrayOf(Groups) select new Round(items, ends);

    private sealed record Item(bool IsAlpha, int Amount, bool IsRefused, int Group);

    /// <param name="Ends">By group: 0 leaves its leg, 1 commits it, 2 releases it.</param>
    private sealed record Round(Item[] Items, int[] Ends);

    [Fact]
    public void Money_is_conserved_and_both_members_set_aside_and_end_the_same()
    {
        using World world = new();
        Samples.ForAll(
            from rounds in Rounds.ArrayOf().Where(static b => b.Length < 6) from seed in Samples.Seed select (rounds, seed),
            sample =>
            {
                SeededEntropy entropy = new(sample.seed);
                ChannelState here = Start(entropy, 100, 60), there = Start(new SeededEntropy(sample.seed), 100, 60);
                Digest previous = Digest.Zero;
                Model model = new(100, 60);
                for (int b = 0; b < sample.rounds.Length; b++)
                {
                    Round round = sample.rounds[b];
                    SealedEntry[] entries = [.. round.Items.Select(item => world.Seal(item, entropy))];
                    LegOutcome[] outcomes = [.. Outcomes(there, round)];
                    int at = 0;
                    BatchExecution decides = new(world.Beta, there, b, _ => round.Items[at++].IsRefused ? "AM04" : null, entropy, null);
                    foreach (LegOutcome outcome in outcomes) decides.Add(outcome);
                    foreach (SealedEntry entry in entries) decides.Add(Open(world.Beta, entry));
                    decides.RefuseUncovered(static _ => false);
                    PositionSalts salts = PositionSalts.Draw(world.Alpha.Terms, entropy);
                    Assert.True(decides.TryFinish(1, b + 1, previous, salts, out ExecutedBatch? decided));
                    BatchExecution repeats = Repeat(world, here, b, outcomes, entries, decided);
                    Assert.True(repeats.TryFinish(1, b + 1, previous, salts, out ExecutedBatch? repeated));
                    Assert.Equal(decided.HeadHash, repeated.HeadHash);
                    Assert.Equal(decided.Leaves, repeated.Leaves);
                    (here, there, previous) = (repeated.State, decided.State, decided.HeadHash);
                    model.Follow(round, decided.Slots);
                    model.AssertIs(here);
                    model.AssertIs(there);
                }
            });
    }

    [Fact]
    public void A_batch_with_other_outcomes_is_void_or_another_one() => Given(static (world, seed, state, round, choice) =>
    {
        LegOutcome[] honest = [.. Outcomes(state, round)];
        if (honest.Length == 0) return;
        int which = (int)(choice / 8 % (uint)honest.Length);
        List<LegOutcome> other = [.. honest.Select(static o => o.Clone())];
        switch (choice % 8)
        {
            case 0:
                other[which].IsCommitted = !other[which].IsCommitted;
                break;
            case 1:
                other.RemoveAt(which);
                break;
            case 2:
                other.Add(other[which]);
                break;
            case 3:
                other[which].Group = ByteString.CopyFrom(Samples.Flip(other[which].Group.ToByteArray(), choice / 8));
                break;
            case 4:
                other[which].Group = ByteString.CopyFrom(other[which].Group.Span[1..]);
                break;
            case 5:
                other.Add(new LegOutcome { Group = other[which].Group, IsCommitted = !other[which].IsCommitted });
                break;
            case 6:
                other.Add(new LegOutcome { Group = Bytes(Digest.Of([77])), IsCommitted = true });
                break;
            default:
                if (honest.Length == 1) return;
                other.Reverse();
                break;
        }

        Item[] items = [.. round.Items.Where(static item => item is { Amount: > 0, IsRefused: false, Group: < 0 })];
        ExecutedBatch one = Run(world, seed, state, honest, items)!;
        Assert.NotEqual(one.HeadHash, Run(world, seed, state, other, items)?.HeadHash);
        // After an entry no leg ends.
        if (items.Length > 0) Assert.Null(Run(world, seed, state, [], items, honest));
    });

    [Fact]
    public void What_is_left_does_not_depend_on_the_order_of_outcomes_and_entries() => Given(static (world, seed, state, round, choice) =>
    {
        LegOutcome[] outcomes = [.. Outcomes(state, round)];
        Item[] items = [.. round.Items.Where(item => item is { Amount: > 0, IsRefused: false } && (item.Group < 0 || (item.Group != Over && !state.Legs.ContainsKey(world.GroupOf(item.Group).Id)))).DistinctBy(static item => item.Group < 0 ? new object() : item.Group)];
        ExecutedBatch one = Run(world, seed, state, outcomes, items)!;
        Random order = new((int)choice);
        ExecutedBatch other = Run(world, seed, state, Shuffled(order, outcomes), Shuffled(order, items))!;
        foreach (int member in new[] { 0, 1 })
        {
            Assert.Equal(one.State.PositionOf(member, "EUR"), other.State.PositionOf(member, "EUR"));
            Assert.Equal(one.State.ReservedOf(member, "EUR"), other.State.ReservedOf(member, "EUR"));
        }

        Assert.Equal(one.State.Legs.Keys, other.State.Legs.Keys);
        Assert.Equal(one.State.Ended, other.State.Ended);
    });

    /// <summary>A state in which some legs are held, and what may follow it; everything is covered.</summary>
    private static void Given(Action<World, long, ChannelState, Round, uint> property)
    {
        using World world = new();
        Samples.ForAll(
            from held in Items.ArrayOf().Where(static b => b.Length is > 0 and < 10) from round in Rounds from seed in Samples.Seed from choice in Samples.Choice select (held, round, seed, choice),
            sample =>
            {
                SeededEntropy entropy = new(sample.seed);
                BatchExecution before = new(world.Alpha, Start(entropy, 10_000, 10_000), 0, null, entropy, null);
                foreach (Item item in sample.held) before.Add(Open(world.Alpha, world.Seal(item, entropy)));
                before.RefuseUncovered(static _ => false);
                Assert.True(before.TryFinish(1, 1, Digest.Zero, PositionSalts.Draw(world.Alpha.Terms, entropy), out ExecutedBatch? held));
                property(world, sample.seed, held.State, sample.round, sample.choice);
            });
    }

    /// <summary>A batch as one who only verifies runs it; null when it is void.</summary>
    private static ExecutedBatch? Run(World world, long seed, ChannelState state, IEnumerable<LegOutcome> outcomes, IReadOnlyList<Item> items, IEnumerable<LegOutcome>? late = null)
    {
        SeededEntropy entropy = new(seed);
        PositionSalts salts = PositionSalts.Draw(world.Alpha.Terms, entropy);
        BatchExecution execution = new(world.Alpha, state, 1, null, null, null);
        foreach (LegOutcome outcome in outcomes) execution.Add(outcome);
        foreach (Item item in items) Assert.Equal("", execution.Add(Open(world.Alpha, world.Seal(item, entropy))));
        foreach (LegOutcome outcome in late ?? []) execution.Add(outcome);
        return execution.TryFinish(1, 2, Digest.Of([9]), salts, out ExecutedBatch? batch) ? batch : null;
    }

    private static BatchExecution Repeat(World world, ChannelState state, long time, IEnumerable<LegOutcome> outcomes, SealedEntry[] entries, ExecutedBatch decided)
    {
        BatchExecution repeats = new(world.Alpha, state, time, null, null, null);
        foreach (LegOutcome outcome in outcomes) repeats.Add(outcome);
        for (int i = 0; i < entries.Length; i++)
        {
            if (decided.Slots[i] is BatchSlot.Refused refused) repeats.Add(refused.Refusal, Open(world.Alpha, entries[i]));
            else Assert.Equal("", repeats.Add(Open(world.Alpha, entries[i])));
        }

        return repeats;
    }

    private static IEnumerable<LegOutcome> Outcomes(ChannelState state, Round round) => state.Legs.Keys.Select(static group => group)
        .Zip(round.Ends).Where(static leg => leg.Second > 0).Select(static leg => new LegOutcome { Group = Bytes(leg.First), IsCommitted = leg.Second == 1 });

    private static T[] Shuffled<T>(Random order, IReadOnlyList<T> items)
    {
        T[] shuffled = [.. items];
        order.Shuffle(shuffled);
        return shuffled;
    }

    private static ByteString Bytes(Digest digest) => ByteString.CopyFrom(digest.ToArray());

    private static OpenedEntry Open(ChannelContext context, SealedEntry entry)
    {
        Assert.True(EntryOpener.TryOpen(context, entry, out OpenedEntry? opened, out string code), code);
        return opened;
    }

    private static ChannelState Start(SeededEntropy entropy, long alpha, long beta)
    {
        byte[] Salt()
        {
            byte[] salt = new byte[32];
            entropy.Fill(salt);
            return salt;
        }

        return ChannelState.Restore([new Position(0, "EUR", alpha, Salt()), new Position(1, "EUR", beta, Salt())], new(), [], []);
    }

    /// <summary>A channel, and groups that it is of.</summary>
    private sealed class World : IDisposable
    {
        private readonly TwoBanks banks = new TwoBanks().Open((false, new Money(TwoBanks.Eur, Limit)), (true, new Money(TwoBanks.Eur, Limit)));
        private readonly ByteString[] bodies;

        public World()
        {
            Alpha = banks.Context(banks.Alpha);
            Beta = banks.Context(banks.Beta);
            bodies = [.. Enumerable.Range(0, Groups).Select(i => ChannelGroup.Of(TwoBanks.Network, [Alpha.Channel, Digest.Of([(byte)i])], DateTimeOffset.FromUnixTimeMilliseconds(i == Over ? 0 : 60_000), Digest.Of([(byte)i])).ToByteString())];
        }

        public ChannelContext Alpha { get; }

        public ChannelContext Beta { get; }

        public ChannelGroup GroupOf(int number) => ChannelGroup.TryRead(bodies[number], TwoBanks.Network, out ChannelGroup? group, out string code) ? group : throw new InvalidOperationException(code);

        public SealedEntry Seal(Item item, SeededEntropy entropy)
        {
            ChannelContext context = item.IsAlpha ? Alpha : Beta;
            ContractPlan plan = context.Terms.Contracts[0];
            Value?[] values = [new MoneyValue("EUR", item.Amount), new DateValue(TwoBanks.Day), new TextValue("E2E"), null, null, new TextValue("D"), null, new TextValue("C"), null, null];
            return EntrySealer.Seal(context, plan, plan.Contract.Actions[0], values, TwoBanks.Start, entropy, groupBody: item.Group < 0 ? null : bodies[item.Group]).Sealed;
        }

        public void Dispose() => banks.Dispose();
    }

    /// <summary>What a channel with legs is, told again: payments move, legs set aside, and the last that takes of whoever is short falls.</summary>
    private sealed class Model(params long[] start)
    {
        private readonly long[] positions = [.. start];
        private readonly Dictionary<int, Item> legs = [];
        private readonly HashSet<int> ended = [];

        public void Follow(Round round, IReadOnlyList<BatchSlot> slots)
        {
            // The groups are told apart by their ids alone, which rise otherwise than their numbers.
            foreach ((int number, int end) in legs.Keys.OrderBy(static number => Ids[number]).Zip(round.Ends).Where(static leg => leg.Second > 0).ToList())
            {
                if (end == 1) Move(positions, legs[number]);
                legs.Remove(number);
                ended.Add(number);
            }

            HashSet<int> joined = [];
            bool[] stands = [.. round.Items.Select(item => item is { IsRefused: false, Amount: > 0 } && (item.Group < 0 || (item.Group != Over && !legs.ContainsKey(item.Group) && !ended.Contains(item.Group) && joined.Add(item.Group))))];
            while (Array.FindIndex(Free(round.Items, stands), static free => free < -Limit) is var poor and >= 0)
                stands[Enumerable.Range(0, stands.Length).Last(i => stands[i] && round.Items[i].IsAlpha == (poor == 0))] = false;
            for (int i = 0; i < stands.Length; i++)
            {
                Assert.Equal(stands[i], slots[i] is BatchSlot.Agreed);
                if (!stands[i]) continue;
                if (round.Items[i].Group < 0) Move(positions, round.Items[i]);
                else legs.Add(round.Items[i].Group, round.Items[i]);
            }
        }

        public void AssertIs(ChannelState state)
        {
            Assert.Equal(start.Sum(), positions.Sum());
            for (int member = 0; member < positions.Length; member++)
            {
                Assert.Equal(positions[member], state.PositionOf(member, "EUR"));
                Assert.Equal(Set(member), state.ReservedOf(member, "EUR"));
                Assert.True(positions[member] - Set(member) >= -Limit);
            }

            Assert.Equal(legs.Keys.Select(static number => Ids[number]).Order(), state.Legs.Keys);
            Assert.Equal(ended.Select(static number => Ids[number]).Order(), state.Ended.Keys);
        }

        private static Digest[] Ids { get; } = ReadIds();

        private static Digest[] ReadIds()
        {
            using World world = new();
            return [.. Enumerable.Range(0, Groups).Select(number => world.GroupOf(number).Id)];
        }

        private long Set(int member) => legs.Values.Where(leg => leg.IsAlpha == (member == 0)).Sum(static leg => (long)leg.Amount);

        private long[] Free(Item[] items, bool[] stands)
        {
            long[] free = [positions[0] - Set(0), positions[1] - Set(1)];
            foreach (Item item in items.Where((_, i) => stands[i]))
            {
                if (item.Group < 0) Move(free, item);
                else free[item.IsAlpha ? 0 : 1] -= item.Amount;
            }

            return free;
        }

        private static void Move(long[] of, Item item)
        {
            of[item.IsAlpha ? 0 : 1] -= item.Amount;
            of[item.IsAlpha ? 1 : 0] += item.Amount;
        }
    }
}
