namespace Settlement.Core.Agent;

/// <summary>How often something may happen to each of many: so many times at once, and once more each interval after them. It is memory alone.</summary>
/// <typeparam name="TKey">To whom.</typeparam>
/// <param name="burst">Times at once.</param>
/// <param name="interval">One more each such time.</param>
internal sealed class RateBudget<TKey>(int burst, TimeSpan interval) where TKey : notnull
{
    private readonly Dictionary<TKey, DateTimeOffset> spentUntil = [];

    /// <summary>Whether there is room for one more.</summary>
    public bool HasRoom(TKey key, DateTimeOffset now) => !spentUntil.TryGetValue(key, out DateTimeOffset until) || until - now < burst * interval;

    /// <summary>It happened.</summary>
    public void Spend(TKey key, DateTimeOffset now)
    {
        DateTimeOffset until = spentUntil.GetValueOrDefault(key);
        spentUntil[key] = (until < now ? now : until) + interval;
    }
}
