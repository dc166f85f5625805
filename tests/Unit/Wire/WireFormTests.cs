using Google.Protobuf;
using Settlement.Core.Participants;
using Settlement.Ledger;
using Settlement.Wire.Agent;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Wire;

/// <summary>Bytes that are no message are refused before the library adds up their lengths.</summary>
public sealed class WireFormTests
{
    [Theory]
    // Lengths near the largest number, at which the library's sums overflow: it read beyond the bytes, or asked for gigabytes.
    [InlineData("0D9F8C862812FFFFFFFF07")]
    [InlineData("12FFFFFFFF070AE3FFFFFF076565")]
    [InlineData("12FCFFFFFF070AF0FFFFFF03010203")]
    [InlineData("0AFCFFFFFF073AFCFFFFFF070A8080808004010203")]
    // Cut off in a tag, a number, a length, a value.
    [InlineData("80")]
    [InlineData("08")]
    [InlineData("0880")]
    [InlineData("0A")]
    [InlineData("0A05")]
    [InlineData("0901020304")]
    [InlineData("0D0102")]
    // No field has the number 0, none has a type above 5, and no schema has groups.
    [InlineData("0000")]
    [InlineData("0E00")]
    [InlineData("0F00")]
    [InlineData("0B0C")]
    [InlineData("0B0B0B0B")]
    // Numbers and tags that do not end where they must.
    [InlineData("08FFFFFFFFFFFFFFFFFFFF01")]
    [InlineData("FFFFFFFFFFFF0100")]
    public void No_message_is_no_message(string hex)
    {
        byte[] bytes = Convert.FromHexString(hex);
        Assert.False(Parsing.TryParse(AgentReply.Parser, bytes, out _));
        Assert.False(Parsing.TryParse(PeerBatch.Parser, bytes, out _));
        // Nor inside another one.
        byte[] inside = new PeerBatch { Messages = { new PeerMessage() } }.ToByteArray();
        Assert.Equal(2, inside.Length);
        Assert.False(Parsing.TryParse(PeerBatch.Parser, [inside[0], (byte)bytes.Length, .. bytes], out _));
    }

    /// <summary>Two bytes on the wire become an object of fifty: so the parts of a message are counted before there are objects.</summary>
    [Theory]
    [InlineData(100_000, true)]
    [InlineData(100_001, false)]
    [InlineData(4_000_000, false)]
    public void A_request_of_more_parts_than_anybody_needs_is_refused(int submissions, bool isRead)
    {
        byte[] one = new LedgerRequest { Submissions = { new Submission() } }.ToByteArray();
        byte[] bytes = [.. Enumerable.Repeat(one, submissions).SelectMany(static b => b)];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(isRead, Parsing.TryParse(LedgerRequest.Parser, bytes, LedgerSettings.MaximumPartsPerRequest, out LedgerRequest? request));
        Assert.Equal(isRead ? submissions : 0, request?.Submissions.Count ?? 0);
        if (!isRead) Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);
        // Between participants, where the bound is another.
        Assert.Equal(submissions <= 1_000_000, Parsing.TryParse(LedgerRequest.Parser, bytes, out _));
    }

    [Fact]
    public void What_the_library_writes_is_read()
    {
        PeerBatch batch = new() { Suite = 1, Network = "test" };
        batch.Messages.Add(new PeerMessage { Finality = new FinalityNotice { Channel = ByteString.CopyFrom(new byte[32]), Sequence = ulong.MaxValue } });
        batch.Messages.Add(new PeerMessage { Delivery = new Delivery { TimeUnixMs = -1, Items = { new DeliveryItem { Entry = new SealedEntry { Header = ByteString.CopyFrom(0xFF, 0xFF) } } } } });
        Assert.True(Parsing.TryParse(PeerBatch.Parser, batch.ToByteArray(), out PeerBatch? read));
        Assert.Equal(batch, read);
        // A field that this version does not know is read past, whatever its type.
        Assert.True(Parsing.TryParse(PeerBatch.Parser, [.. batch.ToByteArray(), 0xF8, 0x07, 0x01, 0xFA, 0x07, 0x02, 0xFF, 0xFF, 0xFD, 0x07, 1, 2, 3, 4, 0xF9, 0x07, 1, 2, 3, 4, 5, 6, 7, 8], out _));
    }
}
