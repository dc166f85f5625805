using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Reading;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Bank;

/// <summary>Actions on instances that are there, the return of a payment before all.</summary>
public sealed class ReturnTests
{
    private static readonly Dictionary<string, string> Reason = new(StringComparer.Ordinal) { ["reason"] = "AC04" };

    public static TheoryData<bool> Payers => [true, false];

    [Theory]
    [MemberData(nameof(Payers))]
    public void A_payment_is_returned_by_whoever_was_paid(bool sequencerPays)
    {
        using TwoBanks world = Funded();
        (TestNode payer, TestNode payee) = sequencerPays ? (world.Alpha, world.Beta) : (world.Beta, world.Alpha);
        EntryId paid = Paid(world, payer, 30_00);
        byte[] returned = world.ActOn(payee, paid, "return", Reason);
        Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(payee, returned));
        Assert.Equal([100_00, 100_00], [world.Position(world.Alpha), world.Position(world.Beta)]);
        world.AssertSameState();
        foreach (TestNode bank in new[] { world.Alpha, world.Beta })
        {
            InstanceView view = world.InstanceOf(bank, paid)!;
            Assert.Equal(("GrossPayment", "Returned", 2), (view.Contract, view.State, view.Entries.Count));
            Assert.Empty(view.Actions);
            Assert.Equal("30.00 EUR", view.Fields.Single(f => f.Name == "amount").Value);
            Assert.Equal("AC04", view.Entries[0].Fields.Single(f => f.Name == "reason").Value);
            Assert.Equal(["return", "pay"], view.Entries.Select(e => e.Action!));
        }

