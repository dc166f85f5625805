using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Monetary;
using Settlement.Core.Reading;
using Settlement.Tests.Agent;

namespace Settlement.Tests.Bank;

/// <summary>What is under way outside of the channel when a member closes it.</summary>
public sealed class CloseMeanwhileTests
{
    [Theory]
    [InlineData(0, false)]
    [InlineData(0, true)]
    [InlineData(50_00, false)]
    [InlineData(50_00, true)]
    public void No_account_is_debited_for_a_channel_that_its_bank_knows_to_be_closed(long before, bool restarts)
    {
        using TwoBanks world = new TwoBanks().Open();
        if (before > 0) world.Fund(world.Alpha, before);
        world.Credit(world.Alpha, new Money(TwoBanks.Eur, 100_00));
        world.OnAgentRequest = static _ => null;
        _ = world.Tell(world.Alpha, call => new BankInput.Fund(call, world.Channel, new Money(TwoBanks.Eur, 100_00)));
        world.Pass(TimeSpan.FromSeconds(2));
        Assert.Null(CloseTests.Close(world, world.Beta).Refusal);
        world.Pass(TimeSpan.FromSeconds(5));
        if (restarts) world.Alpha.Restart();
        world.OnAgentRequest = null;
        world.Pass(TimeSpan.FromMinutes(2));
        // It has what it did not put into the channel, and its exit gives it the rest.
        Assert.Equal(100_00 + before, RedemptionTests.Books(world, world.Alpha).Account);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_payment_of_an_offset_that_aborts_after_the_close_is_refused_as_what_waited(long seed)
    {
        using OffsetWorld world = new(seed);
        (TestNode, byte[])[] paid = world.Ring(100_00, 100_00, 100_00);
        world.Banks.Pass(TimeSpan.FromSeconds(1));
        world.Banks.Asleep.Add(world.Gamma);
        world.Banks.Pass(TimeSpan.FromSeconds(3));
        Digest channel = world.Banks.Ask<ChannelList>(world.Alpha, static call => new BankInput.ListChannels(call)).Channels.Single(c => c.Counterparty == world.Beta.Id).Channel;
        Assert.Null(CloseTests.Close(world.Banks.Look(channel), world.Alpha).Refusal);
        world.Banks.Pass(TimeSpan.FromSeconds(60));
        world.Banks.Asleep.Clear();
        world.Banks.Pass(TimeSpan.FromSeconds(60));
        Assert.Equal((InstructionStatus.Rejected, ChannelCodes.ChannelClosed), world.StatusOf(paid[0]));
    }
}
