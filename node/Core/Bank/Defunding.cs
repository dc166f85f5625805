using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Agent;
using Settlement.Core.Alarms;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Instructions;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Participants;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Agent;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Bank;

/// <summary>
/// Brings money of a channel back to the bank's account: an entry takes it from the bank's own position, and once that is final
/// the agent is shown it, with the ledger's receipt, until the agent has posted it.
/// </summary>
internal sealed class Defunding(NodeContext node, ParticipantPin agent, ChannelBook channels, LedgerDesk ledger, EventStream history) : IOwnWork
{
    private static readonly TimeSpan FirstShowAgain = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestShowAgain = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, Work> works = new(StringComparer.Ordinal);
    private readonly AgentDesk<Work> desk = new(node, agent);

    private sealed class Work(byte[] key, ChannelSide channel, RedemptionRow row, long? callId)
    {
        public byte[] Key { get; } = key;

        public ChannelSide Channel { get; } = channel;

        public RedemptionRow Row { get; } = row;

        /// <summary>The operator's call; lost in a restart.</summary>
        public long? CallId { get; set; } = callId;

        /// <summary>The ledger was asked for the receipt.</summary>
        public bool IsAsked { get; set; }

        /// <summary>When it goes on after a refusal.</summary>
        public Retry Again { get; } = new(FirstShowAgain, LongestShowAgain);

        public bool IsFinal => Row.Request is not null;

        public bool HasReceipt => Row.Request?.Head.Receipt is not null;
    }

    /// <summary>Starts a defunding for the operator.</summary>
    public void Defund(BankInput.Defund input)
    {
        MoneyValue amount = new(input.Amount.Currency.Code, input.Amount.MinorUnits);
        string? refusal = !channels.TryGet(input.Channel, out ChannelSide? channel) || input.Amount.MinorUnits <= 0 ? ChannelCodes.ChannelUnknown
            : channel.IsShut ? ChannelCodes.ChannelClosed
            : !channel.Terms.Currencies.Contains(input.Amount.Currency) ? ReasonCodes.CurrencyNotProcessable
            : PaymentContract.FindDefunding(channel.Terms) is null ? BankCodes.NoFundingContract
            : !channel.CanGiveBack(amount) ? ReasonCodes.InsufficientFunds : null;
        if (refusal is not null)
        {
            Reply(input.CallId, refusal);
            return;
        }

        byte[] key = new byte[Digest.Length];
        node.Entropy.Fill(key);
        Work work = new(key, channel!, new RedemptionRow { Currency = amount.Currency, MinorUnits = amount.MinorUnits }, input.CallId);
        works[Convert.ToHexString(key)] = work;
        Command.Own command = Command(work);
        channel!.Enqueue(command);
        WaitingRows.WriteRedemption(node, channel.Id, key, work.Row, command.Order);
    }

    /// <summary>Takes up defunding that was under way before a restart.</summary>
    /// <returns>Its command, where the entry is not final.</returns>
    public Command.Own? Restore(byte[] key, ChannelSide channel, RedemptionRow row)
    {
        Work work = new(key, channel, row, null);
        works[Convert.ToHexString(key)] = work;
        return work.IsFinal ? null : Command(work);
    }

    /// <summary>Whether entries of a channel that took money are not paid yet: what is left of the pool is theirs before it is anybody's position.</summary>
    public bool IsUnderWay(ChannelSide channel, string currency) => works.Values.Any(w => w.Channel == channel && w.Row.Currency == currency);

    /// <summary>Asks the ledger for receipts and shows the agent every entry that has one, one message at a time.</summary>
    public void Flush()
    {
        foreach (Work work in works.Values.Where(w => w is { IsFinal: true, HasReceipt: false, IsAsked: false } && w.Again.IsDue(node.Now))) AskForReceipt(work);
        List<Work> shown = [.. works.Values.Where(w => w.HasReceipt && w.Again.IsDue(node.Now)).Take(Redemptions.MaxRequests)];
        desk.Ask(shown, request => request.Redemptions.Add(shown.Select(static w => w.Row.Request)));
    }

    /// <summary>True when the token is of a request of these.</summary>
    public bool TryFail(long token) => desk.TryFail(token);

    /// <summary>True when the token is of a request of these.</summary>
    public bool TryAnswer(long token, byte[] body) => desk.TryAnswer(token, body, static reply => reply.Redemptions, OnResult);

