using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Notarisation;
using Settlement.Wire.Agent;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Agent;

/// <summary>
/// Whether a bank has shown that a position of a closed channel is its own. Nobody is believed: the channel's keys follow from its id, the head from
/// both members' endorsements and the ledger's receipt, the close from a member's signature and the ledger's receipt, the position from the head.
/// </summary>
/// <param name="network">The network.</param>
/// <param name="heads">Checks heads.</param>
internal sealed class ExitCheck(string network, HeadCheck heads)
{
    /// <summary>Legs of one request: each takes no signature to verify.</summary>
    private const int MaxLegs = HeldLeg.MaximumKept;

    /// <summary>The code of the refusal; empty where all is shown.</summary>
    /// <param name="bank">Who asks.</param>
    /// <param name="channel">The channel's id, as the request has it.</param>
    /// <param name="request">The request.</param>
    /// <param name="known">The largest checkpoint that this agent has verified itself.</param>
    /// <param name="due">What is the bank's.</param>
    /// <param name="leaf">The index of the head's leaf in the log; below zero where that is not shown.</param>
    /// <param name="forked">A checkpoint by which the ledger signed another log of the known size; null where there is none.</param>
    public string Judge(ParticipantId bank, Digest channel, ExitRequest request, Checkpoint known, out Int128 due, out long leaf, out string? forked)
    {
        due = 0;
        leaf = -1;
        forked = null;
        if (RecordHashes.Channel(request.OpeningBody.Span) != channel || !heads.TryReadOpening(request.OpeningBody, out Digest terms, out IReadOnlyList<PublicKey>? keys)) return AgentCodes.OpeningDiffers;
        if (request.Head is not { } head || request.Position is not { } position) return AgentCodes.Malformed;
        bool isNotarised = heads.TryNotarised(channel, terms, keys, head, known, out (HeadFields Fields, long Leaf) notarised, out bool isForked);
        if (isForked) forked = head.Checkpoint;
        if (!isNotarised) return AgentCodes.HeadNotNotarised;
        leaf = notarised.Leaf;
        bool isClosed = heads.IsClosed(keys, notarised.Fields, request.Close, request.Checkpoint, known, out isForked);
        if (isForked) forked = request.Checkpoint;
        if (!isClosed) return AgentCodes.CloseNotProven;
        if (!PositionProofs.Shows(position, network, channel, (int)request.Member, request.Currency, request.MinorUnits, new Digest(head.StateRoot.Span))) return AgentCodes.PositionNotProven;
        due = (Int128)request.MinorUnits - position.Reserved;
        if (request.Legs.Count > 0 && !TryAddLegs(channel, request, ref due)) return AgentCodes.LegNotProven;
        Digest signed = ExitText.Request(network, channel, notarised.Fields.Head, bank, request.Currency, request.MinorUnits);
        return HeadCheck.Verifies(keys[(int)request.Member], signed, request.Signature) ? "" : AgentCodes.NotTheHolder;
    }

    /// <summary>Adds what legs give the member, or give it back; each once. One that is not shown gives nothing.</summary>
    private bool TryAddLegs(Digest channel, ExitRequest request, ref Int128 due)
    {
        if (request.Legs.Count > MaxLegs || !request.Position.HasLegsRoot || !Digest.TryRead(request.Position.LegsRoot.Span, out Digest root)) return false;
        HashSet<Digest> groups = [];
        using LedgerView view = heads.View(request.Checkpoint);
        foreach (LegProof leg in request.Legs)
        {
            if (!PositionProofs.Shows(leg, network, channel, root) || !groups.Add(new Digest(leg.Group.Span)) || !view.TryVerify(leg.Decided, out Leaf? leaf, out _)) return false;
            if (leaf.RecordCase != Leaf.RecordOneofCase.Decided || !leaf.Decided.Group.Equals(leg.Group)) return false;
            foreach (LegProof.Types.Change change in leg.Changes.Where(c => c.Member == request.Member && c.Currency == request.Currency && c.Units > 0 == leaf.Decided.IsCommitted)) due += Int128.Abs(change.Units);
        }

        return true;
    }
}
