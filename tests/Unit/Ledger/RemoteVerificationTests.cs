using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Ledger;
using Settlement.Tests.Ledger;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Unit.Ledger;

public sealed class RemoteVerificationTests
{
    private const int HeadCount = 9;

    private readonly LedgerWorld world = new();

    public RemoteVerificationTests()
    {
        // Every leaf has a time of its own, so that one can be changed without breaking the order.
        foreach (string bank in new[] { LedgerWorld.Alpha, LedgerWorld.Beta })
        {
            Assert.Equal("", world.Submit("", LedgerWorld.Record(bank, world.NewKey())).Code);
            world.Now += TimeSpan.FromSeconds(1);
        }

        TestChannel channel = world.Open();
        Digest previous = Digest.Zero;
        for (int i = 1; i <= HeadCount; i++)
        {
            Digest head = world.NewDigest();
            world.Now += TimeSpan.FromSeconds(1);
            Assert.Equal("", world.Submit(LedgerWorld.Alpha, channel.Head(1, i, previous, head)).Code);
            previous = head;
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(100)]
    public void A_sound_ledger_is_verified_in_pages(int page)
    {
        LedgerVerdict verdict = Run(page, static reply => reply);
        Assert.True(verdict.IsVerified);
        Assert.Equal((world.Machine.Count, world.Machine.Root), (verdict.Leaves, verdict.Root));
    }

    [Fact]
    public void Each_wrong_leaf_is_named_also_where_only_the_root_shows_it()
    {
        for (int wrong = 0; wrong < world.Machine.Count; wrong++)
        {
            // A later time within the order of the log breaks no rule.
            LedgerVerdict verdict = Run(4, reply => Changed(reply, wrong, static leaf => leaf.TimeUnixMs++));
            Assert.False(verdict.IsVerified);
            Assert.Equal(wrong, verdict.FirstWrongLeaf);
        }
    }

    [Fact]
    public void A_head_that_skips_or_is_not_endorsed_breaks_its_rule()
    {
        LedgerFinding skipped = Assert.Single(Run(4, reply => Changed(reply, 5, static leaf => leaf.Head.Sequence++)).Findings);
        Assert.Equal((LedgerCodes.LeafAgainstRules, 5L), (skipped.Code, skipped.Leaf));
        LedgerFinding unsigned = Assert.Single(Run(4, reply => Changed(reply, 6, static leaf => leaf.Head.Endorsements[0].Signature = ByteString.Empty)).Findings);
        Assert.Equal((LedgerCodes.LeafAgainstRules, 6L), (unsigned.Code, unsigned.Leaf));
        Assert.Contains(LedgerCodes.EndorsementSignature, unsigned.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_leaf_held_back_is_missing()
    {
        LedgerVerdict verdict = Run(100, static reply =>
        {
            while (reply.Log.Count > 0) reply.Log.RemoveAt(reply.Log.Count - 1);
            return reply;
        });
        Assert.Equal((LedgerCodes.LeafMissing, 0L), (verdict.Findings[0].Code, verdict.Findings[0].Leaf));
    }

    [Fact]
    public void Another_ledgers_checkpoint_is_refused()
    {
        using var verification = new RemoteVerification(LedgerWorld.Network, world.NewKey().PublicKey, 10);
        verification.Take(world.Ask(LedgerWorld.Alpha, request => request.MergeFrom(verification.NextRequest())));
        Assert.Equal(LedgerCodes.CheckpointSignature, verification.Verdict!.Findings[0].Code);
    }

    private static LedgerReply Changed(LedgerReply reply, int wrong, Action<Leaf> change)
    {
        for (int i = 0; i < reply.Log.Count; i++)
        {
            Leaf leaf = Leaf.Parser.ParseFrom(reply.Log[i]);
            if ((int)leaf.Index != wrong) continue;
            change(leaf);
            reply.Log[i] = leaf.ToByteString();
        }

        return reply;
    }

    private LedgerVerdict Run(int page, Func<LedgerReply, LedgerReply> tamper)
    {
        using var verification = new RemoteVerification(LedgerWorld.Network, world.LedgerKey, page);
        for (int turn = 0; verification.Verdict is null; turn++)
        {
            Assert.True(turn < 100, "The verification does not end.");
            LedgerStep step = world.Machine.Step(world.Now, [new LedgerCall(1, LedgerWorld.Alpha, verification.NextRequest())]);
            verification.Take(tamper(step.Replies[0].Reply));
        }

        return verification.Verdict;
    }
}
