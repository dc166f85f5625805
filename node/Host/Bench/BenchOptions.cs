using System.Globalization;

namespace Settlement.Host.Bench;

/// <summary>What a benchmark was asked to do.</summary>
/// <param name="Banks">Banks, each a process.</param>
/// <param name="Channels">Channels between them, all of which take payments both ways; null for as many as it takes that every bank pays.</param>
/// <param name="Rate">Payments offered a second over all channels; null for more than the network can take.</param>
/// <param name="Seconds">Seconds that are measured, warm-up and pauses not counted.</param>
/// <param name="Json">Whether the result goes to standard output as JSON.</param>
/// <param name="Compare">A file with an earlier result to set beside this one; null for none.</param>
internal sealed record BenchOptions(int Banks, int? Channels, int? Rate, int Seconds, bool Json, string? Compare)
{
    public const int DefaultBanks = 2;
    public const int DefaultSeconds = 10;

    /// <summary>Banks are told apart by one letter.</summary>
    public const int MaximumBanks = 26;

    public const int MaximumRate = 1_000_000;
    public const int MaximumSeconds = 3_600;

    /// <summary>Channels that take payments: those asked for, or a channel for every two banks.</summary>
    public int ChannelsInUse => Channels ?? (Banks + 1) / 2;

    /// <summary>Refuses what cannot be measured.</summary>
    /// <exception cref="BenchException">BN001, BN002.</exception>
    public void Check()
    {
        Within("--banks", Banks, 2, MaximumBanks);
        if (Rate is { } rate) Within("--rate", rate, 1, MaximumRate);
        Within("--seconds", Seconds, 1, MaximumSeconds);
        Within("--channels", ChannelsInUse, 1, int.MaxValue);
        int pairs = Banks * (Banks - 1) / 2;
        if (ChannelsInUse <= pairs) return;
        throw new BenchException(BenchException.TooManyChannels, string.Create(CultureInfo.InvariantCulture,
            $"{Banks} banks are {pairs} pairs, and payments between two banks go through one channel: --channels may be at most {pairs}, or --banks more."));
    }

    private static void Within(string option, int value, int least, int most)
    {
        if (value < least || value > most)
            throw new BenchException(BenchException.OptionInvalid, string.Create(CultureInfo.InvariantCulture, $"{option} {value} is not between {least} and {most}."));
    }
}
