using Settlement.Core.Notarisation;
using Settlement.Core.Vault.Records;

namespace Settlement.Core.Agent.Cycles;

/// <summary>Which channels a round nets where banks have joined with more than a group may have: those with most channels between them give way first, so that no two of them keep the others out.</summary>
/// <param name="Chosen">The channels.</param>
/// <param name="Narrowed">The banks of each pair of which channels are left out.</param>
internal sealed record RoundChannels(IReadOnlyList<CycleChannelRow> Chosen, IReadOnlyList<(string One, string Other)> Narrowed)
{
    /// <summary>Channels of a round without the agent's own.</summary>
    public const int Most = ChannelGroup.MaximumChannels - 1;

    /// <summary>Channels that two banks may have in one round. Two banks need one for each currency, and a round has one currency.</summary>
    public const int MostOfPair = 16;

    /// <summary>Chooses them.</summary>
    /// <param name="joined">The channels of which both members take part.</param>
    /// <returns>Null where more pairs of banks have a channel than a group has room for.</returns>
    public static RoundChannels? Of(IEnumerable<CycleChannelRow> joined)
    {
        List<((string One, string Other) Banks, List<CycleChannelRow> Channels)> pairs = [.. joined.GroupBy(PairOf).Select(static pair => (pair.Key, pair.ToList()))];
        int each = MostOfPair;
        while (each > 0 && pairs.Sum(pair => Math.Min(pair.Channels.Count, each)) > Most) each--;
        return each == 0 ? null : new RoundChannels([.. pairs.SelectMany(pair => pair.Channels.Take(each))], [.. pairs.Where(pair => pair.Channels.Count > each).Select(static pair => pair.Banks)]);
    }

    private static (string One, string Other) PairOf(CycleChannelRow channel) =>
        string.CompareOrdinal(channel.Banks[0], channel.Banks[1]) < 0 ? (channel.Banks[0], channel.Banks[1]) : (channel.Banks[1], channel.Banks[0]);
}
