using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Merkle;
using Settlement.Core.Notarisation;
using Settlement.Tests.Simulation;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Channels;

/// <summary>One entry of a proposal, shown to somebody who was not there.</summary>
public sealed class ProposalTreeTests : IDisposable
{
    private const string Network = "test";
    private static readonly Digest Channel = Digest.Of("channel"u8), Terms = Digest.Of("terms"u8), Previous = Digest.Of("previous"u8);

    private static readonly ByteString Body = new ProposalBody
    {
        TimeUnixMs = 7, PositionSalts = new SealedEnvelope { Ciphertext = ByteString.CopyFrom(1, 2, 3) }, Outcomes = { new LegOutcome { IsCommitted = true } },
        Items = { Enumerable.Range(0, 5).Select(static i => new BatchItem { Entry = new SealedEntry { Header = ByteString.CopyFrom((byte)i, 9) } }) },
    }.ToByteString();

    private readonly SigningKey key = SigningKey.Generate(new SeededEntropy(1));
    private readonly SigningKey stranger = SigningKey.Generate(new SeededEntropy(2));
    private readonly VerifyingKey sequencer, nobody;

    public ProposalTreeTests() => (sequencer, nobody) = (new VerifyingKey(key.PublicKey), new VerifyingKey(stranger.PublicKey));

    public void Dispose()
    {
        sequencer.Dispose();
        nobody.Dispose();
        key.Dispose();
        stranger.Dispose();
    }

    [Fact]
    public void Each_item_is_shown_alone_and_what_is_no_item_without_them()
    {
        for (int i = 0; i < 5; i++)
        {
            ProposalExcerpt excerpt = ProposalTree.OfItem(Signed(Body), Body, i);
            Assert.True(ProposalTree.TryVerify(excerpt, Network, Terms, sequencer, out ProposalBody? shown));
            Assert.Equal(new ProposalBody { Items = { ProposalBody.Parser.ParseFrom(Body).Items[i] } }, shown);
        }

        Assert.True(ProposalTree.TryVerify(ProposalTree.OfRest(Signed(Body), Body, 32 << 10), Network, Terms, sequencer, out ProposalBody? rest));
        ProposalBody without = ProposalBody.Parser.ParseFrom(Body);
        without.Items.Clear();
        Assert.Equal(without, rest);
    }

    [Fact]
    public void What_is_too_long_to_be_shown_hides_nothing_that_comes_after_it()
    {
        ByteString body = new ProposalBody { TimeUnixMs = 7, PositionSalts = new SealedEnvelope { Ciphertext = ByteString.CopyFrom(new byte[64 << 10]) }, Outcomes = { new LegOutcome { IsCommitted = true } } }.ToByteString();
        Assert.True(ProposalTree.TryVerify(ProposalTree.OfRest(Signed(body), body, 32 << 10), Network, Terms, sequencer, out ProposalBody? rest));
        Assert.Equal(new ProposalBody { TimeUnixMs = 7, Outcomes = { new LegOutcome { IsCommitted = true } } }, rest);
    }

    [Fact]
    public void Nothing_is_shown_twice_or_in_another_order()
    {
        ProposalExcerpt first = ProposalTree.OfItem(Signed(Body), Body, 1), second = ProposalTree.OfItem(Signed(Body), Body, 2);
        Assert.True(Shows(first, second));
        Assert.False(Shows(first, first));
        Assert.False(Shows(second, first));

        bool Shows(ProposalExcerpt one, ProposalExcerpt other)
        {
            ProposalExcerpt both = one.Clone();
            both.Shown.Add(other.Shown);
            return ProposalTree.TryVerify(both, Network, Terms, sequencer, out _);
        }
    }

    [Fact]
    public void The_hash_of_an_item_is_shown_in_its_place_and_is_that_of_its_bytes()
    {
        ProposalExcerpt whole = ProposalTree.OfItem(Signed(Body), Body, 3), hash = ProposalTree.OfItemHash(Signed(Body), Body, 3);
        Assert.True(ProposalTree.TryVerify(hash, Network, Terms, sequencer, out ProposalBody? shown));
        Assert.Empty(shown.Items);
        Assert.Equal(Rfc6962.HashLeaf(whole.Shown[0].Bytes.Span).ToArray(), hash.Shown[0].Hash.ToArray());
        ProposalExcerpt other = hash.Clone();
        other.Shown[0].Hash = Lies.Flipped(other.Shown[0].Hash, 0);
        Assert.False(ProposalTree.TryVerify(other, Network, Terms, sequencer, out _));
        other = hash.Clone();
        other.Shown[0].Hash = ByteString.CopyFrom(other.Shown[0].Hash.Span[1..]);
        Assert.False(ProposalTree.TryVerify(other, Network, Terms, sequencer, out _));
        // Bytes beside a hash would be shown without a proof.
        other = hash.Clone();
        other.Shown[0].Bytes = whole.Shown[0].Bytes;
        Assert.False(ProposalTree.TryVerify(other, Network, Terms, sequencer, out _));
    }

