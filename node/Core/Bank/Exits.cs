using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Agent;
using Settlement.Core.Alarms;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Monetary;
using Settlement.Core.Nodes;
using Settlement.Core.Participants;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Agent;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Bank;

/// <summary>
/// Brings this bank's positions of closed channels to its account: the agent is shown the own position under the head that the channel was closed
/// at, until it has signed what it paid. Nothing but the channel's snapshot says what is still to be done.
/// </summary>
internal sealed class Exits(NodeContext node, ParticipantPin agent, ChannelBook channels, LedgerDesk ledger, Defunding defunding)
{
    private static readonly TimeSpan FirstShowAgain = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestShowAgain = TimeSpan.FromMinutes(10);

    private readonly Dictionary<(Digest Channel, string Currency), Work> works = [];
    private readonly AgentDesk<Work> desk = new(node, agent);

    private sealed class Work(ChannelSide channel, Position position)
    {
        public ChannelSide Channel { get; } = channel;

        public Position Position { get; } = position;

        public Retry Again { get; } = new(FirstShowAgain, LongestShowAgain);

        /// <summary>Receipts that the ledger was asked for and has not given.</summary>
        public int Asked { get; set; }

        public HeadProof? Head { get; set; }

        public (LeafReceipt Receipt, string Checkpoint)? Close { get; set; }
    }

    /// <summary>Asks the ledger for receipts, and shows the agent every position that has them, one message at a time.</summary>
    public void Flush()
    {
        foreach (ChannelSide channel in channels.All.Where(static c => c.IsClosed)) Begin(channel);
        foreach (Work work in works.Values.Where(w => w.Asked == 0 && w.Again.IsDue(node.Now) && (w.Head is null || w.Close is null))) AskForReceipts(work);
        List<Work> shown = [.. works.Values.Where(w => w is { Head: not null, Close: not null } && w.Again.IsDue(node.Now)).Take(AgentExits.MaxRequests)];
        desk.Ask(shown, request => request.Exits.Add(shown.Select(RequestOf)));
    }

    /// <summary>True when the token is of a request of these.</summary>
    public bool TryFail(long token) => desk.TryFail(token);

    /// <summary>True when the token is of a request of these.</summary>
    public bool TryAnswer(long token, byte[] body) => desk.TryAnswer(token, body, static reply => reply.Exits, OnResult);

    /// <summary>What of a position its holder can take out: what is set aside of it is a leg's or a contract's.</summary>
    private static Int128 FreeOf(Position position) => (Int128)position.MinorUnits - position.Reserved;

    private void Begin(ChannelSide channel)
    {
        foreach (Position position in channel.State.Positions.Where(p => p.Member == channel.Context.Own && FreeOf(p) > 0))
        {
            // Units of contracts are nobody's account.
            if (!Currency.TryParse(position.Currency, out _) || works.ContainsKey((channel.Id, position.Currency))) continue;
            if (channel.Close!.Exits.Any(exit => exit.Currency == position.Currency) || defunding.IsUnderWay(channel, position.Currency)) continue;
            works.Add((channel.Id, position.Currency), new Work(channel, position));
        }
    }

    private void AskForReceipts(Work work)
    {
        ChannelSide channel = work.Channel;
        work.Asked = 2;
        ledger.Submit(new Submission { Head = channel.Notarised }, (result, leaf) =>
        {
            work.Asked--;
            if (leaf?.Head is not { } head || head.Head != channel.Notarised!.Head) Unproven(work, result);
            else work.Head = new HeadProof
            {
                BatchRoot = Bytes(channel.BatchRoot), StateRoot = Bytes(channel.State.Root(node.Network, channel.Id)), TimeUnixMs = channel.TimeUnixMs,
                Receipt = result.Receipt, Checkpoint = ledger.CheckpointNote,
            };
        });
        ledger.Submit(new Submission { Close = channel.Close!.Record }, (result, leaf) =>
        {
            work.Asked--;
            if (leaf?.Close is not { } close || close.Head != channel.Close.Record.Head) Unproven(work, result);
            else work.Close = (result.Receipt, ledger.CheckpointNote!);
        });
    }

    /// <summary>The ledger has both leaves under a checkpoint that this node has verified.</summary>
    private void Unproven(Work work, SubmissionResult result)
    {
        node.Alarm(KnownCodes.OrForeign(result.Code.Length > 0 ? result.Code : ChannelCodes.MessageMalformed), work.Channel.Id.ToString());
        work.Again.Tried(node.Now);
    }

    private ExitRequest RequestOf(Work work)
    {
        ChannelSide channel = work.Channel;
        Position position = work.Position;
        return new ExitRequest
        {
            Channel = Bytes(channel.Id), Currency = position.Currency, Member = (uint)position.Member, MinorUnits = position.MinorUnits, OpeningBody = channel.Opening.Record.Body,
            Position = PositionProofs.Of(channel.State, node.Network, channel.Id, position), Head = work.Head, Close = work.Close!.Value.Receipt, Checkpoint = work.Close.Value.Checkpoint,
            Signature = ByteString.CopyFrom(channel.OwnKey.Sign(ExitText.Request(node.Network, channel.Id, channel.Head, node.Parts.Keys.Participant, position.Currency, position.MinorUnits))),
        };
    }

    private void OnResult(Work work, ExitResult result)
    {
        ChannelSide channel = work.Channel;
        if (result.Code.Length > 0 || !IsPosted(work, result))
        {
            // The position is this bank's whatever the agent says now: it is shown again, with fresh receipts.
            string code = result.Code.Length == 0 ? ChannelCodes.PostingRefused : CodeValue.IsCode(result.Code) ? result.Code : ChannelCodes.AgentRefused;
            node.Alarm(KnownCodes.OrForeign(code), channel.Id.ToString(), EvidencePart.Of("result", result));
            work.Again.Tried(node.Now);
            (work.Head, work.Close) = (null, null);
            return;
        }

        works.Remove((channel.Id, work.Position.Currency));
        channel.Close!.Exits.Add(new ExitRow { Currency = result.Currency, PaidMinorUnits = result.PaidMinorUnits, PostingId = result.PostingId, PostingSignature = result.Signature });
        channel.Note(node, "exited", new { Posting = Convert.ToHexStringLower(result.PostingId.Span) });
        channel.WriteSnapshot(node);
        // The pool had less: the other member owes the rest, which nobody but the two of them can settle.
        if (result.PaidMinorUnits < FreeOf(work.Position)) node.NoteAbout(channel.Other.Id, ChannelCodes.ExitShort, channel.Id.ToString());
    }

    /// <summary>Whether the agent signed that it paid so much of this position into this bank's account.</summary>
    private bool IsPosted(Work work, ExitResult result)
    {
        if (!result.Channel.Span.SequenceEqual(work.Channel.Id.ToArray()) || result.Currency != work.Position.Currency || result.PostingId.Length != PostingText.IdLength) return false;
        if (result.PaidMinorUnits < 0 || result.PaidMinorUnits > FreeOf(work.Position) || !desk.TryFindAgent(out Participant? participant) || participant.Posting is not { } key) return false;
        using VerifyingKey verifier = new(key);
        return verifier.Verify(ExitText.Posting(node.Network, result.PostingId.Span, work.Channel.Id, node.Parts.Keys.Participant, result.Currency, result.PaidMinorUnits), result.Signature.Span);
    }

    private static ByteString Bytes(Digest digest) => ByteString.CopyFrom(digest.ToArray());
}
