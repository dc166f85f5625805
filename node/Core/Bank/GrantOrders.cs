using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Instructions;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Store;
using Settlement.Core.Vault;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Channels;

namespace Settlement.Core.Bank;

/// <summary>
/// The limits that this bank grants the other members of its channels, as far as it has ordered changes that are not final, and changes that
/// those have handed over. An order may be taken back until it has left this bank; from then on it stands until a batch has it, since the other
/// member may have it in one already. A batch with a grant that this bank did not order is not endorsed.
/// </summary>
internal sealed class GrantOrders
{
    /// <summary>Days from which on one limit is to change, at most.</summary>
    public const int MaxPlanned = 32;

    private static readonly byte[] RowPrefix = RowKeys.Name("grant/");
    private readonly NodeContext node;
    private readonly BankSettings settings;
    private readonly BusinessDay day;
    private readonly ChannelBook channels;
    private readonly EventStream history;
    // By channel, and there by currency or unit.
    private readonly Dictionary<Digest, SortedDictionary<string, Order>> ordered = [];
    private readonly Dictionary<Digest, SortedDictionary<string, LimitGrant>> handed = [];

    private sealed class Order
    {
        /// <summary>What has left this bank, or may have; null for nothing.</summary>
        public LimitGrant? Out { get; set; }

        /// <summary>What it is to be, by day; a day that has come takes the place of all before it.</summary>
        public SortedList<int, long> Planned { get; } = [];

        /// <summary>The sequence after which it was handed over last; null for not yet. A batch that came without it is a reason to say it again.</summary>
        public long? SaidAfter { get; set; }

        /// <summary>Since when the other member has not put it into a batch; null when it was not handed over.</summary>
        public DateTimeOffset? Since { get; set; }

        public bool IsDue(int today) => Out is not null || (Planned.Count > 0 && Planned.GetKeyAtIndex(0) <= today);
    }

    public GrantOrders(NodeContext node, BankSettings settings, BusinessDay day, ChannelBook channels, RecoveredRows rows)
    {
        this.node = node;
        this.settings = settings;
        this.day = day;
        this.channels = channels;
        history = new EventStream(node, "grants", rows);
        foreach (StoredPayload row in rows.Of(PayloadKind.Settings).Where(static r => r.Key.AsSpan().StartsWith(RowPrefix)))
            Restore(new Digest(row.Key.AsSpan(RowPrefix.Length)), node.Rows.Open(PayloadKind.Settings, row.Key, row.Body, GrantsRow.Parser));
    }

