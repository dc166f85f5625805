using System.Text.Json.Nodes;
using Settlement.Core.Store;
using Settlement.Storage;

namespace Settlement.Tests.Storage;

/// <summary>What every vault does. The same tests run in memory and on PostgreSQL.</summary>
public abstract class VaultConformance : IAsyncLifetime
{
    protected static readonly DateTimeOffset Noon = new(2025, 3, 14, 12, 0, 0, TimeSpan.Zero);

    protected IEventVault Vault { get; private set; } = null!;

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected abstract ValueTask<IEventVault> OpenAsync();

    public async ValueTask InitializeAsync() => Vault = await OpenAsync();

    public virtual async ValueTask DisposeAsync()
    {
        await Vault.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task VersionsOfAStreamRiseByOneAndSequenceIdsByCommit()
    {
        await CommitAsync(Append("a", 0, 2));
        await CommitAsync(Append("b", 0, 1), Append("a", 2, 1));
        await CommitAsync(Append("a", 3, 1));

        IReadOnlyList<StoredEvent> stream = await Vault.ReadStreamAsync("a", 0, 100, Ct);
        Assert.Equal([1L, 2, 3, 4], stream.Select(item => item.Version));
        Assert.Equal(stream.Select(item => item.SequenceId).Order(), stream.Select(item => item.SequenceId));
        IReadOnlyList<StoredEvent> all = await Vault.ReadAllAsync(0, 100, Ct);
        Assert.Equal(["a", "a", "b", "a", "a"], all.Select(item => item.Stream));
        Assert.Equal([1L, 2, 3, 4, 5], all.Select(item => item.SequenceId));
    }

    [Fact]
    public async Task EventsKeepTheOrderOfTheTransactionAcrossStreams()
    {
        await CommitAsync(Append("a", 0, 1), Append("b", 0, 2), Append("a", 1, 1), Append("c", 0, 1), Append("b", 2, 1), Append("a", 2, 2));
        IReadOnlyList<StoredEvent> all = await Vault.ReadAllAsync(0, 100, Ct);
        Assert.Equal(["a 1", "b 1", "b 2", "a 2", "c 1", "b 3", "a 3", "a 4"], all.Select(item => $"{item.Stream} {item.Version}"));
    }

    [Fact]
    public async Task SequenceIdsHaveNoGapsAlsoAfterARefusedCommit()
    {
        await CommitAsync(Append("a", 0, 2));
        await Assert.ThrowsAsync<StoreConflictException>(async () => await CommitAsync(Append("b", 0, 3), Append("a", 1, 1)));
        byte[] taken = [1];
        await Vault.CommitAsync(new StoreTransaction { Appends = { Append("b", 0, 1) }, Writes = { Insert(PayloadKind.Facts, taken) } }, Ct);
        await Assert.ThrowsAsync<StoreConflictException>(async () =>
            await Vault.CommitAsync(new StoreTransaction { Appends = { Append("b", 1, 1) }, Writes = { Insert(PayloadKind.Facts, taken) } }, Ct));
        await CommitAsync(Append("b", 1, 1));
        Assert.Equal([1L, 2, 3, 4], (await Vault.ReadAllAsync(0, 100, Ct)).Select(item => item.SequenceId));
    }

    [Fact]
    public async Task ReadsGoOnAfterTheLastAndStopAtTheLimit()
    {
        await CommitAsync(Append("a", 0, 5), Append("b", 0, 5));
        Assert.Equal([3L, 4], (await Vault.ReadStreamAsync("a", 2, 2, Ct)).Select(item => item.Version));
        Assert.Empty(await Vault.ReadStreamAsync("a", 5, 10, Ct));
        Assert.Empty(await Vault.ReadStreamAsync("unknown", 0, 10, Ct));
        IReadOnlyList<StoredEvent> first = await Vault.ReadAllAsync(0, 7, Ct);
        IReadOnlyList<StoredEvent> rest = await Vault.ReadAllAsync(first[^1].SequenceId, 7, Ct);
        Assert.Equal((7, 3), (first.Count, rest.Count));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Vault.ReadAllAsync(0, 0, Ct));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task AnotherVersionIsAConflictThatLeavesNothingBehind(long expected)
    {
        await CommitAsync(Append("taken", 0, 2));
        StoreTransaction transaction = new()
        {
            Appends = { Append("new", 0, 1), Append("taken", expected, 1) },
            Writes = { Insert(PayloadKind.Facts, [1]), Replace(PayloadKind.Outbox, [2]) },
        };
        StoreConflictException conflict = await Assert.ThrowsAsync<StoreConflictException>(async () => await Vault.CommitAsync(transaction, Ct));
        Assert.Equal(("taken", 2L, "ST011"), (conflict.Stream!, conflict.ActualVersion!.Value, conflict.Code));
        Assert.Null(conflict.Key);
        Assert.Empty(await Vault.ReadStreamAsync("new", 0, 10, Ct));
        Assert.Equal(2, (await Vault.ReadAllAsync(0, 10, Ct)).Count);
        Assert.Empty(await Vault.ScanAsync(PayloadKind.Facts, null, 10, Ct));
        Assert.Empty(await Vault.ScanAsync(PayloadKind.Outbox, null, 10, Ct));
    }

    [Fact]
    public async Task AStreamThatDoesNotExistIsAtVersionZero()
    {
        StoreConflictException conflict = await Assert.ThrowsAsync<StoreConflictException>(async () => await CommitAsync(Append("none", 4, 1)));
        Assert.Equal(0, conflict.ActualVersion);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(300)]
    public async Task AnInsertedKeyThatExistsIsAConflictThatLeavesNothingBehind(int rows)
    {
        byte[] taken = BitConverter.GetBytes(rows - 1);
        await Vault.CommitAsync(new StoreTransaction { Writes = { new(PayloadKind.Facts, taken, [9], PayloadWriteMode.Replace) } }, Ct);
        StoreTransaction transaction = new() { Appends = { Append("a", 0, rows) }, Deletes = { new(PayloadKind.Facts, taken) } };
        for (int i = 0; i < rows; i++) transaction.Writes.Add(Insert(PayloadKind.Facts, BitConverter.GetBytes(i)));
        StoreConflictException conflict = await Assert.ThrowsAsync<StoreConflictException>(async () => await Vault.CommitAsync(transaction, Ct));
        Assert.Equal(new PayloadKey(PayloadKind.Facts, taken), conflict.Key);
        Assert.Null(conflict.Stream);
        Assert.Empty(await Vault.ReadAllAsync(0, 10, Ct));
        Assert.Equal([9], Assert.Single(await Vault.ScanAsync(PayloadKind.Facts, null, 10, Ct)).Body);
        // The key is free again once it is erased, and the same events then fit.
        await Vault.CommitAsync(new StoreTransaction { Deletes = { new(PayloadKind.Facts, taken) } }, Ct);
        await Vault.CommitAsync(new StoreTransaction { Appends = { Append("a", 0, 1) }, Writes = { Insert(PayloadKind.Facts, taken) } }, Ct);
    }

    [Fact]
    public async Task WritesHappenInTheirOrderAndDeletesLast()
    {
        await Vault.CommitAsync(new StoreTransaction { Writes = { new(PayloadKind.Outbox, [1], [0], PayloadWriteMode.Insert), new(PayloadKind.Outbox, [9], [0], PayloadWriteMode.Insert) } }, Ct);
        await Vault.CommitAsync(
            new StoreTransaction
            {
                Writes =
                {
                    new(PayloadKind.Outbox, [1], [1], PayloadWriteMode.Replace), new(PayloadKind.Outbox, [1], [2], PayloadWriteMode.Replace),
                    new(PayloadKind.Outbox, [2], [1], PayloadWriteMode.Insert), new(PayloadKind.Outbox, [2], [2], PayloadWriteMode.Replace),
                    new(PayloadKind.Outbox, [3], [1], PayloadWriteMode.Insert),
                },
                Deletes = { new(PayloadKind.Outbox, [3]), new(PayloadKind.Outbox, [9]), new(PayloadKind.Outbox, [77]) },
            },
            Ct);
        IReadOnlyList<StoredPayload> rows = await Vault.ScanAsync(PayloadKind.Outbox, null, 10, Ct);
        Assert.Equal([("01", "02"), ("02", "02")], rows.Select(Hex));

        foreach (PayloadWriteMode first in Enum.GetValues<PayloadWriteMode>())
        {
            StoreTransaction twice = new() { Writes = { new(PayloadKind.Facts, [5], [1], first), Insert(PayloadKind.Facts, [5]) } };
            Assert.Equal(new PayloadKey(PayloadKind.Facts, [5]), (await Assert.ThrowsAsync<StoreConflictException>(async () => await Vault.CommitAsync(twice, Ct))).Key);
        }
    }

    [Fact]
    public async Task TwoAppendsToOneStreamFollowOnFromEachOther()
    {
        await CommitAsync(Append("a", 0, 2), Append("b", 0, 1), Append("a", 2, 2));
        Assert.Equal([1L, 2, 3, 4], (await Vault.ReadStreamAsync("a", 0, 10, Ct)).Select(item => item.Version));
        Assert.Equal(5, (await Assert.ThrowsAsync<StoreConflictException>(async () => await CommitAsync(Append("a", 4, 1), Append("a", 4, 1)))).ActualVersion);
    }

    [Fact]
    public async Task ABigBatchIsOneCommit()
    {
        const int Count = 10_000;
        StoreTransaction transaction = new() { Appends = { Append("big", 0, Count), Append("small", 0, 1) } };
        for (int i = 0; i < Count; i++) transaction.Writes.Add(new(PayloadKind.ContentKeys, BitConverter.GetBytes(i), new byte[i % 300], PayloadWriteMode.Insert));
        for (int i = 0; i < Count; i += 2) transaction.Writes.Add(new(PayloadKind.Batches, BitConverter.GetBytes(i), [1], PayloadWriteMode.Replace));
        for (int i = 0; i < Count; i += 3) transaction.Deletes.Add(new(PayloadKind.ContentKeys, BitConverter.GetBytes(i)));
        await Vault.CommitAsync(transaction, Ct);
        IReadOnlyList<StoredEvent> events = await Vault.ReadStreamAsync("big", 0, Count + 1, Ct);
        Assert.Equal(transaction.Appends[0].Events.Select(item => item.Id), events.Select(item => item.Id));
        Assert.Equal(Enumerable.Range(1, Count).Select(i => (long)i), events.Select(item => item.Version));
        Assert.Equal(Count + 1, (await Vault.ReadAllAsync(0, Count + 5, Ct)).Select(item => item.SequenceId).Distinct().Count());
        Assert.Equal(Count - ((Count + 2) / 3), (await Vault.ScanAsync(PayloadKind.ContentKeys, null, Count, Ct)).Count);
        Assert.Equal(Count / 2, (await Vault.ScanAsync(PayloadKind.Batches, null, Count, Ct)).Count);
    }

    [Fact]
    public async Task KeysAreOrderedByTheirBytes()
    {
        byte[][] ordered = [[0], [0, 0], [0, 255], [1], [1, 0, 0], [127], [128], [128, 1], [255], [255, 255]];
        StoreTransaction transaction = new();
        foreach (byte[] key in ordered.Reverse()) transaction.Writes.Add(Insert(PayloadKind.Outbox, key));
        await Vault.CommitAsync(transaction, Ct);
        Assert.Equal(ordered, (await Vault.ScanAsync(PayloadKind.Outbox, null, 100, Ct)).Select(row => row.Key));
        Assert.Equal(ordered[4..7], (await Vault.ScanAsync(PayloadKind.Outbox, [1], 3, Ct)).Select(row => row.Key));
        Assert.Equal(ordered[2..4], (await Vault.ScanAsync(PayloadKind.Outbox, [0, 7], 2, Ct)).Select(row => row.Key));
        Assert.Empty(await Vault.ScanAsync(PayloadKind.Outbox, [255, 255], 3, Ct));
    }

    [Fact]
    public async Task PayloadsAreFoundByKindAndKey()
    {
        byte[] everyByte = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        await Vault.CommitAsync(new StoreTransaction { Writes = { new(PayloadKind.Messages, [1], everyByte, PayloadWriteMode.Insert), new(PayloadKind.Settings, [1], [], PayloadWriteMode.Insert) } }, Ct);
        PayloadKey message = new(PayloadKind.Messages, [1]);
        PayloadKey setting = new(PayloadKind.Settings, [1]);
        IReadOnlyDictionary<PayloadKey, byte[]> found = await Vault.GetAsync([message, setting, message, new(PayloadKind.Messages, [2]), new(PayloadKind.Facts, [1])], Ct);
        Assert.Equal(2, found.Count);
        Assert.Equal(everyByte, found[message]);
        Assert.Empty(found[setting]);
        Assert.Empty(await Vault.GetAsync([], Ct));
    }

    [Theory]
    [InlineData("""{"Text":"Łódź 東京 🏦 é \u00e9 \" \\ \n","Number":9007199254740993,"Big":123456789012345678901234567890}""")]
    [InlineData("""{"Nested":{"B":[1,2.50,-0.001,null,true,false,{}],"A":[]},"":"empty name"}""")]
    [InlineData("""{ }""")]
    public async Task DataIsReadBackAsAnEqualValue(string json)
    {
        NewEvent item = new(new Guid(7, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10), "head_notarised", json, Noon.AddTicks(12_345_678));
        await CommitAsync(new StreamAppend("канал/東京", "channel", 0, [item]));
        StoredEvent stored = Assert.Single(await Vault.ReadStreamAsync("канал/東京", 0, 10, Ct));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(json), JsonNode.Parse(stored.Data)), stored.Data);
        Assert.Equal((item.Id, item.Type, "канал/東京"), (stored.Id, stored.Type, stored.Stream));
        Assert.Equal(Noon.AddTicks(12_345_670), stored.Timestamp);
        Assert.Equal(TimeSpan.Zero, stored.Timestamp.Offset);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("{} {}")]
    [InlineData("{\"A\":")]
    [InlineData("")]
    [InlineData("{\"A\":\"\\u0000\"}")]
    [InlineData("{\"A\":\"\\ud800\"}")]
    public async Task DataThatIsNoJsonObjectIsRefused(string json)
    {
        await Assert.ThrowsAsync<ArgumentException>(async () => await CommitAsync(new StreamAppend("a", "channel", 0, [new(Guid.Empty, "x", json, Noon)])));
        Assert.Empty(await Vault.ReadAllAsync(0, 10, Ct));
    }

    [Fact]
    public async Task WhatBreaksABoundIsRefused()
    {
        StoreTransaction[] bad =
        [
            new() { Appends = { Append("", 0, 1) } },
            new() { Appends = { Append("a", -1, 1) } },
            new() { Appends = { Append("a", 0, 0) } },
            new() { Appends = { new("a", "channel", 0, [new(Guid.Empty, "HeadNotarised", "{}", Noon)]) } },
            new() { Writes = { Insert(PayloadKind.Facts, []) } },
            new() { Writes = { Insert(PayloadKind.Facts, new byte[StoreLimits.MaximumKeyBytes + 1]) } },
            new() { Writes = { Insert((PayloadKind)99, [1]) } },
        ];
        foreach (StoreTransaction transaction in bad) await Assert.ThrowsAsync<ArgumentException>(async () => await Vault.CommitAsync(transaction, Ct));
        await Vault.CommitAsync(new StoreTransaction { Writes = { Insert(PayloadKind.Facts, new byte[StoreLimits.MaximumKeyBytes]) } }, Ct);
        await Vault.CommitAsync(new StoreTransaction(), Ct);
    }

    [Fact]
    public async Task OfConcurrentCommitsToOneStreamOneWins()
    {
        const int Rounds = 20;
        const int Writers = 6;
        for (int round = 0; round < Rounds; round++)
        {
            int expected = round;
            bool[] won = await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => TryAppendAsync("contended", expected, (byte)writer), Ct)));
            Assert.Single(won, true);
        }
        Assert.Equal(Rounds, (await Vault.ReadStreamAsync("contended", 0, Rounds + 1, Ct)).Count);
        Assert.Equal(Rounds, (await Vault.ScanAsync(PayloadKind.Facts, null, Rounds * Writers, Ct)).Count);
    }

    [Fact]
    public async Task AReaderThatFollowsNeverMissesAnEvent()
    {
        const int Writers = 4;
        const int Commits = 40;
        Task writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(
            async () =>
            {
                for (int i = 0; i < Commits; i++) await CommitAsync(Append($"stream-{writer}", i, 1));
            },
            Ct)));
        List<StoredEvent> seen = [];
        bool done;
        do
        {
            done = writing.IsCompleted;
            seen.AddRange(await Vault.ReadAllAsync(seen.Count == 0 ? 0 : seen[^1].SequenceId, 7, Ct));
        }
        while (!done || seen.Count < Writers * Commits && (await Vault.ReadAllAsync(seen[^1].SequenceId, 1, Ct)).Count > 0);
        await writing;
        Assert.Equal(Writers * Commits, seen.Count);
        foreach (IGrouping<string, StoredEvent> stream in seen.GroupBy(item => item.Stream))
            Assert.Equal(Enumerable.Range(1, Commits).Select(i => (long)i), stream.Select(item => item.Version));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task AnySequenceOfTransactionsDoesWhatTheModelDoes(int seed)
    {
        const int Transactions = 60;
        VaultModel model = new(new Random(seed));
        int refused = 0;
        for (int i = 0; i < Transactions; i++)
        {
            (StoreTransaction transaction, bool fits) = model.Next();
            Exception? error = await Record.ExceptionAsync(async () => await Vault.CommitAsync(transaction, Ct));
            if (!fits) Assert.IsType<StoreConflictException>(error);
            else Assert.Null(error);
            refused += fits ? 0 : 1;
        }
        Assert.InRange(refused, 1, Transactions - 1);
        Assert.Equal(model.Events, (await Vault.ReadAllAsync(0, 10_000, Ct)).Select(item => (item.Stream, item.Version, item.Id)));
        foreach (PayloadKind kind in Enum.GetValues<PayloadKind>())
            Assert.Equal(model.Payloads(kind), (await Vault.ScanAsync(kind, null, 10_000, Ct)).Select(Hex));
    }

    // No two events have the same id.
    private static int lastId;

    protected static StreamAppend Append(string stream, long expected, int count) => new(
        stream, "channel", expected,
        [.. Enumerable.Range(0, count).Select(i => new NewEvent(new Guid(Interlocked.Increment(ref lastId), 0, 0, [1, 2, 3, 4, 5, 6, 7, 8]), "batch_endorsed", $$"""{"Number":{{i}}}""", Noon))]);

    protected static PayloadWrite Insert(PayloadKind kind, byte[] key) => new(kind, key, [1, 2, 3], PayloadWriteMode.Insert);

    protected static PayloadWrite Replace(PayloadKind kind, byte[] key) => new(kind, key, [1, 2, 3], PayloadWriteMode.Replace);

    protected ValueTask CommitAsync(params StreamAppend[] appends)
    {
        StoreTransaction transaction = new();
        transaction.Appends.AddRange(appends);
        return Vault.CommitAsync(transaction, Ct);
    }

    private static (string, string) Hex(StoredPayload row) => (Convert.ToHexStringLower(row.Key), Convert.ToHexStringLower(row.Body));

    private async Task<bool> TryAppendAsync(string stream, long expected, byte writer)
    {
        StoreTransaction transaction = new() { Appends = { Append(stream, expected, 1) }, Writes = { Insert(PayloadKind.Facts, [(byte)expected, writer]) } };
        try
        {
            await Vault.CommitAsync(transaction, Ct);
            return true;
        }
        catch (StoreConflictException conflict)
        {
            Assert.Equal(stream, conflict.Stream);
            return false;
        }
    }
}
