using Google.Protobuf;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Bank;

/// <summary>What is kept of an entry, and the rest of the proposal, are together what was sent: byte for byte, because it was signed.</summary>
public sealed class KeptEntryTests
{
    private static readonly byte[] LaterField = [0xFA, 0x7F, 0x01, 0x2A];

    [Theory]
    [InlineData("as it is")]
    [InlineData("with a refusal")]
    [InlineData("with an entry that does not open")]
    [InlineData("with an envelope that was kept and not sent")]
    [InlineData("with a field of a later version in an entry")]
    [InlineData("with a field of a later version beside the entries")]
    public void Together_they_are_what_was_sent(string proposal)
    {
        ProposalBody sent = Sent();
        SealedEntry?[] kept = [.. sent.Items.Select(static item => Kept(item.Entry))];
        switch (proposal)
        {
            case "with a refusal":
                sent.Items[0] = new BatchItem { Refusal = new Refusal { EntryId = ByteString.CopyFrom(1, 2, 3), Code = "AM04" } };
                kept[0] = null;
                break;
            case "with an entry that does not open":
                kept[1] = null;
                break;
            case "with an envelope that was kept and not sent":
                sent.Items[0].Entry.Envelopes.Add(new SealedEnvelope());
                kept[0]!.Envelopes.Add(new SealedEnvelope { Ciphertext = Bytes(400) });
                break;
            case "with a field of a later version in an entry":
                sent.Items[1].Entry = SealedEntry.Parser.ParseFrom([.. sent.Items[1].Entry.ToByteArray(), .. LaterField]);
                break;
            case "with a field of a later version beside the entries":
                sent = ProposalBody.Parser.ParseFrom([.. sent.ToByteArray(), .. LaterField]);
                break;
            default:
                break;
        }

        byte[] before = sent.ToByteArray();
        ProposalBody rest = ProposalBody.Parser.ParseFrom(KeptEntry.Without(sent, kept).ToByteArray());
        EntriesRow row = EntriesRow.Parser.ParseFrom(Core.Vault.BatchRows.WriteEntries(kept));
        Assert.Equal(before, KeptEntry.With(rest, row.Entries).ToByteArray());
        Assert.Equal(before, sent.ToByteArray());
        if (proposal is "as it is" or "with an envelope that was kept and not sent") Assert.True(rest.CalculateSize() < before.Length / 4, $"{rest.CalculateSize()} of {before.Length} bytes are written twice.");
    }

    [Fact]
    public void Entries_are_written_with_the_proposal_and_lie_untouched_when_the_batch_is_final()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00);
        Proposal? seen = null;
        world.OnPeer = (_, _, message) =>
        {
            seen ??= message.Proposal?.Clone();
            return message.Proposal is null ? [message] : [];
        };
        world.Pay(world.Alpha, 10_00);
        world.Settle();
        StoredPayload before = world.Alpha.Vault.Scan(PayloadKind.Entries)[^1];
        // A restart sends the same bytes.
        Proposal? again = null;
        world.OnPeer = (_, _, message) =>
        {
            again ??= message.Proposal?.Clone();
            return [message];
        };
        world.Alpha.Restart();
        world.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal(seen!.ToByteArray(), again!.ToByteArray());
        Assert.Equal(before.Body, world.Alpha.Vault.Find(PayloadKind.Entries, before.Key));
        Assert.NotNull(world.Alpha.Vault.Find(PayloadKind.Batches, before.Key));
        Assert.Empty(world.Alpha.Vault.Scan(PayloadKind.Proposals));
        Assert.Equal(world.Alpha.Vault.Scan(PayloadKind.Batches).Select(static r => Convert.ToHexString(r.Key)), world.Alpha.Vault.Scan(PayloadKind.Entries).Select(static r => Convert.ToHexString(r.Key)));
    }

    private static ProposalBody Sent()
    {
        ProposalBody proposal = new() { TimeUnixMs = 5, PositionSalts = new SealedEnvelope { WrappedKey = Bytes(68) } };
        for (int i = 0; i < 2; i++)
        {
            SealedEntry entry = new() { Header = Bytes(90), Commitments = Bytes(64) };
            entry.Envelopes.Add(new SealedEnvelope { Ciphertext = Bytes(900), WrappedKey = Bytes(68) });
            // Not for this member, which gets no more than the place.
            entry.Envelopes.Add(new SealedEnvelope { Ciphertext = Bytes(20), WrappedKey = Bytes(68) });
            proposal.Items.Add(new BatchItem { Entry = entry });
        }

        return proposal;
    }

    private static SealedEntry Kept(SealedEntry entry) => new()
    {
        Header = entry.Header, Commitments = entry.Commitments,
        Envelopes = { new SealedEnvelope { Ciphertext = entry.Envelopes[0].Ciphertext }, new SealedEnvelope() },
    };

    private static ByteString Bytes(int length) => ByteString.CopyFrom([.. Enumerable.Range(1, length).Select(static i => (byte)i)]);
}
