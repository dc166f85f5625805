using System.Buffers.Binary;
using Settlement.Contracts;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Regulator;
using Settlement.Core.Store;
using Settlement.Core.Vault;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Channels;

namespace Settlement.Core.Reading;

/// <summary>
/// Reads a node's vault for its own doors: rows in, views out. It writes nothing, so it may run beside the machine; it is
/// safe for use from several threads.
/// </summary>
/// <param name="network">The network.</param>
/// <param name="participant">Whose vault it is.</param>
/// <param name="vault">The key that opens its rows.</param>
public sealed class VaultReader(string network, ParticipantId participant, VaultKey vault)
{
    private readonly VaultRows rows = new(vault, NoEntropy.Instance);

    /// <summary>The channel of a row of <see cref="PayloadKind.Channels"/>; null while it is not open.</summary>
    public ChannelContext? ReadChannel(StoredPayload row)
    {
        OpeningRow opening = rows.Open(PayloadKind.Channels, row.Key, row.Body, OpeningRow.Parser);
        if (opening.Channel.Length == 0 || opening.Record is null) return null;
        if (!ChannelTerms.TryRead(opening.Terms.ToByteArray(), network, out ChannelTerms? terms, out string code))
            throw new InvalidOperationException($"Stored terms cannot be read: {code}.");
        terms.TryFind(participant, out PinnedParticipant? own);
        EpochKeys keys = EpochKeys.Restore(opening.Epoch.Number, opening.EpochSecrets.Select(s => (new AudienceMask(s.Audience), s.Secret.ToByteArray())));
        return new ChannelContext(new Digest(opening.Channel.Span), terms, keys, own!.Number);
    }

    /// <summary>The secret key with which the node signs in the channel of such a row; who asks for it disposes of it.</summary>
    public SigningKey ReadChannelKey(StoredPayload row) => SigningKey.FromScalar(rows.Open(PayloadKind.Channels, row.Key, row.Body, OpeningRow.Parser).ChannelKey.Span);

    /// <summary>The key of a batch's rows in <see cref="PayloadKind.Batches"/>, <see cref="PayloadKind.Entries"/>, <see cref="PayloadKind.ContentKeys"/> and <see cref="PayloadKind.Heads"/>.</summary>
    public static byte[] BatchKey(Digest channel, long sequence) => RowKeys.Batch(channel, sequence);

    /// <summary>The sequence in such a key; null when the key is another channel's.</summary>
    public static long? SequenceOf(Digest channel, byte[] key) =>
        key.Length == Digest.Length + sizeof(long) && key.AsSpan(0, Digest.Length).SequenceEqual(channel.ToArray()) ? BinaryPrimitives.ReadInt64BigEndian(key.AsSpan(Digest.Length)) : null;

    /// <summary>The key of the row that is there where the log decides a group so. A group's id is no channel's, so that it is no head's.</summary>
    public static PayloadKey DecisionKey(Digest group, bool isCommitted) => new(PayloadKind.Heads, RowKeys.Batch(group, isCommitted ? 1 : 0));

    /// <summary>The key of the row that is there where the log has a channel's reservation for a group.</summary>
    public static PayloadKey ReservationKey(Digest group, Digest channel) => new(PayloadKind.Heads, [.. group.ToArray(), .. channel.ToArray()]);

    /// <summary>Reports after a number are in the rows of <see cref="PayloadKind.Outbox"/> after this key.</summary>
    public static byte[] ReportKey(long number) => RowKeys.Number(number);

    /// <summary>The entries of a batch in a member's vault.</summary>
    public IReadOnlyList<EntryView> ReadMemberBatch(ChannelContext context, byte[] batch, byte[]? entries, byte[] keys)
    {
        BatchRow row = BatchRows.Read(rows, context.Channel, batch, entries);
        KeptEntries kept = new(context, vault, keys);
        return [.. row.Items.Select((item, i) => item.ItemCase == BatchItem.ItemOneofCase.Refusal
            ? Refusal(row.Sequence, i, item.Refusal.EntryId.Span, item.Refusal.Code)
            : View(context, row.Sequence, i, item.Entry, kept.Open(item.Entry))), .. Outcomes(row.Sequence, row.Items.Count, row.Outcomes),
            .. Grants(context, row.Sequence, row.Items.Count + row.Outcomes.Count, row.Grants)];
    }

