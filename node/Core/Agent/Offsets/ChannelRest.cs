using Settlement.Core.Cryptography;

namespace Settlement.Core.Agent.Offsets;

/// <summary>
/// Channels that are left out of offsets for a while, since they did not set their payments aside when they were called for. Each time that happens again
/// the while doubles, so that one bank which is silent does not hold up the others for ever. It is memory alone.
/// </summary>
internal sealed class ChannelRest
{
    /// <summary>Channels remembered; beyond them the one whose rest ended or ends first is not.</summary>
    public const int MaxChannels = 4_096;

    /// <summary>The first rest.</summary>
    public static readonly TimeSpan First = TimeSpan.FromMinutes(1);

    /// <summary>The longest.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(16);

    private readonly Dictionary<Digest, (DateTimeOffset Until, TimeSpan Length)> channels = [];

    /// <summary>Whether a channel is left out.</summary>
    public bool Has(Digest channel, DateTimeOffset now) => channels.TryGetValue(channel, out (DateTimeOffset Until, TimeSpan Length) rest) && now < rest.Until;

    /// <summary>Whether a channel's rest has ended between two times.</summary>
    public bool HasEnded(DateTimeOffset after, DateTimeOffset until) => channels.Values.Any(rest => rest.Until > after && rest.Until <= until);

    /// <summary>A channel did not do what it was called for.</summary>
    public void Begin(Digest channel, DateTimeOffset now)
    {
        foreach (Digest old in channels.Where(c => c.Value.Until + Longest < now).Select(static c => c.Key).ToList()) channels.Remove(old);
        TimeSpan rest = channels.TryGetValue(channel, out (DateTimeOffset Until, TimeSpan Length) before) ? before.Length + before.Length : First;
        if (rest > Longest) rest = Longest;
        channels[channel] = (now + rest, rest);
        if (channels.Count > MaxChannels) channels.Remove(channels.MinBy(static c => c.Value.Until).Key);
    }

    /// <summary>A channel did.</summary>
    public void End(Digest channel) => channels.Remove(channel);
}
