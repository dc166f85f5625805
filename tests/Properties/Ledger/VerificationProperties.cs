using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Core.Store;
using Settlement.Ledger;
using Settlement.Tests.Ledger;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Properties.Ledger;

/// <summary>A change of any bit in any column of any row is found, and the leaf it belongs to is named.</summary>
public sealed class VerificationProperties
{
    private static readonly LedgerWorld World = FilledWorld();

    private static readonly LedgerRows Rows = World.Tables.Rows;

    // One changer a column: it gets the row, a byte and a bit, and returns null where the column has no such byte.
    private static readonly Func<EventRow, int, int, EventRow?>[] EventColumns =
    [
        static (row, at, bit) => Flip(row.SeqId, at, bit) is { } value ? row with { SeqId = value } : null,
        static (row, at, bit) => row with { Id = Flip(row.Id, at, bit) },
        static (row, at, bit) => Flip(row.StreamId!, at, bit) is { } value ? row with { StreamId = value } : null,
        static (row, at, bit) => Flip(row.Version, at, bit) is { } value ? row with { Version = value } : null,
        static (row, at, bit) => Flip(row.Data, at, bit) is { } value ? row with { Data = value } : null,
        static (row, at, bit) => Flip(row.Data, at, bit) is { } value ? row with { Data = value } : null,
        static (row, at, bit) => Flip(row.Data, at, bit) is { } value ? row with { Data = value } : null,
        static (row, _, bit) => row with { Bdata = [(byte)bit] },
        static (row, at, bit) => Flip(row.Type, at, bit) is { } value ? row with { Type = value } : null,
        static (row, at, bit) => Flip(row.Timestamp, at, bit) is { } value ? row with { Timestamp = value } : null,
        static (row, at, bit) => Flip(row.TenantId!, at, bit) is { } value ? row with { TenantId = value } : null,
        static (row, _, bit) => row with { MtDotnetType = $"Type{bit}" },
        static (row, _, _) => row with { IsArchived = true },
        static (row, _, _) => row with { TenantId = null },
        static (row, _, _) => row with { StreamId = null },
    ];

    private static readonly Func<StreamRow, int, int, StreamRow?>[] StreamColumns =
    [
        static (row, at, bit) => Flip(row.Id, at, bit) is { } value ? row with { Id = value } : null,
        static (row, at, bit) => Flip(row.Type!, at, bit) is { } value ? row with { Type = value } : null,
        static (row, at, bit) => Flip(row.Version!.Value, at, bit) is { } value ? row with { Version = value } : null,
        static (row, at, bit) => Flip(row.Timestamp, at, bit) is { } value ? row with { Timestamp = value } : null,
        static (row, at, bit) => Flip(row.Created, at, bit) is { } value ? row with { Created = value } : null,
        static (row, at, bit) => Flip(row.TenantId!, at, bit) is { } value ? row with { TenantId = value } : null,
        static (row, _, _) => row with { IsArchived = null },
        static (row, _, _) => row with { Version = null },
    ];

    private static Config Times(int count) => Config.QuickThrowOnFailure.WithMaxTest(count);

    private static Arbitrary<(int Row, int Column, int At, int Bit)> Places(int rows, int columns) =>
        (from row in Gen.Choose(0, rows - 1)
         from column in Gen.Choose(0, columns - 1)
         from at in Gen.Choose(0, 5000)
         from bit in Gen.Choose(0, 7)
         select (row, column, at, bit)).ToArbitrary();

    [Fact]
    public void Untouched_rows_are_verified_in_any_order()
    {
        Assert.Empty(Verify(Rows).Findings);
        Assert.Empty(Verify(Rows with { Events = [.. Rows.Events.Reverse()], Streams = [.. Rows.Streams.Reverse()], Checkpoints = [.. Rows.Checkpoints.Reverse()] }).Findings);
        Assert.Equal(World.Machine.Root, Verify(Rows).Root);
    }

    [Fact]
    public void A_changed_event_is_found_and_its_leaf_is_named() => Prop.ForAll(Places(Rows.Events.Count, EventColumns.Length), place =>
    {
        EventRow? changed = EventColumns[place.Column](Rows.Events[place.Row], place.At, place.Bit);
        if (changed is null) return true;
        LedgerVerdict verdict = Verify(Rows with { Events = Replaced(Rows.Events, place.Row, changed) });
        return verdict.FirstWrongLeaf == place.Row ? true : throw new InvalidOperationException($"{place}: {string.Join(" ", verdict.Findings)}");
    }).Check(Times(1500));

