using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Bank;

/// <summary>A ledger that holds the decision of a group for which no channel reserved.</summary>
public sealed class UnreservedGroupTests
{
    [Fact]
    public void A_ledger_with_the_decision_of_a_group_that_nobody_reserved_for_starts_again()
    {
        using TwoBanks banks = new TwoBanks().Open();
        GroupBody body = ChannelGroup.Of(TwoBanks.Network, [Digest.Of([1]), Digest.Of([2])], banks.Now.AddSeconds(-1), Digest.Of([3]));
        ByteString bytes = body.ToByteString();
        LedgerRequest request = new() { Suite = 1, Network = TwoBanks.Network };
        request.Submissions.Add(new Submission { Decided = new DecidedRecord { Group = ByteString.CopyFrom(RecordHashes.Group(bytes.Span).ToArray()), GroupBody = bytes } });
        LedgerReply reply = banks.AskLedger(banks.Beta, request);
        Assert.Equal("", reply.Results[0].Code);
        banks.LedgerNode.Restart(banks.Now);
    }

    [Fact]
    public void An_honest_group_whose_leg_was_never_reserved_leaves_a_ledger_that_starts_again()
    {
        using GroupWorld world = new();
        world.Banks.OnLedgerRequest = (_, request) =>
        {
            // The ledger did not get it in time.
            foreach (Submission s in request.Submissions.Where(static s => s.RecordCase == Submission.RecordOneofCase.Reserve)) s.Reserve.Signatures.Clear();
            return request;
        };
        world.Begin(life: TimeSpan.FromSeconds(10));
        world.Banks.Pass(TimeSpan.FromSeconds(40));
        world.AssertAtRest();
        world.Banks.LedgerNode.Restart(world.Banks.Now);
    }
}
