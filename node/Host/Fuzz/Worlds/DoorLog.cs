using System.Collections.Concurrent;
using System.Globalization;

namespace Settlement.Host.Fuzz.Worlds;

/// <summary>
/// What the nodes of a world log, as far as cases look at it: whatever is an error, such as an exception that no door caught,
/// and which requests of programs came as far as a door.
/// </summary>
internal sealed class DoorLog : ILoggerFactory
{
    private const string Requests = "Microsoft.AspNetCore.Hosting.Diagnostics";
    // The server says as an error, too, when it ends a connection that has broken one of its bounds.
    private const string BoundsOfServer = "Microsoft.AspNetCore.Server.Kestrel.Http2";
    private const int RequestStarts = 1;
    private const int RequestFinishes = 2;
    private const int MostKept = 1_000;
    private readonly ConcurrentQueue<string> faults = new();
    private readonly ConcurrentQueue<string> entered = new();
    private int running;

    /// <summary>Whether a door still works on an HTTP/1 request, which may be one whose caller has left.</summary>
    public bool IsWorking => Volatile.Read(ref running) > 0;

    /// <summary>The methods of the HTTP/1 requests that were let in since they were taken last. The server's own parser refuses the others.</summary>
    public IReadOnlyList<string> TakeEntered()
    {
        List<string> taken = [];
        while (entered.TryDequeue(out string? method)) taken.Add(method);
        return taken;
    }

    /// <summary>Throws when a node has logged an error.</summary>
    public void Check() => BrokenPromise.Unless(!faults.TryDequeue(out string? fault), "no node logs an error, whatever it is told", fault ?? "");

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Lines(this, categoryName);

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("This log goes nowhere else.");

    /// <inheritdoc/>
    public void Dispose()
    {
        // There is nothing to close.
    }

    private sealed class Lines(DoorLog owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => (logLevel >= LogLevel.Error && category != BoundsOfServer) || (logLevel == LogLevel.Information && category == Requests);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Error)
            {
                if (owner.faults.Count < MostKept) owner.faults.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{category} {eventId.Id}: {formatter(state, exception)} {exception}"));
            }
            else if (category == Requests && state is IReadOnlyList<KeyValuePair<string, object?>> request && IsHttp1(request))
            {
                if (eventId.Id == RequestStarts)
                {
                    Interlocked.Increment(ref owner.running);
                    owner.entered.Enqueue(Of(request, "Method"));
                }
                else if (eventId.Id == RequestFinishes)
                {
                    Interlocked.Decrement(ref owner.running);
                }
            }
        }

        // Nodes speak HTTP/2 with each other.
        private static bool IsHttp1(IReadOnlyList<KeyValuePair<string, object?>> request) => Of(request, "Protocol").StartsWith("HTTP/1", StringComparison.Ordinal);

        private static string Of(IReadOnlyList<KeyValuePair<string, object?>> request, string name) => request.FirstOrDefault(pair => pair.Key == name).Value as string ?? "";
    }
}
