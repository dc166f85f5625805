using Settlement.Core.Store;

namespace Settlement.Storage;

/// <summary>A node's vault: streams of events with compared versions, and payloads that can be erased.</summary>
public interface IEventVault : IAsyncDisposable
{
    /// <summary>
    /// Stores everything or nothing, and returns once it is durable. After <see cref="StoreUnavailableException"/> or a
    /// cancellation the same instance, unchanged, may be committed again on the same vault: it is applied once.
    /// </summary>
    /// <exception cref="StoreConflictException">A stream's version differs, or a key to insert exists.</exception>
    /// <exception cref="StoreUnavailableException">The database did not answer within the bounded number of tries.</exception>
    /// <exception cref="ArgumentException">The transaction breaks a bound of <see cref="StoreLimits"/>, or an event is no JSON object.</exception>
    ValueTask CommitAsync(StoreTransaction transaction, CancellationToken ct);

    /// <summary>Up to <paramref name="limit"/> events of a stream after a version, in order; empty for an unknown stream.</summary>
    ValueTask<IReadOnlyList<StoredEvent>> ReadStreamAsync(string stream, long afterVersion, int limit, CancellationToken ct);

    /// <summary>Up to <paramref name="limit"/> events of all streams after a sequence id, in the order of commits; none is ever inserted before one that was read.</summary>
    ValueTask<IReadOnlyList<StoredEvent>> ReadAllAsync(long afterSequenceId, int limit, CancellationToken ct);

    /// <summary>The bodies of those keys that exist, in one round trip.</summary>
    ValueTask<IReadOnlyDictionary<PayloadKey, byte[]>> GetAsync(IReadOnlyCollection<PayloadKey> keys, CancellationToken ct);

    /// <summary>Up to <paramref name="limit"/> payloads of a kind after a key, ordered by the bytes of their keys.</summary>
    ValueTask<IReadOnlyList<StoredPayload>> ScanAsync(PayloadKind kind, byte[]? afterKey, int limit, CancellationToken ct);
}
