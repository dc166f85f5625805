using System.Text;
using Settlement.Core.Alarms;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Reading;
using Settlement.Core.Store;
using Settlement.Tests.Bank;
using Settlement.Tests.Simulation;

namespace Settlement.Tests.Alarms;

/// <summary>What a node remembers of misbehaviour, and that a storm costs a few rows, also over restarts.</summary>
public sealed class AlarmBookTests : IDisposable
{
    private const string Bank = "BANADEFFXXX";
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    private readonly SeededEntropy entropy = new(5);
    private readonly VaultKey key;
    private readonly TestVault vault = new();
    private AlarmBook book;
    private DateTimeOffset now = Start;

    public AlarmBookTests()
    {
        key = VaultKey.Generate(entropy);
        book = Recover();
    }

    public void Dispose() => key.Dispose();

    [Fact]
    public void The_first_alarm_and_its_evidence_are_there_with_the_step_that_raised_it()
    {
        Effect.Alarm? told = Raise("CH024", "channel 1", "first endorsement");
        Assert.Equal(new Effect.Alarm("CH024", "channel 1", Bank, 1), told);
        Complete();
        AlarmView alarm = Assert.Single(Alarms());
        Assert.Equal((Bank, "CH024", "channel 1", 1L, Start, Start), (alarm.Party, alarm.Code, alarm.Subject, alarm.Count, alarm.First, alarm.Last));
        PieceView piece = Assert.Single(alarm.Pieces);
        PartView part = Assert.Single(Evidence(piece.Id).Parts);
        Assert.Equal(("said", "first endorsement"), (part.Name, Encoding.UTF8.GetString(part.Body!)));
        Assert.Equal(Digest.Of("first endorsement"u8).ToString(), part.Sha256);
    }

    [Fact]
    public void A_count_that_rises_is_written_again_after_a_while_and_comes_after_the_cursor()
    {
        Raise("CH024", "channel 1", "a");
        Complete();
        long cursor = Assert.Single(Alarms()).Number;
        for (int i = 0; i < 1_000; i++)
        {
            Raise("CH024", "channel 1", "b");
            Complete();
        }

        Assert.Equal(1, Assert.Single(Alarms()).Count);
        now += AlarmBounds.WriteInterval;
        Complete();
        AlarmView alarm = Assert.Single(Alarms());
        Assert.Equal((1_001L, Start), (alarm.Count, alarm.First));
        Assert.True(alarm.Number > cursor);
        long written = alarm.Number;
        now += AlarmBounds.WriteInterval;
        Complete();
        Assert.Equal(written, Assert.Single(Alarms()).Number);
    }

    [Fact]
    public void A_storm_of_one_participant_keeps_a_bounded_number_of_pieces_and_the_first_of_each_code()
    {
        for (int code = 0; code < 40; code++)
        {
            for (int subject = 0; subject < 20; subject++) Raise($"CH{code:000}", $"channel {subject}", new string('x', AlarmBounds.MaxPartBytes));
            Complete();
        }

        IReadOnlyList<AlarmView> alarms = Alarms();
        Assert.Equal(40, alarms.Count);
        Assert.All(alarms, a => Assert.InRange(a.Pieces.Count, 1, AlarmBounds.MaxPiecesOfCode));
        Assert.Equal(40 + AlarmBounds.MaxMorePieces, alarms.Sum(a => a.Pieces.Count));
        Assert.Equal(alarms.Sum(a => a.Pieces.Count), vault.Scan(PayloadKind.Evidence).Count);
    }

    [Fact]
    public void Bounds_and_counts_hold_over_a_restart()
    {
        for (int subject = 0; subject < 100; subject++) Raise("CH024", $"channel {subject}", "x");
        Complete();
        book = Recover();
        for (int subject = 100; subject < 200; subject++) Raise("CH024", $"channel {subject}", "x");
        now += AlarmBounds.WriteInterval;
        Complete();
        AlarmView alarm = Assert.Single(Alarms());
        Assert.Equal((200L, Start, now - AlarmBounds.WriteInterval), (alarm.Count, alarm.First, alarm.Last));
        Assert.Equal(AlarmBounds.MaxPiecesOfCode, alarm.Pieces.Count);
        Assert.Equal(AlarmBounds.MaxPiecesOfCode, vault.Scan(PayloadKind.Evidence).Count);
    }