    [Fact]
    public void A_leaf_whose_time_was_changed_is_named_although_its_stream_then_differs_too()
    {
        // Found by the property above: the last leaf of a stream also decides the stream's timestamp.
        EventRow changed = EventColumns[6](Rows.Events[9], 3286, 6)!;
        Assert.Equal(9, Verify(Rows with { Events = Replaced(Rows.Events, 9, changed) }).FirstWrongLeaf);
    }

    [Fact]
    public void A_changed_stream_is_found_and_its_first_leaf_is_named() => Prop.ForAll(Places(Rows.Streams.Count, StreamColumns.Length), place =>
    {
        StreamRow? changed = StreamColumns[place.Column](Rows.Streams[place.Row], place.At, place.Bit);
        if (changed is null) return true;
        LedgerVerdict verdict = Verify(Rows with { Streams = Replaced(Rows.Streams, place.Row, changed) });
        long first = Rows.Events.First(row => row.StreamId == Rows.Streams[place.Row].Id).SeqId - 1;
        return verdict.FirstWrongLeaf == first;
    }).Check(Times(300));

    [Fact]
    public void A_changed_checkpoint_is_found_and_a_leaf_is_named() => Prop.ForAll(Places(Rows.Checkpoints.Count, 2), place =>
    {
        CheckpointRow row = Rows.Checkpoints[place.Row];
        CheckpointRow changed = place.Column == 0 ? row with { Key = Flip(row.Key, place.At, place.Bit) } : row with { Body = Flip(row.Body, place.At, place.Bit) };
        LedgerVerdict verdict = Verify(Rows with { Checkpoints = Replaced(Rows.Checkpoints, place.Row, changed) });
        return !verdict.IsVerified && (verdict.FirstWrongLeaf is not null || place.Column == 0);
    }).Check(Times(300));

    [Fact]
    public void A_deleted_row_is_found_and_its_leaf_is_named()
    {
        for (int i = 0; i < Rows.Events.Count; i++)
            Assert.Equal(i, Verify(Rows with { Events = [.. Rows.Events.Where((_, place) => place != i)] }).FirstWrongLeaf);
        for (int i = 0; i < Rows.Streams.Count; i++)
        {
            int gone = i;
            Assert.NotNull(Verify(Rows with { Streams = [.. Rows.Streams.Where((_, place) => place != gone)] }).FirstWrongLeaf);
        }

        Assert.NotNull(Verify(Rows with { Checkpoints = [.. Rows.Checkpoints.SkipLast(1)] }).FirstWrongLeaf);
    }

    [Fact]
    public void An_added_row_is_found()
    {
        EventRow last = Rows.Events[^1];
        Assert.False(Verify(Rows with { Events = [.. Rows.Events, last with { SeqId = last.SeqId + 1 }] }).IsVerified);
        Assert.False(Verify(Rows with { Streams = [.. Rows.Streams, Rows.Streams[0] with { Id = "channel-x" }] }).IsVerified);
        Assert.False(Verify(Rows with { Progression = [new ProgressionRow("all", 1000, null)] }).IsVerified);
        Assert.True(Verify(Rows with { Progression = [new ProgressionRow("all", Rows.Events.Count, null)] }).IsVerified);
    }

    [Fact]
    public void The_tables_beside_the_log_are_verified_too()
    {
        EventRow last = Rows.Events[^1];
        MarkerRow marker = new(last.Id, last.Timestamp);
        Assert.True(Verify(Rows with { Markers = [marker] }).IsVerified);
        Assert.Equal(Rows.Events.Count - 1, Verify(Rows with { Markers = [marker with { Id = Flip(last.Id, 3, 1) }] }).FirstWrongLeaf);
        Assert.Equal(Rows.Events.Count - 1, Verify(Rows with { Markers = [marker with { Committed = new StoredTime(long.MaxValue) }] }).FirstWrongLeaf);

        MigrationRow first = new(1, "0001_events.sql", "00"), second = new(2, "0002_payloads.sql", "01");
        Assert.True(Verify(Rows with { Migrations = [second, first], ProgramMigrations = [first, second] }).IsVerified);
        foreach (MigrationRow[] found in (MigrationRow[][])[[first], [first, second, second], [first, second, second with { Number = 3 }], [first, second with { Name = "x" }], [first with { Checksum = "01" }, second]])
            Assert.Equal(0, Verify(Rows with { Migrations = found, ProgramMigrations = [first, second] }).FirstWrongLeaf);
    }