        Assert.True(world.Audit() is { IsComplete: true, ReExecuted: true });
        Assert.All(world.Nodes, node => Assert.Empty(node.Alarms));
    }

    [Fact]
    public void It_is_returned_once()
    {
        using TwoBanks world = Funded();
        EntryId paid = Paid(world, world.Alpha, 30_00);
        world.ActOn(world.Beta, paid, "return", Reason);
        byte[] again = world.ActOn(world.Beta, paid, "return", Reason);
        Assert.Equal((InstructionStatus.Rejected, "S001"), world.StatusOf(world.Beta, again));
        Assert.Equal("return: when", world.ViewOf(world.Beta, again).Place);
        Assert.Equal(100_00, world.Position(world.Alpha));
    }

    [Fact]
    public void While_one_is_under_way_there_is_no_second()
    {
        using TwoBanks world = Funded();
        EntryId paid = Paid(world, world.Alpha, 30_00);
        world.OnPeer = (_, to, message) => to == world.Alpha && message.Commands is not null ? [] : [message];
        byte[] first = world.ActOn(world.Beta, paid, "return", Reason);
        Assert.Equal(InstructionStatus.Accepted, world.StatusOf(world.Beta, first).Status);
        byte[] second = world.ActOn(world.Beta, paid, "return", Reason);
        Assert.Equal((InstructionStatus.Rejected, ChannelCodes.InstanceBusy), world.StatusOf(world.Beta, second));
        world.OnPeer = null;
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(world.Beta, first));
    }

    [Fact]
    public void What_may_not_be_done_is_refused_with_a_code_and_a_place()
    {
        using TwoBanks world = Funded();
        EntryId paid = Paid(world, world.Alpha, 30_00);
        // A payer keeps no row of where its payment lies; the instruction tells.
        Assert.Equal(ChannelCodes.InstanceUnknown, world.Act(world.Alpha, paid, "return", Reason).Refusal);
        long sequence = world.View(world.Alpha).Sequence;
        byte[] byPayer = Convert.FromHexString(Assert.Single(world.Ask<SubmissionAnswer>(world.Alpha, call =>
            new BankInput.Act(call, null, [1], new ActOrder(world.Channel, paid, null, "return", Reason, sequence))).Instructions).Id);
        Assert.Equal((InstructionStatus.Rejected, "S010", "return: by"), (world.StatusOf(world.Alpha, byPayer).Status, world.StatusOf(world.Alpha, byPayer).Reason, world.ViewOf(world.Alpha, byPayer).Place));
        AssertRefused(world, world.Beta, paid, "return", new(), "S002", "return: reason");
        AssertRefused(world, world.Beta, paid, "return", new() { ["reason"] = "no code" }, BankCodes.ValueUnreadable, "reason");
        AssertRefused(world, world.Beta, paid, "return", new() { ["reason"] = "AC04", ["amount"] = "1.00 EUR" }, BankCodes.ValueUnreadable, "amount");
        AssertRefused(world, world.Beta, paid, "pay", new(), BankCodes.NoSuchAction, "action");
        AssertRefused(world, world.Beta, paid, "burn", new(), BankCodes.NoSuchAction, "action");
        Assert.Equal(ChannelCodes.InstanceUnknown, world.Act(world.Beta, new EntryId(Digest.Of([1])), "return", Reason).Refusal);
        Assert.Equal(ChannelCodes.ChannelUnknown, world.Ask<SubmissionAnswer>(world.Beta, call => new BankInput.Act(call, null, [1], new ActOrder(Digest.Of([1]), paid, null, "return", Reason))).Refusal);
        Assert.Equal([70_00, 130_00], [world.Position(world.Alpha), world.Position(world.Beta)]);
    }

    [Fact]
    public void What_was_spent_cannot_be_returned()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00);
        EntryId paid = Paid(world, world.Alpha, 30_00);
        world.Pay(world.Beta, 20_00);
        AssertRefused(world, world.Beta, paid, "return", Reason, "AM04", "return: move");
        Assert.Equal([90_00, 10_00], [world.Position(world.Alpha), world.Position(world.Beta)]);
    }

    [Fact]
    public void The_same_order_gets_the_same_answer()
    {
        using TwoBanks world = Funded();
        EntryId paid = Paid(world, world.Alpha, 30_00);
        SubmissionAnswer first = world.Act(world.Beta, paid, "return", Reason, "key"), second = world.Act(world.Beta, paid, "return", Reason, "key");
        Assert.Equal(first.MessageId, second.MessageId);
        Assert.Equal(first.Instructions[0].Id, second.Instructions[0].Id);
        Assert.Equal(BankCodes.KeyOfAnotherBody, world.Ask<SubmissionAnswer>(world.Beta, call => new BankInput.Act(call, "key", [9], new ActOrder(world.Channel, paid, null, "return", Reason))).Refusal);
        Assert.Equal(100_00, world.Position(world.Alpha));
        // Both wait for the rows of the instance in one drain.
        EntryId other = Paid(world, world.Alpha, 10_00);
        long[] calls = [.. Enumerable.Range(0, 2).Select(_ => world.Tell(world.Beta, call => new BankInput.Act(call, "twice", [1], new ActOrder(world.Channel, other, null, "return", Reason))))];
        world.Settle();
        Assert.Single(calls.Select(call => world.Answer<SubmissionAnswer>(call)!.Instructions[0].Id).Distinct());
        Assert.Equal(100_00, world.Position(world.Alpha));
    }

    public static TheoryData<string, bool> Losses => new MatrixTheoryData<string, bool>(["Commands", "Proposal", "Endorsement", "Ledger"], [true, false]);

    [Theory]
    [MemberData(nameof(Losses))]
    public void A_restart_at_any_place_loses_nothing(string lost, bool sequencerPays)
    {
        using TwoBanks world = Funded();
        (TestNode payer, TestNode payee) = sequencerPays ? (world.Alpha, world.Beta) : (world.Beta, world.Alpha);
        EntryId paid = Paid(world, payer, 30_00);
        if (lost == "Ledger") world.OnLedgerReply = (_, _) => null;
        else world.OnPeer = (_, _, message) => message.MessageCase.ToString() == lost ? [] : [message];
        byte[] returned = world.ActOn(payee, paid, "return", Reason);
        Assert.Equal(!sequencerPays && lost == "Commands" ? InstructionStatus.Settled : InstructionStatus.Accepted, world.StatusOf(payee, returned).Status);
        world.Alpha.Restart();
        world.Beta.Restart();
        world.OnPeer = null;
        world.OnLedgerReply = null;
        world.Pass(TimeSpan.FromSeconds(20));
        Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(payee, returned));
        Assert.Equal([100_00, 100_00], [world.Position(world.Alpha), world.Position(world.Beta)]);
        world.AssertGoesOn();
        Assert.True(world.Audit() is { IsComplete: true, ReExecuted: true });
    }

    [Fact]
    public void It_survives_a_change_of_office()
    {
        using TwoBanks world = Funded();
        EntryId paid = Paid(world, world.Alpha, 30_00), received = Paid(world, world.Beta, 10_00);
        // Alpha's proposals do not arrive, so that Beta takes the office over.
        world.OnPeer = (from, _, message) => from == world.Alpha && message.Proposal is not null ? [] : [message];
        byte[] byBeta = world.ActOn(world.Beta, paid, "return", Reason), byAlpha = world.ActOn(world.Alpha, received, "return", Reason);
        world.Pass(TimeSpan.FromSeconds(40));
        world.OnPeer = null;
        world.Pass(TimeSpan.FromSeconds(20));
        Assert.True(world.View(world.Alpha).Term > 1);
        Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(world.Beta, byBeta));
        Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(world.Alpha, byAlpha));
        Assert.Equal([100_00, 100_00], [world.Position(world.Alpha), world.Position(world.Beta)]);
        Assert.True(world.Audit() is { IsComplete: true, ReExecuted: true });
    }

    [Fact]
    public void An_instance_that_was_erased_cannot_be_acted_on()
    {
        using TwoBanks world = Funded();
        EntryId paid = Paid(world, world.Alpha, 30_00);
        foreach (StoredPayload row in world.Beta.Vault.Scan(PayloadKind.ContentKeys))
            world.Beta.Vault.Commit(new StoreTransaction { Writes = { new PayloadWrite(PayloadKind.ContentKeys, row.Key, new byte[row.Body.Length], PayloadWriteMode.Replace) } });
        Assert.Equal(ChannelCodes.InstanceUnknown, world.Act(world.Beta, paid, "return", Reason).Refusal);
    }

    [Fact]
    public void Many_returns_at_once_settle_in_batches_that_can_be_judged()
    {
        using TwoBanks world = Funded();
        EntryId[] paid = [.. Enumerable.Range(0, BankSettings.LargestActs + 8).Select(_ => Paid(world, world.Alpha, 1))];
        long[] calls = [.. paid.Select(entry => world.Tell(world.Beta, call => new BankInput.Act(call, null, entry.ToArray(), new ActOrder(world.Channel, entry, null, "return", Reason))))];
        world.Settle();
        world.Pass(TimeSpan.FromSeconds(10));
        Assert.All(calls, call => Assert.Equal(InstructionStatus.Settled, world.StatusOf(world.Beta, Convert.FromHexString(world.Answer<SubmissionAnswer>(call)!.Instructions[0].Id)).Status));
        Assert.Equal(100_00, world.Position(world.Alpha));
        Assert.True(world.Audit() is { IsComplete: true, ReExecuted: true });
    }

    [Fact]
    public void A_payment_costs_no_row_more_and_an_entry_on_an_instance_one()
    {
        using TwoBanks world = Funded();
        int before = Facts(world.Alpha);
        EntryId paid = Paid(world, world.Alpha, 30_00);
        // The reference of the payment.
        Assert.Equal(before + 1, Facts(world.Alpha));
        world.ActOn(world.Beta, paid, "return", Reason);
        // Where the instance stands, and the other member's entry.
        Assert.Equal(before + 3, Facts(world.Alpha));
        EntryHeader header = EntryHeader.Parser.ParseFrom(EntriesRow.Parser.ParseFrom(world.Alpha.Vault.Scan(PayloadKind.Entries)[^1].Body).Entries[0].Header);
        Assert.Equal((2u, paid.ToString()), (header.Generation, Convert.ToHexStringLower(header.PreviousEntry.Span)));
    }

    private static int Facts(TestNode node) => node.Vault.Scan(PayloadKind.Facts).Count;

    private static TwoBanks Funded()
    {
        TwoBanks world = new TwoBanks().Open();
        return world.Fund(world.Alpha, 100_00).Fund(world.Beta, 100_00);
    }

    private static EntryId Paid(TwoBanks world, TestNode payer, long amount)
    {
        byte[] paid = world.Pay(payer, amount);
        Assert.True(EntryId.TryParse(world.ViewOf(payer, paid).Entry, out EntryId entry));
        return entry;
    }

    private static void AssertRefused(TwoBanks world, TestNode bank, EntryId instance, string action, Dictionary<string, string> values, string code, string place)
    {
        byte[] refused = world.ActOn(bank, instance, action, values);
        Assert.Equal((InstructionStatus.Rejected, code), world.StatusOf(bank, refused));
        Assert.Equal(place, world.ViewOf(bank, refused).Place);
    }
}
