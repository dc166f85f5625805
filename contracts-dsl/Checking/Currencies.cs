namespace Settlement.Contracts.Checking;

/// <summary>
/// Which amounts are of one currency, as classes: each thing has the least number of its class, from one, and zero while nothing is
/// known of it. A list of amounts is in a class only where it is not empty, and all its values are of one currency: an empty one would make
/// alike what it is not.
/// </summary>
internal readonly struct Currencies(int[] classes)
{
    public static readonly Currencies None = new([]);

    private readonly int[] classes = classes;

    public int Length => classes.Length;

    public bool Has(int thing) => Of(thing) != 0;

    public bool AreOne(int left, int right) => Of(left) is var one && one != 0 && one == Of(right);

    /// <summary>All that is of the thing's currency, and it itself.</summary>
    public IEnumerable<int> Alike(int thing)
    {
        int[] all = classes;
        int one = Of(thing);
        return one == 0 ? [] : Enumerable.Range(0, all.Length).Where(i => all[i] == one);
    }

    public Currencies With(int left, int right)
    {
        int[] after = new int[Math.Max(classes.Length, Math.Max(left, right) + 1)];
        classes.CopyTo(after, 0);
        if (after[left] == 0) after[left] = left + 1;
        if (after[right] == 0) after[right] = right + 1;
        int least = Math.Min(after[left], after[right]), most = Math.Max(after[left], after[right]);
        after.AsSpan().Replace(most, least);
        return new Currencies(after);
    }

    public Currencies Without(int thing)
    {
        int one = Of(thing);
        if (one == 0) return this;
        int[] after = [.. classes];
        after[thing] = 0;
        // A class that was called after it is called after the next.
        int next = one == thing + 1 ? after.AsSpan().IndexOf(one) : -1;
        if (next >= 0) after.AsSpan().Replace(one, next + 1);
        return new Currencies(after);
    }

    public Currencies First(int count) => classes.Length <= count ? this : new Currencies(classes[..count]);

    /// <summary>What is of one currency on both ways.</summary>
    public Currencies Or(Currencies other)
    {
        int length = Math.Min(classes.Length, other.classes.Length);
        if (classes.AsSpan(0, length).SequenceEqual(other.classes.AsSpan(0, length))) return First(length);
        int[] after = new int[length];
        Dictionary<(int, int), int> first = [];
        for (int i = 0; i < length; i++)
        {
            if (classes[i] == 0 || other.classes[i] == 0) continue;
            (int, int) both = (classes[i], other.classes[i]);
            first.TryAdd(both, i + 1);
            after[i] = first[both];
        }

        return new Currencies(after);
    }

    /// <summary>True when all that is of one currency here is so there.</summary>
    public bool SayNoMoreThan(Currencies other)
    {
        if (other.classes.AsSpan().StartsWith(classes)) return true;
        for (int i = 0; i < classes.Length; i++)
        {
            if (classes[i] is var one && one != 0 && !other.AreOne(i, one - 1)) return false;
        }

        return true;
    }

    private int Of(int thing) => thing < classes.Length ? classes[thing] : 0;
}