    [Fact]
    public void A_leaf_rewritten_with_all_its_columns_is_found_by_the_signed_root()
    {
        // Every column of every row is right and every rule is kept; only, nobody signed leaf 4 with that time.
        var replay = new LogReplay(LedgerWorld.Network);
        LedgerTables rewritten = new();
        for (int i = 0; i < Rows.Events.Count; i++)
        {
            Assert.True(LeafRow.TryReadData(Rows.Events[i].Data, out _, out ByteString? bytes));
            Leaf leaf = Leaf.Parser.ParseFrom(bytes);
            if (i == 4) leaf.TimeUnixMs++;
            Assert.True(replay.TryAppend(leaf.ToByteString(), out LeafRow? row, out LedgerFinding? finding), finding?.Detail);
            var commit = new StoreTransaction();
            commit.Appends.Add(new StreamAppend(row.Stream, row.StreamType, Rows.Events[i].Version - 1, [row.Event]));
            rewritten.Commit(commit);
        }

        LedgerVerdict verdict = Verify(rewritten.Rows with { Checkpoints = Rows.Checkpoints });
        LedgerFinding found = Assert.Single(verdict.Findings);
        Assert.Equal((LedgerCodes.RootDiffers, 4L), (found.Code, found.Leaf));
    }

    private static LedgerVerdict Verify(LedgerRows rows) => DatabaseVerification.Verify(LedgerWorld.Network, World.LedgerKey, rows);

    private static LedgerWorld FilledWorld()
    {
        LedgerWorld world = new LedgerWorld().WithBanks();
        TestChannel first = world.Open(), second = world.Open(3);
        Digest a = world.NewDigest(), b = world.NewDigest(), c = world.NewDigest();
        DateTimeOffset until = LedgerWorld.Start.AddHours(1);
        world.Now += TimeSpan.FromSeconds(1);
        world.Submit(LedgerWorld.Alpha, first.Head(1, 1, Digest.Zero, a, until));
        world.Now += TimeSpan.FromSeconds(1);
        world.Ask(LedgerWorld.Alpha, request => request.Submissions.AddRange(
            [first.Head(1, 2, a, b, until), second.Takeover(Digest.Zero, 2, 1), first.Takeover(b, 2, 1), second.Head(2, 1, Digest.Zero, c, until)]));
        world.Now += TimeSpan.FromSeconds(20);
        world.Submit(LedgerWorld.Beta, first.Takeover(b, 3, 0));
        ByteString group = world.Group(world.Now.AddMinutes(1), first, second);
        world.Ask(LedgerWorld.Beta, request => request.Submissions.AddRange([first.Reserve(group, a), second.Reserve(group, c), LedgerWorld.Decide(group, isCommitted: true)]));
        world.Submit("", LedgerWorld.Record("GAMMGB2LXXX", world.NewKey()));
        return world;
    }

    private static T[] Replaced<T>(IReadOnlyList<T> rows, int at, T row) => [.. rows.Select((old, place) => place == at ? row : old)];

    private static long? Flip(long value, int at, int bit) => value ^ (1L << ((at % 8 * 8) + bit));

    private static Guid Flip(Guid value, int at, int bit) => new(Flip(value.ToByteArray(), at, bit));

    private static byte[] Flip(byte[] bytes, int at, int bit)
    {
        byte[] changed = [.. bytes];
        changed[at % changed.Length] ^= (byte)(1 << bit);
        return changed;
    }

    // A database would not hold invalid UTF-8 or NUL, so such a flip cannot happen there.
    private static string? Flip(string text, int at, int bit)
    {
        byte[] changed = Flip(Encoding.UTF8.GetBytes(text), at, bit);
        return changed.Contains((byte)0) || changed.Any(static value => value >= 0x80) ? null : Encoding.UTF8.GetString(changed);
    }

    // PostgreSQL keeps microseconds in eight bytes.
    private static StoredTime? Flip(StoredTime time, int at, int bit) => new(Flip(time.Microseconds, at, bit)!.Value);
}
