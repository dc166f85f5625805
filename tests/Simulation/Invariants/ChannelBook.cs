using Settlement.Contracts;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Reading;
using Settlement.Core.Vault.Records;
using Settlement.Tests.Simulation.Worlds;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Simulation.Invariants;

/// <summary>
/// One channel's money by plain arithmetic over the entries that became final, apart from how members compute it. Entries
/// are opened with the keys of the member that finalises first; the other must come to the same.
/// </summary>
internal sealed class ChannelBook(ChannelTerms terms)
{
    private readonly List<BatchFacts> batches = [];
    private readonly Dictionary<(int Member, string Currency), long> positions = [];
    private readonly HashSet<Digest> entries = [];
    private readonly HashSet<string> tags = new(StringComparer.Ordinal);
    private readonly HashSet<string> references = new(StringComparer.Ordinal);
    private readonly HashSet<string> postings = new(StringComparer.Ordinal);
    private readonly List<PaymentFacts> payments = [];
    private readonly Dictionary<EntryId, PaymentFacts> byEntry = [];
    private readonly Dictionary<(int Member, string Currency), long> reserved = [];
    private readonly Dictionary<EntryId, EscrowFacts> escrows = [];
    private readonly Dictionary<Digest, LegFacts> legs = [];
    private readonly List<OffsetFacts> offsets = [];
    private readonly Dictionary<Digest, CutFacts> cuts = [];
    private readonly Dictionary<(int Member, string Currency), LimitGrant> limits = [];
    private readonly List<(int Payer, string Currency, long MinorUnits)> moved = [];
    private readonly HashSet<(int Member, string Currency)> redeeming = [];

    /// <summary>The legs of groups, by group. A group that was released can have no other leg: its time is over.</summary>
    public IReadOnlyDictionary<Digest, LegFacts> Legs => legs;

    /// <summary>The payments of offsets, by group.</summary>
    public ILookup<Digest, OffsetFacts> Offsets => offsets.ToLookup(static o => o.Group);

    /// <summary>What the channel cut for rounds of cycles, by group.</summary>
    public IReadOnlyDictionary<Digest, CutFacts> Cuts => cuts;

    /// <summary>Whether a cut of a currency is set aside after a batch.</summary>
    public bool HoldsCut(BatchFacts batch, string currency) => batch.Held.Any(g => cuts.TryGetValue(g, out CutFacts? cut) && cut.Currency == currency);

    /// <summary>What the channel is for.</summary>
    public ChannelTerms Terms => terms;

    /// <summary>All money that ever was in escrow.</summary>
    public IReadOnlyCollection<EscrowFacts> Escrows => escrows.Values;

    /// <summary>The payments that became final, in their order.</summary>
    public IReadOnlyList<PaymentFacts> Payments => payments;

    /// <summary>By sequence, from 1.</summary>
    public IReadOnlyList<BatchFacts> Batches => batches;

    /// <summary>The tags of the payments that became final.</summary>
    public IReadOnlySet<string> Tags => tags;

    /// <summary>By currency: what the cited postings sum to.</summary>
    public Dictionary<string, long> Issued { get; } = new(StringComparer.Ordinal);

    /// <summary>The same by who brought it in.</summary>
    public Dictionary<(int Member, string Currency), long> IssuedTo { get; } = [];

    /// <summary>The entries that gave money back to the agent, and who is to be paid.</summary>
    public List<(EntryId Entry, int Holder, MoneyValue Amount)> Redeemed { get; } = [];

    /// <summary>How far below zero a member's position may fall, and how often that was changed.</summary>
    public (long MinorUnits, long Generation) LimitOf(int member, string currency) =>
        limits.TryGetValue((member, currency), out LimitGrant? grant) ? (grant.MinorUnits, grant.Generation) : (terms.LimitOf(member, currency), 0);