    /// <summary>The entries of a batch in an observer's vault.</summary>
    public IReadOnlyList<EntryView> ReadObserverBatch(ChannelContext context, byte[] batch, byte[] keys)
    {
        Delivery row = Delivery.Parser.ParseFrom(batch);
        KeptEntries kept = new(context, vault, keys);
        int limits = row.Items.Count + row.Outcomes.Count;
        IEnumerable<EntryView> grants = DeliveredBatch.TryOpenGrants(vault, context.Channel, (long)row.Sequence, row, out LimitGrants granted)
            ? Grants(context, (long)row.Sequence, limits, granted.Grants)
            : [new EntryView((long)row.Sequence, limits, "", null, null, null, null, null, ChannelCodes.EnvelopeUnreadable, [])];
        return [.. row.Items.Select((item, i) => item.ItemCase == DeliveryItem.ItemOneofCase.Refusal
            ? Refusal((long)row.Sequence, i, item.Refusal.EntryId.Span, "refused")
            : View(context, (long)row.Sequence, i, item.Entry, kept.Open(item.Entry))), .. Outcomes((long)row.Sequence, row.Items.Count, row.Outcomes), .. grants];
    }

    /// <summary>An instruction.</summary>
    public InstructionView ReadInstruction(byte[] key, byte[] body)
    {
        InstructionRow row = rows.Open(PayloadKind.Instructions, key, body, InstructionRow.Parser);
        Monetary.Money? amount = row.HasTransfer && Monetary.Currency.TryParse(row.Currency, out Monetary.Currency currency) ? new Monetary.Money(currency, row.MinorUnits) : null;
        return new InstructionView(
            Convert.ToHexStringLower(key), Convert.ToHexStringLower(row.MessageRow.Span), (InstructionStatus)row.Status, Text(row.Reason), Text(row.Place),
            new TransferIdentification(Text(row.MessageId), Text(row.MessageType), Text(row.InstructionId), Text(row.EndToEndId), Text(row.TransactionId), Text(row.Uetr)),
            Text(row.Instructing), Text(row.Instructed), amount, row.HasTransfer ? DateOnly.FromDayNumber(row.SettlementDay) : null,
            row.Channel.Length > 0 ? Convert.ToHexStringLower(row.Channel.Span) : null, row.Entry.Length > 0 ? Convert.ToHexStringLower(row.Entry.Span) : null,
            row.Sequence, DateTimeOffset.FromUnixTimeMilliseconds(row.ReceivedUnixMs), row.SettledUnixMs > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(row.SettledUnixMs) : null)
        {
            Contract = Text(row.Contract), Action = Text(row.Action), Instance = row.Instance.Length > 0 ? Convert.ToHexStringLower(row.Instance.Span) : null,
        };
    }

    /// <summary>The rows that tell in which batch a member finds an instance's newest entry.</summary>
    public static IReadOnlyList<PayloadKey> InstanceKeys(Digest channel, EntryId instance) => [InstanceRows.Key(channel, instance), Objections.EntryFact(instance)];

    /// <summary>The newest entry of an instance and its batch, from those rows; null where they do not tell.</summary>
    public static (EntryId Entry, long Sequence)? ReadPlace(EntryId instance, IReadOnlyDictionary<PayloadKey, byte[]> found, Digest channel)
    {
        IReadOnlyList<PayloadKey> keys = InstanceKeys(channel, instance);
        if (found.TryGetValue(keys[0], out byte[]? body)) return InstanceRow.Parser.ParseFrom(body) is { } row ? (new EntryId(new Digest(row.Newest.Span)), row.Sequence) : null;
        return found.TryGetValue(keys[1], out byte[]? fact) && fact.Length == sizeof(long) ? (instance, BinaryPrimitives.ReadInt64BigEndian(fact)) : null;
    }

    /// <summary>Whether an entry has led to an instance: a leg of a group has once its group was committed, and then its fact says where it is.</summary>
    /// <param name="found">The rows of <see cref="InstanceKeys"/>.</param>
    public static bool IsThere(OpenedEntry entry, IReadOnlyDictionary<PayloadKey, byte[]> found) =>
        entry.Group is null || (found.TryGetValue(Objections.EntryFact(entry.Id), out byte[]? fact) && fact.Length == sizeof(long));

    /// <summary>One entry of a member's final batch, the state that it led to, and what it follows; null where it is not there or does not open.</summary>
    public (EntryView View, OpenedEntry Entry, State State)? ReadEntry(ChannelContext context, EntryId entry, byte[] batch, byte[] entries, byte[] keys) =>
        KeptEntries.Find(rows, context, entry, batch, entries, keys) is { } found ? (View(context, found.Sequence, found.Item, found.Entry), found.Entry, found.State) : null;

    /// <summary>An instance as its newest entry left it.</summary>
    public static InstanceView Show(ChannelContext context, OpenedEntry newest, State state, IReadOnlyList<EntryView> entries)
    {
        Contract contract = newest.Plan.Contract;
        return new InstanceView(newest.Instance.ToString(), contract.Name, state.Name, state.MayRest,
            [.. contract.Actions.Where(a => a.When.Contains(state)).Select(static a => a.Name).Distinct()],
            [.. contract.Fields.Select(f => Field(newest, f, context.Own))], entries);
    }

