using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Store;
using Settlement.Core.Vault;
using Settlement.Core.Vault.Records;

namespace Settlement.Core.Nodes;

/// <summary>
/// Keeps count of the vault key's wraps over restarts. The vault holds a ceiling that the count has not passed, written in
/// the same transaction as the wraps that come near it; a start counts on from the ceiling.
/// </summary>
internal sealed class WrapCount
{
    /// <summary>How far the ceiling lies above the count when it is written: the most that a start adds to the count.</summary>
    public const long Ahead = 1_000_000;

    /// <summary>A ceiling that is so near is written anew.</summary>
    public const long Margin = 100_000;

    /// <summary>The count from which the operator is told.</summary>
    public const long Worn = WrappingKey.MaximumUses / 2;

    private static readonly byte[] RowKey = RowKeys.Name("vault-wraps");
    private readonly NodeContext node;
    private long ceiling;
    private bool isTold;

    public WrapCount(NodeContext node, RecoveredRows rows)
    {
        this.node = node;
        foreach (StoredPayload row in rows.Of(PayloadKind.Settings).Where(r => r.Key.AsSpan().SequenceEqual(RowKey)))
            ceiling = node.Rows.Open(PayloadKind.Settings, row.Key, row.Body, CounterRow.Parser).Number;
        node.Rows.Key.CountFrom(ceiling);
    }

    /// <summary>Looks at the count at the end of a step that writes.</summary>
    public void Check()
    {
        long count = node.Rows.Key.Wraps;
        if (count + Margin > ceiling)
        {
            ceiling = count + Ahead;
            node.Write(node.Rows.Replace(PayloadKind.Settings, RowKey, new CounterRow { Number = ceiling }));
        }

        if (count < Worn || isTold) return;
        isTold = true;
        node.Alarm(NodeCodes.VaultKeyWorn, node.Parts.Keys.Participant.ToString());
    }
}
