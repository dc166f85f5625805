using Google.Protobuf;
using Settlement.Core.Agent.Cycles;
using Settlement.Core.Cryptography;
using Settlement.Core.Vault.Records;

namespace Settlement.Tests.Agent;

/// <summary>Which channels a round takes of pairs of banks that have so many.</summary>
public sealed class RoundChannelsTests
{
    /// <summary>How many channels each of some pairs has; how many of them are chosen, and of how many pairs some are left out.</summary>
    public static TheoryData<int[], int, int> Table => new()
    {
        { [], 0, 0 },
        { [1], 1, 0 },
        { [16, 1], 17, 0 },
        { [253, 1, 1], 18, 1 },
        { [17, 17], 32, 2 },
        { [.. Enumerable.Repeat(15, 17)], 255, 0 },
        { [.. Enumerable.Repeat(16, 17)], 255, 17 },
        { [.. Enumerable.Repeat(200, 16), 1, 1, 1], 243, 16 },
        { [.. Enumerable.Repeat(1, 254), 2], 255, 1 },
        { [.. Enumerable.Repeat(1, 255)], 255, 0 },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Those_with_most_give_way_first(int[] pairs, int chosen, int narrowed)
    {
        RoundChannels? channels = RoundChannels.Of(Joined(pairs));
        Assert.NotNull(channels);
        Assert.Equal((chosen, narrowed), (channels.Chosen.Count, channels.Narrowed.Count));
        int least = pairs.Length == 0 ? 0 : channels.Chosen.GroupBy(static c => string.Concat(c.Banks.Order(StringComparer.Ordinal))).Min(static pair => pair.Count());
        Assert.InRange(least, Math.Min(1, pairs.Length), RoundChannels.MostOfPair);
        Assert.Equal(pairs.Length, channels.Chosen.GroupBy(static c => string.Concat(c.Banks.Order(StringComparer.Ordinal))).Count());
    }

    [Fact]
    public void There_is_no_round_of_more_pairs_than_a_group_has_channels() => Assert.Null(RoundChannels.Of(Joined([.. Enumerable.Repeat(1, 256)])));

    /// <summary>Each pair has banks of its own; which of them is the first member changes from channel to channel.</summary>
    private static IEnumerable<CycleChannelRow> Joined(int[] pairs) => pairs.SelectMany(static (count, pair) => Enumerable.Range(0, count).Select(i =>
    {
        CycleChannelRow row = new() { Channel = ByteString.CopyFrom(Digest.Of([(byte)pair, (byte)(pair >> 8), (byte)i]).ToArray()) };
        row.Banks.Add(i % 2 == 0 ? [$"one-{pair}", $"two-{pair}"] : [$"two-{pair}", $"one-{pair}"]);
        return row;
    }));
}
