using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Instructions;
using Settlement.Core.Machines;
using Settlement.Core.Monetary;
using Settlement.Core.Nodes;
using Settlement.Core.Store;
using Settlement.Core.Vault;
using Settlement.Core.Vault.Records;

namespace Settlement.Core.Bank;

/// <summary>
/// The limits that a bank's treasury sets itself, each with what it is to be from which business day on. They are agreed with nobody, and
/// nobody else learns of them. They hold back payments: an action of a contract and money of the agent are ordered by name, and
/// are counted in what is owed and reserved, but only cover bounds them.
/// </summary>
internal sealed class OwnLimits
{
    /// <summary>Days from which on a limit is to change, at most.</summary>
    public const int MaxPlanned = 32;

    private const string RowPrefix = "limit/";
    private readonly NodeContext node;
    private readonly BankSettings settings;
    private readonly BusinessDay day;
    private readonly ChannelBook channels;
    private readonly LimitUse use;
    private readonly EventStream history;
    // By day; one that has come is in effect until the next.
    private readonly Dictionary<LimitKey, SortedList<int, long?>> limits = [];

    public OwnLimits(NodeContext node, BankSettings settings, BusinessDay day, ChannelBook channels, RecoveredRows rows)
    {
        this.node = node;
        this.settings = settings;
        this.day = day;
        this.channels = channels;
        use = new LimitUse(channels, day);
        history = new EventStream(node, "limits", rows);
        byte[] prefix = RowKeys.Name(RowPrefix);
        foreach (StoredPayload row in rows.Of(PayloadKind.Settings).Where(r => r.Key.AsSpan().StartsWith(prefix)))
            Restore(node.Rows.Open(PayloadKind.Settings, row.Key, row.Body, LimitRow.Parser));
    }

    /// <summary>Called when a limit was changed.</summary>
    public Action Changed { get; set; } = () => { };

    /// <summary>Whether there are any.</summary>
    public bool IsEmpty => limits.Count == 0;

    /// <summary>How much more the payments of a channel may take.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="currency">The currency.</param>
    /// <param name="apart">What payments on their way take that are not to be counted.</param>
    public Room RoomOf(ChannelSide channel, string currency, Int128 apart = default)
    {
        Int128 cover = channel.CoverOf(currency) + apart;
        if (limits.Count == 0) return new Room(cover, 0, 0, Int128.MaxValue, Int128.MaxValue, Int128.MaxValue);
        Currency of = channel.Terms.Currencies.First(c => c.Code == currency);
        ParticipantId other = channel.Other.Id;
        return new Room(cover, InEffect(LimitKind.UrgentReservation, other, of) ?? 0, InEffect(LimitKind.HighReservation, other, of) ?? 0,
            InEffect(LimitKind.Bilateral, other, of) is { } bilateral ? bilateral - use.SentTo(other, currency) + apart : Int128.MaxValue,
            InEffect(LimitKind.Multilateral, null, of) is { } multilateral ? multilateral - use.SentToAll(currency) + apart : Int128.MaxValue,
            InEffect(LimitKind.DebitCap, null, of) is { } cap ? UnderCap(channel, currency, cap, apart) : Int128.MaxValue);
    }

    /// <summary>Another business day was opened: what payments moved before it counts no more.</summary>
    public void OnDay() => channels.Moved.UnionWith(channels.All);

    /// <summary>Sets a limit at once or from a day on; answers.</summary>
    public void Set(BankInput.SetLimit input)
    {
        LimitKey key = input.Limit;
        bool isNew = !limits.TryGetValue(key, out SortedList<int, long?>? steps);
        int from = input.From?.DayNumber is { } date && date > day.Number ? date : day.Number;
        string? refusal = input.From < day.Date ? BankCodes.DayPassed
            : key.Counterparty is { } other ? Unfit(other, key.Currency)
            : null;
        refusal ??= isNew && limits.Count >= settings.MaxLimits ? BankCodes.TooManyLimits
            : !isNew && from > day.Number && !steps!.ContainsKey(from) && steps.Keys.Count(d => d > day.Number) >= MaxPlanned ? BankCodes.TooManyLimits : null;
        if (refusal is not null)
        {
            node.Then(new Effect.Reply(input.CallId, new LimitSet(null, refusal)));
            return;
        }

        steps ??= [];
        steps[from] = input.MinorUnits;
        Prune(steps);
        if (steps.Count == 0) limits.Remove(key);
        else limits[key] = steps;
        Write(key, steps);
        Changed();
        node.Then(new Effect.Reply(input.CallId, new LimitSet(View(key, steps), null)));
    }

