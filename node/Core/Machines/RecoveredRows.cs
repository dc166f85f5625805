using Settlement.Core.Store;

namespace Settlement.Core.Machines;

/// <summary>The rows that a machine starts from: every row of its recovery kinds, as the vault holds them.</summary>
public sealed record RecoveredRows(IReadOnlyDictionary<PayloadKind, IReadOnlyList<StoredPayload>> Rows)
{
    /// <summary>A vault without rows.</summary>
    public static RecoveredRows None { get; } = new(new Dictionary<PayloadKind, IReadOnlyList<StoredPayload>>());

    /// <summary>The rows of a kind, in key order.</summary>
    public IReadOnlyList<StoredPayload> Of(PayloadKind kind) => Rows.GetValueOrDefault(kind) ?? [];
}