    /// <summary>The instructions of a message, as keys of <see cref="PayloadKind.Instructions"/>.</summary>
    public IReadOnlyList<byte[]> ReadMessage(byte[] key, byte[] body) => [.. rows.Open(PayloadKind.Messages, key, body, MessageRow.Parser).Instructions.Select(i => i.ToByteArray())];

    /// <summary>The reports of a row, in their order.</summary>
    public IReadOnlyList<ReportView> ReadReports(byte[] key, byte[] body)
    {
        ReportsRow row = rows.Open(PayloadKind.Outbox, key, body, ReportsRow.Parser);
        long first = BinaryPrimitives.ReadInt64BigEndian(key) - row.Reports.Count + 1;
        return [.. row.Reports.Select((report, i) => new ReportView(first + i, Convert.ToHexStringLower(report.Instruction.Span), (InstructionStatus)report.Status, Text(report.Reason),
            DateTimeOffset.FromUnixTimeMilliseconds(report.TimeUnixMs), report.Sequence > 0 ? report.Sequence : null))];
    }

    /// <summary>The key of an alarm's record in <see cref="PayloadKind.Alarms"/>.</summary>
    public static byte[] AlarmKey(long number) => RowKeys.Number(number);

    /// <summary>An alarm's record.</summary>
    public AlarmView ReadAlarm(byte[] key, byte[] body) => AlarmViews.Of(BinaryPrimitives.ReadInt64BigEndian(key), rows.Open(PayloadKind.Alarms, key, body, AlarmRow.Parser));

    /// <summary>A piece of evidence with its bytes.</summary>
    public PieceView ReadEvidence(byte[] id, byte[] body) => AlarmViews.Of(id, rows.Open(PayloadKind.Evidence, id, body, EvidenceRow.Parser));

    private static IEnumerable<EntryView> Outcomes(long sequence, int first, IEnumerable<LegOutcome> outcomes) => outcomes.Select((outcome, i) =>
        new EntryView(sequence, first + i, Convert.ToHexStringLower(outcome.Group.Span), null, null, null, null, null, null, [])
        {
            Group = Convert.ToHexStringLower(outcome.Group.Span), IsCommitted = outcome.IsCommitted,
        });

    private static IEnumerable<EntryView> Grants(ChannelContext context, long sequence, int first, IEnumerable<LimitGrant> grants) => grants.Select((grant, i) =>
        new EntryView(sequence, first + i, BatchLeaf.OfGrant(context.Terms.Network, context.Channel, grant).ToString(), null, null,
            context.Terms.Participants[1 - (int)grant.Member].Id.ToString(), null, null, null, []) { Limit = ValueText.Write(KeptValues.Amount(grant.Currency, grant.MinorUnits)) });

    private static EntryView Refusal(long sequence, int index, ReadOnlySpan<byte> id, string code) =>
        new(sequence, index, Convert.ToHexStringLower(id), null, null, null, null, code, null, []);

    private static EntryView View(ChannelContext context, long sequence, int index, SealedEntry entry, (OpenedEntry? Entry, string Code) opened)
    {
        EntryHeader header = EntryHeader.Parser.ParseFrom(entry.Header);
        string id = Convert.ToHexStringLower(header.EntryId.Span);
        if (opened.Entry is not { } read) return new EntryView(sequence, index, id, null, null, null, null, null, opened.Code, []);
        return View(context, sequence, index, read);
    }

    private static EntryView View(ChannelContext context, long sequence, int index, OpenedEntry read)
    {
        List<FieldView> fields = [.. read.Plan.FieldsOf(read.Action).Select(f => Field(read, f, context.Own))];
        return new EntryView(sequence, index, read.Id.ToString(), read.Plan.Contract.Name, read.Action.Name, context.Terms.Participants[read.Actor].Id.ToString(),
            DateTimeOffset.FromUnixTimeMilliseconds(read.TimeUnixMs), null, null, fields) { Instance = read.Instance.ToString(), Group = read.Group?.Id.ToString() };
    }

    private static FieldView Field(OpenedEntry entry, Field field, int own)
    {
        bool isReadable = entry.IsReadBy(field, own);
        return new FieldView(field.Name, isReadable, isReadable && entry.Values[field.Index] is { } value ? ValueText.Write(value) : null);
    }

    private static string? Text(string text) => text.Length == 0 ? null : text;

    /// <summary>A reader seals nothing.</summary>
    private sealed class NoEntropy : IEntropy
    {
        public static NoEntropy Instance { get; } = new();

        public void Fill(Span<byte> destination) => throw new InvalidOperationException("A reader draws no randomness.");
    }
}