    /// <summary>All of them, in a fixed order.</summary>
    public LimitList List() => new([.. limits.OrderBy(static l => l.Key.Kind).ThenBy(static l => l.Key.Counterparty?.ToString(), StringComparer.Ordinal)
        .ThenBy(static l => l.Key.Currency.Code, StringComparer.Ordinal).Select(l => View(l.Key, l.Value))]);

    private string? Unfit(ParticipantId counterparty, Currency currency) =>
        !channels.IsOpenWith(counterparty) ? BankCodes.NoChannelWith
        : channels.TryFindOpen(counterparty, currency, out _) ? null : ReasonCodes.CurrencyNotProcessable;

    private long? InEffect(LimitKind kind, ParticipantId? counterparty, Currency currency) =>
        limits.TryGetValue(new LimitKey(kind, counterparty, currency), out SortedList<int, long?>? steps) ? InEffect(steps) : null;

    private long? InEffect(SortedList<int, long?> steps)
    {
        long? amount = null;
        foreach ((int from, long? minorUnits) in steps)
        {
            if (from > day.Number) break;
            amount = minorUnits;
        }

        return amount;
    }

    /// <summary>What a channel's payments may take without owing more than the cap in all. What is owed beyond it already may stay, and
    /// grows no more.</summary>
    private Int128 UnderCap(ChannelSide channel, string currency, long cap, Int128 apart)
    {
        Int128 elsewhere = use.Owed(currency) - LimitUse.OwedIn(channel, currency);
        Int128 left = channel.State.PositionOf(channel.Context.Own, currency) - channel.ReservedOf(currency) + apart;
        return left + Int128.Max(cap - elsewhere, Int128.Max(0, -left));
    }

    /// <summary>What came before the one in effect is over. What is planned stays, also where it says what holds anyway: what comes before
    /// it may be set anew.</summary>
    private void Prune(SortedList<int, long?> steps)
    {
        while (steps.Count > 1 && steps.GetKeyAtIndex(1) <= day.Number) steps.RemoveAt(0);
        if (steps.GetKeyAtIndex(0) <= day.Number && steps.GetValueAtIndex(0) is null) steps.RemoveAt(0);
    }

    private LimitView View(LimitKey key, SortedList<int, long?> steps) => new(key, InEffect(steps), UsedOf(key),
        [.. steps.Where(s => s.Key > day.Number).Select(static s => new PlannedLimit(DateOnly.FromDayNumber(s.Key), s.Value))]);

    private long? UsedOf(LimitKey key)
    {
        string currency = key.Currency.Code;
        Int128? used = key.Kind switch
        {
            LimitKind.Bilateral => use.SentTo(key.Counterparty!.Value, currency),
            LimitKind.Multilateral => use.SentToAll(currency),
            LimitKind.DebitCap => use.Owed(currency),
            _ => null,
        };
        return used is { } sum ? (long)Int128.Clamp(sum, long.MinValue, long.MaxValue) : null;
    }

    private void Write(LimitKey key, SortedList<int, long?> steps)
    {
        byte[] rowKey = [.. RowKeys.Name(RowPrefix), .. node.Rows.LookupKey("limit", $"{key.Kind}/{key.Counterparty}/{key.Currency.Code}")];
        if (steps.Count == 0)
        {
            node.Delete(PayloadKind.Settings, rowKey);
            history.Note("limit_removed", new { Row = Convert.ToHexStringLower(rowKey) });
            return;
        }

        LimitRow row = new() { Kind = (int)key.Kind, Counterparty = key.Counterparty?.ToString() ?? "", Currency = key.Currency.Code };
        row.Steps.Add(steps.Select(static s => s.Value is { } amount ? new LimitStep { FromDay = s.Key, MinorUnits = amount } : new LimitStep { FromDay = s.Key }));
        PayloadWrite write = node.Rows.Replace(PayloadKind.Settings, rowKey, row);
        node.Write(write);
        // What it is, the sealed row tells; its hash binds the history to it.
        history.Note("limit_set", new { Row = Digest.Of(write.Body).ToString() });
    }

    private void Restore(LimitRow row)
    {
        ParticipantId? counterparty = row.Counterparty.Length == 0 ? null : ParticipantId.TryParse(row.Counterparty, out ParticipantId id) ? id
            : throw new InvalidOperationException("A stored limit names no participant.");
        if (!Currency.TryParse(row.Currency, out Currency currency)) throw new InvalidOperationException("A stored limit has no currency.");
        SortedList<int, long?> steps = [];
        foreach (LimitStep step in row.Steps) steps[step.FromDay] = step.HasMinorUnits ? step.MinorUnits : null;
        limits[new LimitKey((LimitKind)row.Kind, counterparty, currency)] = steps;
    }
}
