namespace Settlement.Contracts;

/// <summary>Collects the findings of a comparison.</summary>
internal sealed class FindingList
{
    private readonly List<DifferenceFinding> findings = [];

    public int Count => findings.Count;

    public void Widened(string subject, string sentence) => Add(DifferenceKind.Widened, subject, sentence);

    public void Narrowed(string subject, string sentence) => Add(DifferenceKind.Narrowed, subject, sentence);

    public void Changed(string subject, string sentence) => Add(DifferenceKind.Changed, subject, sentence);

    public void Add(DifferenceKind kind, string subject, string sentence) => findings.Add(new DifferenceFinding(kind, subject, sentence));

    /// <summary>What a contract says of something, which both versions have.</summary>
    public void Said(string subject, string called, string? before, string? after)
    {
        if (before != after) Changed(subject, after is null ? $"Of {called} it says nothing any more." : $"Of {called} it says now: {after}");
    }

    /// <summary>By kind, and within one in the order in which they were found.</summary>
    public IReadOnlyList<DifferenceFinding> Ordered() => [.. findings.OrderBy(f => f.Kind)];

    /// <summary>What one has and the other has not, by name.</summary>
    public static void Pair<T>(IReadOnlyList<T> before, IReadOnlyList<T> after, Func<T, string> name, Action<T> removed, Action<T> added, Action<T, T> both)
    {
        foreach (T old in before)
        {
            if (after.FirstOrDefault(a => name(a) == name(old)) is { } same) both(old, same);
            else removed(old);
        }

        foreach (T fresh in after.Where(a => before.All(b => name(b) != name(a)))) added(fresh);
    }
}
