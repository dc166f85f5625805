using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Wire.Channels;

namespace Settlement.Core.Alarms;

/// <summary>A message of a peer as evidence: whole where it is short, and else what its sender signed of it. Only proposals and endorsements
/// are signed as messages; of anything else that is long, size and hash are kept.</summary>
internal static class PeerEvidence
{
    /// <summary>The message as it came.</summary>
    public static EvidencePart Of(PeerMessage message) => EvidencePart.Of("message", message) with { Signed = () => SignedOf(message) };

    /// <summary>An entry with its path to what the sequencer signed. Of one that is long its hash is kept in its place: who pads it gains nothing.</summary>
    public static EvidencePart OfItem(SignedProposal signed, ByteString body, int item) => EvidencePart.Of("entry in its batch", () => ProposalTree.OfItem(signed, body, item)) with
    {
        Signed = () => EvidencePart.Of("hash of the entry in its batch", ProposalTree.OfItemHash(signed, body, item)),
    };

    private static EvidencePart? SignedOf(PeerMessage message) => message.MessageCase switch
    {
        PeerMessage.MessageOneofCase.Proposal when SignedProposal.TryRead(message.Proposal, out SignedProposal? signed) =>
            EvidencePart.Of("proposal without entries", ProposalTree.OfRest(signed, message.Proposal.Body, AlarmBounds.MaxPartBytes)),
        PeerMessage.MessageOneofCase.Endorsement when message.Endorsement is { Endorsement: not null } answer => EvidencePart.Of("endorsement", new EndorsementAnswer
        {
            Channel = answer.Channel, Term = answer.Term, Sequence = answer.Sequence, PreviousHead = answer.PreviousHead, Head = answer.Head, Endorsement = answer.Endorsement,
        }),
        _ => null,
    };
}