    [Fact]
    public void Participants_without_business_here_share_little_room_and_leave_it_to_partners()
    {
        book.IsPartner = static party => party == Bank;
        for (int i = 0; i < 3_000; i++)
        {
            book.Raise(now, new RaisedAlarm($"P{i:0000}", "CH030", "x", [EvidencePart.Of("said", "x")]));
            book.Raise(now, new RaisedAlarm($"P{i:0000}", "CH035", "x", [EvidencePart.Of("said", "x")]));
        }

        Raise("CH024", "channel 1", "of a partner");
        Complete();
        IReadOnlyList<AlarmView> alarms = Alarms();
        Assert.Equal(AlarmBounds.MaxRecordsOfOthers + 2 + 1, alarms.Count);
        Assert.Equal(6_000 + 1, alarms.Sum(a => a.Count));
        Assert.Equal(6_000 - AlarmBounds.MaxRecordsOfOthers, alarms.Where(a => a.Party == AlarmParties.Others).Sum(a => a.Count));
        Assert.Equal(AlarmBounds.MaxPiecesOfOthers + 1, vault.Scan(PayloadKind.Evidence).Count);
        Assert.Single(alarms.Single(a => a.Party == Bank).Pieces);
    }

    [Fact]
    public void A_storm_of_many_is_written_in_turns_and_forgets_none()
    {
        for (int i = 0; i < 500; i++) book.Raise(now, new RaisedAlarm($"P{i:000}", "CH030", "x", []));
        Complete();
        for (int i = 0; i < 500; i++) book.Raise(now, new RaisedAlarm($"P{i:000}", "CH030", "x", []));
        int steps = 0;
        for (; Alarms().Any(a => a.Count < 2); steps++)
        {
            now += AlarmBounds.WriteInterval;
            Assert.InRange(Complete().Writes.Count, 1, AlarmBounds.MaxCountsWritten);
        }

        Assert.Equal((500 + AlarmBounds.MaxCountsWritten - 1) / AlarmBounds.MaxCountsWritten, steps);
    }

    [Fact]
    public void The_operator_is_told_a_burst_and_then_one_a_second_with_the_number_of_those_between()
    {
        int told = 0;
        for (int i = 0; i < 1_000; i++)
        {
            if (Raise("CH024", $"channel {i}", "x") is not null) told++;
            Complete();
        }

        Assert.Equal(AlarmBounds.TellBurst, told);
        now += AlarmBounds.TellInterval;
        Assert.Equal(1_000 - AlarmBounds.TellBurst + 1, Raise("CH024", "channel", "x")!.Times);
        Complete();
        Assert.Null(Raise("CH024", "channel", "x"));
        // Another participant's alarms are not drowned by it.
        Assert.NotNull(book.Raise(now, new RaisedAlarm("BANBDEFFXXX", "CH024", "channel", [])));
    }

    [Fact]
    public void What_honest_nodes_bring_about_is_recorded_and_told_only_when_there_is_much_of_it()
    {
        RaisedAlarm late = new(Bank, "CH036", "channel 1", [EvidencePart.Of("said", "late")], IsCommon: true);
        for (int i = 0; i < AlarmBounds.CommonTimes; i++) Assert.Null(book.Raise(now, late));
        Complete();
        Assert.Equal(AlarmBounds.CommonTimes, Assert.Single(Alarms()).Count);
        now += AlarmBounds.CommonWindow;
        for (int i = 0; i < AlarmBounds.CommonTimes; i++) Assert.Null(book.Raise(now, late));
        Assert.NotNull(book.Raise(now, late));
    }

    [Fact]
    public void Strangers_are_counted_and_nothing_of_theirs_is_kept()
    {
        book.Raise(now, new RaisedAlarm(AlarmParties.Strangers, "ND002", "", [EvidencePart.Of("said", "a secret")]), 7);
        Complete();
        Assert.Equal((AlarmParties.Strangers, 7L, 0), (Assert.Single(Alarms()).Party, Alarms()[0].Count, Alarms()[0].Pieces.Count));
        Assert.Empty(vault.Scan(PayloadKind.Evidence));
    }