    /// <summary>Takes a member's final batch.</summary>
    public void Take(ChannelContext context, BatchRow row, KeptEntries kept, string who)
    {
        List<(Digest, string?)> items = [.. row.Items.Select(i => i.ItemCase == BatchItem.ItemOneofCase.Refusal
            ? (new Digest(i.Refusal.EntryId.Span), i.Refusal.Code)
            : (new Digest(EntryHeader.Parser.ParseFrom(i.Entry.Header).EntryId.Span), (string?)null))];
        List<(Digest Group, bool IsCommitted)> outcomes = [.. row.Outcomes.Select(static o => (new Digest(o.Group.Span), o.IsCommitted))];
        if (row.Sequence > batches.Count)
        {
            foreach (LimitGrant grant in row.Grants)
            {
                Violation.Unless(grant.Generation == LimitOf((int)grant.Member, grant.Currency).Generation + 1, "a limit is changed once by an order", $"{grant.Generation} in batch {row.Sequence}");
                limits[((int)grant.Member, grant.Currency)] = grant;
            }

            moved.Clear();
            redeeming.Clear();
            foreach ((Digest group, bool isCommitted) in outcomes) End(group, isCommitted);
            foreach (CutCall cut in row.Cuts) Cut(cut, row.Sequence);
            Dictionary<Digest, string> paid = [];
            foreach (BatchItem item in row.Items.Where(static i => i.ItemCase == BatchItem.ItemOneofCase.Entry)) Apply(context, kept, item.Entry, row.Sequence, paid);
            // A batch becomes final at one moment: its payments may cover each other, and what it redeems.
            foreach ((int member, string currency) in redeeming)
            {
                long left = positions[(member, currency)] - reserved.GetValueOrDefault((member, currency));
                Violation.Unless(left >= 0, "nobody redeems what it owes", $"{left} are left");
                Violation.Unless(positions.Where(p => p.Key.Currency == currency).Sum(static p => p.Value) >= 0, "nobody redeems what it is owed", "the pool was overdrawn");
            }

            foreach (((int member, string currency), long position) in positions)
            {
                // One that a lowered limit left below it may stay there, and falls no further.
                long free = position - reserved.GetValueOrDefault((member, currency)), before = batches.Count == 0 ? 0 : batches[^1].Positions.GetValueOrDefault((member, currency)) - batches[^1].Reserved.GetValueOrDefault((member, currency));
                Violation.Unless(free >= Math.Min(-LimitOf(member, currency).MinorUnits, before), "positions keep their limit", $"member {member} after batch {row.Sequence}");
            }

            batches.Add(new BatchFacts(new Digest(row.Head.Span), new Digest(row.StateRoot.Span), items, paid, new Dictionary<(int, string), long>(positions), new Dictionary<(int, string), long>(reserved),
                outcomes, Held().ToHashSet(), [.. row.Grants], [.. row.Cuts]) { Paid = [.. moved] });
            return;
        }

        BatchFacts known = batches[(int)row.Sequence - 1];
        Violation.Unless(known.Head == new Digest(row.Head.Span) && known.StateRoot == new Digest(row.StateRoot.Span) && known.Items.SequenceEqual(items) && known.Outcomes.SequenceEqual(outcomes) && known.Grants.SequenceEqual(row.Grants) && known.Cuts.SequenceEqual(row.Cuts),
            "members agree", $"{who} has another batch {row.Sequence}");
    }

