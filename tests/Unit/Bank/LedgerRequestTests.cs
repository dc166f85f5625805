using Settlement.Core.Agent;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Monetary;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Ledger;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Bank;

/// <summary>What waits for the ledger goes in requests that it takes whole.</summary>
public sealed class LedgerRequestTests
{
    // Fewer than two heads have. What has more by itself, such as a listing, goes alone.
    private const int Signatures = 3;

    [Fact]
    public void The_bounds_of_a_node_and_of_the_ledger_are_the_same() =>
        Assert.Equal(LedgerSettings.Default.MaximumSignaturesPerRequest, new NodeSettings().MaxLedgerSignatures);

    public static TheoryData<string, NodeSettings> Bounds => new()
    {
        { "signatures", new NodeSettings { MaxLedgerSignatures = Signatures } },
        // Less than two heads have.
        { "bytes", new NodeSettings { MaxLedgerBytes = 500 } },
    };

    [Theory]
    [MemberData(nameof(Bounds))]
    public void Heads_that_gathered_while_the_ledger_was_away_go_with_as_many_requests_as_they_need(string bound, NodeSettings settings)
    {
        Assert.NotEmpty(bound);
        using TwoBanks world = new TwoBanks(settings: new BankSettings { Node = settings }, withGamma: true).Open();
        world.Fund(world.Alpha, 100_00);
        ChannelRequest toGamma = new(world.Gamma!.Id, world.Gamma.Keys.RootFingerprint, [(world.Supervisor.Id, world.Supervisor.Keys.RootFingerprint)], world.Contracts, [TwoBanks.Eur], []);
        OpenChannelResult opened = world.Ask<OpenChannelResult>(world.Alpha, call => new BankInput.OpenChannel(call, toGamma));
        Money amount = new(TwoBanks.Eur, 100_00);
        world.Credit(world.Alpha, amount);
        Assert.Null(world.Ask<FundAnswer>(world.Alpha, call => new BankInput.Fund(call, opened.Channel!.Value, amount)).Refusal);

        bool isAway = true;
        HashSet<string> heads = [];
        List<int> together = [];
        world.OnLedgerRequest = (_, request) =>
        {
            HeadRecord[] submitted = [.. request.Submissions.Select(static s => s.Head).OfType<HeadRecord>()];
            heads.UnionWith(submitted.Select(static h => h.Head.ToBase64()));
            together.Add(submitted.Length);
            return request;
        };
        world.OnLedgerReply = (_, reply) => isAway ? null : reply;
        byte[][] paid = [world.Pay(world.Alpha, 1), world.Pay(world.Alpha, 1, world.Gamma)];
        world.Pass(TimeSpan.FromSeconds(10));
        isAway = false;
        world.Pass(TimeSpan.FromMinutes(1));
        Assert.All(paid, payment => Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(world.Alpha, payment)));
        Assert.Equal((2, 1), (heads.Count, together.Max()));
        Assert.All(world.Nodes, static node => Assert.Empty(node.Alarms));
        Assert.Empty(world.LedgerNode.Alarms);
    }

    [Fact]
    public void A_listing_that_the_ledger_has_no_room_for_is_submitted_again_after_waits_and_accuses_nobody()
    {
        using TwoBanks world = new();
        bool isFull = true;
        int listings = 0, asked = 0;
        world.OnLedgerRequest = (node, request) =>
        {
            asked = node == world.Alpha ? request.Submissions.Count(static s => s.Participant is not null) : 0;
            listings += asked;
            if (!isFull || asked == 0) return request;
            // Nothing of it reaches the log.
            request = request.Clone();
            request.Submissions.Clear();
            return request;
        };
        world.OnLedgerReply = (_, reply) =>
        {
            if (isFull && asked > 0) reply.Results.Add(new SubmissionResult { Code = LedgerCodes.QuotaUsed });
            return reply;
        };
        // A node lists itself whenever it starts.
        world.Alpha.Restart();
        world.Pass(TimeSpan.FromMinutes(1));
        Assert.InRange(listings, 3, 10);
        isFull = false;
        int refused = listings;
        world.Pass(TimeSpan.FromMinutes(2));
        Assert.Equal(refused + 1, listings);
        Assert.Empty(world.Alpha.Alarms);
        world.Open();
    }

    [Fact]
    public void A_head_that_the_ledger_has_no_room_for_is_submitted_again_and_accuses_nobody()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00);
        int heads = 0, refused = 0;
        world.OnLedgerRequest = (_, request) =>
        {
            heads = request.Submissions.Count(static s => s.Head is not null);
            if (refused > 0 || heads == 0) return request;
            // Nothing of it reaches the log.
            request = request.Clone();
            request.Submissions.Clear();
            return request;
        };
        world.OnLedgerReply = (_, reply) =>
        {
            if (refused > 0 || heads == 0) return reply;
            refused = heads;
            for (int i = 0; i < heads; i++) reply.Results.Add(new SubmissionResult { Code = LedgerCodes.QuotaUsed });
            return reply;
        };
        byte[] paid = world.Pay(world.Alpha, 1);
        Assert.Equal(1, refused);
        Assert.Equal(InstructionStatus.Accepted, world.StatusOf(world.Alpha, paid).Status);
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(world.Alpha, paid));
        Assert.All(world.Nodes, static node => Assert.Empty(node.Alarms));
    }
}
