using Google.Protobuf;
using Settlement.Core.Agent;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Tests.Bank;
using Settlement.Wire.Agent;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Agent;

/// <summary>No group is committed without the agent's own reservation, so the agent posts nothing of one before the ledger has shown that.</summary>
public sealed class AgentReservationTests
{
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(60);

    [Fact]
    public void A_commitment_that_the_agent_did_not_reserve_for_posts_nothing_and_is_an_alarm()
    {
        using CycleWorld world = new CycleWorld().Owe(100_00, 70_00, 50_00);
        // The ledger gets no reservation of the agent that counts.
        world.Banks.OnLedgerRequest = (from, request) =>
        {
            if (from != world.Banks.Agent) return request;
            LedgerRequest changed = request.Clone();
            foreach (Submission said in changed.Submissions)
            {
                if (said.Reserve is { } reserve) reserve.Head = ByteString.CopyFrom(new byte[Digest.Length]);
            }

            return changed;
        };
        Digest cycle = world.OpenCycle(Life);
        world.PassUntil(cycle, CycleStage.Deciding);
        FalseGroupTests.ForgeDecision(world.Banks, GroupOf(world), true);
        world.Banks.Pass(2 * Life);
        Assert.Equal(CycleStage.Deciding, world.Stage(cycle));
        Assert.Contains(GroupCodes.CommittedWithoutLeg, world.Banks.Agent.Alarms);
        // What Alpha pays stays set aside, and nobody has got it.
        Assert.Equal([450_00, 500_00, 500_00], world.Accounts);
        Assert.Equal(50_00, Assert.Single(world.Books.SetAside).Balance.MinorUnits);
    }

    [Fact]
    public void A_leaf_of_something_else_is_no_reservation()
    {
        using CycleWorld world = new CycleWorld().Owe(100_00, 70_00, 50_00);
        Submission? head = null;
        world.Banks.OnLedgerRequest = (from, request) =>
        {
            if (from != world.Banks.Agent) return request;
            LedgerRequest changed = request.Clone();
            for (int i = 0; i < changed.Submissions.Count; i++)
            {
                if (changed.Submissions[i].Head is not null) head = changed.Submissions[i];
                else if (changed.Submissions[i].Reserve is not null) changed.Submissions[i] = head!;
            }

            return changed;
        };
        Digest cycle = world.OpenCycle(Life);
        world.PassUntil(cycle, CycleStage.Deciding);
        world.Banks.Pass(TimeSpan.FromSeconds(5));
        FalseGroupTests.ForgeDecision(world.Banks, GroupOf(world), true);
        world.Banks.Pass(2 * Life);
        Assert.Equal(CycleStage.Deciding, world.Stage(cycle));
        Assert.Contains(LedgerCodes.ReceiptLeaf, world.Banks.Agent.Alarms);
        Assert.Contains(GroupCodes.CommittedWithoutLeg, world.Banks.Agent.Alarms);
        Assert.Equal([450_00, 500_00, 500_00], world.Accounts);
    }

    /// <summary>The ledger had the reservation in time, and its answers are lost until long after: it shows it again.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_reservation_whose_answer_is_lost_is_shown_again_however_late(bool restarts)
    {
        using CycleWorld world = new CycleWorld().Owe(100_00, 70_00, 50_00);
        bool isLost = false;
        world.Banks.OnLedgerRequest = (from, request) =>
        {
            isLost |= from == world.Banks.Agent && request.Submissions.Any(static said => said.Reserve is not null);
            return request;
        };
        world.Banks.OnLedgerReply = (from, reply) => from == world.Banks.Agent && isLost ? null : reply;
        Digest cycle = world.OpenCycle(Life);
        world.PassUntil(cycle, CycleStage.Deciding);
        world.Banks.Pass(2 * Life);
        Assert.True(isLost);
        Assert.Equal(CycleStage.Deciding, world.Stage(cycle));
        if (restarts) world.Banks.Agent.Restart();
        world.Banks.OnLedgerReply = null;
        world.PassUntil(cycle, CycleStage.Settled);
        Assert.Empty(world.Banks.Agent.Alarms);
        Assert.Equal([450_00, 530_00, 520_00], world.Accounts);
    }

    /// <summary>The group of the round that is under way.</summary>
    private static Digest GroupOf(CycleWorld world)
    {
        StoredPayload stored = Assert.Single(world.Banks.Agent.Vault.Scan(PayloadKind.Waiting));
        CycleRow row = world.Banks.Agent.Rows.Open(PayloadKind.Waiting, stored.Key, stored.Body, CycleRow.Parser);
        Assert.True(CycleRound.TryRead(row.Call, TwoBanks.Network, out CycleRound? round));
        return round.Group.Id;
    }
}