    private void Apply(ChannelContext context, KeptEntries kept, SealedEntry sealedEntry, long sequence, Dictionary<Digest, string> paid)
    {
        (OpenedEntry? opened, string code) = kept.Open(sealedEntry);
        Violation.Unless(opened is not null, "members read their entries", code);
        OpenedEntry entry = opened!;
        Violation.Unless(entries.Add(entry.Id.Value), "nothing happens twice", "an entry is in two batches");
        Violation.Unless(entry.Action.Parameters.FirstOrDefault(static p => p.Name == Library.Note) is not { } note || entry.Values[note.Index] is not null == (entry.Actor == context.Own),
            "a note is its writer's", $"{entry.Action.Name} of member {entry.Actor} at member {context.Own}");
        MoneyValue amount = (MoneyValue)entry.Values.First(v => v is MoneyValue)!;
        if (entry.Action.Name == "issue")
        {
            string posting = Text(entry, "posting")!;
            Violation.Unless(PostingText.TryRead(posting, out byte[]? id, out _) && postings.Add(Convert.ToHexString(id)), "a posting is cited once", posting);
            Issued[amount.Currency] = Issued.GetValueOrDefault(amount.Currency) + amount.MinorUnits;
            IssuedTo[(entry.Actor, amount.Currency)] = IssuedTo.GetValueOrDefault((entry.Actor, amount.Currency)) + amount.MinorUnits;
            Move(entry.Actor, amount.Currency, amount.MinorUnits);
            return;
        }

        if (entry.Action.Name == "redeem")
        {
            Redeemed.Add((entry.Id, entry.Actor, amount));
            Move(entry.Actor, amount.Currency, -amount.MinorUnits);
            redeeming.Add((entry.Actor, amount.Currency));
            return;
        }

        if (entry.Plan.Contract.Name == "Escrow")
        {
            ApplyEscrow(entry, amount, sequence);
            return;
        }

        if (entry.Action.Name == "return")
        {
            Return(entry, amount);
            return;
        }

        string tag = Text(entry, "remittance")!;
        if (Text(entry, "uetr") is { } uetr) Violation.Unless(references.Add(uetr), "a reference is used once", $"{tag} uses one again");
        if (entry.Offset is { } offset)
        {
            // One leg is in one batch.
            Violation.Unless(!legs.ContainsKey(offset.Group.Id) && offsets.TrueForAll(o => o.Group != offset.Group.Id || o.Sequence == sequence), "a channel has one leg of a group", tag);
            offsets.Add(new OffsetFacts(offset.Group.Id, entry.Id, entry.Actor, amount, tag, Text(entry, "uetr"), sequence));
            return;
        }

        if (entry.Group is { } group)
        {
            Violation.Unless(group.Channels.Contains(context.Channel) && legs.TryAdd(group.Id, new LegFacts(group.Id, entry.Id, entry.Actor, amount, tag, sequence)), "a channel has one leg of a group", tag);
            Reserve(entry.Actor, amount.Currency, amount.MinorUnits);
            return;
        }

        paid.Add(entry.Id.Value, tag);
        Settle(entry.Id, entry.Actor, amount, tag, sequence);
    }

    /// <summary>The groups of which something is set aside.</summary>
    private IEnumerable<Digest> Held() => legs.Values.Where(static l => l.IsApplied is null).Select(static l => l.Group)
        .Concat(offsets.Where(static o => o.IsApplied is null).Select(static o => o.Group)).Concat(cuts.Values.Where(static c => c.IsApplied is null).Select(static c => c.Group));

    /// <summary>What one member is below zero is set aside of what the other has free, as far as that goes.</summary>
    private void Cut(CutCall call, long sequence)
    {
        Violation.Unless(CycleRound.TryRead(call, World.Network, out CycleRound? round), "members agree on every cut", $"a call in batch {sequence} does not read");
        string currency = round!.Currency;
        int debtor = positions.GetValueOrDefault((0, currency)) < 0 ? 0 : 1;
        long free = positions.GetValueOrDefault((1 - debtor, currency)) - reserved.GetValueOrDefault((1 - debtor, currency));
        long owed = Math.Max(0, Math.Min(-positions.GetValueOrDefault((debtor, currency)), free));
        Violation.Unless(cuts.Values.All(c => c.Currency != currency || c.IsApplied is not null), "a channel holds one cut of a currency", $"another in batch {sequence}");
        Violation.Unless(cuts.TryAdd(round.Group.Id, new CutFacts(round.Group.Id, currency, debtor, owed, call.Commitment.ToByteArray(), sequence)), "a channel cuts once for a round", $"again in batch {sequence}");
        Reserve(1 - debtor, currency, owed);
    }

