using System.Globalization;
using Settlement.Contracts;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Reading;

namespace Settlement.Tests.Bank;

/// <summary>What actions can do beside moving money: set values, lead to several states, be taken by whom a field names or by anybody, and
/// in their time only.</summary>
public sealed class ActTests
{
    private const string Deal = """
        contract Deal version 1
          "A sale that one side may raise, the seller settles whole or in half, and time ends."

        parties
          buyer       bank
          seller      bank
          supervisor  regulator, observes

        fields
          amount    money                to buyer, seller, supervisor
          rounds    integer              to buyer, seller, supervisor
          decider   party                to buyer, seller, supervisor
          deadline  datetime             to buyer, seller, supervisor
          note      text(40) optional    to buyer, seller

        states
          Open, Done may rest, Half may rest, Lapsed may rest

        on place by buyer, agreed by seller
          require amount > 0 else AM01
          require deadline > now else DT01
          set rounds = 1
          -> Open

        on raise(more money to buyer, seller, supervisor) by decider when Open by deadline else DT05
          require more > 0 else AM01
          set amount = amount + more
          set rounds = rounds + 1
          clear note
          -> Open

        on settle(whole boolean to buyer, seller, supervisor) by seller, agreed by buyer when Open by deadline else DT05
          if whole
            move amount from buyer to seller
            -> Done
          otherwise
            move amount / 2 rounded down from buyer to seller
            -> Half
          end

        on lapse by network when Open after deadline
          -> Lapsed
        """;

    [Fact]
    public void An_instance_is_created_with_values_by_their_names()
    {
        using TwoBanks world = World();
        EntryId deal = Placed(world, "seller");
        foreach (TestNode bank in new[] { world.Alpha, world.Beta })
        {
            InstanceView view = world.InstanceOf(bank, deal)!;
            Assert.Equal(("Deal", "Open", false), (view.Contract, view.State, view.MayRest));
            Assert.Equal(["raise", "settle", "lapse"], view.Actions);
            Assert.Equal(["40.00 EUR", "1", "seller", Deadline(60), "as seen"], view.Fields.Select(f => f.Value));
        }

        Assert.Equal((string?[])["AM01", BankCodes.ValueUnreadable, BankCodes.ValueUnreadable, "S008", "S002", "DT01", "S004"], new[]
        {
            Refusal(world, "amount", "0.00 EUR"), Refusal(world, "amount", "40 euros"), Refusal(world, "price", "1"), Refusal(world, "rounds", "1"),
            Refusal(world, "decider", null), Refusal(world, "deadline", Deadline(-1)), Refusal(world, "decider", "nobody"),
        });
        Assert.Equal(BankCodes.NoSuchContract, Create(world, world.Alpha, "Feud", "place", []).Refusal);
        Assert.Equal(BankCodes.NoSuchAction, Reason(world, world.Alpha, Create(world, world.Alpha, "Deal", "raise", [])));
        Assert.Equal(BankCodes.HasDoorOfItsOwn, Reason(world, world.Alpha, Create(world, world.Alpha, "GrossPayment", "pay", [])));
        Assert.Equal(BankCodes.HasDoorOfItsOwn, Reason(world, world.Alpha, Create(world, world.Alpha, "PoolFunding", "issue", [])));
        Assert.Equal(BankCodes.HasDoorOfItsOwn, Reason(world, world.Alpha, Create(world, world.Alpha, "PoolFunding", "redeem", [])));
        AssertProven(world);
    }

    public static TheoryData<string, bool> Deciders => new MatrixTheoryData<string, bool>(["buyer", "seller"], [true, false]);

    [Theory]
    [MemberData(nameof(Deciders))]
    public void Values_are_set_by_whom_a_field_names_and_by_nobody_else(string decider, bool whole)
    {
        using TwoBanks world = World();
        EntryId deal = Placed(world, decider);
        (TestNode decides, TestNode other) = decider == "buyer" ? (world.Alpha, world.Beta) : (world.Beta, world.Alpha);
        Assert.Equal((InstructionStatus.Rejected, "S010"), world.StatusOf(other, world.ActOn(other, deal, "raise", new Dictionary<string, string> { ["more"] = "2.01 EUR" })));
        for (int i = 0; i < 2; i++)
        {
            byte[] raised = world.ActOn(decides, deal, "raise", new Dictionary<string, string> { ["more"] = "2.01 EUR" });
            Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(decides, raised));
        }

