using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Monetary;
using Settlement.Core.Nodes;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Agent;

namespace Settlement.Core.Agent.Offsets;

/// <summary>The settlement agent's offsets: what banks offer, what settles of it, what banks are told, and what time does to it.</summary>
internal sealed class OffsetBook
{
    /// <summary>How long an offset that ended is shown.</summary>
    public static readonly TimeSpan Shown = TimeSpan.FromMinutes(10);

    /// <summary>Offsets that a bank is told of at once: those under way, and the newest that are settled.</summary>
    public const int MaxViews = 256;

    private readonly NodeContext node;
    private readonly AgentParts parts;
    private readonly AccountBook book;
    private readonly GroupPostings postings;
    private readonly EventStream history;
    private readonly OfferBook offers;
    private readonly OffsetCalls calls;
    private readonly ChannelRest rests = new();
    private readonly SortedDictionary<Digest, OffsetState> offsets = [];
    private readonly HashSet<(string Bank, ByteString Payment)> settled = [];
    private readonly Dictionary<Currency, Look> looks = [];
    private int turn;

    public OffsetBook(NodeContext node, AgentParts parts, AgentChannel own, AccountBook book, GroupPostings postings, RecoveredRows rows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(parts.OffsetLife, TimeSpan.Zero, nameof(parts));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(parts.OffsetLife, AgentParts.LongestOffsetLife, nameof(parts));
        this.node = node;
        this.parts = parts;
        this.book = book;
        this.postings = postings;
        history = new EventStream(node, "offsets", rows);
        offers = new OfferBook(node, new Memberships(node.Network, new HeadCheck(node.Network, parts.Node.Ledger.CheckpointKey)));
        calls = new OffsetCalls(node, parts, own);
        foreach (StoredPayload row in rows.Of(PayloadKind.InFlight))
        {
            OffsetState offset = new(node.Rows.Open(PayloadKind.InFlight, row.Key, row.Body, OffsetRow.Parser), node.Network);
            offsets.Add(offset.Group.Id, offset);
            if (offset.Stage == OffsetStage.Deciding) postings.Recover(offset.Group.Id, offset.Row.Head);
            if (offset.Stage == OffsetStage.Settled) settled.UnionWith(offset.Payments);
        }
    }

    /// <summary>When it was looked last, and at what.</summary>
    private readonly record struct Look(DateTimeOffset At, long Offers, long Balances, bool IsCut);

    /// <summary>Whether accounts in a currency are to be left as they are, since banks have confirmed to a cycle what is in them.</summary>
    public Func<Currency, bool> IsHeldBack { get; init; } = static _ => false;

    /// <summary>The offsets, the newest first.</summary>
    public OffsetSummary List() => new([.. offsets.Values.OrderByDescending(static o => o.Row.OpenedUnixMs).Select(static o => o.Status())]);

    /// <summary>Takes what a bank offers, and tells it of the offsets in which it has a part. Who has no account is told nothing.</summary>
    public OffsetAnswer Answer(ParticipantId bank, OffsetOffers said)
    {
        if (!book.Knows(bank.ToString())) return new OffsetAnswer();
        OffsetAnswer answer = new() { Code = offers.Take(bank, said) };
        if (answer.Code.Length == 0) Report(bank, said);
        answer.Offsets.Add(offsets.Values.OrderBy(static o => o.Stage).ThenByDescending(static o => o.Row.OpenedUnixMs).Select(offset => offset.View(bank)).OfType<OffsetView>().Take(MaxViews));
        return answer;
    }

    /// <summary>What time does: offsets are brought to the ledger, what waits is looked at, and what ended long ago is shown no more.</summary>
    public void Tick()
    {
        foreach (OffsetState offset in offsets.Values.ToList())
        {
            if (offset.Stage == OffsetStage.Deciding)
            {
                if (postings.Decide(offset.Group, offset.Row.Head) is { } isCommitted) End(offset, isCommitted);
            }
            else if (node.NowUnixMs - offset.Row.EndedUnixMs > (long)Shown.TotalMilliseconds)
            {
                Forget(offset);
            }
        }

        offers.Forget();
        foreach (Currency currency in offers.Currencies) Match(currency);
    }

