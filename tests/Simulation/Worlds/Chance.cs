namespace Settlement.Tests.Simulation.Worlds;

/// <summary>
/// The simulator's only source of chance: SplitMix64. One seed gives one sequence, on every machine and runtime. Parts of
/// a world draw from forks of their own, so that more draws in one do not shift another's.
/// </summary>
internal sealed class Chance
{
    private const ulong Increment = 0x9E3779B97F4A7C15;
    private const int Thousand = 1_000;
    private readonly ulong seed;
    private ulong state;

    public Chance(ulong seed) => state = this.seed = seed;

    /// <summary>64 bits.</summary>
    public ulong Next() => Mix(state += Increment);

    /// <summary>A number from 0 to <paramref name="bound"/> − 1.</summary>
    public int Below(int bound) => (int)(Next() % (ulong)bound);

    /// <summary>A number from <paramref name="low"/> to <paramref name="high"/>, both included.</summary>
    public int From(int low, int high) => low + Below(high - low + 1);

    /// <summary>True so many times in a thousand.</summary>
    public bool Happens(int perMille) => perMille > 0 && Below(Thousand) < perMille;

    /// <summary>A span between the two, in whole milliseconds.</summary>
    public TimeSpan Between(TimeSpan low, TimeSpan high) => high <= low ? low : low + TimeSpan.FromMilliseconds(Next() % (ulong)(1 + (high - low).TotalMilliseconds));

    /// <summary>One of them.</summary>
    public T Pick<T>(IReadOnlyList<T> among) => among[Below(among.Count)];

    /// <summary>A source of its own for the named part; the same name gives the same source.</summary>
    public Chance Fork(string name) => new(SeedOf(seed, name, 0));

    /// <summary>The seed of a named part and number.</summary>
    public static ulong SeedOf(ulong seed, string name, int number)
    {
        ulong mixed = Mix(seed ^ Increment) + (ulong)number;
        foreach (char c in name) mixed = Mix(mixed + c + Increment);
        return mixed;
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return z ^ z >> 31;
    }
}
