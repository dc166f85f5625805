namespace Settlement.Tests.Properties.Contracts.Generation;

/// <summary>Choices that a seed repeats.</summary>
internal sealed class Dice(int seed)
{
    public Random Random { get; } = new(seed);

    public bool Coin() => Random.Next(2) == 0;

    /// <summary>True in so many cases of a hundred.</summary>
    public bool Percent(int of) => Random.Next(100) < of;

    /// <summary>From the first to the last, both included.</summary>
    public int From(int first, int last) => Random.Next(first, last + 1);

    public T Any<T>(IReadOnlyList<T> of) => of[Random.Next(of.Count)];

    public List<T> Some<T>(IEnumerable<T> of, int percent = 50) => [.. of.Where(_ => Percent(percent))];

    public List<T> Shuffled<T>(IEnumerable<T> of) => [.. of.OrderBy(_ => Random.Next())];
}
