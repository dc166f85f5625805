using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Notarisation;
using Settlement.Wire.Agent;

namespace Settlement.Core.Agent;

/// <summary>
/// Whether a bank has shown that a position of a closed channel is its own. Nobody is believed: the channel's keys follow from its id, the head from
/// both members' endorsements and the ledger's receipt, the close from a member's signature and the ledger's receipt, the position from the head.
/// </summary>
/// <param name="network">The network.</param>
/// <param name="heads">Checks heads.</param>
internal sealed class ExitCheck(string network, HeadCheck heads)
{
    /// <summary>The code of the refusal; empty where all is shown.</summary>
    /// <param name="bank">Who asks.</param>
    /// <param name="channel">The channel's id, as the request has it.</param>
    /// <param name="request">The request.</param>
    /// <param name="known">The largest checkpoint that this agent has verified itself.</param>
    /// <param name="leaf">The index of the head's leaf in the log; below zero where that is not shown.</param>
    /// <param name="forked">A checkpoint by which the ledger signed another log of the known size; null where there is none.</param>
    public string Judge(ParticipantId bank, Digest channel, ExitRequest request, Checkpoint known, out long leaf, out string? forked)
    {
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
        Digest signed = ExitText.Request(network, channel, notarised.Fields.Head, bank, request.Currency, request.MinorUnits);
        return HeadCheck.Verifies(keys[(int)request.Member], signed, request.Signature) ? "" : AgentCodes.NotTheHolder;
    }
}
