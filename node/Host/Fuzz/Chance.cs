namespace Settlement.Host.Fuzz;

/// <summary>The fuzzer's only source of chance: SplitMix64. One seed gives one sequence, on every machine and runtime.</summary>
internal sealed class Chance(ulong seed)
{
    private const ulong Increment = 0x9E3779B97F4A7C15;
    private ulong state = seed;

    /// <summary>64 bits.</summary>
    public ulong Next() => Mix(state += Increment);

    /// <summary>A number from 0 to <paramref name="bound"/> − 1; 0 where there is none.</summary>
    public int Below(int bound) => bound <= 0 ? 0 : (int)(Next() % (ulong)bound);

    /// <summary>A number from <paramref name="low"/> to <paramref name="high"/>, both included.</summary>
    public int From(int low, int high) => low + Below(high - low + 1);

    /// <summary>True so many times in a hundred.</summary>
    public bool Percent(int percent) => Below(100) < percent;

    /// <summary>One of them.</summary>
    public T Pick<T>(IReadOnlyList<T> among) => among[Below(among.Count)];

    /// <summary>Random bytes.</summary>
    public byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) bytes[i] = (byte)Next();
        return bytes;
    }

    /// <summary>The seed of a named part and number, so that more draws in one part do not shift another's.</summary>
    public static ulong SeedOf(ulong seed, string name, long number)
    {
        ulong mixed = Mix(seed ^ Increment) + unchecked((ulong)number);
        foreach (char c in name) mixed = Mix(mixed + c + Increment);
        return Mix(mixed);
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return z ^ z >> 31;
    }
}
