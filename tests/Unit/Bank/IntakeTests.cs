using System.Text;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Identifiers;
using Settlement.Core.Instructions;
using Settlement.Core.Monetary;
using Settlement.Core.Reading;
using Settlement.Core.Store;

namespace Settlement.Tests.Bank;

public sealed class IntakeTests
{
    // Faults of one transfer | the reason that is reported. The order of the reasons is the order of the checks.
    private const string Precedence = """
        payer                                                      | DNOR
        payee                                                      | CNOR
        currency                                                   | AM03
        past                                                       | DT01
        future                                                     | DT04
        duplicate                                                  | DU03
        zero                                                       | AM01
        negative                                                   | AM01
        late                                                       | TM01
        late zero                                                  | AM01
        late poor                                                  | TM01
        payer payee currency past duplicate zero                   | DNOR
        payee currency past duplicate zero                         | CNOR
        currency past duplicate zero                               | AM03
        past duplicate zero                                        | DT01
        future duplicate poor                                      | DT04
        duplicate zero                                             | DU03
        duplicate poor                                             | DU03
        duplicate-by-transaction                                   | DU03
        duplicate-by-instruction                                   | DU03
        duplicate-by-message                                       | DU03
        same-message-other-end-to-end zero                         | AM01
        other-message-same-end-to-end zero                         | AM01
        long-text                                                  | FF01
        control-character                                          | FF01
        no-debtor                                                  | FF01
        read                                                       | CH20
        read payer                                                 | CH20
        """;

    public static TheoryData<string, string> Table =>
        [.. Precedence.Split('\n').Select(line => line.Split('|')).Select(cells => new TheoryDataRow<string, string>(cells[0].Trim(), cells[1].Trim()))];

