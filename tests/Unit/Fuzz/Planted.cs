using Settlement.Host.Fuzz;

namespace Settlement.Tests.Unit.Fuzz;

/// <summary>A session whose cases do what a test says; an input is one byte.</summary>
internal sealed class Planted : IFuzzSession
{
    public const int CasesPerSession = 4;

    public Func<byte, CancellationToken, Task> Feed { get; init; } = static (_, _) => Task.CompletedTask;

    public Action End { get; init; } = static () => { };

    public static FuzzTarget Target(string name, Func<Planted> begin) =>
        new(name, "planted", CasesPerSession, KeepsState: true, (_, _) => ValueTask.FromResult<IFuzzSession>(begin()));

    public byte[] Make(Chance chance) => chance.Bytes(1);

    public async ValueTask FeedAsync(byte[] input, CancellationToken ct) => await Feed(input[0], ct);

    public ValueTask EndAsync(CancellationToken ct)
    {
        End();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