    [Fact]
    public void Garbage_and_what_is_too_large_leave_size_and_hash()
    {
        byte[] large = new byte[AlarmBounds.MaxPartBytes + 1];
        book.Raise(now, new RaisedAlarm(Bank, "CH030", "x", [EvidencePart.OfGarbage([1, 2, 3]), new EvidencePart("large", () => large)]));
        Complete();
        IReadOnlyList<PartView> parts = Evidence(Assert.Single(Assert.Single(Alarms()).Pieces).Id).Parts;
        Assert.Equal([(3L, Digest.Of([1, 2, 3]).ToString(), true), (large.Length, Digest.Of(large).ToString(), true)], parts.Select(p => (p.Size, p.Sha256, p.Body is null)));
    }

    [Fact]
    public void Rows_are_sealed_and_a_piece_is_erased_by_itself()
    {
        Raise("CH011", "channel 1", "a confidential value");
        Complete();
        string stored = string.Concat(vault.Scan(PayloadKind.Alarms).Concat(vault.Scan(PayloadKind.Evidence)).Select(r => Encoding.Latin1.GetString(r.Body)));
        Assert.DoesNotContain("confidential", stored, StringComparison.Ordinal);
        Assert.DoesNotContain(Bank, stored, StringComparison.Ordinal);
        vault.Delete(PayloadKind.Evidence, Convert.FromHexString(Assert.Single(Alarms()[0].Pieces).Id));
        book = Recover();
        Raise("CH011", "channel 1", "again");
        now += AlarmBounds.WriteInterval;
        Complete();
        Assert.Equal(2, Assert.Single(Alarms()).Count);
        Assert.Empty(vault.Scan(PayloadKind.Evidence));
    }

    [Fact]
    public void What_was_not_told_of_a_flood_is_told_when_it_has_been_over_for_a_minute()
    {
        long told = 0;
        for (int i = 0; i < 1_000; i++)
        {
            told += Raise("CH024", "channel 1", "a")?.Times ?? 0;
            Complete();
        }

        Assert.InRange(told, 1, 999);
        now += AlarmBounds.QuietAfter - AlarmBounds.TellInterval;
        Assert.Empty(book.TellRest(now));
        now += AlarmBounds.TellInterval;
        Assert.Equal(new Effect.Alarm("CH024", "channel 1", Bank, 1_000 - told), Assert.Single(book.TellRest(now)));
        now += 2 * AlarmBounds.QuietAfter;
        Assert.Empty(book.TellRest(now));
    }

    [Fact]
    public void Of_what_honest_nodes_bring_about_now_and_then_no_rest_is_told()
    {
        RaisedAlarm late = new(Bank, "CH036", "channel 1", [], IsCommon: true);
        for (int i = 0; i < AlarmBounds.CommonTimes; i++) Assert.Null(book.Raise(now, late));
        now += AlarmBounds.QuietAfter;
        Assert.Empty(book.TellRest(now));
        // More than that is a flood, of which the operator hears everything.
        long told = 0;
        for (int i = 0; i < 1_000; i++) told += book.Raise(now, late)?.Times ?? 0;
        now += AlarmBounds.QuietAfter;
        Assert.Equal(AlarmBounds.CommonTimes + 1_000, told + Assert.Single(book.TellRest(now)).Times);
    }

    private Effect.Alarm? Raise(string code, string subject, string said) => book.Raise(now, new RaisedAlarm(Bank, code, subject, [EvidencePart.Of("said", said)]));

    private StoreTransaction Complete()
    {
        StoreTransaction commit = new();
        book.Complete(now, commit);
        vault.Commit(commit);
        return commit;
    }

    private AlarmBook Recover() => new(key, entropy, new RecoveredRows(new Dictionary<PayloadKind, IReadOnlyList<StoredPayload>> { [PayloadKind.Alarms] = vault.Scan(PayloadKind.Alarms) }));

    private VaultReader Reader => new("test", ParticipantId.TryParse(Bank, out ParticipantId id) ? id : default, key);

    private IReadOnlyList<AlarmView> Alarms() => [.. vault.Scan(PayloadKind.Alarms).Select(r => Reader.ReadAlarm(r.Key, r.Body))];

    private PieceView Evidence(string id) => Reader.ReadEvidence(Convert.FromHexString(id), vault.Find(PayloadKind.Evidence, Convert.FromHexString(id))!);
}
