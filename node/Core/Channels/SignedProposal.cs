using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Wire.Channels;

namespace Settlement.Core.Channels;

/// <summary>What a sequencer signs of a proposal, read but not yet verified. It binds the bytes of the batch to one place of the
/// channel; an honest sequencer signs one for a place, and sends the same bytes again.</summary>
/// <param name="Channel">The channel's id.</param>
/// <param name="Term">The term it was proposed in, from 1.</param>
/// <param name="Sequence">Its place in the channel, from 1.</param>
/// <param name="PreviousHead">The head before; <see cref="Digest.Zero"/> before the first.</param>
/// <param name="Body">The root of the body as it was sent (<see cref="ProposalTree"/>).</param>
/// <param name="Signature">64 bytes.</param>
public sealed record SignedProposal(Digest Channel, long Term, long Sequence, Digest PreviousHead, Digest Body, ReadOnlyMemory<byte> Signature)
{
    /// <summary>Signs a body for a place.</summary>
    public static SignedProposal Sign(ChannelContext context, long term, long sequence, Digest previousHead, ReadOnlySpan<byte> body, SigningKey key)
    {
        Digest hash = ProposalTree.RootOf(body);
        return new SignedProposal(context.Channel, term, sequence, previousHead, hash,
            key.Sign(RecordHashes.Proposal(context.Terms.Network, context.Channel, context.Terms.Hash, term, sequence, previousHead, hash)));
    }

    /// <summary>Reads a proposal and hashes its body; false when a field has the wrong length or a number is out of range.</summary>
    public static bool TryRead(Proposal proposal, [NotNullWhen(true)] out SignedProposal? signed)
    {
        if (!TryRead(proposal.Channel, proposal.Term, proposal.Sequence, proposal.PreviousHead, proposal.Signature, out signed)) return false;
        signed = signed with { Body = ProposalTree.RootOf(proposal.Body.Span) };
        return true;
    }

    /// <summary>Reads what is left of a proposal without its body.</summary>
    public static bool TryRead(ProposalClaim claim, [NotNullWhen(true)] out SignedProposal? signed)
    {
        if (!TryRead(claim.Channel, claim.Term, claim.Sequence, claim.PreviousHead, claim.Signature, out signed) || !Digest.TryRead(claim.BodyHash.Span, out Digest body))
        {
            signed = null;
            return false;
        }

        signed = signed with { Body = body };
        return true;
    }

    /// <summary>Whether two claims prove to anybody that one key signed two batches for one place: both signatures verify, and no
    /// honest sequencer has reason for both.</summary>
    /// <param name="network">The network's name.</param>
    /// <param name="termsHash">As the channel's opening has it.</param>
    /// <param name="sequencer">The channel key of the member in office, as the opening has it.</param>
    /// <param name="first">One claim.</param>
    /// <param name="second">The other.</param>
    public static bool AreTwoForOnePlace(string network, Digest termsHash, VerifyingKey sequencer, ProposalClaim first, ProposalClaim second) =>
        TryRead(first, out SignedProposal? one) && TryRead(second, out SignedProposal? other) && one.Contradicts(other)
        && one.IsSignedBy(network, termsHash, sequencer) && other.IsSignedBy(network, termsHash, sequencer);

    /// <summary>Whether both are for one place and not the same. Within a term a previous head has one successor, and a sequence one
    /// previous head; the signature may differ, because each one draws its own nonce.</summary>
    public bool Contradicts(SignedProposal other) =>
        Channel == other.Channel && Term == other.Term && (Sequence == other.Sequence || PreviousHead == other.PreviousHead)
        && (Sequence, PreviousHead, Body) != (other.Sequence, other.PreviousHead, other.Body);

    /// <summary>Whether it is the same proposal to the byte.</summary>
    public bool IsSame(SignedProposal other) =>
        (Channel, Term, Sequence, PreviousHead, Body) == (other.Channel, other.Term, other.Sequence, other.PreviousHead, other.Body) && Signature.Span.SequenceEqual(other.Signature.Span);

    /// <summary>Whether the member's key signed it.</summary>
    public bool IsSignedBy(string network, Digest termsHash, VerifyingKey sequencer) =>
        sequencer.Verify(RecordHashes.Proposal(network, Channel, termsHash, Term, Sequence, PreviousHead, Body), Signature.Span);

    /// <summary>As evidence, and as the vault keeps it.</summary>
    public ProposalClaim ToClaim() => new()
    {
        Channel = ByteString.CopyFrom(Channel.ToArray()), Term = (ulong)Term, Sequence = (ulong)Sequence, PreviousHead = ByteString.CopyFrom(PreviousHead.ToArray()),
        BodyHash = ByteString.CopyFrom(Body.ToArray()), Signature = ByteString.CopyFrom(Signature.Span),
    };

    /// <summary>As it is sent.</summary>
    public Proposal ToProposal(ByteString body) => new()
    {
        Channel = ByteString.CopyFrom(Channel.ToArray()), Term = (ulong)Term, Sequence = (ulong)Sequence, PreviousHead = ByteString.CopyFrom(PreviousHead.ToArray()),
        Body = body, Signature = ByteString.CopyFrom(Signature.Span),
    };

    private static bool TryRead(ByteString channel, ulong term, ulong sequence, ByteString previousHead, ByteString signature, [NotNullWhen(true)] out SignedProposal? signed)
    {
        signed = null;
        if (!Digest.TryRead(channel.Span, out Digest id) || !Digest.TryRead(previousHead.Span, out Digest previous)) return false;
        if (term is < 1 or > long.MaxValue || sequence is < 1 or > long.MaxValue) return false;
        signed = new SignedProposal(id, (long)term, (long)sequence, previous, default, signature.Memory);
        return true;
    }
}
