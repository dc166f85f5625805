using Google.Protobuf;
using Settlement.Core.Agent.Cycles;
using Settlement.Core.Agent.Offsets;
using Settlement.Core.Alarms;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Monetary;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Core.Participants;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Agent;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Agent;

/// <summary>
/// The settlement agent's behaviour: accounts of banks, pools behind channels, and signed postings that move money from the
/// one into the other, and back for entries that redeem. A request that was answered is answered the same again.
/// </summary>
public sealed class AgentMachine : IMachine, IDisposable
{
    /// <summary>Requests of one message. Each may need an acknowledgement verified.</summary>
    public const int MaxRequests = 250;

    /// <summary>Funded channels of one answer.</summary>
    public const int MaxFundedChannels = 4_096;

    private readonly NodeContext node;
    private readonly AgentParts parts;
    private readonly LedgerDesk ledger;
    private readonly AccountBook book;
    private readonly PostingBook postings;
    private readonly RefusalBudget refusals = new();
    private readonly Redemptions redemptions;
    private readonly AgentExits exits;
    private readonly ChannelStops stops;
    private readonly SupervisedChannels supervised;
    private readonly AgentChannel own;
    private readonly CycleBook cycles;
    private readonly OffsetBook offsets;
    private readonly ListedChannels listed;
    private readonly FundingBudget fundings = new();

    /// <summary>A machine with the memory of its vault.</summary>
    public AgentMachine(AgentParts parts, RecoveredRows rows)
    {
        this.parts = parts;
        node = new NodeContext(parts.Node, rows);
        ledger = new LedgerDesk(node, rows);
        book = new AccountBook(node, rows);
        postings = new PostingBook(node, new EventStream(node, "books", rows));
        stops = new ChannelStops(node, new EventStream(node, "stops", rows), rows);
        redemptions = new Redemptions(node, parts, ledger, book, postings, refusals, stops);
        exits = new AgentExits(node, parts, ledger, book, postings, refusals, stops);
        supervised = new SupervisedChannels(node, parts.Supervisors);
        own = new AgentChannel(node, ledger, rows);
        GroupPostings groups = new(node, parts, ledger, own, book, postings);
        listed = new ListedChannels(node, ledger, book, refusals);
        cycles = new CycleBook(node, parts, ledger, own, book, groups, listed, rows);
        offsets = new OffsetBook(node, parts, own, book, groups, rows) { IsHeldBack = cycles.IsConfirmed };
        ledger.ChannelSeen = (status, head, _) => listed.OnSeen(new Digest(status.Channel.Span), head is not null);
        string ledgerId = parts.Node.Ledger.Destination.Participant.ToString();
        node.Alarms.IsPartner = party => party == ledgerId || book.Knows(party) || parts.Supervisors.Any(s => s.Id.ToString() == party);
    }

    /// <summary>The kinds of rows that a machine starts from.</summary>
    public static IReadOnlyList<PayloadKind> RecoveryKinds { get; } = [PayloadKind.Settings, PayloadKind.Alarms, PayloadKind.Snapshots, PayloadKind.Channels, PayloadKind.Waiting, PayloadKind.InFlight];

    /// <inheritdoc/>
    public bool HasMore => false;

    /// <summary>Whether the ledger has answered since the start.</summary>
    public bool HasReachedLedger => ledger.HasAnswered;

    /// <inheritdoc/>
    public IReadOnlyCollection<PayloadKey> Needs(IReadOnlyList<Input> inputs)
    {
        HashSet<PayloadKey> needs = [];
        foreach (Input input in inputs.Any(static input => input is Input.Answered) ? inputs.Concat(listed.Messages) : inputs)
        {
            if (input is AgentInput.Credit credit) needs.Add(CreditKey(credit.Reference));
            if (input is not AgentInput.Requested requested || !Parsing.TryParse(AgentRequest.Parser, requested.Body, out AgentRequest? request)) continue;
            foreach (FundRequest fund in request.Funds.Take(MaxRequests))
            {
                needs.Add(FundKey(requested.From, fund.RequestId));
                if (Digest.TryRead(fund.Channel.Span, out Digest channel)) needs.Add(AgentExits.ClosedKey(channel));
            }

            needs.UnionWith(request.Exits.Take(AgentExits.MaxRequests).SelectMany(e => AgentExits.Needs(requested.From, e)));
            needs.UnionWith(request.Redemptions.Take(Redemptions.MaxRequests).SelectMany(r => Redemptions.Needs(requested.From, r)));
        }

        return needs;
    }

    /// <inheritdoc/>
    public Step Step(DateTimeOffset now, IReadOnlyList<Input> inputs, IReadOnlyDictionary<PayloadKey, byte[]> found)
    {
        node.Begin(now, found);
        postings.Begin();
        foreach (Input input in inputs) Handle(input);
        cycles.Tick();
        offsets.Tick();
        listed.Release(Reply);
        ledger.Flush();
        return node.End();
    }

