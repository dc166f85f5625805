using Settlement.Core.Agent.Offsets;
using Settlement.Core.Cryptography;
using Settlement.Tests.Bank;

namespace Settlement.Tests.Agent.Offsets;

public sealed class ChannelRestTests
{
    private static readonly DateTimeOffset Start = TwoBanks.Start;

    [Fact]
    public void A_rest_doubles_each_time_up_to_the_longest_and_is_over_once_the_channel_did_its_part()
    {
        ChannelRest rests = new();
        Digest channel = Digest.Of([1]);
        DateTimeOffset now = Start;
        foreach (int minutes in (int[])[1, 2, 4, 8, 16, 16])
        {
            rests.Begin(channel, now);
            DateTimeOffset end = now + TimeSpan.FromMinutes(minutes);
            Assert.True(rests.Has(channel, end - TimeSpan.FromMilliseconds(1)));
            Assert.False(rests.Has(channel, end));
            Assert.True(rests.HasEnded(now, end));
            Assert.False(rests.HasEnded(end, end + TimeSpan.FromHours(1)));
            now = end;
        }

        rests.End(channel);
        rests.Begin(channel, now);
        Assert.False(rests.Has(channel, now + ChannelRest.First));
    }

    [Fact]
    public void One_that_was_long_ago_counts_no_more_and_there_are_never_more_than_the_bound()
    {
        ChannelRest rests = new();
        Digest channel = Digest.Of([1]);
        rests.Begin(channel, Start);
        DateTimeOffset later = Start + ChannelRest.First + ChannelRest.Longest + TimeSpan.FromSeconds(1);
        rests.Begin(channel, later);
        Assert.False(rests.Has(channel, later + ChannelRest.First));
        for (int i = 0; i < ChannelRest.MaxChannels; i++) rests.Begin(Digest.Of(BitConverter.GetBytes(i)), later + TimeSpan.FromSeconds(1));
        // The one whose rest ends first has given way to the newest.
        Assert.False(rests.Has(channel, later + TimeSpan.FromSeconds(2)));
        Assert.True(rests.Has(Digest.Of(BitConverter.GetBytes(ChannelRest.MaxChannels - 1)), later + TimeSpan.FromSeconds(2)));
    }
}
