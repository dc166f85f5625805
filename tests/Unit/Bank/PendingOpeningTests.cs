using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Nodes;
using Settlement.Core.Regulator;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Bank;

/// <summary>Openings that wait in vain make room, unless the ledger lists their channels.</summary>
public sealed class PendingOpeningTests
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(2);

    // The longest wait of a retry, twice, and the answers.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(45);

    private static BankSettings Settings(int maxTries) => new() { MaxTries = maxTries, Node = new NodeSettings { PendingOpeningLife = Life } };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_proposer_whose_observer_was_away_can_open_later(bool restarts)
    {
        using TwoBanks world = new(settings: Settings(maxTries: 2));
        world.OnPeer = (_, to, message) => to == world.Supervisor ? [] : [message];
        for (int i = 0; i < OpeningPolicy.MaxPendingOfProposer; i++) Assert.Equal(ChannelCodes.GaveUp, TryOpen(world));
        Assert.Equal(ChannelCodes.TermsNotAccepted, TryOpen(world));
        Assert.Equal(OpeningPolicy.MaxPendingOfProposer, Rows(world.Beta));
        Assert.Equal(0, Rows(world.Alpha));
        // Its openings only wait: nobody is accused.
        Assert.DoesNotContain(BankCodes.TooManyChannels, world.Beta.Alarms);

        world.Pass(Life / 2);
        if (restarts) world.Beta.Restart();
        Assert.Equal(OpeningPolicy.MaxPendingOfProposer, Rows(world.Beta));
        world.Pass((Life / 2) + Slack);
        Assert.Equal(0, Rows(world.Beta));
        int sent = 0;
        world.OnPeer = (from, _, message) =>
        {
            sent += from == world.Beta ? 1 : 0;
            return [message];
        };
        world.Pass(Slack);
        Assert.Equal(0, sent);
        world.OnPeer = null;
        Assert.Null(TryOpen(world));
    }

    [Fact]
    public void A_row_of_an_earlier_build_counts_as_written_at_the_first_start_that_sees_it()
    {
        using TwoBanks world = new(settings: Settings(maxTries: 2));
        // The supervisor is not heard, and acknowledges in vain.
        world.OnPeer = (from, _, message) => from == world.Supervisor ? [] : [message];
        Assert.Equal(ChannelCodes.GaveUp, TryOpen(world));
        world.Pass(Life / 2);
        foreach (TestNode node in new[] { world.Beta, world.Supervisor })
        {
            StoredPayload stored = Assert.Single(node.Vault.Scan(PayloadKind.Channels));
            OpeningRow row = node.Rows.Open(PayloadKind.Channels, stored.Key, stored.Body, OpeningRow.Parser);
            Assert.NotEqual(0, row.SinceUnixMs);
            row.SinceUnixMs = 0;
            node.Vault.Overwrite(PayloadKind.Channels, stored.Key, node.Rows.Replace(PayloadKind.Channels, stored.Key, row).Body);
            node.Restart();
        }

        world.Pass((Life / 2) + Slack);
        Assert.Equal((1, 1), (Rows(world.Beta), Rows(world.Supervisor)));
        // A second start does not begin anew.
        foreach (TestNode node in new[] { world.Beta, world.Supervisor }) node.Restart();
        world.Pass(Life / 2);
        Assert.Equal((0, 0), (Rows(world.Beta), Rows(world.Supervisor)));
        world.OnPeer = null;
        Assert.Null(TryOpen(world));
        Assert.Single(world.Ask<ObservedChannels>(world.Supervisor, call => new RegulatorInput.ListChannels(call)).Channels);
    }

    [Fact]
    public void A_channel_in_the_log_is_never_dropped_however_late_its_notice_comes()
    {
        using TwoBanks world = new(settings: Settings(maxTries: 2));
        world.OnPeer = (_, _, message) => message.MessageCase == PeerMessage.MessageOneofCase.Opened ? [] : [message];
        Assert.Null(TryOpen(world));
        world.Pass(Life);
        foreach (TestNode node in new[] { world.Beta, world.Supervisor }) node.Restart();
        world.Pass(Life);
        Assert.Equal((1, 1), (Rows(world.Beta), Rows(world.Supervisor)));
        Assert.Empty(world.Ask<ChannelList>(world.Beta, call => new BankInput.ListChannels(call)).Channels);
        world.OnPeer = null;
        world.Pass(2 * Slack);
        Assert.Single(world.Ask<ChannelList>(world.Beta, call => new BankInput.ListChannels(call)).Channels);
        Assert.Single(world.Ask<ObservedChannels>(world.Supervisor, call => new RegulatorInput.ListChannels(call)).Channels);
    }

    [Fact]
    public void Nothing_is_dropped_while_the_ledger_does_not_say_that_it_lists_no_such_channel()
    {
        using TwoBanks world = new(settings: Settings(maxTries: 2));
        world.OnPeer = (from, _, message) => from == world.Supervisor ? [] : [message];
        Assert.Equal(ChannelCodes.GaveUp, TryOpen(world));
        world.OnLedgerReply = (_, _) => null;
        world.Pass(Life + Slack);
        Assert.Equal((1, 1), (Rows(world.Beta), Rows(world.Supervisor)));
        world.OnLedgerReply = null;
        world.Pass(2 * Slack);
        Assert.Equal((0, 0), (Rows(world.Beta), Rows(world.Supervisor)));
    }

    [Theory]
    [InlineData("the ledger is away")]
    [InlineData("the node sleeps")]
    public void Answers_on_either_side_of_a_silence_are_not_one_statement(string silence)
    {
        using TwoBanks world = new(settings: Settings(maxTries: 2));
        world.OnPeer = (from, _, message) => from == world.Supervisor ? [] : [message];
        Assert.Equal(ChannelCodes.GaveUp, TryOpen(world));
        TestNode[] nodes = [world.Beta, world.Supervisor];
        Dictionary<TestNode, int> answers = nodes.ToDictionary(static n => n, static _ => 0);
        bool isSilent = true;
        world.OnLedgerReply = (from, reply) =>
        {
            if (!answers.TryGetValue(from, out int heard)) return reply;
            if (isSilent && heard > 0 && silence == "the ledger is away") return null;
            if (reply.Channels.Count == 0) return reply;
            answers[from] = heard + 1;
            if (isSilent && silence == "the node sleeps") world.Asleep.Add(from);
            return reply;
        };
        world.Pass(Life + (2 * Slack));
        Assert.All(nodes, n => Assert.Equal((1, 1), (answers[n], Rows(n))));
        isSilent = false;
        world.Asleep.Clear();
        for (int i = 0; i < 60 && answers.Values.Any(static a => a < 2); i++)
        {
            world.Pass(TimeSpan.FromSeconds(0.5));
            Assert.All(nodes, n => Assert.True(answers[n] > 2 || Rows(n) == 1));
        }

        Assert.All(nodes, n => Assert.InRange(answers[n], 2, 3));
        world.Pass(Slack);
        Assert.Equal((0, 0), (Rows(world.Beta), Rows(world.Supervisor)));
    }

    [Fact]
    public void Proposers_that_take_all_places_keep_nobody_out_who_waits_for_none()
    {
        const int places = 3;
        BankSettings settings = Settings(maxTries: 2) with { MaxPendingOpenings = places };
        using TwoBanks world = new(settings: settings, withGamma: true, supervisorSettings: new RegulatorSettings { MaxOpenings = places });
        // The supervisor acknowledges, and Gamma hears nothing of it.
        world.OnPeer = (from, to, message) => from == world.Supervisor && to == world.Gamma ? [] : [message];
        for (int i = 0; i < places; i++) Assert.Equal(ChannelCodes.GaveUp, TryOpen(world, world.Gamma));
        Assert.Equal((places, places), (Rows(world.Beta), Rows(world.Supervisor)));
        Assert.Equal(ChannelCodes.TermsNotAccepted, TryOpen(world, world.Gamma));
        Assert.Equal((places, places), (Rows(world.Beta), Rows(world.Supervisor)));
        Assert.Null(TryOpen(world));
        Assert.Equal((places + 1, places + 1), (Rows(world.Beta), Rows(world.Supervisor)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_proposer_completes_nothing_that_the_other_member_may_have_dropped(bool restarts)
    {
        using TwoBanks world = new(settings: Settings(maxTries: 1_000));
        world.OnPeer = (from, _, message) => from == world.Supervisor ? [] : [message];
        long call = world.Tell(world.Alpha, id => new BankInput.OpenChannel(id, world.Request()));
        world.Pass(Life - Slack);
        Assert.Equal((1, 1), (Rows(world.Alpha), Rows(world.Beta)));
        if (restarts) world.Alpha.Restart();
        world.Pass(2 * Slack);
        Assert.Equal((0, 0), (Rows(world.Alpha), Rows(world.Beta)));
        Assert.Contains(ChannelCodes.GaveUp, world.Alpha.Alarms);
        if (!restarts) Assert.Equal(ChannelCodes.GaveUp, world.Answer<OpenChannelResult>(call)!.Refusal);
        world.OnPeer = null;
        Assert.Null(TryOpen(world));
    }

    [Fact]
    public void What_the_ledger_was_asked_to_list_is_not_given_up()
    {
        using TwoBanks world = new(settings: Settings(maxTries: 2));
        world.OnLedgerReply = (_, reply) => reply.Results.Any(static r => r.Receipt is not null) ? null : reply;
        long call = world.Tell(world.Alpha, id => new BankInput.OpenChannel(id, world.Request()));
        world.Pass(Life);
        foreach (TestNode node in new[] { world.Alpha, world.Beta, world.Supervisor }) node.Restart();
        world.Pass(Life);
        Assert.Null(world.Answer<OpenChannelResult>(call));
        Assert.Equal((1, 1, 1), (Rows(world.Alpha), Rows(world.Beta), Rows(world.Supervisor)));
        world.OnLedgerReply = null;
        world.Pass(2 * Slack);
        foreach (TestNode bank in new[] { world.Alpha, world.Beta }) Assert.Single(world.Ask<ChannelList>(bank, id => new BankInput.ListChannels(id)).Channels);
    }

    [Fact]
    public void What_waits_for_a_ledger_that_was_away_opens_when_it_is_back()
    {
        using TwoBanks world = new(settings: Settings(maxTries: 2));
        world.OnLedgerRequest = (_, _) => new LedgerRequest();
        world.OnLedgerReply = (_, _) => null;
        long call = world.Tell(world.Alpha, id => new BankInput.OpenChannel(id, world.Request()));
        world.Pass(2 * Life);
        Assert.Equal((1, 1, 1), (Rows(world.Alpha), Rows(world.Beta), Rows(world.Supervisor)));
        world.OnLedgerRequest = null;
        world.OnLedgerReply = null;
        world.Pass(2 * Slack);
        Assert.NotNull(world.Answer<OpenChannelResult>(call)!.Channel);
        foreach (TestNode bank in new[] { world.Alpha, world.Beta }) Assert.Single(world.Ask<ChannelList>(bank, id => new BankInput.ListChannels(id)).Channels);
        Assert.Single(world.Ask<ObservedChannels>(world.Supervisor, id => new RegulatorInput.ListChannels(id)).Channels);
    }

    private static int Rows(TestNode node) => node.Vault.Scan(PayloadKind.Channels).Count;

    private static string? TryOpen(TwoBanks world, TestNode? by = null)
    {
        long call = world.Tell(by ?? world.Alpha, id => new BankInput.OpenChannel(id, world.Request()));
        for (int i = 0; i < 40 && world.Answer<OpenChannelResult>(call) is null; i++) world.Pass(TimeSpan.FromSeconds(1));
        return world.Answer<OpenChannelResult>(call)!.Refusal;
    }
}
