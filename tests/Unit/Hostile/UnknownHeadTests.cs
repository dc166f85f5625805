using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Hostile;

/// <summary>A head in the log that a bank does not know. Where its own signature is on it, its vault was restored to an older state; where it
/// is not, the ledger made the head up, and the operator must not be sent to the backups.</summary>
public sealed class UnknownHeadTests
{
    [Theory]
    [InlineData(true, true, true, ChannelCodes.UnknownHead)]
    [InlineData(true, true, false, ChannelCodes.UnknownHead)]
    [InlineData(false, true, true, ChannelCodes.EndorsementInvalid)]
    [InlineData(false, true, false, ChannelCodes.EndorsementInvalid)]
    [InlineData(true, false, true, ChannelCodes.EndorsementInvalid)]
    [InlineData(false, false, true, ChannelCodes.EndorsementInvalid)]
    [InlineData(false, false, false, ChannelCodes.EndorsementInvalid)]
    public void Only_what_the_bank_signed_itself_is_taken_for_a_loss_of_its_own(bool isOwn, bool isOther, bool isNext, string code)
    {
        using HostileWorld world = new();
        long sequence = world.Banks.View(world.Alpha).Sequence + (isNext ? 1 : 0);
        HeadRecord head = LedgerCases.Endorsed(world, sequence, Digest.Of("before"u8), Digest.Of("after"u8));
        if (!isOwn) head.Endorsements[0].Signature = Lies(head.Endorsements[0].Signature);
        if (!isOther) head.Endorsements[1].Signature = Lies(head.Endorsements[1].Signature);
        _ = new ForgedLedger(world.Banks, world.Alpha, leaves => new Leaf { TimeUnixMs = leaves[^1].TimeUnixMs, Head = head });
        world.Say(world.Beta, world.Alpha, new PeerMessage { Finality = new FinalityNotice { Channel = world.Channel, Sequence = 99 } }, times: 1);
        world.Banks.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal([code], world.Alpha.Alarms.Where(static told => told is ChannelCodes.UnknownHead or ChannelCodes.EndorsementInvalid).Distinct());
    }

    private static ByteString Lies(ByteString signature) => Channels.Lies.Flipped(signature, 3);
}