    [Theory]
    [MemberData(nameof(Table))]
    public void The_first_fault_in_the_order_of_checks_is_the_reason(string faults, string reason)
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00).Fund(world.Beta, 100_00);
        CreditTransfer earlier = world.Transfer(world.Alpha, 1_00);
        CreditTransfer plain = world.Transfer(world.Alpha, 1_00) with { Uetr = null };
        CreditTransfer plainer = world.Transfer(world.Alpha, 1_00) with { Uetr = null, TransactionId = null };
        CreditTransfer plainest = world.Transfer(world.Alpha, 1_00) with { Uetr = null, TransactionId = null, InstructionId = null };
        Assert.All(world.Submit(world.Alpha, earlier, plain, plainer, plainest).Instructions, i => Assert.Equal(InstructionStatus.Accepted, i.Status));
        // Long after, so that the vault is asked and not the memory.
        world.Pass(TimeSpan.FromMinutes(3));
        CreditTransfer transfer = world.Transfer(world.Alpha, 1_00);
        string? read = null;
        foreach (string fault in faults.Split(' '))
        {
            if (fault == "read") read = "CH20";
            else transfer = With(world, transfer, fault, earlier, plain, plainer, plainest);
        }

        PayloadKind[] kinds = [PayloadKind.Snapshots, PayloadKind.InFlight, PayloadKind.Waiting, PayloadKind.Entries, PayloadKind.Batches];
        string before = world.Alpha.Vault.Text(kinds);
        SubmissionAnswer answer = world.Submit(world.Alpha, null, [9], TwoBanks.Item(transfer) with { Reason = read });
        Assert.Equal((InstructionStatus.Rejected, reason), (Assert.Single(answer.Instructions).Status, answer.Instructions[0].Reason));
        Assert.Equal(before, world.Alpha.Vault.Text(kinds));
        Assert.Equal((InstructionStatus.Rejected, reason), world.StatusOf(world.Alpha, Convert.FromHexString(answer.Instructions[0].Id)));
        Assert.Equal(reason, world.Reports(world.Alpha)[^1].Reason);
        Assert.Equal(0, world.View(world.Alpha).Positions[0].Reserved.MinorUnits);
        world.AssertGoesOn();
    }

    [Fact]
    public void The_same_key_and_body_give_the_same_answer_and_another_body_is_refused()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00);
        SubmittedTransfer item = TwoBanks.Item(world.Transfer(world.Alpha, 10_00));
        byte[] body = Encoding.UTF8.GetBytes("body");
        SubmissionAnswer first = world.Submit(world.Alpha, "key", body, item);
        SubmissionAnswer again = world.Submit(world.Alpha, "key", body, item);
        Assert.Equal((first.MessageId, first.Instructions[0].Id, null), (again.MessageId, again.Instructions[0].Id, again.Refusal));
        world.Alpha.Restart();
        world.Pass(TimeSpan.FromMinutes(5));
        Assert.Equal(first.MessageId, world.Submit(world.Alpha, "key", body, item).MessageId);
        SubmissionAnswer other = world.Submit(world.Alpha, "key", Encoding.UTF8.GetBytes("other body"), item);
        Assert.Equal((null, BankCodes.KeyOfAnotherBody), (other.MessageId, other.Refusal));
        Assert.Empty(other.Instructions);
        Assert.Equal(90_00, world.Position(world.Alpha));
        Assert.Single(world.Alpha.Vault.Scan(PayloadKind.Messages));
    }

    [Fact]
    public void The_same_key_twice_in_one_step_is_one_message()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00);
        SubmittedTransfer item = TwoBanks.Item(world.Transfer(world.Alpha, 10_00));
        long[] calls = [.. Enumerable.Range(0, 3).Select(i => world.Tell(world.Alpha, call => new BankInput.Submit(call, "key", [(byte)(i / 2)], [item])))];
        world.Settle();
        SubmissionAnswer[] answers = [.. calls.Select(c => world.Answer<SubmissionAnswer>(c)!)];
        Assert.Equal(answers[0].MessageId, answers[1].MessageId);
        Assert.Equal(BankCodes.KeyOfAnotherBody, answers[2].Refusal);
        Assert.Equal(90_00, world.Position(world.Alpha));
    }

    [Fact]
    public void Each_transaction_of_a_message_has_its_own_fate_and_report()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00);
        CreditTransfer first = world.Transfer(world.Alpha, 60_00);
        SubmissionAnswer answer = world.Submit(world.Alpha, first, world.Transfer(world.Alpha, 1) with { Uetr = first.Uetr }, world.Transfer(world.Alpha, 50_00), world.Transfer(world.Alpha, 40_00));
        Assert.Equal([null, "DU03", "AM04", "QU001"], answer.Instructions.Select(i => i.Reason));
        Assert.Equal(40_00, world.Position(world.Alpha));
        Assert.Equal([(InstructionStatus.Rejected, "DU03"), (InstructionStatus.Queued, "AM04"), (InstructionStatus.Queued, "QU001"), (InstructionStatus.Settled, null)],
            world.Reports(world.Alpha).Select(r => (r.Status, r.Reason)));
        Assert.Equal(answer.Instructions.Select(i => i.Id).Order(), world.Reports(world.Alpha).Select(r => r.Instruction).Order());
        Assert.Equal([1L, 2, 3, 4], world.Reports(world.Alpha).Select(r => r.Number));
        // What waits used its reference up, as what settled did.
        Assert.Equal("DU03", world.Submit(world.Alpha, world.Transfer(world.Alpha, 1) with { Uetr = first.Uetr }).Instructions[0].Reason);
    }

    [Fact]
    public void Without_a_business_day_nothing_is_taken_and_a_day_does_not_move_back()
    {
        using TwoBanks world = new();
        SubmissionAnswer answer = world.Submit(world.Alpha, world.Transfer(world.Alpha, 1));
        Assert.Equal((BankCodes.NoBusinessDay, null), (answer.Refusal, answer.MessageId));
        Assert.Empty(world.Alpha.Vault.Scan(PayloadKind.Messages));
        world.Open();
        Assert.Equal((TwoBanks.Day, BankCodes.DayPassed), Day(world, TwoBanks.Day.AddDays(-1)));
        Assert.Equal((TwoBanks.Day, null), Day(world, TwoBanks.Day));
        world.Alpha.Restart();
        world.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal((TwoBanks.Day, BankCodes.DayPassed), Day(world, TwoBanks.Day.AddDays(-1)));
        Assert.Equal((TwoBanks.Day.AddDays(1), null), Day(world, TwoBanks.Day.AddDays(1)));
    }

    [Fact]
    public void A_full_mailbox_refuses_the_whole_message()
    {
        using TwoBanks world = new TwoBanks(settings: new BankSettings { MaxMailbox = 3, MaxTransfersPerMessage = 4 }).Open();
        world.Fund(world.Alpha, 100_00);
        CreditTransfer[] four = [.. Enumerable.Range(0, 4).Select(_ => world.Transfer(world.Alpha, 1))];
        Assert.Equal(ChannelCodes.MailboxFull, world.Submit(world.Alpha, four).Refusal);
        Assert.Empty(world.Alpha.Vault.Scan(PayloadKind.Instructions));
        Assert.Null(world.Submit(world.Alpha, four[..3]).Refusal);
        Assert.Equal(100_00 - 3, world.Position(world.Alpha));
        CreditTransfer[] five = [.. Enumerable.Range(0, 5).Select(_ => world.Transfer(world.Beta, 1))];
        Assert.Equal(ChannelCodes.MailboxFull, world.Submit(world.Alpha, five).Refusal);
    }

    [Fact]
    public void What_is_on_its_way_is_reserved_and_a_limit_counts()
    {
        using TwoBanks world = new TwoBanks().Open((false, new Money(TwoBanks.Eur, 25_00)), (true, new Money(TwoBanks.Eur, 5_00)));
        world.OnPeer = (_, _, message) => message.Proposal is null ? [message] : [];
        byte[] first = world.Pay(world.Alpha, 20_00);
        world.AssertUncovered(world.Alpha, 5_01);
        Assert.Equal(20_00, world.View(world.Alpha).Positions[0].Reserved.MinorUnits);
        world.Alpha.Restart();
        Assert.Equal(20_00, world.View(world.Alpha).Positions[0].Reserved.MinorUnits);
        world.OnPeer = null;
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(world.Alpha, first));
        Assert.Equal([-20_00, 20_00], [world.Position(world.Alpha), world.Position(world.Beta)]);
        world.AssertUncovered(world.Beta, 25_01);
        world.Pay(world.Beta, 25_00);
        Assert.Equal([5_00, -5_00], [world.Position(world.Alpha), world.Position(world.Beta)]);
    }

    [Fact]
    public void An_own_entry_that_its_own_member_refuses_survives_a_restart()
    {
        // Positions that do not fit 64 bits are the one thing that intake does not foresee.
        Money limit = new(TwoBanks.Eur, long.MaxValue);
        using TwoBanks world = new TwoBanks().Open((false, limit), (true, limit));
        world.Fund(world.Beta, 10_00);
        world.OnPeer = (_, _, message) => message.Endorsement is null ? [message] : [];
        byte[] paid = world.Pay(world.Alpha, long.MaxValue);
        world.Alpha.Restart();
        world.OnPeer = null;
        world.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal((InstructionStatus.Rejected, "S006"), world.StatusOf(world.Alpha, paid));
        Assert.Equal(0, world.View(world.Alpha).Positions[0].Reserved.MinorUnits);
        world.AssertGoesOn();
    }

    private static CreditTransfer With(TwoBanks world, CreditTransfer transfer, string fault, CreditTransfer earlier, CreditTransfer plain, CreditTransfer plainer, CreditTransfer plainest) => fault switch
    {
        "payer" => transfer with { InstructingAgent = world.Beta.Id },
        "payee" => transfer with { InstructedAgent = TwoBanks.IdOf("UNKNDEFFXXX") },
        "currency" => transfer with { Amount = new Money(TwoBanks.CurrencyOf("USD"), transfer.Amount.MinorUnits) },
        "past" => transfer with { SettlementDate = TwoBanks.Day.AddDays(-1) },
        "future" => transfer with { SettlementDate = TwoBanks.Day.AddDays(1) },
        "duplicate" => transfer with { Uetr = earlier.Uetr },
        "duplicate-by-transaction" => transfer with { Uetr = null, TransactionId = plain.TransactionId },
        "duplicate-by-instruction" => transfer with { Uetr = null, TransactionId = null, InstructionId = plainer.InstructionId },
        "duplicate-by-message" => transfer with { Uetr = null, TransactionId = null, InstructionId = null, MessageId = plainest.MessageId, EndToEndId = plainest.EndToEndId },
        "same-message-other-end-to-end" => transfer with { Uetr = null, TransactionId = null, InstructionId = null, MessageId = plainest.MessageId },
        "other-message-same-end-to-end" => transfer with { Uetr = null, TransactionId = null, InstructionId = null, EndToEndId = plainest.EndToEndId },
        "zero" => transfer with { Amount = transfer.Amount with { MinorUnits = 0 } },
        "negative" => transfer with { Amount = new Money(TwoBanks.Eur, -1) },
        "poor" => transfer with { Amount = new Money(TwoBanks.Eur, 1_000_00) },
        "late" => transfer with { NotAfter = world.Now },
        "long-text" => transfer with { Remittance = new string('x', 141) },
        "control-character" => transfer with { Remittance = "a\u0001b" },
        "no-debtor" => transfer with { Debtor = new TransferParty("", null) },
        _ => throw new ArgumentException(fault),
    };

    private static (DateOnly, string?) Day(TwoBanks world, DateOnly date)
    {
        BusinessDayResult result = world.Ask<BusinessDayResult>(world.Alpha, call => new BankInput.OpenBusinessDay(call, date));
        return (result.Date, result.Refusal);
    }
}