        Assert.Equal(["44.02 EUR", "3", decider, Deadline(60), "absent"], world.InstanceOf(world.Alpha, deal)!.Fields.Select(f => f.Value ?? "absent"));
        byte[] settled = world.ActOn(world.Beta, deal, "settle", new Dictionary<string, string> { ["whole"] = whole ? "true" : "false" });
        Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(world.Beta, settled));
        long paid = whole ? 44_02 : 22_01;
        Assert.Equal([100_00 - paid, 100_00 + paid], [world.Position(world.Alpha), world.Position(world.Beta)]);
        foreach (TestNode bank in new[] { world.Alpha, world.Beta })
        {
            InstanceView view = world.InstanceOf(bank, deal)!;
            Assert.Equal((whole ? "Done" : "Half", 4), (view.State, view.Entries.Count));
            Assert.Empty(view.Actions);
        }

        AssertProven(world);
    }

    [Fact]
    public void After_its_time_an_action_is_refused_and_the_other_is_due_by_either_member_once()
    {
        using TwoBanks world = World();
        EntryId first = Placed(world, "buyer"), second = Placed(world, "buyer"), third = Placed(world, "buyer");
        Assert.Equal((InstructionStatus.Rejected, "S011"), world.StatusOf(world.Alpha, world.ActOn(world.Alpha, first, "lapse", new Dictionary<string, string>())));
        world.Pass(TimeSpan.FromSeconds(61));
        Assert.Equal((InstructionStatus.Rejected, "DT05"), world.StatusOf(world.Beta, world.ActOn(world.Beta, first, "settle", new Dictionary<string, string> { ["whole"] = "true" })));
        Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(world.Alpha, world.ActOn(world.Alpha, first, "lapse", new Dictionary<string, string>())));
        Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(world.Beta, world.ActOn(world.Beta, second, "lapse", new Dictionary<string, string>())));
        Assert.Equal((InstructionStatus.Rejected, "S001"), world.StatusOf(world.Alpha, world.ActOn(world.Alpha, second, "lapse", new Dictionary<string, string>())));

        // Both demand it at once.
        long[] calls = [.. new[] { world.Alpha, world.Beta }.Select(bank => world.Tell(bank, call => new BankInput.Act(call, null, [1], new ActOrder(world.Channel, third, null, "lapse", new Dictionary<string, string>()))))];
        world.Settle();
        world.Pass(TimeSpan.FromSeconds(5));
        (InstructionStatus Status, string? Reason)[] ends = [Ended(world, world.Alpha, calls[0]), Ended(world, world.Beta, calls[1])];
        Assert.Single(ends, e => e.Status == InstructionStatus.Settled);
        Assert.Single(ends, e => e.Reason is ChannelCodes.InstanceBusy or ChannelCodes.InstanceMoved);
        Assert.Equal(2, world.InstanceOf(world.Alpha, third)!.Entries.Count);
        Assert.Equal("Lapsed", world.InstanceOf(world.Beta, third)!.State);
        AssertProven(world);
    }

    [Fact]
    public void What_waited_while_the_instance_moved_on_is_refused()
    {
        using TwoBanks world = World();
        EntryId deal = Placed(world, "buyer");
        // Beta's order does not reach the sequencer while Alpha's becomes final; it is found again after a restart.
        world.OnPeer = (_, to, message) => to == world.Alpha && message.Commands is not null ? [] : [message];
        byte[] settle = world.ActOn(world.Beta, deal, "settle", new Dictionary<string, string> { ["whole"] = "true" });
        byte[] raise = world.ActOn(world.Alpha, deal, "raise", new Dictionary<string, string> { ["more"] = "1.00 EUR" });
        Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(world.Alpha, raise));
        world.Beta.Restart();
        world.OnPeer = null;
        world.Pass(TimeSpan.FromSeconds(20));
        Assert.Equal((InstructionStatus.Rejected, ChannelCodes.InstanceMoved), world.StatusOf(world.Beta, settle));
        Assert.Equal("41.00 EUR", world.InstanceOf(world.Beta, deal)!.Fields[0].Value);
        AssertProven(world);
    }

    [Theory]
    [InlineData("an actor where a party acts")]
    [InlineData("no actor where the network acts")]
    [InlineData("an actor who is no member")]
    [InlineData("an observer as a bank")]
    public void A_false_actor_does_not_open(string lie)
    {
        using TwoBanks world = World();
        EntryId deal = Placed(world, "buyer");
        Instance instance = world.Standing(world.Alpha, deal, world.View(world.Alpha).Sequence);
        ChannelContext own = world.Context(world.Alpha);
        ContractAction action = instance.Plan.Contract.FindAction(lie.StartsWith("an actor where", StringComparison.Ordinal) ? "settle" : "lapse")!;
        Value?[] values = [.. instance.Fields, .. action.Parameters.Select(static _ => (Value?)BooleanValue.Of(true))];
        Channels.EntryForge forge = new(own, instance.Plan, action, values, EntryId.Generate(new Simulation.SeededEntropy(3)), world.Now, new Simulation.SeededEntropy(4), instance);
        forge.Header = h =>
        {
            if (action.Name == "lapse") h.Actor = 1;
        };
        Assert.True(EntryOpener.TryOpen(world.Context(world.Beta), forge.Seal(), out _, out string code), code);
        forge.Header = lie switch
        {
            "an actor where a party acts" => static h => h.Actor = 1,
            "no actor where the network acts" => static h => h.Actor = 0,
            "an actor who is no member" => static h => h.Actor = 3,
            _ => static h => (h.Actor, h.Parties[0], h.Parties[2]) = (1, 2, 0),
        };
        Assert.False(EntryOpener.TryOpen(world.Context(world.Beta), forge.Seal(), out _, out code));
        Assert.Equal(ChannelCodes.EntryMalformed, code);
    }

    private static TwoBanks World()
    {
        TwoBanks world = new TwoBanks(contracts: [ContractLibrary.Load("GrossPayment").Source, ContractLibrary.Load("PoolFunding").Source, Deal]).Open();
        return world.Fund(world.Alpha, 100_00).Fund(world.Beta, 100_00);
    }

    // A world counts from its beginning, and deals are placed within the first seconds of it.
    private static string Deadline(int seconds) => (TwoBanks.Start + TimeSpan.FromSeconds(seconds)).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static EntryId Placed(TwoBanks world, string decider)
    {
        Dictionary<string, string> values = Values();
        values["decider"] = decider;
        SubmissionAnswer answer = Create(world, world.Alpha, "Deal", "place", values);
        InstructionView view = world.ViewOf(world.Alpha, Convert.FromHexString(Assert.Single(answer.Instructions).Id));
        Assert.Equal((InstructionStatus.Settled, null), (view.Status, view.Reason));
        Assert.True(EntryId.TryParse(view.Entry, out EntryId entry));
        return entry;
    }

    private static Dictionary<string, string> Values() => new(StringComparer.Ordinal)
    {
        ["amount"] = "40.00 EUR", ["decider"] = "seller", ["deadline"] = Deadline(60), ["note"] = "as seen",
    };

    /// <summary>Why a deal is refused in which one value is another, or absent.</summary>
    private static string Refusal(TwoBanks world, string name, string? value)
    {
        Dictionary<string, string> values = Values();
        if (value is null) values.Remove(name);
        else values[name] = value;
        return Reason(world, world.Alpha, Create(world, world.Alpha, "Deal", "place", values)) ?? "";
    }

    private static SubmissionAnswer Create(TwoBanks world, TestNode bank, string contract, string action, Dictionary<string, string> values) =>
        world.Ask<SubmissionAnswer>(bank, call => new BankInput.Act(call, null, [1], new ActOrder(world.Channel, null, contract, action, values)));

    private static string? Reason(TwoBanks world, TestNode bank, SubmissionAnswer answer) => world.StatusOf(bank, Convert.FromHexString(Assert.Single(answer.Instructions).Id)).Reason;

    private static (InstructionStatus Status, string? Reason) Ended(TwoBanks world, TestNode bank, long call) =>
        world.StatusOf(bank, Convert.FromHexString(world.Answer<SubmissionAnswer>(call)!.Instructions[0].Id));

    private static void AssertProven(TwoBanks world)
    {
        world.AssertGoesOn();
        Assert.True(world.Audit() is { IsComplete: true, ReExecuted: true });
        Assert.All(world.Nodes, node => Assert.Empty(node.Alarms));
    }
}
