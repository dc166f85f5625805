using FsCheck;
using FsCheck.Fluent;
using Settlement.Contracts;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Monetary;
using Settlement.Tests.Bank;
using Settlement.Tests.Properties.Cryptography;
using Settlement.Tests.Simulation;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Properties.Channels;

/// <summary>What both members compute alike, whatever is paid and whatever one of them refuses.</summary>
public sealed class BatchProperties
{
    private const long Limit = 40;
    private static readonly string[] Codes = ["AM04", "DU03", "CH010", "S001", "AM01"];

    private static Gen<(bool IsAlpha, int Amount, bool IsRefused)[]> Batch =>
        (from isAlpha in ArbMap.Default.GeneratorFor<bool>() from amount in Gen.Choose(-5, 90) from refused in Gen.Frequency((3, Gen.Constant(false)), (1, Gen.Constant(true))) select (isAlpha, amount, refused))
            .ArrayOf().Where(b => b.Length < 12);

    [Fact]
    public void Money_is_conserved_and_given_refusals_lead_both_members_to_one_head()
    {
        using TwoBanks world = new TwoBanks().Open((false, new Money(TwoBanks.Eur, Limit)), (true, new Money(TwoBanks.Eur, Limit)));
        ChannelContext alpha = world.Context(world.Alpha), beta = world.Context(world.Beta);
        Samples.ForAll(
            from batches in Batch.ArrayOf().Where(b => b.Length < 5) from seed in Samples.Seed select (batches, seed),
            sample =>
            {
                SeededEntropy entropy = new(sample.seed);
                ChannelState here = Start(entropy), there = Clone(here);
                Digest previous = Digest.Zero;
                long[] model = [100, 60];
                for (int b = 0; b < sample.batches.Length; b++)
                {
                    List<SealedEntry> entries = [.. sample.batches[b].Select(p => Seal(p.IsAlpha ? alpha : beta, p.Amount, entropy))];
                    // Beta decides and refuses some; Alpha runs the batch with the refusals that Beta gave.
                    int at = 0;
                    BatchExecution decides = new(beta, there, b, _ => sample.batches[b][at++].IsRefused ? Codes[at % Codes.Length] : null, entropy, null);
                    foreach (SealedEntry entry in entries) decides.Add(Open(beta, entry));
                    decides.RefuseUncovered(static _ => false);
                    PositionSalts salts = PositionSalts.Draw(alpha.Terms, entropy);
                    Assert.True(decides.TryFinish(1, b + 1, previous, salts, out ExecutedBatch? decided));

                    BatchExecution repeats = new(alpha, here, b, null, null, null);
                    for (int i = 0; i < entries.Count; i++)
                    {
                        if (decided.Slots[i] is BatchSlot.Refused refused) repeats.Add(refused.Refusal, Open(alpha, entries[i]));
                        else Assert.Equal("", repeats.Add(Open(alpha, entries[i])));
                    }

                    Assert.True(repeats.TryFinish(1, b + 1, previous, salts, out ExecutedBatch? repeated));
                    Assert.Equal(decided.HeadHash, repeated.HeadHash);
                    Follow(model, sample.batches[b], decided.Slots);
                    (here, there, previous) = (repeated.State, decided.State, decided.HeadHash);
                    Assert.Equal((model[0], model[1]), (here.PositionOf(0, "EUR"), here.PositionOf(1, "EUR")));
                    Assert.Equal(160, model.Sum());
                    Assert.All(model, position => Assert.True(position >= -Limit));
                }
            });
    }

    [Fact]
    public void A_head_differs_when_any_input_differs() => Samples.ForAll(
        from term in Gen.Choose(1, 3) from sequence in Gen.Choose(1, 3) from digests in Samples.Digest.ArrayOf(3) from time in Gen.Choose(0, 2) from other in Gen.Choose(0, 6) select (term, sequence, digests, time, other),
        static sample =>
        {
            ChannelTerms terms = SharedTerms.Value;
            ChannelHead head = new(sample.term, sample.sequence, sample.digests[0], sample.digests[1], sample.digests[2], sample.time);
            ChannelHead changed = sample.other switch
            {
                0 => head with { Term = head.Term + 1 },
                1 => head with { Sequence = head.Sequence + 1 },
                2 => head with { Previous = Digest.Of([99]) },
                3 => head with { BatchRoot = Digest.Of([99]) },
                4 => head with { StateRoot = Digest.Of([99]) },
                5 => head with { TimeUnixMs = head.TimeUnixMs + 1 },
                _ => head with { Previous = head.BatchRoot, BatchRoot = head.Previous },
            };
            Assert.Equal(head == changed, head.Hash(terms, Digest.Zero) == changed.Hash(terms, Digest.Zero));
            Assert.NotEqual(head.Hash(terms, Digest.Zero), head.Hash(terms, Digest.Of([1])));
        });

