using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Bank;

/// <summary>A proposal that a member changes before it signs it: whatever it says, its signature is good.</summary>
internal sealed class OtherProposal(Proposal like)
{
    public ByteString Channel { get; set; } = like.Channel;

    public ulong Term { get; set; } = like.Term;

    public ulong Sequence { get; set; } = like.Sequence;

    public ByteString PreviousHead { get; set; } = like.PreviousHead;

    public ProposalBody Body { get; } = BodyOf(like);

    public static ProposalBody BodyOf(Proposal proposal) => ProposalBody.Parser.ParseFrom(proposal.Body);

    /// <summary>The proposal as it is, changed and signed anew by a member of its channel.</summary>
    public static PeerMessage Of(TwoBanks world, TestNode by, Proposal like, Action<OtherProposal> change)
    {
        OtherProposal other = new(like);
        change(other);
        return other.Sign(world, by);
    }

    public PeerMessage Sign(TwoBanks world, TestNode by)
    {
        OpeningBody opening = OpeningBody.Parser.ParseFrom(world.Opening(by).Record.Body);
        using SigningKey key = world.ChannelKey(by);
        return new PeerMessage { Proposal = Sign(TwoBanks.Network, new Digest(opening.TermsHash.Span), key) };
    }

    public Proposal Sign(string network, Digest termsHash, SigningKey key)
    {
        ByteString body = Body.ToByteString();
        Digest signed = RecordHashes.Proposal(network, new Digest(Channel.Span), termsHash, (long)Term, (long)Sequence, new Digest(PreviousHead.Span), ProposalTree.RootOf(body.Span));
        return new Proposal { Channel = Channel, Term = Term, Sequence = Sequence, PreviousHead = PreviousHead, Body = body, Signature = ByteString.CopyFrom(key.Sign(signed)) };
    }
}
