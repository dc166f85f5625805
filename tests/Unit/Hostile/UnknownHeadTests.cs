using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
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

    [Fact]
    public void A_head_that_was_dead_when_the_office_changed_hands_is_no_loss_of_the_own_vault_whoever_signed_it()
    {
        using HostileWorld world = new();
        // What both signed in term 1 the ledger holds back, until the office has changed hands.
        HeadRecord? dead = null;
        world.Banks.OnLedgerRequest = (node, request) =>
        {
            if (node != world.Alpha) return request;
            dead ??= request.Submissions.FirstOrDefault(s => s.Head is { } head && head.Channel.Equals(world.Channel))?.Head.Clone();
            LedgerRequest kept = request.Clone();
            if (dead is not null) kept.Submissions.Clear();
            return kept;
        };
        world.Banks.Pay(world.Alpha, 1_00);
        world.Banks.Pay(world.Beta, 1_00);
        world.Banks.Pass(TimeSpan.FromSeconds(60));
        Assert.Equal((2, 1UL), (world.Banks.View(world.Beta).Term, dead?.Term));
        world.Banks.OnLedgerRequest = null;
        _ = new ForgedLedger(world.Banks, world.Beta, leaves => new Leaf { TimeUnixMs = leaves[^1].TimeUnixMs, Head = dead! });
        world.Say(world.Alpha, world.Beta, new PeerMessage { Finality = new FinalityNotice { Channel = world.Channel, Sequence = 99 } }, times: 1);
        world.Banks.Pass(TimeSpan.FromSeconds(5));
        Assert.Contains(LedgerCodes.LeafAgainstRules, world.Beta.Alarms);
        Assert.DoesNotContain(ChannelCodes.UnknownHead, world.Beta.Alarms);
    }

    private static ByteString Lies(ByteString signature) => Channels.Lies.Flipped(signature, 3);
}