    [Fact]
    public void An_entry_has_one_size_whatever_its_values_are()
    {
        using TwoBanks world = new TwoBanks().Open();
        ChannelContext context = world.Context(world.Alpha);
        ContractPlan plan = context.Terms.Contracts[0];
        List<int[]> sizes = [];
        Samples.ForAll(
            from amount in ArbMap.Default.GeneratorFor<long>() from lengths in Gen.Choose(0, 140).ArrayOf(10) from letter in Gen.Elements("a", "é", "語", "😀") from seed in Samples.Seed select (amount, lengths, letter, seed),
            sample =>
            {
                Value?[] values = [.. plan.Contract.Fields.Select(f => Draw(f, sample.amount, sample.lengths[f.Index], sample.letter))];
                SealedEntry entry = EntrySealer.Seal(context, plan, plan.Contract.Actions[0], values, world.Now, new SeededEntropy(sample.seed)).Sealed;
                sizes.Add([entry.CalculateSize(), .. entry.Envelopes.Select(e => e.Ciphertext.Length)]);
                Assert.Equal(sizes[0], sizes[^1]);
                Assert.True(EntryOpener.TryOpen(world.Context(world.Beta), entry, out OpenedEntry? opened, out _));
                Assert.Equal(values, opened.Values);
            });
    }

    private static readonly Lazy<TwoBanks> Shared = new(() => new TwoBanks().Open());

    private static readonly Lazy<ChannelTerms> SharedTerms = new(() => Shared.Value.Context(Shared.Value.Alpha).Terms);

    private static Value? Draw(Field field, long amount, int length, string letter) => field.Type switch
    {
        MoneyType => new MoneyValue("EUR", amount),
        DateType => new DateValue(TwoBanks.Day.AddDays(length)),
        TextType text when length > 0 || !field.Optional => new TextValue(string.Concat(Enumerable.Repeat(letter, Math.Clamp(length, 1, text.MaxLength)))),
        _ => null,
    };

    /// <summary>All that is not refused and pays something stands; then the last payment of whoever is short falls, until nobody is.</summary>
    private static void Follow(long[] model, (bool IsAlpha, int Amount, bool IsRefused)[] batch, IReadOnlyList<BatchSlot> slots)
    {
        bool[] stands = [.. batch.Select(static p => !p.IsRefused && p.Amount > 0)];
        long[] After() => [.. Enumerable.Range(0, 2).Select(member => model[member]
            + batch.Where((p, i) => stands[i] && p.IsAlpha == (member == 1)).Sum(static p => (long)p.Amount) - batch.Where((p, i) => stands[i] && p.IsAlpha == (member == 0)).Sum(static p => (long)p.Amount))];
        while (After() is var after && Array.FindIndex(after, static position => position < -Limit) is var poor and >= 0)
            stands[Enumerable.Range(0, batch.Length).Last(i => stands[i] && batch[i].IsAlpha == (poor == 0))] = false;
        for (int i = 0; i < batch.Length; i++) Assert.Equal(stands[i], slots[i] is BatchSlot.Agreed);
        After().CopyTo(model, 0);
    }

    private static ChannelState Start(SeededEntropy entropy)
    {
        byte[] Salt()
        {
            byte[] salt = new byte[32];
            entropy.Fill(salt);
            return salt;
        }

        return ChannelState.Restore([new Position(0, "EUR", 100, Salt()), new Position(1, "EUR", 60, Salt())], new(), [], []);
    }

    private static ChannelState Clone(ChannelState state) => ChannelState.Restore(state.Positions, new(), [], []);

    private static SealedEntry Seal(ChannelContext context, long amount, SeededEntropy entropy)
    {
        ContractPlan plan = context.Terms.Contracts[0];
        Value?[] values = [new MoneyValue("EUR", amount), new DateValue(TwoBanks.Day), new TextValue("E2E"), null, null, new TextValue("D"), null, new TextValue("C"), null, null];
        return EntrySealer.Seal(context, plan, plan.Contract.Actions[0], values, TwoBanks.Start, entropy).Sealed;
    }

    private static OpenedEntry Open(ChannelContext context, SealedEntry entry)
    {
        Assert.True(EntryOpener.TryOpen(context, entry, out OpenedEntry? opened, out _));
        return opened;
    }
}