    /// <summary>A leg applies, or what it set aside is free again.</summary>
    private void End(Digest group, bool isCommitted)
    {
        OffsetFacts[] settling = [.. offsets.Where(o => o.Group == group)];
        foreach (OffsetFacts payment in settling)
        {
            Violation.Unless(payment.IsApplied is null, "a leg ends once", "an outcome of an offset that has ended");
            payment.IsApplied = isCommitted;
            if (isCommitted) Settle(payment.Entry, payment.Payer, payment.Amount, payment.Tag, payment.Sequence, isOverAccounts: true);
            else if (payment.Reference is { } free) references.Remove(free);
        }

        if (settling.Length > 0) return;
        if (cuts.TryGetValue(group, out CutFacts? cut))
        {
            Violation.Unless(cut.IsApplied is null, "a cut ends once", $"{cut.Owed} {cut.Currency}");
            cut.IsApplied = isCommitted;
            Reserve(1 - cut.Debtor, cut.Currency, -cut.Owed);
            // The one gives in the channel what its account is paid.
            if (isCommitted) Pay(1 - cut.Debtor, new MoneyValue(cut.Currency, cut.Owed));
            return;
        }

        Violation.Unless(legs.TryGetValue(group, out LegFacts? leg) && leg.IsApplied is null, "a leg ends once", "an outcome of a leg that is not held");
        leg!.IsApplied = isCommitted;
        Reserve(leg.Payer, leg.Amount.Currency, -leg.Amount.MinorUnits);
        if (isCommitted) Settle(leg.Entry, leg.Payer, leg.Amount, leg.Tag, leg.Sequence);
    }

    private void Settle(EntryId entry, int payer, MoneyValue amount, string tag, long sequence, bool isOverAccounts = false)
    {
        Violation.Unless(tags.Add(tag), "nothing happens twice", $"{tag} was paid twice");
        PaymentFacts payment = new(entry, payer, amount, sequence);
        payments.Add(payment);
        byEntry.Add(entry, payment);
        moved.Add((payer, amount.Currency, amount.MinorUnits));
        if (!isOverAccounts) Pay(payer, amount);
    }

    /// <summary>Money is set aside once, and paid or free again once.</summary>
    private void ApplyEscrow(OpenedEntry entry, MoneyValue amount, long sequence)
    {
        if (entry.Action.Name == "fund")
        {
            escrows.Add(entry.Id, new EscrowFacts(entry.Id, entry.Actor, amount, sequence));
            Reserve(entry.Actor, amount.Currency, amount.MinorUnits);
            return;
        }

        Violation.Unless(escrows.TryGetValue(entry.Instance, out EscrowFacts? escrow), "only what is final is acted on", "an escrow that is not there");
        Violation.Unless(escrow!.State == "Held" && escrow.Amount == amount && entry.Generation == ++escrow.Generation, "nothing happens twice", $"{entry.Action.Name} of an escrow that is {escrow.State}");
        escrow.Newest = entry.Id;
        if (entry.Action.Name == "extend") return;
        Reserve(escrow.Buyer, amount.Currency, -amount.MinorUnits);
        escrow.State = entry.Action.Name == "accept" ? "Paid" : "Free";
        if (entry.Action.Name == "accept") Pay(escrow.Buyer, amount);
    }

    private void Reserve(int member, string currency, long minorUnits)
    {
        long after = reserved[(member, currency)] = reserved.GetValueOrDefault((member, currency)) + minorUnits;
        Violation.Unless(after >= 0, "what is set aside is free again once", "less than nothing is set aside");
    }

    /// <summary>A payment is returned at most once, by who was paid, and whole.</summary>
    private void Return(OpenedEntry entry, MoneyValue amount)
    {
        Violation.Unless(byEntry.TryGetValue(entry.Instance, out PaymentFacts? payment), "only what is final is returned", "a return of no payment");
        Violation.Unless(payment!.Returned is null, "nothing happens twice", "a payment was returned twice");
        Violation.Unless(payment.Payer != entry.Actor && payment.Amount == amount, "a return gives back what was paid", $"{amount} by {entry.Actor}");
        payment.Returned = entry.Id;
        moved.Add((entry.Actor, amount.Currency, amount.MinorUnits));
        Pay(entry.Actor, amount);
    }

    private void Pay(int payer, MoneyValue amount)
    {
        Move(payer, amount.Currency, -amount.MinorUnits);
        Move(1 - payer, amount.Currency, amount.MinorUnits);
    }

    private void Move(int member, string currency, long minorUnits) => positions[(member, currency)] = positions.GetValueOrDefault((member, currency)) + minorUnits;

    private static string? Text(OpenedEntry entry, string name) =>
        entry.Plan.Contract.FindField(name) is { } field && entry.Values[field.Index] is TextValue text ? text.Text : null;
}