    private void Report(ParticipantId bank, OffsetOffers said)
    {
        foreach (IGrouping<ByteString, OffsetReport> reports in said.Reports.GroupBy(static report => report.Group))
        {
            // What is said of an offset that has ended comes late.
            if (!offsets.TryGetValue(new Digest(reports.Key.Span), out OffsetState? offset) || offset.Stage != OffsetStage.Deciding) continue;
            bool wasAwaited = offset.Unreported.Any();
            foreach (OffsetReport report in reports) offset.Report(new Digest(report.Channel.Span), bank);
            if (wasAwaited && !offset.Unreported.Any()) postings.Hasten(offset.Group.Id);
        }
    }

    private void Match(Currency currency)
    {
        Look last = looks.GetValueOrDefault(currency);
        if (node.Now - last.At < parts.OffsetInterval || IsHeldBack(currency) || offsets.Values.Any(o => o.Currency == currency && o.Stage == OffsetStage.Deciding)) return;
        if (!last.IsCut && last.Offers == offers.Changes && last.Balances == book.Changes && !rests.HasEnded(last.At, node.Now)) return;
        WaitingPayments waiting = WaitingPayments.Of(offers.Of(currency), channel => rests.Has(channel, node.Now), (bank, payment) => settled.Contains((bank.ToString(), payment)));
        OffsetMatch match = OffsetMatch.Of(waiting, bank => book.BalanceOf(bank.ToString(), currency), turn++);
        if (match.Settling.Count > 0) Begin(match, currency);
        looks[currency] = new Look(node.Now, offers.Changes, book.Changes, match.IsCut);
    }

    /// <summary>Calls the channels and sets the nets aside: all of it in one step, so that no account is short of what was found.</summary>
    private void Begin(OffsetMatch match, Currency currency)
    {
        OffsetState offset = calls.Make(match, currency);
        offset.Row.Head = postings.SetAside(offset.Nets, OffsetText.Calls(offset.Group.Id, offset.Row.Legs.Select(static leg => leg.Call.LegBody.Memory)));
        offsets.Add(offset.Group.Id, offset);
        Keep(offset, "offset_called");
    }

    private void End(OffsetState offset, bool isCommitted)
    {
        GroupNets nets = offset.Nets;
        postings.End(nets, isCommitted);
        if (isCommitted) foreach (OffsetBankRow bank in offset.Row.Banks) (bank.PostingId, bank.Signature) = postings.Sign(nets, bank.Bank, bank.NetMinorUnits);
        offset.Row.IsCommitted = isCommitted;
        offset.Row.EndedUnixMs = node.NowUnixMs;
        // What is offered may be from before the end, and rooms with it; a payment that is settled may be offered for a while by a bank that does not know.
        foreach (OffsetBankRow bank in offset.Row.Banks) if (ParticipantId.TryParse(bank.Bank, out ParticipantId id)) offers.Forget(id, offset.Currency);
        if (isCommitted) settled.UnionWith(offset.Payments);
        if (isCommitted) foreach (Digest channel in offset.Channels) rests.End(channel);
        else Rest(offset);
        Keep(offset, isCommitted ? "offset_settled" : "offset_void");
    }

    /// <summary>Honest banks fail too, so the operator is told of channels and not of banks.</summary>
    private void Rest(OffsetState offset)
    {
        List<Digest> silent = [.. offset.Unreported];
        foreach (Digest channel in silent)
        {
            rests.Begin(channel, node.Now);
            node.Note(AgentCodes.OffsetUnanswered, channel.ToString());
        }

        if (silent.Count == 0) node.Note(AgentCodes.OffsetPassed, offset.Group.Id.ToString());
    }

    private void Forget(OffsetState offset)
    {
        if (offset.Stage == OffsetStage.Settled) settled.ExceptWith(offset.Payments);
        offsets.Remove(offset.Group.Id);
        node.Delete(PayloadKind.InFlight, offset.Group.Id.ToArray());
    }

    /// <summary>Writes the offset; the event names it, and nothing that it moves.</summary>
    private void Keep(OffsetState offset, string happened)
    {
        node.Write(node.Rows.Replace(PayloadKind.InFlight, offset.Group.Id.ToArray(), offset.Row));
        history.Note(happened, new { Group = offset.Group.Id.ToString() });
    }
}
