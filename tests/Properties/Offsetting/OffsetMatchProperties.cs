using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Settlement.Core.Agent.Offsets;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Offsetting;
using Settlement.Tests.Properties.Cryptography;
using Settlement.Wire.Agent;

namespace Settlement.Tests.Properties.Offsetting;

/// <summary>What the settlement agent makes of what banks offer: exactly what offsetting settles of a case that fits one offset.</summary>
public sealed class OffsetMatchProperties
{
    private const int Small = 2_000, Large = 60;

    private sealed record Offer(int Bank, int Other, long MinorUnits, uint Priority);

    /// <summary>Banks, what each has, and what waits.</summary>
    private sealed record Offered(long[] Balances, long?[] Rooms, Offer[] Payments);

    [Fact]
    public void Within_one_offset_all_that_offsetting_settles_is_settled() => Samples.ForAll(Cases(4, 12, 4), static offered =>
    {
        OffsetMatch match = Match(offered, 0);
        Assert.False(match.IsCut);
        // The case says what banks said: nothing is left out of it.
        Assert.Equal(offered.Payments.Length, match.Case.Payments.Count);
        Assert.Equal(offered.Balances, match.Case.Banks.Select(static b => b.Balance));
        Assert.Equal(offered.Rooms, match.Case.Banks.Select(static b => b.Limit));
        AssertIsResult(match);
    }, Small);

    [Fact]
    public void More_than_one_offset_may_have_is_cut_down_to_what_it_may()
    {
        int cut = 0;
        Samples.ForAll(Cases(24, 1_500, 6), offered => cut += AssertFits(offered), Large);
        // Else the cases are too small to show anything.
        Assert.True(cut > 0);
    }

    /// <returns>How often something settled of what was cut down.</returns>
    private static int AssertFits(Offered offered)
    {
        int cut = 0;
        foreach (int turn in (int[])[0, 7, 23])
        {
            OffsetMatch match = Match(offered, turn);
            AssertIsResult(match);
            if (match is { IsCut: true, Settling.Count: > 0 }) cut++;
            Assert.True(match.Settling.Select(static p => p.Channel).Distinct().Count() < OffsetLeg.MaximumChannels);
            Assert.All(match.Settling.GroupBy(static p => p.Channel), static leg => Assert.True(leg.Count() <= OffsetLeg.MaximumPayments));
            Assert.Equal(match.Settling.Select(static p => p.Name), Match(offered, turn).Settling.Select(static p => p.Name));
        }

        return cut;
    }

    private static void AssertIsResult(OffsetMatch match)
    {
        OffsettingResult result = MultilateralOffsetting.Settle(match.Case);
        List<WaitingPayment> settled = [.. match.Waiting.All.Where((_, i) => result.Settles(i))];
        // But for what nothing links to a bank that pays and is paid.
        HashSet<int> linked = [.. settled.Where(p => settled.Exists(q => q.Payer == p.Payee)).Select(static p => p.Payer)];
        for (bool grows = true; grows;) grows = settled.Where(p => linked.Contains(p.Payer) || linked.Contains(p.Payee)).Aggregate(false, (any, p) => linked.Add(p.Payer) | linked.Add(p.Payee) | any);
        Assert.Equal(settled.Where(p => linked.Contains(p.Payer)), match.Settling);
        Assert.True(match.Settling.Count == 0 || match.Settling.Select(static p => p.Payer).Distinct().Count() > 1);
        Assert.Equal(0, match.Nets.Values.Sum());
        foreach ((int bank, long net) in match.Nets)
        {
            Assert.True(match.Case.Banks[bank].Balance + net >= 0);
            Assert.True(match.Case.Banks[bank].Limit is not { } limit || -net <= limit);
        }

        // Each bank's payments settle in its order: of equal or higher priority none is left before one that settles.
        for (int bank = 0; bank < match.Waiting.Queues.Count; bank++)
        {
            List<WaitingPayment> own = [.. match.Settling.Where(p => p.Payer == bank)];
            Assert.Equal(match.Waiting.Queues[bank].Take(own.Count), own);
        }
    }

    private static OffsetMatch Match(Offered offered, int turn)
    {
        BankQueue[] banks = [.. offered.Balances.Select((_, bank) => Queue(offered, bank))];
        WaitingPayments waiting = WaitingPayments.Of(banks, static _ => false, static (_, _) => false);
        return OffsetMatch.Of(waiting, id => offered.Balances[Array.FindIndex(banks, b => b.Bank == id)], turn);
    }

    private static BankQueue Queue(Offered offered, int bank)
    {
        int[] others = [.. Enumerable.Range(0, offered.Balances.Length).Where(other => other != bank)];
        OffsetQueue said = new() { Currency = "EUR" };
        if (offered.Rooms[bank] is { } room) said.RoomMinorUnits = room;
        said.Channels.Add(others.Select(static _ => new OffsetChannel()));
        foreach ((int i, Offer offer) in offered.Payments.Index().Where(p => p.Item.Bank == bank))
            said.Payments.Add(new OfferedPayment { Payment = ByteString.CopyFrom([.. new byte[12], .. BitConverter.GetBytes(i)]), Channel = (uint)Array.IndexOf(others, offer.Other), MinorUnits = offer.MinorUnits, Priority = offer.Priority });
        string name = $"{(char)('A' + bank)}{(char)('A' + bank)}{(char)('A' + bank)}{(char)('A' + bank)}DEFFXXX";
        return new BankQueue(ParticipantId.TryParse(name, out ParticipantId id) ? id : throw new InvalidOperationException(name), said,
            [.. others.Select(other => (ShownChannel?)new ShownChannel(Digest.Of([(byte)Math.Min(bank, other), (byte)Math.Max(bank, other)]), bank < other ? 0 : 1))]);
    }

    private static Gen<Offered> Cases(int mostBanks, int mostPayments, int largest) =>
        from banks in Gen.Choose(2, mostBanks)
        from balances in Gen.Choose(0, largest).ArrayOf(banks)
        from rooms in Gen.Choose(-largest, largest).ArrayOf(banks)
        from count in Gen.Choose(mostPayments / 2, mostPayments)
        from payments in (from bank in Gen.Choose(0, banks - 1)
                          from step in Gen.Choose(1, banks - 1)
                          from amount in Gen.Choose(1, largest)
                          from priority in Gen.Choose(0, 2)
                          select new Offer(bank, (bank + step) % banks, amount, (uint)priority)).ArrayOf(count)
        select new Offered([.. balances.Select(static b => (long)b)], [.. rooms.Select(static r => r < 0 ? (long?)null : r)], payments);
}
