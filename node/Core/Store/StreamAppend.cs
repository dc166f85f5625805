namespace Settlement.Core.Store;

/// <summary>Appends at least one event to a stream, provided that nobody else appended meanwhile.</summary>
/// <param name="Stream">The stream's name.</param>
/// <param name="StreamType">What the stream describes, kept when the stream is new.</param>
/// <param name="ExpectedVersion">The number of events in the stream before this append; 0 for a new stream.</param>
/// <param name="Events">What to append, in order; the first gets version <paramref name="ExpectedVersion"/> + 1.</param>
public sealed record StreamAppend(string Stream, string StreamType, long ExpectedVersion, IReadOnlyList<NewEvent> Events);
