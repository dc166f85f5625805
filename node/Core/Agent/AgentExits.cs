using Google.Protobuf;
using Settlement.Core.Alarms;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Monetary;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Agent;

namespace Settlement.Core.Agent;

/// <summary>
/// Pays what members hold in closed channels: of the position that a member shows under the head of the close what is not set aside, and of what
/// is, what the ledger's decisions give it, as far as the channel's pool has it, once for each channel, currency and member, for ever. A member below zero is paid nothing, and what the other one
/// gets less for that the two of them settle elsewhere.
/// </summary>
internal sealed class AgentExits(NodeContext node, AgentParts parts, LedgerDesk ledger, AccountBook book, PostingBook postings, RefusalBudget refusals, ChannelStops stops)
{
    /// <summary>Requests of one message: each takes six signatures to verify.</summary>
    public const int MaxRequests = 50;

    private readonly ExitCheck check = new(node.Network, new HeadCheck(node.Network, node.Parts.Ledger.CheckpointKey));

    /// <summary>The rows that must be looked up before a request can be answered.</summary>
    public static IEnumerable<PayloadKey> Needs(ParticipantId bank, ExitRequest request) =>
        [ExitKey(request), RefusalKey(bank, request), .. Digest.TryRead(request.Channel.Span, out Digest channel) ? new[] { ClosedKey(channel) } : []];

    /// <summary>The row of a channel that is known to be closed: no money goes into it any more.</summary>
    public static PayloadKey ClosedKey(Digest channel) => new(PayloadKind.Postings, new HashWriter("settlement/agent-closed").Digest(channel).Finish().ToArray());

    /// <summary>Answers a request.</summary>
    public ExitResult Exit(ParticipantId bank, ExitRequest request)
    {
        ExitResult result = new() { Channel = request.Channel, Currency = request.Currency };
        if (!Digest.TryRead(request.Channel.Span, out Digest channel) || !Currency.TryParse(request.Currency, out Currency currency)
            || request.Member >= ChannelTerms.MemberCount)
            return Doubt(bank, request, result, AgentCodes.Malformed);
        PayloadKey key = ExitKey(request), refusalKey = RefusalKey(bank, request);
        if (postings.Find(key) is { } paid)
        {
            if (paid.Credit != bank.ToString()) return Doubt(bank, request, result, AgentCodes.RepeatedDifferently);
            return Answer(result, paid);
        }

        if (postings.Find(refusalKey) is { } refused)
        {
            result.Code = refused.Refusal;
            return result;
        }

        if (!refusals.MayBeRefused(bank, node.Now)) return Doubt(bank, request, result, AgentCodes.TooManyRefusals);
        string refusal = check.Judge(bank, channel, request, ledger.Checkpoint, out Int128 due, out long leaf, out string? forked);
        if (forked is not null)
        {
            // The bank shows what the ledger signed: the lie is the ledger's alone, and the same proof may be found true later.
            node.AlarmAbout(node.Parts.Ledger.Destination.Participant, LedgerCodes.Forked, "ledger",
                EvidencePart.Of("checkpoint known", ledger.CheckpointNote!), EvidencePart.Of("checkpoint offered", forked));
            result.Code = AgentCodes.HeadNotNotarised;
            return result;
        }

        if (refusal.Length == 0 && stops.Refuses(bank, channel, leaf)) refusal = AgentCodes.Stopped;
        if (refusal.Length > 0)
        {
            refusals.Refused(bank, node.Now);
            // A stop may be lifted, and then the same proof is as good as it is now.
            if (refusal != AgentCodes.Stopped) postings.Refuse(refusalKey, channel.ToString(), bank.ToString(), new Money(currency, 0), refusal);
            return Doubt(bank, request, result, refusal);
        }

        Money amount = new(currency, (long)Int128.Clamp(due, 0, book.BalanceOf(channel.ToString(), currency)));
        if (amount.MinorUnits > 0 && !book.TryPost(channel.ToString(), bank.ToString(), creditsPool: false, amount)) throw new InvalidOperationException("A pool does not have what it was found to have.");
        if (postings.Find(ClosedKey(channel)) is null) postings.Refuse(ClosedKey(channel), channel.ToString(), "", amount, AgentCodes.ChannelClosed);
        return Answer(result, postings.Post(key, channel.ToString(), bank.ToString(), amount, "position_exited",
            id => parts.Posting.Sign(ExitText.Posting(node.Network, id, channel, bank, currency.Code, amount.MinorUnits))));
    }

    private static ExitResult Answer(ExitResult result, PostingRow paid)
    {
        (result.PaidMinorUnits, result.PostingId, result.Signature) = (paid.MinorUnits, paid.PostingId, paid.Signature);
        return result;
    }

    /// <summary>A bank shows what its own vault holds, so an honest one has nothing refused: the operator hears of it.</summary>
    private ExitResult Doubt(ParticipantId bank, ExitRequest request, ExitResult result, string code)
    {
        node.Alarm(code, bank.ToString(), EvidencePart.Of("request", request));
        result.Code = code;
        return result;
    }

    private static PayloadKey ExitKey(ExitRequest request) =>
        new(PayloadKind.Postings, new HashWriter("settlement/agent-exit").Bytes(request.Channel.Span).Text(request.Currency).UInt32(request.Member).Finish().ToArray());

    private static PayloadKey RefusalKey(ParticipantId bank, ExitRequest request) =>
        new(PayloadKind.Postings, new HashWriter("settlement/agent-exit-refused").Text(bank.ToString()).Bytes(request.ToByteArray()).Finish().ToArray());
}
