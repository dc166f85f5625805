namespace Settlement.Host.Fuzz;

/// <summary>Something that a stranger or a peer can reach, as the fuzzer sees it.</summary>
/// <param name="Name">What the command line calls it.</param>
/// <param name="What">What its cases reach, for people.</param>
/// <param name="CasesPerSession">How many cases in a row share one state.</param>
/// <param name="KeepsState">Whether a case depends on the ones before it, so that a replay takes them all.</param>
/// <param name="BeginAsync">Makes the state of a seed.</param>
internal sealed record FuzzTarget(
    string Name, string What, int CasesPerSession, bool KeepsState, Func<ulong, CancellationToken, ValueTask<IFuzzSession>> BeginAsync)
{
    /// <summary>A target whose cases have nothing to do with each other.</summary>
    public static FuzzTarget Of(string name, string what, Func<Reader> create) =>
        new(name, what, CasesOfReader, KeepsState: false, (_, _) => ValueTask.FromResult<IFuzzSession>(create()));

    /// <summary>The same target, whose cases now and then start from these inputs.</summary>
    public FuzzTarget StartingFrom(IReadOnlyList<byte[]> known) =>
        known.Count == 0 ? this : this with { BeginAsync = async (seed, ct) => new SeededSession(await BeginAsync(seed, ct), known) };

    private const int CasesOfReader = 200;
}

/// <summary>A target's cases in a row. Whatever it throws is a finding.</summary>
internal interface IFuzzSession : IAsyncDisposable
{
    /// <summary>A case's input, drawn from chance alone.</summary>
    byte[] Make(Chance chance);

    /// <summary>Hands an input to the code that would receive it, and checks what that code promises.</summary>
    ValueTask FeedAsync(byte[] input, CancellationToken ct);

    /// <summary>Checks what must hold after all of them: honest work goes on, and nothing has grown.</summary>
    ValueTask EndAsync(CancellationToken ct);
}

/// <summary>A session of code that keeps nothing from case to case.</summary>
internal abstract class Reader : IFuzzSession
{
    /// <inheritdoc/>
    public abstract byte[] Make(Chance chance);

    /// <summary>Reads one input.</summary>
    public abstract void Feed(byte[] input);

    /// <inheritdoc/>
    public ValueTask FeedAsync(byte[] input, CancellationToken ct)
    {
        Feed(input);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask EndAsync(CancellationToken ct) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>A promise of the product that a case broke.</summary>
internal sealed class BrokenPromise(string promise, string found) : Exception($"{promise}: {found}")
{
    /// <summary>Throws unless it holds.</summary>
    public static void Unless(bool holds, string promise, string found = "it does not hold")
    {
        if (!holds) throw new BrokenPromise(promise, found);
    }
}