    private void Handle(Input input)
    {
        switch (input)
        {
            case Input.Tick:
                break;
            case Input.Answered answered:
                ledger.TryAnswer(answered.Token, answered.Body);
                break;
            case Input.SendFailed failed:
                ledger.TryFail(failed.Token);
                break;
            case Input.StrangerKnocked:
                node.TryRecord(input);
                ledger.RefreshDirectory();
                break;
            case Input.DoorRefused:
                node.TryRecord(input);
                break;
            case Input.PeerReceived received:
                // A settlement agent is in no channel; whoever writes to it all the same is no reason to stop.
                node.AlarmAbout(received.From, AgentCodes.Malformed, received.From.ToString(), EvidencePart.OfGarbage(received.Body));
                break;
            case AgentInput.Requested requested:
                if (!listed.TryWait(requested, ChannelsToAsk(requested))) Reply(requested);
                break;
            case AgentInput.Credit credit:
                node.Then(new Effect.Reply(credit.CallId, Credit(credit)));
                break;
            case AgentInput.OpenCycle open:
                node.Then(new Effect.Reply(open.CallId, cycles.Open(open)));
                break;
            case AgentInput.NextRound next:
                node.Then(new Effect.Reply(next.CallId, cycles.Next(next)));
                break;
            case AgentInput.EndCycle end:
                node.Then(new Effect.Reply(end.CallId, cycles.End(end)));
                break;
            case AgentInput.ListCycles list:
                node.Then(new Effect.Reply(list.CallId, cycles.List()));
                break;
            case AgentInput.ListOffsets list:
                node.Then(new Effect.Reply(list.CallId, offsets.List()));
                break;
            case AgentInput.ListSchedules list:
                node.Then(new Effect.Reply(list.CallId, cycles.ListSchedules()));
                break;
            case AgentInput.Stop stop:
                node.Then(new Effect.Reply(stop.CallId, stops.Stop(stop)));
                break;
            case AgentInput.LiftStop lift:
                node.Then(new Effect.Reply(lift.CallId, stops.Lift(lift)));
                break;
            case AgentInput.ListStops list:
                node.Then(new Effect.Reply(list.CallId, stops.List()));
                break;
            case AgentInput.ListBooks list:
                node.Then(new Effect.Reply(list.CallId, book.List()));
                break;
            default:
                throw new InvalidOperationException($"An agent's machine knows no input {input.GetType().Name}.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => own.Dispose();

    private CreditResult Credit(AgentInput.Credit credit)
    {
        PayloadKey key = CreditKey(credit.Reference);
        string bank = credit.Bank.ToString();
        string? refusal = null;
        if (postings.Find(key) is { } earlier)
        {
            if (earlier.Credit != bank || earlier.Currency != credit.Amount.Currency.Code || earlier.MinorUnits != credit.Amount.MinorUnits) refusal = AgentCodes.RepeatedDifferently;
        }
        else if (book.TryPost(AccountBook.Issuance, bank, creditsPool: false, credit.Amount))
        {
            postings.Post(key, AccountBook.Issuance, bank, credit.Amount, "account_credited", null);
        }
        else
        {
            refusal = AgentCodes.Malformed;
        }

        return new CreditResult(new Money(credit.Amount.Currency, book.BalanceOf(bank, credit.Amount.Currency)), refusal);
    }

    private void Reply(AgentInput.Requested requested)
    {
        node.Hear(requested.From, EvidencePart.OfGarbage(requested.Body));
        node.Then(new Effect.Reply(requested.CallId, Answer(requested).ToByteArray()));
        node.HearNobody();
    }

    private AgentRequest? Read(AgentInput.Requested requested) => Parsing.TryParse(AgentRequest.Parser, requested.Body, out AgentRequest? request) && request.Suite == Suite.Current
        && string.Equals(request.Network, node.Network, StringComparison.Ordinal) && request.Funds.Count <= MaxRequests && request.Redemptions.Count <= Redemptions.MaxRequests && request.Exits.Count <= AgentExits.MaxRequests ? request : null;

    /// <summary>The channels about which the ledger is asked before a message is answered. Nothing is asked for a bank whose requests are not looked at.</summary>
    private IEnumerable<Digest> ChannelsToAsk(AgentInput.Requested requested) => Read(requested) is not { } request ? []
        : ChannelsToFund(requested.From, request).Concat(request.Cycles is { } call ? cycles.ChannelsToJoin(requested.From, call) : []);

    /// <summary>Those that it names together with their opening.</summary>
    private IEnumerable<Digest> ChannelsToFund(ParticipantId bank, AgentRequest request) => !refusals.MayBeRefused(bank, node.Now) ? []
        : request.Funds.Select(static fund => (Named: fund.Channel, Id: RecordHashes.Channel(fund.OpeningBody.Span))).Where(static fund => fund.Named.Span.SequenceEqual(fund.Id.ToArray())).Select(static fund => fund.Id);

    private AgentReply Answer(AgentInput.Requested requested)
    {
        AgentReply reply = new();
        if (Read(requested) is not { } request)
        {
            node.Alarm(AgentCodes.Malformed, requested.From.ToString());
            return reply;
        }

        supervised.Begin();
        foreach (FundRequest fund in request.Funds) reply.Funds.Add(Fund(requested.From, fund));
        foreach (RedeemRequest redeem in request.Redemptions) reply.Redemptions.Add(redemptions.Redeem(requested.From, redeem));
        foreach (ExitRequest exit in request.Exits) reply.Exits.Add(exits.Exit(requested.From, exit));
        if (request.Cycles is { } call) reply.Cycles = cycles.Answer(requested.From, call);
        if (request.Offsets is { } offers) reply.Offsets = offsets.Answer(requested.From, offers);
        string after = Convert.ToHexStringLower(request.FundedAfter.Span);
        if (request.FundedChannels && parts.Supervisors.Any(s => s.Id == requested.From))
            reply.Channels.Add(book.Pools().Where(p => string.CompareOrdinal(p.Channel.ToString(), after) > 0).Take(MaxFundedChannels).Select(p => new FundedChannel { Channel = ByteString.CopyFrom(p.Channel.ToArray()), FirstFundedUnixMs = p.SinceUnixMs }));
        return reply;
    }

    private FundResult Fund(ParticipantId bank, FundRequest fund)
    {
        FundResult result = new() { RequestId = fund.RequestId };
        PayloadKey key = FundKey(bank, fund.RequestId);
        if (fund.RequestId.Length != Digest.Length || !Digest.TryRead(fund.Channel.Span, out Digest channel)
            || !Currency.TryParse(fund.Currency, out Currency currency) || fund.MinorUnits <= 0
            || fund.Acknowledgements.Count > SupervisedChannels.MaxAcknowledgements)
        {
            node.Alarm(AgentCodes.Malformed, bank.ToString(), EvidencePart.Of("request", fund));
            result.Code = AgentCodes.Malformed;
            return result;
        }

        if (postings.Find(key) is { } earlier)
        {
            bool isSame = earlier.Credit == channel.ToString() && earlier.Currency == fund.Currency && earlier.MinorUnits == fund.MinorUnits;
            result.Code = isSame ? earlier.Refusal : AgentCodes.RepeatedDifferently;
            if (!isSame) node.Alarm(AgentCodes.RepeatedDifferently, bank.ToString(), EvidencePart.Of("request", fund));
            if (isSame) (result.PostingId, result.Signature) = (earlier.PostingId, earlier.Signature);
            return result;
        }

        if (!refusals.MayBeRefused(bank, node.Now) || !supervised.HasRoom)
        {
            node.Alarm(AgentCodes.TooManyRefusals, bank.ToString(), EvidencePart.Of("request", fund));
            result.Code = AgentCodes.TooManyRefusals;
            return result;
        }

        Money amount = new(currency, fund.MinorUnits);
        string refusal = stops.Refuses(bank, channel, long.MaxValue) ? AgentCodes.Stopped
            : fund.OnlyIfPosted || postings.Find(AgentExits.ClosedKey(channel)) is not null ? AgentCodes.ChannelClosed
            : !supervised.TryFindClaims(channel, fund, out IReadOnlyList<SupervisedChannels.Claim> claims) ? AgentCodes.NotAcknowledged
            : !book.CanPost(bank.ToString(), channel.ToString(), amount) ? AgentCodes.InsufficientFunds
            : !supervised.IsTrue(claims) ? AgentCodes.NotAcknowledged
            : !listed.Has(channel) ? AgentCodes.ChannelNotListed
            : !fundings.MayBeGranted(bank, channel, node.Now) ? AgentCodes.TooManyFundings
            : book.TryPost(bank.ToString(), channel.ToString(), creditsPool: true, amount) ? "" : AgentCodes.InsufficientFunds;
        if (refusal.Length > 0)
        {
            refusals.Refused(bank, node.Now);
            if (refusal is AgentCodes.ChannelNotListed or AgentCodes.TooManyFundings or AgentCodes.Stopped) node.Alarm(refusal, bank.ToString(), EvidencePart.Of("request", fund));
            else if (refusal == AgentCodes.NotAcknowledged) node.Note(refusal, channel.ToString(), EvidencePart.Of("request", fund));
            postings.Refuse(key, bank.ToString(), channel.ToString(), amount, refusal);
            result.Code = refusal;
            return result;
        }

        fundings.Granted(bank, channel, node.Now);
        PostingRow row = postings.Post(key, bank.ToString(), channel.ToString(), amount, "pool_funded",
            id => parts.Posting.Sign(PostingText.Digest(node.Network, id, channel, bank, amount.Currency.Code, amount.MinorUnits)));
        (result.PostingId, result.Signature) = (row.PostingId, row.Signature);
        return result;
    }

    private PayloadKey CreditKey(string reference) => new(PayloadKind.Postings, node.Rows.LookupKey("agent-credit", reference));

    private static PayloadKey FundKey(ParticipantId bank, ByteString request) =>
        new(PayloadKind.Postings, new HashWriter("settlement/agent-fund").Text(bank.ToString()).Bytes(request.Span).Finish().ToArray());
}
