using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Tests.Simulation;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Channels;

/// <summary>What two claims of proposals prove to somebody who was not there, and what they do not.</summary>
public sealed class SignedProposalTests : IDisposable
{
    private const string Network = "test";
    private static readonly Digest Channel = Digest.Of("channel"u8), Terms = Digest.Of("terms"u8), Previous = Digest.Of("previous"u8), Body = Digest.Of("body"u8), Other = Digest.Of("other"u8);

    private readonly SigningKey key = SigningKey.Generate(new SeededEntropy(1));
    private readonly SigningKey stranger = SigningKey.Generate(new SeededEntropy(2));
    private readonly VerifyingKey sequencer;

    public SignedProposalTests() => sequencer = new VerifyingKey(key.PublicKey);

    [Theory]
    [InlineData("another body", true)]
    [InlineData("another previous head for the sequence", true)]
    [InlineData("another sequence for the previous head", true)]
    [InlineData("the same, signed twice", false)]
    [InlineData("another place", false)]
    [InlineData("another term", false)]
    [InlineData("another channel", false)]
    [InlineData("another network", false)]
    [InlineData("other terms", false)]
    [InlineData("another key", false)]
    [InlineData("a signature that was changed", false)]
    [InlineData("a signature that is too short", false)]
    [InlineData("a hash that is too short", false)]
    [InlineData("a sequence that is none", false)]
    public void Two_claims_prove_two_batches_for_one_place(string second, bool isProof)
    {
        ProposalClaim first = Claim(key, Network, Channel, Terms, 3, 7, Previous, Body);
        ProposalClaim other = second switch
        {
            "another previous head for the sequence" => Claim(key, Network, Channel, Terms, 3, 7, Other, Body),
            "another sequence for the previous head" => Claim(key, Network, Channel, Terms, 3, 8, Previous, Body),
            "the same, signed twice" => Claim(key, Network, Channel, Terms, 3, 7, Previous, Body),
            "another place" => Claim(key, Network, Channel, Terms, 3, 8, Other, Other),
            "another term" => Claim(key, Network, Channel, Terms, 4, 7, Previous, Other),
            "another channel" => Claim(key, Network, Other, Terms, 3, 7, Previous, Other),
            "another network" => Claim(key, "other", Channel, Terms, 3, 7, Previous, Other),
            "other terms" => Claim(key, Network, Channel, Other, 3, 7, Previous, Other),
            "another key" => Claim(stranger, Network, Channel, Terms, 3, 7, Previous, Other),
            _ => Claim(key, Network, Channel, Terms, 3, 7, Previous, Other),
        };
        switch (second)
        {
            case "a signature that was changed": other.Signature = Lies.Flipped(other.Signature, 40); break;
            case "a signature that is too short": other.Signature = ByteString.CopyFrom(other.Signature.Span[1..]); break;
            case "a hash that is too short": other.BodyHash = ByteString.CopyFrom(other.BodyHash.Span[1..]); break;
            case "a sequence that is none": other.Sequence = 0; break;
            default: break;
        }

        Assert.Equal(isProof, SignedProposal.AreTwoForOnePlace(Network, Terms, sequencer, first, other));
        Assert.Equal(isProof, SignedProposal.AreTwoForOnePlace(Network, Terms, sequencer, other, first));
        Assert.False(SignedProposal.AreTwoForOnePlace(Network, Terms, sequencer, first, first));
    }

    public void Dispose()
    {
        sequencer.Dispose();
        key.Dispose();
        stranger.Dispose();
    }

    private static ProposalClaim Claim(SigningKey by, string network, Digest channel, Digest terms, long term, long sequence, Digest previous, Digest body) =>
        new SignedProposal(channel, term, sequence, previous, body, by.Sign(RecordHashes.Proposal(network, channel, terms, term, sequence, previous, body))).ToClaim();
}
