using Google.Protobuf;
using Settlement.Core.Alarms;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Agent;

namespace Settlement.Core.Agent;

/// <summary>
/// Pays what entries of channels redeem: from the channel's pool to the account of the bank whose position it was, once for each
/// entry, for ever. What was paid lies under channel and entry, whoever asks; what was refused under the bank and the bytes of its
/// request, so that nobody's false proof stands in the way of the bank that has the right one.
/// </summary>
internal sealed class Redemptions(NodeContext node, AgentParts parts, LedgerDesk ledger, AccountBook book, PostingBook postings, RefusalBudget refusals, ChannelStops stops)
{
    /// <summary>Requests of one message: each takes four signatures to verify.</summary>
    public const int MaxRequests = 100;

    private readonly RedemptionCheck check = new(node.Network, new HeadCheck(node.Network, node.Parts.Ledger.CheckpointKey), parts.Contracts);

    /// <summary>The rows that must be looked up before a request can be answered.</summary>
    public static IEnumerable<PayloadKey> Needs(ParticipantId bank, RedeemRequest request) => [EntryKey(request.Channel, request.EntryId), RefusalKey(bank, request)];

    /// <summary>Answers a request.</summary>
    public RedeemResult Redeem(ParticipantId bank, RedeemRequest request)
    {
        RedeemResult result = new() { Channel = request.Channel, EntryId = request.EntryId };
        if (!Digest.TryRead(request.Channel.Span, out Digest channel) || !EntryId.TryRead(request.EntryId.Span, out EntryId entry)
            || !Currency.TryParse(request.Currency, out Currency currency) || request.MinorUnits <= 0)
        {
            return Doubt(bank, request, result, AgentCodes.Malformed);
        }

        Money amount = new(currency, request.MinorUnits);
        PayloadKey key = EntryKey(request.Channel, request.EntryId), refusalKey = RefusalKey(bank, request);
        if (postings.Find(key) is { } paid)
        {
            if (paid.Credit != bank.ToString() || paid.Currency != request.Currency || paid.MinorUnits != request.MinorUnits)
                return Doubt(bank, request, result, AgentCodes.RepeatedDifferently);
            (result.PostingId, result.Signature) = (paid.PostingId, paid.Signature);
            return result;
        }

        if (postings.Find(refusalKey) is { } refused)
        {
            result.Code = refused.Refusal;
            return result;
        }

        if (!refusals.MayBeRefused(bank, node.Now)) return Doubt(bank, request, result, AgentCodes.TooManyRefusals);
        string refusal = check.Judge(bank, channel, entry, request, ledger.Checkpoint, out long leaf, out bool isForked);
        if (isForked)
        {
            // The bank shows what the ledger signed: the lie is the ledger's alone, and the same proof may be found true later.
            AlarmOfFork(request);
            result.Code = AgentCodes.HeadNotNotarised;
            return result;
        }

        if (refusal.Length == 0 && stops.Refuses(bank, channel, leaf))
        {
            // The stop may be lifted, and then the same proof is as good as it is now.
            refusals.Refused(bank, node.Now);
            return Doubt(bank, request, result, AgentCodes.Stopped);
        }

        if (refusal.Length == 0 && !book.TryPost(channel.ToString(), bank.ToString(), creditsPool: false, amount)) refusal = AgentCodes.InsufficientFunds;
        if (refusal.Length > 0)
        {
            refusals.Refused(bank, node.Now);
            postings.Refuse(refusalKey, channel.ToString(), bank.ToString(), amount, refusal);
            return Doubt(bank, request, result, refusal);
        }

        PostingRow row = postings.Post(key, channel.ToString(), bank.ToString(), amount, "pool_redeemed",
            id => parts.Posting.Sign(RedemptionText.Posting(node.Network, id, channel, entry, bank, request.Currency, request.MinorUnits)));
        (result.PostingId, result.Signature) = (row.PostingId, row.Signature);
        return result;
    }

    /// <summary>A bank shows what its own vault holds, so an honest one has nothing refused: the operator hears of it.</summary>
    private RedeemResult Doubt(ParticipantId bank, RedeemRequest request, RedeemResult result, string code)
    {
        node.Alarm(code, bank.ToString(), EvidencePart.Of("request", request));
        result.Code = code;
        return result;
    }

    private void AlarmOfFork(RedeemRequest request) => node.AlarmAbout(node.Parts.Ledger.Destination.Participant, LedgerCodes.Forked, "ledger",
        EvidencePart.Of("checkpoint known", ledger.CheckpointNote!), EvidencePart.Of("checkpoint offered", request.Head.Checkpoint));

    private static PayloadKey EntryKey(ByteString channel, ByteString entry) =>
        new(PayloadKind.Postings, new HashWriter("settlement/agent-redemption").Bytes(channel.Span).Bytes(entry.Span).Finish().ToArray());

    private static PayloadKey RefusalKey(ParticipantId bank, RedeemRequest request) =>
        new(PayloadKind.Postings, new HashWriter("settlement/agent-redemption-refused").Text(bank.ToString()).Bytes(request.ToByteArray()).Finish().ToArray());
}