    [Theory]
    [InlineData("a part that was changed")]
    [InlineData("a part that was never there")]
    [InlineData("another place in the batch")]
    [InlineData("another number of parts")]
    [InlineData("a path that was changed")]
    [InlineData("a path that is longer")]
    [InlineData("a hash in the path that is too short")]
    [InlineData("another place in the channel")]
    [InlineData("another root")]
    [InlineData("no claim")]
    public void What_was_not_signed_is_not_shown(string lie)
    {
        ProposalExcerpt excerpt = ProposalTree.OfItem(Signed(Body), Body, 2);
        ProposalPart part = excerpt.Shown[0];
        switch (lie)
        {
            case "a part that was changed": part.Bytes = Lies.Flipped(part.Bytes, 4); break;
            case "a part that was never there": excerpt.Shown.Add(new ProposalPart { Bytes = part.Bytes }); break;
            case "another place in the batch": part.Index++; break;
            case "another number of parts": excerpt.Parts = 2; break;
            case "a path that was changed": part.Path[0] = Lies.Flipped(part.Path[0], 0); break;
            case "a path that is longer": part.Path.Add(part.Path[0]); break;
            case "a hash in the path that is too short": part.Path[0] = ByteString.CopyFrom(part.Path[0].Span[1..]); break;
            case "another place in the channel": excerpt.Claim.Sequence++; break;
            case "another root": excerpt.Claim.BodyHash = Lies.Flipped(excerpt.Claim.BodyHash, 0); break;
            default: excerpt.Claim = null; break;
        }

        Assert.False(ProposalTree.TryVerify(excerpt, Network, Terms, sequencer, out _));
    }

    [Fact]
    public void Only_the_one_who_signed_it_for_this_channel_is_convicted()
    {
        ProposalExcerpt excerpt = ProposalTree.OfItem(Signed(Body), Body, 2);
        Assert.False(ProposalTree.TryVerify(excerpt, Network, Terms, nobody, out _));
        Assert.False(ProposalTree.TryVerify(excerpt, "other", Terms, sequencer, out _));
        Assert.False(ProposalTree.TryVerify(excerpt, Network, Digest.Of("others"u8), sequencer, out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ffff0013")]
    [InlineData("0807ffff0013")]
    [InlineData("08")]
    [InlineData("12ffffffffffffffffff01")]
    [InlineData("1205aa")]
    [InlineData("090102030405060708")]
    [InlineData("0d01020304")]
    [InlineData("0d0102")]
    [InlineData("0b0807")]
    public void Bytes_that_are_no_field_are_one_leaf_with_all_that_follows(string hex)
    {
        byte[] body = Convert.FromHexString(hex);
        // The one that begins with a good field has two leaves.
        Digest[] leaves = hex switch
        {
            "" => [],
            _ when hex.StartsWith("0807", StringComparison.Ordinal) => [Rfc6962.HashLeaf(body.AsSpan(0, 2)), Rfc6962.HashLeaf(body.AsSpan(2))],
            _ => [Rfc6962.HashLeaf(body)],
        };
        Assert.Equal(Rfc6962.RootOf(leaves), ProposalTree.RootOf(body));
    }

    [Fact]
    public void Of_fields_without_end_no_more_are_hashed_than_the_bound_says()
    {
        byte[] fields = [.. Enumerable.Repeat((byte[])[0x08, 0x07], ProposalTree.MaxParts).SelectMany(static f => f)];
        Assert.False(ProposalTree.IsBeyond(fields));
        byte[] more = [.. fields, 0x08, 0x07];
        Assert.True(ProposalTree.IsBeyond(more));
        Digest one = Rfc6962.HashLeaf([0x08, 0x07]);
        Assert.Equal(Rfc6962.RootOf([.. Enumerable.Repeat(one, ProposalTree.MaxParts)]), ProposalTree.RootOf(fields));
        Assert.Equal(Rfc6962.RootOf([.. Enumerable.Repeat(one, ProposalTree.MaxParts - 1), Rfc6962.HashLeaf([0x08, 0x07, 0x08, 0x07])]), ProposalTree.RootOf(more));
    }

    private SignedProposal Signed(ByteString body)
    {
        Digest root = ProposalTree.RootOf(body.Span);
        return new SignedProposal(Channel, 1, 2, Previous, root, key.Sign(RecordHashes.Proposal(Network, Channel, Terms, 1, 2, Previous, root)));
    }
}
