using Settlement.Host.Fuzz.Mutations;

namespace Settlement.Host.Fuzz;

/// <summary>A session that now and then starts from an input of the corpus, as it is or changed.</summary>
/// <param name="inner">The target's own session.</param>
/// <param name="known">The target's inputs of the corpus.</param>
internal sealed class SeededSession(IFuzzSession inner, IReadOnlyList<byte[]> known) : IFuzzSession
{
    private const int OutOfHundred = 4;

    /// <inheritdoc/>
    public byte[] Make(Chance chance)
    {
        if (!chance.Percent(OutOfHundred)) return inner.Make(chance);
        byte[] start = chance.Pick(known);
        return chance.Percent(20) ? start : ByteMutator.Mutate(start, chance, chance.Pick(known));
    }

    /// <inheritdoc/>
    public ValueTask FeedAsync(byte[] input, CancellationToken ct) => inner.FeedAsync(input, ct);

    /// <inheritdoc/>
    public ValueTask EndAsync(CancellationToken ct) => inner.EndAsync(ct);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
