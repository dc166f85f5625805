using Settlement.Core.Store;

namespace Settlement.Storage;

/// <summary>Something that storage refuses or cannot do, with a stable code that has a page in ops/runbooks.</summary>
public class StorageException : Exception
{
    /// <param name="code">For example <c>ST001</c>.</param>
    /// <param name="message">What happened and what to do about it.</param>
    /// <param name="inner">What the dependency reported.</param>
    public StorageException(string code, string message, Exception? inner = null) : base($"{code}: {message}", inner) => Code = code;

    /// <summary>The stable code.</summary>
    public string Code { get; }
}

/// <summary>Another commit came first: a stream is at another version, or a key to insert exists. Nothing was stored.</summary>
public sealed class StoreConflictException : StorageException
{
    private StoreConflictException(string message) : base(StorageCodes.Conflict, message) { }

    /// <summary>The stream whose version differs, if that is the conflict.</summary>
    public string? Stream { get; private init; }

    /// <summary>The version that stream has (0: it does not exist); null when a key is the conflict.</summary>
    public long? ActualVersion { get; private init; }

    /// <summary>The key that exists, if that is the conflict.</summary>
    public PayloadKey? Key { get; private init; }

    internal static StoreConflictException OfStream(string stream, long expected, long actual) =>
        new($"Stream {stream} is at version {actual}, not {expected}.") { Stream = stream, ActualVersion = actual };

    internal static StoreConflictException OfKey(PayloadKey key) => new($"A payload {key} exists already.") { Key = key };
}

/// <summary>The database did not answer, or not in time, within the bounded number of tries.</summary>
public sealed class StoreUnavailableException : StorageException
{
    internal StoreUnavailableException(string message, Exception inner) : base(StorageCodes.Unavailable, message, inner) { }
}
