using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Agent;
using Settlement.Core.Alarms;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Instructions;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Participants;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Agent;

namespace Settlement.Core.Bank;

/// <summary>
/// Brings money of the settlement agent into a channel: the agent moves it from the bank's account into the channel's pool
/// and signs a posting, and an entry of the channel cites that posting, once.
/// </summary>
internal sealed class Funding(NodeContext node, ParticipantPin agent, ChannelBook channels) : IOwnWork
{
    private static readonly TimeSpan FirstCiteAgain = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestCiteAgain = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, Work> works = new(StringComparer.Ordinal);
    private readonly AgentDesk<Work> desk = new(node, agent);

    private sealed class Work(byte[] key, ChannelSide channel, FundingRow row, long? callId)
    {
        public byte[] Key { get; } = key;

        public ChannelSide Channel { get; } = channel;

        public FundingRow Row { get; } = row;

        /// <summary>The operator's call; lost in a restart.</summary>
        public long? CallId { get; set; } = callId;

        /// <summary>What cites the posting; null until the agent answered.</summary>
        public Command.Own? Command { get; set; }

        /// <summary>The agent may have been asked, and so may have posted.</summary>
        public bool WasAsked { get; set; }

        /// <summary>The entry that cited the posting was refused.</summary>
        public bool IsRefused { get; set; }

        /// <summary>When the posting is cited again.</summary>
        public Retry CiteAgain { get; } = new(FirstCiteAgain, LongestCiteAgain);
    }

    /// <summary>Starts a funding for the operator.</summary>
    public void Fund(BankInput.Fund input)
    {
        if (!channels.TryGet(input.Channel, out ChannelSide? channel) || input.Amount.MinorUnits <= 0)
        {
            Reply(input.CallId, ChannelCodes.ChannelUnknown);
            return;
        }

        if (channel.IsShut)
        {
            Reply(input.CallId, ChannelCodes.ChannelClosed);
            return;
        }

        if (!channel.Terms.Currencies.Contains(input.Amount.Currency))
        {
            Reply(input.CallId, ReasonCodes.CurrencyNotProcessable);
            return;
        }

        if (PaymentContract.FindFunding(channel.Terms) is null)
        {
            Reply(input.CallId, BankCodes.NoFundingContract);
            return;
        }

        byte[] key = new byte[Digest.Length];
        node.Entropy.Fill(key);
        Work work = new(key, channel, new FundingRow { Currency = input.Amount.Currency.Code, MinorUnits = input.Amount.MinorUnits }, input.CallId);
        works[Convert.ToHexString(key)] = work;
        WaitingRows.WriteFunding(node, channel.Id, key, work.Row);
    }

    /// <summary>Takes up funding that was under way before a restart.</summary>
    public Command.Own? Restore(byte[] key, ChannelSide channel, FundingRow row)
    {
        Work work = new(key, channel, row, null);
        works[Convert.ToHexString(key)] = work;
        work.WasAsked = true;
        return row.PostingId.Length > 0 && !channel.IsClosed ? Cite(work) : null;
    }

    /// <summary>Asks the agent for everything that waits, one request at a time.</summary>
    public void Flush()
    {
        CiteRefused();
        List<Work> asked = [.. works.Values.Where(w => w.Row.PostingId.Length == 0).Take(AgentMachine.MaxRequests)];
        desk.Ask(asked, request =>
        {
            request.Funds.Add(asked.Select(RequestOf));
            foreach (Work work in asked) work.WasAsked = true;
        });
    }

    /// <summary>The rows that an answer depends on: whether the postings that it gives were cited before.</summary>
    public IEnumerable<PayloadKey> Needs(Input.Answered answered) => desk.Look(answered.Token, answered.Body, static reply => reply.Funds)
        .Select(given => PostingFact(given.Work, given.Result));

    /// <summary>True when the token is of a request of these.</summary>
    public bool TryFail(long token) => desk.TryFail(token);

    /// <summary>True when the token is of a request of these.</summary>
    public bool TryAnswer(long token, byte[] body) => desk.TryAnswer(token, body, static reply => reply.Funds, OnResult);

    /// <inheritdoc/>
    public void Settled(ChannelSide channel, Command.Own command, long sequence) => Finish(command.WorkKey, null);

    /// <inheritdoc/>
    public void Refused(ChannelSide channel, Command.Own command, string code, long sequence)
    {
        if (channel.IsClosed)
        {
            LeaveInPool(Find(command));
            return;
        }

        // The agent has debited the account, so the posting must end in a position: it is cited again in a fresh entry.
        node.Alarm(KnownCodes.OrForeign(code), channel.Id.ToString());
        Work work = Find(command);
        WaitingRows.WriteFunding(node, channel.Id, work.Key, work.Row);
        work.CiteAgain.Tried(node.Now);
        work.IsRefused = true;
        if (work.CallId is { } call) Reply(call, code);
        work.CallId = null;
    }

    /// <summary>The channel is closed. What the agent has not been asked for it never is; what it may have posted is asked for until it says so.</summary>
    public void OnClosed(ChannelSide channel)
    {
        foreach (Work work in works.Values.Where(w => w.Channel == channel && w.Row.PostingId.Length == 0 && !w.WasAsked).ToList()) Finish(work.Key, ChannelCodes.ChannelClosed);
        foreach (Work work in works.Values.Where(w => w.Channel == channel && w.IsRefused).ToList()) LeaveInPool(work);
    }

