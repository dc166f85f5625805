using Google.Protobuf;
using Settlement.Core.Agent;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Notarisation;
using Settlement.Core.Store;
using Settlement.Core.Vault;
using Settlement.Core.Vault.Records;
using Settlement.Tests.Simulation.Worlds;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Simulation.Invariants;

/// <summary>What leaves a node: signatures, answers and alarms. What they say must be durable already, and never be unsaid.</summary>
internal sealed class Departures
{
    // In a world whose participants are honest nothing ever gives cause for one of these.
    private static readonly HashSet<string> Impossible = new(StringComparer.Ordinal)
    {
        ChannelCodes.EntryMalformed, ChannelCodes.CommitmentMismatch, ChannelCodes.EnvelopeUnreadable, ChannelCodes.EntryNotOurs, ChannelCodes.PostingRefused,
        ChannelCodes.InstanceUnknown, ChannelCodes.InstanceDiffers, ChannelCodes.GrantNotOrdered,
        ChannelCodes.SecondHead, ChannelCodes.ProposalSignature, ChannelCodes.EndorsementInvalid, ChannelCodes.UnknownHead, ChannelCodes.DeliveryMismatch, ChannelCodes.MessageMalformed,
        ChannelCodes.EpochKeyUnreadable, LedgerCodes.Malformed, LedgerCodes.EndorsementSignature, LedgerCodes.TakeoverSignature, LedgerCodes.NotAdmitted, LedgerCodes.RootChanged,
        LedgerCodes.CheckpointUnreadable, LedgerCodes.CheckpointSignature, LedgerCodes.CheckpointSmaller, LedgerCodes.Forked, LedgerCodes.NotConsistent,
        LedgerCodes.ReceiptPath, LedgerCodes.ReceiptLeaf, GroupCodes.OutcomeDiffers, GroupCodes.CommittedWithoutLeg, LedgerCodes.ReservationSignature, LedgerCodes.ReservedHead, LedgerCodes.AlreadyReserved,
        CycleCodes.CutUncalled, CycleCodes.ListDiffers, CycleCodes.PostingDiffers, CycleCodes.RoundUnsigned, CycleCodes.ReservationInvalid, CycleCodes.PostingMissing,
        AgentCodes.NotAMember, AgentCodes.CutNotProven, AgentCodes.ConfirmationDiffers, AgentCodes.SumDiffers, OffsetCodes.PostingDiffers, OffsetCodes.CallUnsigned,
    };

    private readonly Dictionary<(string Member, Digest Channel, Digest Previous, long Term), Digest> signed = [];
    private readonly Dictionary<(string Member, Digest Channel, Digest Previous, ulong Term), Proposal> proposed = [];
    private readonly HashSet<(string Member, Digest Head)> durable = [];

    /// <summary>A batch in flight is durable.</summary>
    public void OnInFlight(MachineNode node, InFlightRow row)
    {
        if (row.Own is not null) durable.Add((node.Name, new Digest(row.Head.Span)));
    }

    /// <summary>Checks one effect as it is performed.</summary>
    public void Check(MachineNode node, Effect effect, LogModel log)
    {
        switch (effect)
        {
            case Effect.Send { Door: Door.Peer } send:
                foreach (PeerMessage message in PeerBatch.Parser.ParseFrom(send.Body).Messages)
                {
                    Check(node, message, log);
                    foreach (SealedEntry entry in EntriesOf(message)) CheckShared(node, entry);
                }

                break;
            case Effect.Send { Door: Door.Ledger } send:
                foreach (HeadRecord head in LedgerRequest.Parser.ParseFrom(send.Body).Submissions.Where(s => s.RecordCase == Submission.RecordOneofCase.Head).Select(s => s.Head))
                    Sign(node, new HeadFields(new Digest(head.Channel.Span), (long)head.Term, (long)head.Sequence, new Digest(head.PreviousHead.Span), new Digest(head.Head.Span)));
                break;
            case Effect.Reply { Body: SubmissionAnswer answer }:
                foreach (SubmittedInstruction instruction in answer.Instructions)
                    Violation.Unless(StatusOf(node, instruction.Id) is not null, "an answer is durable", "an instruction was accepted and is not in the vault");
                break;
            case Effect.StatusChanged changed:
                Violation.Unless(StatusOf(node, changed.InstructionId) is not (null or InstructionStatus.Received), "an answer is durable", "a status is told and is not in the vault");
                break;
            case Effect.Alarm alarm:
                Violation.Unless(!Impossible.Contains(alarm.Code), "nobody honest is accused", $"{node.Name} raises {alarm.Code}");
                break;
        }
    }