    /// <summary>Orders a change; answers.</summary>
    public void Set(BankInput.GrantLimit input)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(input.Units);
        int from = Math.Max(input.From?.DayNumber ?? 0, day.Number);
        string? refusal = !channels.TryGet(input.Channel, out ChannelSide? channel) ? ChannelCodes.ChannelUnknown
            : channel.IsShut ? ChannelCodes.ChannelClosed
            : !channel.Terms.Holdings.Contains(input.Holding) ? ReasonCodes.CurrencyNotProcessable
            : input.From < day.Date ? BankCodes.DayPassed : null;
        if (refusal is null && !TryPlan(channel!, input.Holding, from, input.Units)) refusal = BankCodes.TooManyLimits;
        node.Then(new Effect.Reply(input.CallId, refusal is null ? new ChannelLimitList(View(channel!), null) : new ChannelLimitList([], refusal)));
    }

    /// <summary>The limits of a channel; answers.</summary>
    public void List(BankInput.ListChannelLimits input) => node.Then(new Effect.Reply(input.CallId,
        channels.TryGet(input.Channel, out ChannelSide? channel) ? new ChannelLimitList(View(channel), null) : new ChannelLimitList([], ChannelCodes.ChannelUnknown)));

    /// <summary>Whether the next batch is to change a limit, as far as this member knows.</summary>
    public bool HasDue(ChannelSide channel) => (ordered.TryGetValue(channel.Id, out SortedDictionary<string, Order>? own) && own.Values.Any(o => o.IsDue(day.Number)))
        || (channel.IsSequencer && handed.TryGetValue(channel.Id, out SortedDictionary<string, LimitGrant>? theirs) && theirs.Values.Any(grant => Follows(channel, grant)));

    /// <summary>What the sequencer's next batch changes: from here on own orders stand.</summary>
    public IEnumerable<LimitGrant> ForBatch(ChannelSide channel) => handed.TryGetValue(channel.Id, out SortedDictionary<string, LimitGrant>? theirs)
        ? [.. TakeOut(channel).Select(static o => o.Out!), .. theirs.Values.Where(grant => Follows(channel, grant))]
        : [.. TakeOut(channel).Select(static o => o.Out!)];

    /// <summary>What the other member has to hand over to the sequencer now.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="again">Whether what was said is said again.</param>
    public IReadOnlyList<LimitGrant> ToHandOver(ChannelSide channel, bool again)
    {
        List<Order> due = TakeOut(channel);
        if (!again) due.RemoveAll(o => o.SaidAfter == channel.Sequence);
        foreach (Order order in due) (order.SaidAfter, order.Since) = (channel.Sequence, order.Since ?? node.Now);
        return [.. due.Select(static o => o.Out!)];
    }

    /// <summary>The other member handed changes over; false where one is none of its own.</summary>
    public bool TryHear(ChannelSide channel, IReadOnlyCollection<LimitGrant> grants)
    {
        if (grants.Count > channel.Terms.Holdings.Count || !grants.All(g => g.Member == channel.Context.Own && BatchExecution.IsWellFormed(channel.Terms, g))) return false;
        foreach (LimitGrant grant in grants.Where(g => g.Generation > GenerationOf(channel, g)))
        {
            if (!handed.TryGetValue(channel.Id, out SortedDictionary<string, LimitGrant>? theirs)) handed[channel.Id] = theirs = new(StringComparer.Ordinal);
            // A late copy of an older one takes no newer one's place.
            if (!theirs.TryGetValue(grant.Currency, out LimitGrant? known) || known.Generation <= grant.Generation) theirs[grant.Currency] = grant;
        }

        return true;
    }

    /// <summary>Whether this bank ordered what a proposal changes of the limits that it grants, and the rest can be the sequencer's.</summary>
    public bool AreOrdered(ChannelSide channel, IReadOnlyCollection<LimitGrant> grants) => grants.Count <= ChannelTerms.MemberCount * channel.Terms.Holdings.Count
        && grants.All(g => BatchExecution.IsWellFormed(channel.Terms, g) && (g.Member == channel.Context.Own || g.Equals(Find(channel, g.Currency)?.Out)));

    /// <summary>A batch that changed limits is final.</summary>
    public void OnFinal(ChannelSide channel)
    {
        if (handed.TryGetValue(channel.Id, out SortedDictionary<string, LimitGrant>? theirs))
        {
            foreach (LimitGrant grant in theirs.Values.Where(g => g.Generation <= GenerationOf(channel, g)).ToList()) theirs.Remove(grant.Currency);
            if (theirs.Count == 0) handed.Remove(channel.Id);
        }

        if (!ordered.TryGetValue(channel.Id, out SortedDictionary<string, Order>? own)) return;
        bool isChanged = false;
        foreach ((string holding, Order order) in own.ToList())
        {
            if (order.Out is not { } grant || grant.Generation > GenerationOf(channel, grant)) continue;
            (order.Out, order.SaidAfter, order.Since) = (null, null, null);
            if (order.Planned.Count == 0) own.Remove(holding);
            isChanged = true;
        }

        if (isChanged) Write(channel, own);
    }

    /// <summary>The office was taken over: what was handed over is handed over again, or proposed by who ordered it.</summary>
    public void OnTakeover(ChannelSide channel)
    {
        handed.Remove(channel.Id);
        foreach (Order order in OrdersOf(channel)) (order.SaidAfter, order.Since) = (null, null);
    }

    /// <summary>Whether the sequencer has left out an order for so long that its office is taken over, however busy it is: it may be the
    /// one who owes. Who is told so once is told again after as long.</summary>
    public bool IsLeftOut(ChannelSide channel)
    {
        bool isLeftOut = false;
        foreach (Order order in OrdersOf(channel).Where(o => node.Now - o.Since > settings.TakeoverAfter))
        {
            order.Since = node.Now;
            isLeftOut = true;
        }

        return isLeftOut;
    }

    private IEnumerable<Order> OrdersOf(ChannelSide channel) => ordered.TryGetValue(channel.Id, out SortedDictionary<string, Order>? own) ? own.Values : [];

    private Order? Find(ChannelSide channel, string holding) => ordered.TryGetValue(channel.Id, out SortedDictionary<string, Order>? own) ? own.GetValueOrDefault(holding) : null;

    private static long GenerationOf(ChannelSide channel, LimitGrant grant) => channel.State.GrantedOf((int)grant.Member, grant.Currency)?.Generation ?? 0;

    private static bool Follows(ChannelSide channel, LimitGrant grant) => grant.Generation == GenerationOf(channel, grant) + 1;

    private bool TryPlan(ChannelSide channel, string holding, int from, long units)
    {
        Order order = Find(channel, holding) ?? new Order();
        if (from <= day.Number)
        {
            // The same again changes nothing: an order may be said more than once.
            long last = order.Planned.Where(p => p.Key <= from).Select(static p => (long?)p.Value).LastOrDefault() ?? order.Out?.MinorUnits ?? LimitOf(channel, holding);
            if (last == units) return true;
            foreach (int past in order.Planned.Keys.Where(d => d < from).ToList()) order.Planned.Remove(past);
        }
        else if (!order.Planned.ContainsKey(from) && order.Planned.Count >= MaxPlanned)
        {
            return false;
        }

        order.Planned[from] = units;
        if (!ordered.TryGetValue(channel.Id, out SortedDictionary<string, Order>? own)) ordered[channel.Id] = own = new(StringComparer.Ordinal);
        own[holding] = order;
        Write(channel, own);
        return true;
    }

    /// <summary>The orders that stand from here on, since they leave this bank.</summary>
    private List<Order> TakeOut(ChannelSide channel)
    {
        List<Order> due = [];
        if (!ordered.TryGetValue(channel.Id, out SortedDictionary<string, Order>? own)) return due;
        bool isChanged = false;
        foreach ((string holding, Order order) in own)
        {
            if (!order.IsDue(day.Number)) continue;
            due.Add(order);
            if (order.Out is not null) continue;
            isChanged = true;
            long units = 0;
            while (order.Planned.Count > 0 && order.Planned.GetKeyAtIndex(0) <= day.Number)
            {
                units = order.Planned.GetValueAtIndex(0);
                order.Planned.RemoveAt(0);
            }

            LimitGrant grant = new() { Member = (uint)channel.Other.Number, Currency = holding, MinorUnits = units, Salt = UnsafeByteOperations.UnsafeWrap(FieldCommitment.NewSalt(node.Entropy)) };
            grant.Generation = GenerationOf(channel, grant) + 1;
            order.Out = grant;
        }

        if (isChanged) Write(channel, own);
        return due;
    }

    private static long LimitOf(ChannelSide channel, string holding) => channel.LimitOf(channel.Other.Number, holding);

    private List<ChannelLimitView> View(ChannelSide channel) => [.. channel.Terms.Holdings.Select(holding =>
    {
        List<PendingLimit> pending = [];
        if (Find(channel, holding) is { } order)
        {
            if (order.Out is { } grant) pending.Add(new PendingLimit(null, grant.MinorUnits));
            pending.AddRange(order.Planned.Select(p => new PendingLimit(p.Key <= day.Number ? null : DateOnly.FromDayNumber(p.Key), p.Value)));
        }

        return new ChannelLimitView(holding, LimitOf(channel, holding), channel.LimitOf(channel.Context.Own, holding), pending);
    })];

    private void Write(ChannelSide channel, SortedDictionary<string, Order> own)
    {
        byte[] key = [.. RowPrefix, .. channel.Id.ToArray()];
        if (own.Count == 0)
        {
            ordered.Remove(channel.Id);
            node.Delete(PayloadKind.Settings, key);
            history.Note("grants_final", new { Channel = channel.Id.ToString() });
            return;
        }

        GrantsRow row = new();
        foreach ((string holding, Order order) in own)
        {
            GrantOrderRow kept = new() { Currency = holding, Out = order.Out };
            kept.Planned.Add(order.Planned.Select(static p => new LimitStep { FromDay = p.Key, MinorUnits = p.Value }));
            row.Orders.Add(kept);
        }

        PayloadWrite write = node.Rows.Replace(PayloadKind.Settings, key, row);
        node.Write(write);
        // What was ordered, the sealed row tells; its hash binds the history to it.
        history.Note("grants_ordered", new { Channel = channel.Id.ToString(), Row = Digest.Of(write.Body).ToString() });
    }

    private void Restore(Digest channel, GrantsRow row)
    {
        SortedDictionary<string, Order> own = new(StringComparer.Ordinal);
        foreach (GrantOrderRow kept in row.Orders)
        {
            Order order = new() { Out = kept.Out };
            foreach (LimitStep step in kept.Planned) order.Planned[step.FromDay] = step.MinorUnits;
            own[kept.Currency] = order;
        }

        ordered[channel] = own;
    }
}
