using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;
using Settlement.Host.Network;

namespace Settlement.Host.Bench;

/// <summary>One direction of a channel, in which the load pays.</summary>
/// <param name="Number">Its place among all directions.</param>
/// <param name="Channel">The place of its channel in the plan.</param>
/// <param name="Payer">Who pays.</param>
/// <param name="Payee">Who is paid.</param>
internal sealed record Direction(int Number, int Channel, ParticipantId Payer, ParticipantId Payee);

/// <summary>Who pays whom, and in which stretches the load and pgbench take turns.</summary>
/// <param name="Banks">The banks.</param>
/// <param name="Channels">The channels, each funded on both sides for the whole load.</param>
/// <param name="Directions">Both directions of every channel.</param>
/// <param name="WarmUp">The load before the first slice.</param>
/// <param name="Slices">How long each slice of load is measured.</param>
/// <param name="PgbenchSlice">How long pgbench runs before every slice, and after the last.</param>
internal sealed record BenchPlan(
    IReadOnlyList<ParticipantId> Banks, IReadOnlyList<ChannelPlan> Channels, IReadOnlyList<Direction> Directions, TimeSpan WarmUp, IReadOnlyList<TimeSpan> Slices,
    TimeSpan PgbenchSlice)
{
    /// <summary>The load before the first slice, in which code is compiled and caches fill, is as long as all that is measured, within
    /// these; for each pair of banks that pay, because each compiles for itself while they share the processors.</summary>
    public static readonly TimeSpan ShortestWarmUp = TimeSpan.FromSeconds(2);
    public static readonly TimeSpan LongestWarmUp = TimeSpan.FromSeconds(10);

    /// <summary>The load before every further slice, in which the pipeline fills again.</summary>
    public static readonly TimeSpan Resumption = TimeSpan.FromSeconds(3);

    /// <summary>A slice of load that is measured is at most as long.</summary>
    private static readonly TimeSpan LongestSlice = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LongestPgbenchSlice = TimeSpan.FromSeconds(2);

    // 10^10 payments in each direction: more than any run can make.
    private const long FundingMinorUnits = 10_000_000_000;
    private const string CurrencyCode = "EUR";

    /// <summary>Plans a benchmark.</summary>
    public static BenchPlan For(BenchOptions options)
    {
        ParticipantId[] banks = [.. Enumerable.Range(0, options.Banks).Select(static number => Parse($"BNK{(char)('A' + number)}AQAAXXX"))];
        (int First, int Second)[] pairs = [.. Pairs(banks.Length).Take(options.ChannelsInUse)];
        if (!Currency.TryParse(CurrencyCode, out Currency currency)) throw new InvalidOperationException($"{CurrencyCode} is no currency.");
        Money funding = new(currency, FundingMinorUnits);
        ChannelPlan[] channels = [.. pairs.Select(pair => new ChannelPlan(
            banks[pair.First], banks[pair.Second], [currency], [(banks[pair.First], funding), (banks[pair.Second], funding)]))];
        Direction[] directions = [.. channels.SelectMany(static (channel, index) => new[]
        {
            new Direction(2 * index, index, channel.First, channel.Second), new Direction((2 * index) + 1, index, channel.Second, channel.First),
        })];
        TimeSpan measured = TimeSpan.FromSeconds(options.Seconds);
        int slices = (int)Math.Ceiling(measured / LongestSlice);
        TimeSpan slice = measured / slices;
        return new BenchPlan(
            banks, channels, directions, channels.Length * TimeSpan.FromTicks(Math.Clamp(measured.Ticks, ShortestWarmUp.Ticks, LongestWarmUp.Ticks)),
            [.. Enumerable.Repeat(slice, slices)], TimeSpan.FromSeconds(Math.Ceiling(Math.Min(slice.TotalSeconds, LongestPgbenchSlice.TotalSeconds))));
    }

    /// <summary>What the agent must credit each bank with.</summary>
    public IEnumerable<(ParticipantId Bank, Money Amount)> Accounts() => Channels.SelectMany(static channel => channel.Funding)
        .GroupBy(static side => side.Payer, static side => side.Amount)
        .Select(static bank => (bank.Key, bank.Aggregate(static (sum, amount) => sum + amount)));

    // Near neighbours first, and of them those that share no bank, then from the end, where an odd number leaves one over: so half as many
    // channels as banks keep every bank busy.
    private static IEnumerable<(int First, int Second)> Pairs(int banks) => Enumerable.Range(1, banks - 1).SelectMany(distance =>
        Enumerable.Range(0, banks - distance).OrderBy(first => distance == 1 ? first % 2 : 0).ThenBy(first => distance == 1 && first % 2 == 1 ? -first : first).Select(first => (first, first + distance)));

    private static ParticipantId Parse(string text) =>
        ParticipantId.TryParse(text, out ParticipantId id) ? id : throw new InvalidOperationException($"{text} is no participant id.");
}