    /// <summary>A posting is cited for good. An agent that gave it for two requests owes the second: to cite it again would be refused
    /// for ever.</summary>
    public void OnCited(ChannelSide channel, string posting)
    {
        foreach (Work work in works.Values.Where(w => w.Channel == channel && Convert.ToHexStringLower(w.Row.PostingId.Span) == posting).ToList())
        {
            if (work.Command is { } command)
            {
                channel.Release(command);
                channel.Mailbox.Remove(command);
            }

            Owe(work);
        }
    }

    private static FundRequest RequestOf(Work work)
    {
        FundRequest fund = new()
        {
            RequestId = ByteString.CopyFrom(work.Key), Channel = ByteString.CopyFrom(work.Channel.Id.ToArray()),
            Currency = work.Row.Currency, MinorUnits = work.Row.MinorUnits, OpeningBody = work.Channel.Opening.Record.Body,
            // An earlier request may have been posted; into a closed channel no money goes.
            OnlyIfPosted = work.Channel.IsClosed,
        };
        fund.Acknowledgements.Add(work.Channel.Opening.Acknowledgements);
        return fund;
    }

    /// <summary>Postings whose entry was refused are cited again, at a bounded rate.</summary>
    private void CiteRefused()
    {
        foreach (Work work in works.Values.Where(w => w.IsRefused && w.CiteAgain.IsDue(node.Now)))
        {
            work.IsRefused = false;
            work.Channel.Enqueue(Cite(work));
        }
    }

    private void OnResult(Work work, Wire.Agent.FundResult result)
    {
        if (!result.RequestId.Span.SequenceEqual(work.Key))
        {
            // It answers something else. Asked at once again, it could do so without end.
            node.Alarm(ChannelCodes.MessageMalformed, work.Channel.Id.ToString());
            desk.AskLater();
            return;
        }

        MoneyValue amount = new(work.Row.Currency, work.Row.MinorUnits);
        if (result.Code.Length > 0)
        {
            works.Remove(Convert.ToHexString(work.Key));
            WaitingRows.Delete(node, work.Key);
            if (work.CallId is { } call) Reply(call, CodeValue.IsCode(result.Code) ? result.Code : ChannelCodes.AgentRefused);
            return;
        }

        string posting = PostingText.Write(result.PostingId.Span, result.Signature.Span);
        if (!Objections.IsPosting(node.Parts.Directory, work.Channel.Context, amount, posting, work.Channel.Context.Own))
        {
            node.Alarm(ChannelCodes.PostingRefused, work.Channel.Id.ToString());
            desk.AskLater();
            return;
        }

        if (node.Find(PostingFact(work, result)) is not null)
        {
            Owe(work);
            return;
        }

        work.Row.PostingId = result.PostingId;
        work.Row.PostingSignature = result.Signature;
        WaitingRows.WriteFunding(node, work.Channel.Id, work.Key, work.Row);
        if (work.Channel.IsClosed)
        {
            LeaveInPool(work);
            return;
        }

        work.Channel.Enqueue(Cite(work));
    }

    private static Command.Own Cite(Work work)
    {
        (ContractPlan plan, ContractAction action) = PaymentContract.FindFunding(work.Channel.Terms) ?? throw new InvalidOperationException("The terms were checked when funding began.");
        string posting = PostingText.Write(work.Row.PostingId.Span, work.Row.PostingSignature.Span);
        MoneyValue amount = new(work.Row.Currency, work.Row.MinorUnits);
        return work.Command = new Command.Own(work.Key, plan, action, PaymentContract.FundingValues(plan.Contract, amount, posting), null) { Funding = work.Row };
    }

    private PayloadKey PostingFact(Work work, Wire.Agent.FundResult result) => Objections.PostingFact(node, work.Channel.Id, Convert.ToHexStringLower(result.PostingId.Span));

    private Work Find(Command.Own command) => works.TryGetValue(Convert.ToHexString(command.WorkKey), out Work? work)
        ? work : throw new InvalidOperationException("Funding that is not under way was refused.");

    /// <summary>The channel was closed before an entry cited the posting: its money is in the pool, and in no position. The vault keeps the posting,
    /// which is what shows it.</summary>
    private void LeaveInPool(Work work)
    {
        work.IsRefused = false;
        work.Command = null;
        work.Channel.Note(node, "funding_left_in_pool", new { Posting = Convert.ToHexStringLower(work.Row.PostingId.Span) });
        WaitingRows.WriteFunding(node, work.Channel.Id, work.Key, work.Row);
        if (work.CallId is { } call) Reply(call, ChannelCodes.ChannelClosed);
        work.CallId = null;
    }

    /// <summary>The posting served already.</summary>
    private void Owe(Work work)
    {
        node.Alarm(ChannelCodes.PostingRefused, work.Channel.Id.ToString());
        Finish(work.Key, ChannelCodes.PostingRefused);
    }

    private void Finish(byte[] key, string? refusal)
    {
        if (!works.Remove(Convert.ToHexString(key), out Work? work)) throw new InvalidOperationException("Funding that is not under way was finished.");
        WaitingRows.Delete(node, key);
        if (work.CallId is { } call) Reply(call, refusal);
    }

    private void Reply(long callId, string? refusal) => node.Then(new Effect.Reply(callId, new FundAnswer(refusal)));
}
