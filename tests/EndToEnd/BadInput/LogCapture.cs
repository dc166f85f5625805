using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Settlement.Tests.EndToEnd.BadInput;

/// <summary>Keeps what nodes log, so that a test can ask for an alarm.</summary>
internal sealed class LogCapture : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, int Id, string Text)> lines = new();

    /// <summary>Everything so far, in order.</summary>
    public IReadOnlyList<(LogLevel Level, int Id, string Text)> Lines => [.. lines];

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel)) lines.Enqueue((logLevel, eventId.Id, $"{formatter(state, exception)} {exception}".TrimEnd()));
    }

    public void Dispose() { }
}
