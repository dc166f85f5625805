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
    private readonly HashSet<ChannelSide> finished = [];
    private readonly AgentDesk<Work> desk = new(node, agent);

    private sealed class Work(ChannelSide channel, Position position, IReadOnlyList<HeldLeg> legs, Int128 due)
    {
        public ChannelSide Channel { get; } = channel;

        public Position Position { get; } = position;

        /// <summary>The legs that give the position something, or give it back.</summary>
        public IReadOnlyList<HeldLeg> Legs { get; } = legs;

        /// <summary>What is this bank's.</summary>
        public Int128 Due { get; } = due;

        public Retry Again { get; } = new(FirstShowAgain, LongestShowAgain);

        /// <summary>Receipts that the ledger was asked for and has not given.</summary>
        public int Asked { get; set; }

        public HeadProof? Head { get; set; }

        public LeafReceipt? Close { get; set; }

        /// <summary>Under which the receipts of the close and of what was decided are; empty before the first.</summary>
        public string Checkpoint { get; set; } = "";

        public Dictionary<Digest, LeafReceipt> Decided { get; } = [];

        public bool IsProven => Head is not null && Close is not null && Decided.Count == Legs.Count;

        public void Forget()
        {
            (Head, Close, Checkpoint) = (null, null, "");
            Decided.Clear();
        }
    }

    /// <summary>Asks the ledger for receipts, and shows the agent every position that has them, one message at a time.</summary>
    public void Flush()
    {
        foreach (ChannelSide channel in channels.All.Where(c => c.IsClosed && !finished.Contains(c))) Begin(channel);
        foreach (Work work in works.Values.Where(w => w is { Asked: 0, IsProven: false } && w.Again.IsDue(node.Now))) AskForReceipts(work);
        List<Work> shown = [.. works.Values.Where(w => w is { Asked: 0, IsProven: true } && w.Again.IsDue(node.Now)).Take(AgentExits.MaxRequests)];
        desk.Ask(shown, request => request.Exits.Add(shown.Select(RequestOf)));
    }

    /// <summary>True when the token is of a request of these.</summary>
    public bool TryFail(long token) => desk.TryFail(token);

    /// <summary>True when the token is of a request of these.</summary>
    public bool TryAnswer(long token, byte[] body) => desk.TryAnswer(token, body, static reply => reply.Exits, OnResult);

    private void Begin(ChannelSide channel)
    {
        bool isFinished = true;
        foreach (Position position in channel.State.Positions.Where(p => p.Member == channel.Context.Own))
        {
            // Units of contracts are nobody's account.
            if (!Currency.TryParse(position.Currency, out _) || channel.Close!.Exits.Any(exit => exit.Currency == position.Currency)) continue;
            List<(HeldLeg Leg, long Units)> legs = [.. channel.State.MovingLegs.SelectMany(leg => leg.Changes.Where(c => c.Member == position.Member && c.Currency == position.Currency).Select(c => (leg, c.Units)))];
            // What is this bank's is known once the ledger has decided all of them, and what it redeemed before is paid; it is shown once.
            bool isKnown = legs.TrueForAll(l => channel.Decisions.ContainsKey(l.Leg.Group.Id)) && !defunding.IsUnderWay(channel, position.Currency);
            legs.RemoveAll(l => !isKnown || channel.Decisions[l.Leg.Group.Id] != l.Units > 0);
            Int128 due = legs.Aggregate((Int128)position.MinorUnits - position.Reserved, static (sum, l) => sum + Int128.Abs(l.Units));
            if (isKnown && due <= 0) continue;
            isFinished = false;
            if (isKnown && !works.ContainsKey((channel.Id, position.Currency))) works.Add((channel.Id, position.Currency), new Work(channel, position, [.. legs.Select(static l => l.Leg)], due));
        }

        if (isFinished) finished.Add(channel);
    }

    private void AskForReceipts(Work work)
    {
        ChannelSide channel = work.Channel;
        work.Forget();
        work.Asked = 2 + work.Legs.Count;
        ledger.Submit(new Submission { Head = channel.Notarised }, (result, leaf) =>
        {
            work.Asked--;
            if (leaf?.Head is not { } head || head.Head != channel.Notarised!.Head)
            {
                Unproven(work, result);
                return;
            }

            work.Head = new HeadProof
            {
                BatchRoot = Bytes(channel.BatchRoot), StateRoot = Bytes(channel.State.Root(node.Network, channel.Id)), TimeUnixMs = channel.TimeUnixMs,
                Receipt = result.Receipt, Checkpoint = ledger.CheckpointNote,
            };
        });
        ledger.Submit(new Submission { Close = channel.Close!.Record }, (result, leaf) =>
        {
            work.Asked--;
            if (leaf?.Close is { } close && close.Head == channel.Close.Record.Head && IsUnderOneCheckpoint(work)) work.Close = result.Receipt;
            else Unproven(work, result);
        });
        foreach (Digest group in work.Legs.Select(static leg => leg.Group.Id))
        {
            bool isCommitted = channel.Decisions[group];
            ledger.Submit(new Submission { Decided = new DecidedRecord { Group = Bytes(group), IsCommitted = isCommitted } }, (result, leaf) =>
            {
                work.Asked--;
                if (leaf?.Decided is { } decided && decided.Group.Span.SequenceEqual(group.ToArray()) && decided.IsCommitted == isCommitted && IsUnderOneCheckpoint(work)) work.Decided[group] = result.Receipt;
                else Unproven(work, result);
            });
        }
    }

    /// <summary>They mostly come with one answer of the ledger; where they do not, they are asked for again.</summary>
    private bool IsUnderOneCheckpoint(Work work)
    {
        if (work.Checkpoint.Length == 0) work.Checkpoint = ledger.CheckpointNote!;
        return work.Checkpoint == ledger.CheckpointNote;
    }

    /// <summary>The ledger has these leaves under a checkpoint that this node has verified.</summary>
    private void Unproven(Work work, SubmissionResult result)
    {
        if (result.Code.Length > 0) node.Alarm(KnownCodes.OrForeign(result.Code), work.Channel.Id.ToString());
        work.Again.Tried(node.Now);
    }

    private ExitRequest RequestOf(Work work)
    {
        ChannelSide channel = work.Channel;
        Position position = work.Position;
        ExitRequest request = new()
        {
            Channel = Bytes(channel.Id), Currency = position.Currency, Member = (uint)position.Member, MinorUnits = position.MinorUnits, OpeningBody = channel.Opening.Record.Body,
            Position = PositionProofs.Of(channel.State, node.Network, channel.Id, position), Head = work.Head, Close = work.Close, Checkpoint = work.Checkpoint,
            Signature = ByteString.CopyFrom(channel.OwnKey.Sign(ExitText.Request(node.Network, channel.Id, channel.Head, node.Parts.Keys.Participant, position.Currency, position.MinorUnits))),
        };
        foreach (HeldLeg leg in work.Legs)
        {
            LegProof shown = PositionProofs.OfLeg(channel.State, node.Network, channel.Id, leg);
            shown.Decided = work.Decided[leg.Group.Id];
            request.Legs.Add(shown);
        }

        return request;
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
            work.Forget();
            return;
        }

        works.Remove((channel.Id, work.Position.Currency));
        channel.Close!.Exits.Add(new ExitRow { Currency = result.Currency, PaidMinorUnits = result.PaidMinorUnits, PostingId = result.PostingId, PostingSignature = result.Signature });
        channel.Note(node, "exited", new { Posting = Convert.ToHexStringLower(result.PostingId.Span) });
        channel.WriteSnapshot(node);
        // The pool had less: the other member owes the rest, which nobody but the two of them can settle.
        if (result.PaidMinorUnits < work.Due) node.NoteAbout(channel.Other.Id, ChannelCodes.ExitShort, channel.Id.ToString());
    }

    /// <summary>Whether the agent signed that it paid so much of this position into this bank's account.</summary>
    private bool IsPosted(Work work, ExitResult result)
    {
        if (!result.Channel.Span.SequenceEqual(work.Channel.Id.ToArray()) || result.Currency != work.Position.Currency || result.PostingId.Length != PostingText.IdLength) return false;
        if (result.PaidMinorUnits < 0 || result.PaidMinorUnits > work.Due || !desk.TryFindAgent(out Participant? participant) || participant.Posting is not { } key) return false;
        using VerifyingKey verifier = new(key);
        return verifier.Verify(ExitText.Posting(node.Network, result.PostingId.Span, work.Channel.Id, node.Parts.Keys.Participant, result.Currency, result.PaidMinorUnits), result.Signature.Span);
    }

    private static ByteString Bytes(Digest digest) => ByteString.CopyFrom(digest.ToArray());
}
