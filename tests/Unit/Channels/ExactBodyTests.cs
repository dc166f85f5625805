using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Monetary;
using Settlement.Core.Notarisation;
using Settlement.Tests.Bank;
using Settlement.Tests.Simulation;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Channels;

/// <summary>Bodies that are hashed and signed as bytes are kept and passed on as they came: one that says more than it has to is none.</summary>
public sealed class ExactBodyTests
{
    private static readonly DateTimeOffset Ends = new(2026, 3, 2, 9, 5, 0, TimeSpan.Zero);

    /// <summary>By what is done to the bytes; each is still a message that a lenient reader takes.</summary>
    private static readonly Dictionary<string, Func<byte[], byte[]>> Changes = new(StringComparer.Ordinal)
    {
        ["a field that the message does not have"] = static body => [.. body, .. Unknown(1)],
        ["a megabyte that the message does not have"] = static body => [.. body, .. Unknown(1 << 20)],
        ["a field twice, where the last counts"] = static body => [.. FieldOne(body), .. body],
        ["the suite in more bytes than it takes"] = static body => [body[0], (byte)(body[1] | 0x80), 0, .. body[2..]],
        ["its first field last"] = static body => [.. body[2..], .. body[..2]],
    };

    public static TheoryData<string> Names => [.. Changes.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_body_is_read_only_as_it_is_written(string change)
    {
        Func<byte[], byte[]> by = Changes[change];
        byte[] body = ChannelGroup.Of(TwoBanks.Network, [Digest.Of([1]), Digest.Of([2]), Digest.Of([3])], Ends, Digest.Of([4])).ToByteArray(), padded = by(body);
        Assert.Equal(GroupBody.Parser.ParseFrom(body).Nonce, GroupBody.Parser.ParseFrom(padded).Nonce);
        Assert.True(ChannelGroup.TryRead(ByteString.CopyFrom(body), TwoBanks.Network, out ChannelGroup? group, out _));
        Assert.False(ChannelGroup.TryRead(ByteString.CopyFrom(padded), TwoBanks.Network, out _, out string code));
        Assert.Equal(LedgerCodes.Malformed, code);

        SeededEntropy entropy = new(1);
        using SigningKey key = SigningKey.Generate(entropy);
        CutCall call = CycleRound.Sign(TwoBanks.Network, Digest.Of([5]), 1, TwoBanks.Eur, group, Digest.Of([1]), key).Call;
        Assert.True(CycleRound.TryRead(call, TwoBanks.Network, out _));
        Assert.False(CycleRound.TryRead(new CutCall(call) { RoundBody = ByteString.CopyFrom(by(call.RoundBody.ToByteArray())) }, TwoBanks.Network, out _));

        OffsetCall offset = OffsetLeg.Sign(TwoBanks.Network, Digest.Of([2]), group, Digest.Of([1]), [1, 1], new Money(TwoBanks.Eur, 1), key, entropy).Call;
        Assert.True(OffsetLeg.TryRead(offset, TwoBanks.Network, out _));
        Assert.False(OffsetLeg.TryRead(new OffsetCall(offset) { LegBody = ByteString.CopyFrom(by(offset.LegBody.ToByteArray())) }, TwoBanks.Network, out _));
    }

    [Fact]
    public void A_call_has_a_commitment_of_its_length_or_none()
    {
        Assert.True(ChannelGroup.TryRead(ChannelGroup.Of(TwoBanks.Network, [Digest.Of([1]), Digest.Of([2])], Ends, Digest.Of([4])).ToByteString(), TwoBanks.Network, out ChannelGroup? group, out _));
        using SigningKey key = SigningKey.Generate(new SeededEntropy(1));
        CutCall call = CycleRound.Sign(TwoBanks.Network, Digest.Of([5]), 1, TwoBanks.Eur, group, Digest.Of([1]), key).Call;
        Assert.True(CycleRound.TryRead(new CutCall(call) { Commitment = ByteString.CopyFrom(new byte[65]) }, TwoBanks.Network, out _));
        Assert.False(CycleRound.TryRead(new CutCall(call) { Commitment = ByteString.CopyFrom(new byte[66]) }, TwoBanks.Network, out _));
    }

    private static byte[] Unknown(int size)
    {
        using MemoryStream stream = new();
        using (CodedOutputStream output = new(stream, leaveOpen: true))
        {
            output.WriteTag(99, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(new byte[size]));
        }

        return stream.ToArray();
    }

    private static byte[] FieldOne(byte[] body) => body[..2];
}