    /// <inheritdoc/>
    public void Settled(ChannelSide channel, Command.Own command, long sequence)
    {
        Work work = Find(command);
        work.Row.Request = RedemptionProof.Of(channel, command.Entry!, channel.Applied!);
        work.Row.Head = channel.Notarised;
        Keep(work);
    }

    /// <inheritdoc/>
    public void Refused(ChannelSide channel, Command.Own command, string code, long sequence) => Finish(Find(command), code);

    /// <summary>The ledger gives a receipt of a head that it has notarised however often it is asked, and however far the channel went.</summary>
    private void AskForReceipt(Work work)
    {
        work.IsAsked = true;
        ledger.Submit(new Submission { Head = work.Row.Head }, (result, leaf) =>
        {
            work.IsAsked = false;
            if (leaf?.Head is not { } head || !head.Head.Span.SequenceEqual(work.Row.Head.Head.Span))
            {
                // It was notarised before, under a checkpoint that this node has verified.
                node.Alarm(KnownCodes.OrForeign(result.Code.Length > 0 ? result.Code : ChannelCodes.MessageMalformed), work.Channel.Id.ToString());
                work.Again.Tried(node.Now);
                return;
            }

            work.Row.Request.Head.Receipt = result.Receipt;
            work.Row.Request.Head.Checkpoint = ledger.CheckpointNote;
            Keep(work);
        });
    }

    private void OnResult(Work work, RedeemResult result)
    {
        RedeemRequest request = work.Row.Request;
        EvidencePart[] evidence = [EvidencePart.Of("result", result), EvidencePart.Of("request", request)];
        if (result.Code.Length > 0)
        {
            // The position is taken, so the money must end in the account: the agent is shown the entry again, with a fresh receipt.
            string code = CodeValue.IsCode(result.Code) ? result.Code : ChannelCodes.AgentRefused;
            node.Alarm(KnownCodes.OrForeign(code), work.Channel.Id.ToString(), evidence);
            work.Again.Tried(node.Now);
            request.Head.Receipt = null;
            request.Head.Checkpoint = "";
            Keep(work);
            if (work.CallId is { } call) Reply(call, code);
            work.CallId = null;
        }
        else if (!IsPosted(work, result))
        {
            node.Alarm(ChannelCodes.PostingRefused, work.Channel.Id.ToString(), evidence);
            work.Again.Tried(node.Now);
        }
        else
        {
            history.Note("redeemed", new { Channel = work.Channel.Id.ToString(), Entry = Convert.ToHexStringLower(request.EntryId.Span), Posting = Convert.ToHexStringLower(result.PostingId.Span) });
            Finish(work, null);
        }
    }

    /// <summary>Whether the agent signed that it paid this entry into this bank's account.</summary>
    private bool IsPosted(Work work, RedeemResult result)
    {
        RedeemRequest request = work.Row.Request;
        if (result.Channel != request.Channel || result.EntryId != request.EntryId || result.PostingId.Length != PostingText.IdLength) return false;
        if (!desk.TryFindAgent(out Participant? participant) || participant.Posting is not { } key) return false;
        using VerifyingKey verifier = new(key);
        return verifier.Verify(RedemptionText.Posting(node.Network, result.PostingId.Span, work.Channel.Id, new EntryId(new Digest(request.EntryId.Span)),
            node.Parts.Keys.Participant, request.Currency, request.MinorUnits), result.Signature.Span);
    }

    private static Command.Own Command(Work work)
    {
        (ContractPlan plan, ContractAction action) = PaymentContract.FindDefunding(work.Channel.Terms) ?? throw new InvalidOperationException("The terms were checked when defunding began.");
        MoneyValue amount = new(work.Row.Currency, work.Row.MinorUnits);
        return new Command.Own(work.Key, plan, action, PaymentContract.DefundingValues(plan.Contract, amount), amount) { Redemption = work.Row };
    }

    private Work Find(Command.Own command) => works.TryGetValue(Convert.ToHexString(command.WorkKey), out Work? work)
        ? work : throw new InvalidOperationException("Defunding that is not under way was decided.");

    // What waits for the agent is in no mailbox, so its place in the order of work says nothing.
    private void Keep(Work work) => WaitingRows.WriteRedemption(node, work.Channel.Id, work.Key, work.Row, node.NextOrder());

    private void Finish(Work work, string? refusal)
    {
        works.Remove(Convert.ToHexString(work.Key));
        WaitingRows.Delete(node, work.Key);
        if (work.CallId is { } call) Reply(call, refusal);
    }

    private void Reply(long callId, string? refusal) => node.Then(new Effect.Reply(callId, new DefundAnswer(refusal)));
}
