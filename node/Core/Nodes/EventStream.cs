using Settlement.Core.Machines;
using Settlement.Core.Store;
using Settlement.Core.Vault;
using Settlement.Core.Vault.Records;

namespace Settlement.Core.Nodes;

/// <summary>A stream of a node's own history that has no snapshot of its own: its version is kept beside it.</summary>
internal sealed class EventStream
{
    private readonly NodeContext node;
    private readonly string name;
    private readonly byte[] rowKey;
    private long version;

    public EventStream(NodeContext node, string name, RecoveredRows rows)
    {
        this.node = node;
        this.name = name;
        rowKey = RowKeys.Name("stream/" + name);
        foreach (StoredPayload row in rows.Of(PayloadKind.Settings).Where(r => r.Key.AsSpan().SequenceEqual(rowKey)))
            version = node.Rows.Open(PayloadKind.Settings, row.Key, row.Body, CounterRow.Parser).Number;
    }

    /// <summary>Appends an event of public facts.</summary>
    public void Note<T>(string type, T data) where T : notnull
    {
        version = node.Append(name, name, version, Events.Of(type, data, node.Now, node.Entropy));
        node.Write(node.Rows.Replace(PayloadKind.Settings, rowKey, new CounterRow { Number = version }));
    }
}