    private void Check(MachineNode node, PeerMessage message, LogModel log)
    {
        switch (message.MessageCase)
        {
            case PeerMessage.MessageOneofCase.Endorsement when message.Endorsement.Endorsement is not null:
                EndorsementAnswer answer = message.Endorsement;
                Sign(node, new HeadFields(new Digest(answer.Channel.Span), (long)answer.Term, (long)answer.Sequence, new Digest(answer.PreviousHead.Span), new Digest(answer.Head.Span)));
                break;
            case PeerMessage.MessageOneofCase.Proposal:
                (string, Digest, Digest, ulong) place = (node.Name, new Digest(message.Proposal.Channel.Span), new Digest(message.Proposal.PreviousHead.Span), message.Proposal.Term);
                Violation.Unless(proposed.TryAdd(place, message.Proposal) || proposed[place].Equals(message.Proposal), "one proposal for a previous head and term", node.Name);
                Violation.Unless(IsFinal(node, message.Proposal.Channel.Span, (long)message.Proposal.Sequence) is not null
                    || InFlight(node, message.Proposal.Channel.Span) is { } proposal && proposal.Equals(message.Proposal), "a proposal is durable", node.Name);
                break;
            case PeerMessage.MessageOneofCase.Delivery:
                Violation.Unless((long)message.Delivery.Sequence <= log.SequenceOf(new Digest(message.Delivery.Channel.Span)), "final is what the ledger has", $"{node.Name} delivers early");
                break;
        }
    }

    private static IEnumerable<SealedEntry> EntriesOf(PeerMessage message) => (message.MessageCase switch
    {
        PeerMessage.MessageOneofCase.Commands => message.Commands.Entries,
        PeerMessage.MessageOneofCase.Proposal => ProposalBody.Parser.ParseFrom(message.Proposal.Body).Items.Select(static item => item.Entry),
        PeerMessage.MessageOneofCase.Delivery => message.Delivery.Items.Select(static item => item.Entry),
        _ => [],
    }).Where(static entry => entry is not null);

    /// <summary>What one participant alone reads it sealed itself, so there is nobody to whom it could be sent.</summary>
    private static void CheckShared(MachineNode node, SealedEntry entry)
    {
        EntryHeader header = EntryHeader.Parser.ParseFrom(entry.Header);
        for (int i = 0; i < header.Envelopes.Count; i++)
            Violation.Unless(!uint.IsPow2(header.Envelopes[i].Audience) || entry.Envelopes[i].CalculateSize() == 0, "only who may read it gets ciphertext", node.Name);
    }

    private void Sign(MachineNode node, HeadFields head)
    {
        if (!signed.TryAdd((node.Name, head.Channel, head.PreviousHead, head.Term), head.Head))
        {
            Violation.Unless(signed[(node.Name, head.Channel, head.PreviousHead, head.Term)] == head.Head, "one head for a previous head and term",
                $"{node.Name} signs a second head {head.Sequence} of term {head.Term}");
        }

        // A batch that a takeover let go was durable once, and its submission may still be on its way. Where the takeover and
        // the signature fall into one step the newer term is durable, in which the member never signs for the older.
        bool isDurable = durable.Contains((node.Name, head.Head)) || (node == node.World.Agent && AgentsOwnChannel.Holds(node, head.Sequence, head.Head)) || (Snapshot(node, head.Channel.ToArray()) is { } snapshot && snapshot.Term > head.Term);
        Violation.Unless(isDurable, "a signature is durable before it leaves", $"{node.Name} signs {head.Sequence} of term {head.Term}");
    }

    private static SnapshotRow? Snapshot(MachineNode node, byte[] channel) => node.Store.Find(PayloadKind.Snapshots, channel) is { } body
        ? node.Rows.Open(PayloadKind.Snapshots, channel, body, SnapshotRow.Parser)
        : null;

    private static Proposal? InFlight(MachineNode node, ReadOnlySpan<byte> channel)
    {
        byte[] id = channel.ToArray();
        if (node.Store.Scan(PayloadKind.Proposals).FirstOrDefault(r => r.Key.AsSpan(0, Digest.Length).SequenceEqual(id)) is not { } row) return null;
        ProposalRow kept = node.Rows.Open(PayloadKind.Proposals, row.Key, row.Body, ProposalRow.Parser);
        Violation.Unless(SignedProposal.TryRead(kept.Claim, out SignedProposal? signed), "a proposal is durable", $"{node.Name} does not keep what it signed");
        return signed!.ToProposal(KeptEntry.With(kept.Rest, EntriesRow.Parser.ParseFrom(node.Store.Find(PayloadKind.Entries, row.Key)!).Entries).ToByteString());
    }

    private static Digest? IsFinal(MachineNode node, ReadOnlySpan<byte> channel, long sequence) =>
        node.Store.Find(PayloadKind.Batches, RowKeys.Batch(new Digest(channel), sequence)) is { } body ? new Digest(BatchRow.Parser.ParseFrom(body).Head.Span) : null;

    private static InstructionStatus? StatusOf(MachineNode node, string id)
    {
        byte[] key = Convert.FromHexString(id);
        return node.Store.Find(PayloadKind.Instructions, key) is { } body ? (InstructionStatus)node.Rows.Open(PayloadKind.Instructions, key, body, InstructionRow.Parser).Status : null;
    }
}
