using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Notarisation;
using Settlement.Tests.Bank;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Hostile;

/// <summary>A network that is hostile without being anybody.</summary>
public sealed class NetworkTests
{
    [Theory]
    [InlineData("drops")]
    [InlineData("repeats")]
    [InlineData("reorders")]
    [InlineData("all of it")]
    public void A_hostile_network_delays_payments_and_accuses_nobody(string what)
    {
        using HostileWorld world = new();
        Random chance = new(7);
        List<(TestNode From, TestNode To, PeerMessage Message)> late = [];
        world.Banks.OnPeer = (from, to, message) =>
        {
            List<PeerMessage> passed = [message];
            if (what is "drops" or "all of it" && chance.Next(3) == 0) passed.Clear();
            if (what is "repeats" or "all of it" && chance.Next(3) == 0) passed.AddRange(passed);
            if (what is not ("reorders" or "all of it")) return passed;
            late.AddRange(passed.Select(p => (from, to, p)));
            List<PeerMessage> now = [.. late.Where(l => l.From == from && l.To == to && chance.Next(2) == 0).Select(l => l.Message)];
            late.RemoveAll(l => l.From == from && l.To == to && now.Contains(l.Message));
            now.Reverse();
            return now;
        };
        List<(TestNode Bank, byte[] Paid)> payments = [];
        for (int i = 0; i < 10; i++)
        {
            foreach (TestNode bank in new[] { world.Alpha, world.Beta }) payments.Add((bank, world.Banks.Pay(bank, 1)));
            world.Banks.Pass(TimeSpan.FromSeconds(5));
        }

        for (int i = 0; i < 60 && payments.Any(p => world.Banks.StatusOf(p.Bank, p.Paid).Status == InstructionStatus.Accepted); i++) world.Banks.Pass(TimeSpan.FromSeconds(5));
        Assert.All(payments, p => Assert.Equal((InstructionStatus.Settled, null), world.Banks.StatusOf(p.Bank, p.Paid)));
        string[] common = [ChannelCodes.Late, ChannelCodes.TakenOver, ChannelCodes.TooOften, LedgerCodes.EndorsementExpired, LedgerCodes.WrongTerm];
        Assert.All(world.Banks.Nodes.SelectMany(n => world.AlarmsOf(n)), a => Assert.Contains(a.Code, common));
        world.Banks.AssertGoesOn();
    }
}
