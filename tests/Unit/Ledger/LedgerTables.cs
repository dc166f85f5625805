using System.Text;
using Settlement.Core.Store;
using Settlement.Ledger;

namespace Settlement.Tests.Ledger;

/// <summary>The tables as the vault writes them, so that recovery and verification can be tested without a database.</summary>
internal sealed class LedgerTables
{
    private readonly Dictionary<string, StreamRow> streams = new(StringComparer.Ordinal);
    private readonly List<EventRow> events = [];
    private readonly List<StoredEvent> stored = [];
    private readonly List<CheckpointRow> checkpoints = [];

    public LedgerRows Rows => new([.. streams.Values], [.. events], [], [.. checkpoints]);

    public string? NewestCheckpoint => checkpoints.Count == 0 ? null : Encoding.UTF8.GetString(checkpoints[^1].Body);

    public IEnumerable<StoredEvent> Events => stored;

    public void Commit(StoreTransaction commit)
    {
        foreach (StreamAppend append in commit.Appends)
        {
            StreamRow stream = streams.GetValueOrDefault(append.Stream)
                ?? new StreamRow(append.Stream, append.StreamType, 0, default, StoredTime.Of(append.Events[0].Timestamp), "*DEFAULT*", IsArchived: false);
            Assert.Equal(stream.Version, append.ExpectedVersion);
            foreach (NewEvent item in append.Events)
            {
                stream = stream with { Version = stream.Version + 1, Timestamp = StoredTime.Of(item.Timestamp) };
                events.Add(new EventRow(
                    events.Count + 1, item.Id, append.Stream, stream.Version!.Value, item.Data, null, item.Type, StoredTime.Of(item.Timestamp), "*DEFAULT*", null, IsArchived: false));
                stored.Add(new StoredEvent(events.Count, item.Id, append.Stream, stream.Version.Value, item.Type, item.Data, item.Timestamp));
            }

            streams[append.Stream] = stream;
        }

        foreach (PayloadWrite write in commit.Writes)
        {
            Assert.Equal(PayloadKind.Checkpoints, write.Kind);
            checkpoints.Add(new CheckpointRow(write.Key, write.Body));
        }
    }
}
