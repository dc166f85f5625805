using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Instructions;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;

namespace Settlement.Core.Bank;

/// <summary>
/// Takes instructions of the back office. Faults are looked for in a fixed order: what the reader found, DNOR, CNOR, AM03,
/// DT01/DT04, DU03, the contract's own codes, TM01. A reference is used up once it has passed the check for DU03. What passes them
/// all and is not covered waits in the <see cref="PaymentQueue"/>.
/// </summary>
internal sealed class Intake : IOwnWork
{
    /// <summary>How often a payment of an offset that was refused for want of cover waits again.</summary>
    private const int MaxReturns = 3;

    private readonly NodeContext node;
    private readonly BankSettings settings;
    private readonly BusinessDay day;
    private readonly ChannelBook channels;
    private readonly ReportLog reports;
    private readonly Submissions submissions;
    private readonly PaymentQueue queue;
    private readonly Dictionary<string, InstructionRow> underWay = new(StringComparer.Ordinal);

    public Intake(NodeContext node, BankSettings settings, BusinessDay day, ChannelBook channels, ReportLog reports, Submissions submissions, PaymentQueue queue)
    {
        this.node = node;
        this.settings = settings;
        this.day = day;
        this.channels = channels;
        this.reports = reports;
        this.submissions = submissions;
        this.queue = queue;
        queue.Refused = (command, reason) => Finish(command, InstructionStatus.Rejected, reason, null, 0);
    }

    /// <summary>Takes up instructions that were under way before a restart.</summary>
    public void Restore(string id, InstructionRow row) => underWay[id] = row;

    /// <summary>The row of an instruction that was taken up.</summary>
    public InstructionRow Restored(byte[] id) => underWay[Convert.ToHexStringLower(id)];

    /// <summary>The rows to look up before a message can be judged.</summary>
    public IEnumerable<PayloadKey> Needs(BankInput.Submit submit)
    {
        foreach (PayloadKey key in submissions.Needs(submit.IdempotencyKey)) yield return key;
        foreach (SubmittedTransfer item in submit.Items)
        {
            if (item.Transfer is { } transfer) yield return Reference(transfer);
        }
    }

    /// <summary>Handles one message; the reply goes out with the commit.</summary>
    public void Submit(BankInput.Submit submit)
    {
        if (submissions.TryRepeat(submit.CallId, submit.IdempotencyKey, submit.Body)) return;
        if (day.Date is not { } date)
        {
            submissions.Refuse(submit.CallId, BankCodes.NoBusinessDay);
            return;
        }

        if (submit.Items.Count > settings.MaxTransfersPerMessage || channels.IsFullFor(submit.Items.Where(static i => i.Transfer is not null).Select(static i => (i.Transfer!.InstructedAgent, i.Transfer.Amount.Currency))))
        {
            submissions.Refuse(submit.CallId, ChannelCodes.MailboxFull);
            return;
        }

        submissions.Accept(submit.CallId, submit.IdempotencyKey, submit.Body, submit.Items.Count, (id, messageKey, i) => Judge(id, messageKey, submit.Items[i], date));
    }

    /// <summary>Takes up an instruction that was judged: it is under way, waits with a reason, or ended at once with one.</summary>
    public SubmittedInstruction Enter(byte[] id, InstructionRow row, InstructionStatus status, string? reason)
    {
        row.Status = (int)status;
        row.Reason = reason ?? "";
        node.Write(node.Rows.Insert(PayloadKind.Instructions, id, row));
        string text = Convert.ToHexStringLower(id);
        if (status != InstructionStatus.Rejected) underWay[text] = row;
        if (reason is not null) reports.Add(id, status, reason, sequence: 0);
        return new SubmittedInstruction(text, status, reason);
    }

    /// <summary>Changes how an instruction waits.</summary>
    public void Change(BankInput.ChangeQueued input)
    {
        QueueChanged answer = new(default, null, BankCodes.NotQueued);
        if (queue.TryChange(input.Instruction, input.Change, out QueuedPayment? payment))
        {
            queue.Flush();
            answer = new QueueChanged((InstructionStatus)payment.Row.Status, payment.Row.Reason.Length > 0 ? payment.Row.Reason : null, null);
        }

        node.Then(new Effect.Reply(input.CallId, answer));
    }

    /// <summary>The step is over: its reports go to the outbox.</summary>
    public void Flush() => reports.Flush();

    /// <inheritdoc/>
    public void Settled(ChannelSide channel, Command.Own command, long sequence) => Finish(command, InstructionStatus.Settled, "", command.Entry, sequence);

    /// <inheritdoc/>
    public void Refused(ChannelSide channel, Command.Own command, string code, long sequence)
    {
        // A payment that was offered and taken back has had its end, or waits on: with another entry, since that one is refused.
        if (!underWay.TryGetValue(Convert.ToHexStringLower(command.WorkKey), out InstructionRow? row)) command.Entry = null;
        else if (code is QueueCodes.Withdrawn or ReasonCodes.InsufficientFunds && queue.TryRenew(command)) WaitingRows.WriteQueued(node, channel.Id, command);
        // The others of its offset are why it did not settle, or time is.
        else if (command.Offset is not null && OffsetLegs.IsNotItsOwn(code)) Return(channel, command, row, isSpent: true);
        // What is refused for itself would be refused as often as it is offered.
        else if (queue.TryEnd(command)) Finish(command, InstructionStatus.Rejected, code, command.Entry, sequence);
        else if ((code == QueueCodes.Withdrawn || (code == ReasonCodes.InsufficientFunds && CanLackCover(channel, command))) && command.Returns++ < MaxReturns) Return(channel, command, row, isSpent: true);
        else Finish(command, InstructionStatus.Rejected, code, command.Entry, sequence);
    }

    /// <summary>Whether cover can have gone while a payment was on its way, though this bank sends none that has none: with what was to cover it, or
    /// because its limit fell, or because the channel has cut for a cycle.</summary>
    private static bool CanLackCover(ChannelSide channel, Command.Own command) =>
        command.IsOffset || (command is { IsPayment: true, Reserved: { } amount } && (channel.State.GrantedOf(channel.Context.Own, amount.Unit) is not null
            || channel.State.Legs.Values.Any(leg => leg.Cut?.Currency == amount.Unit)));

    /// <summary>An own payment is not covered after all: it waits.</summary>
    public void Return(ChannelSide channel, Command.Own command) => Return(channel, command, underWay[Convert.ToHexStringLower(command.WorkKey)], isSpent: false);

    private void Return(ChannelSide channel, Command.Own command, InstructionRow row, bool isSpent)
    {
        if (channel.IsClosed)
        {
            // It was set aside with an offset when the channel was closed, and what waited was refused then.
            queue.Renounce(channel, command);
            Finish(command, InstructionStatus.Rejected, ChannelCodes.ChannelClosed, null, 0);
            return;
        }

        if (row.SettlementDay < day.Date?.DayNumber)
        {
            // Its day ended while it was on its way. Whoever has its entry may propose it still, and is then told that it is over.
            queue.Renounce(channel, command);
            Finish(command, InstructionStatus.Rejected, ReasonCodes.InsufficientFunds, null, 0);
            return;
        }

        if (command.Offset is not null) queue.Renounce(channel, command);
        if (isSpent) command.Entry = null;
        queue.Return(channel, command, row);
        reports.Add(command.WorkKey, InstructionStatus.Queued, row.Reason, sequence: 0);
    }

    private SubmittedInstruction Judge(byte[] id, byte[] messageKey, SubmittedTransfer item, DateOnly date)
    {
        InstructionRow row = Describe(messageKey, item);
        string? refusal = item.Reason;
        if (item.Transfer is null || refusal is not null) return Enter(id, row, InstructionStatus.Rejected, refusal);
        refusal = Examine(item.Transfer, date, row, id, out ChannelSide? channel, out Command.Own? own);
        if (refusal is not null) return Enter(id, row, InstructionStatus.Rejected, refusal);
        string? why = queue.Admit(channel!, own!, row);
        return Enter(id, row, why is null ? InstructionStatus.Accepted : InstructionStatus.Queued, why);
    }

    /// <summary>Null when the transfer may settle once it is covered, else the reason why it never can.</summary>
    private string? Examine(CreditTransfer transfer, DateOnly date, InstructionRow row, byte[] id, out ChannelSide? channel, out Command.Own? own)
    {
        own = null;
        channel = null;
        if (transfer.InstructingAgent != node.Parts.Keys.Participant) return ReasonCodes.DebtorAgentUnknown;
        if (!channels.IsOpenWith(transfer.InstructedAgent)) return ReasonCodes.CreditorAgentUnknown;
        if (!channels.TryFindOpen(transfer.InstructedAgent, transfer.Amount.Currency, out channel)) return ReasonCodes.CurrencyNotProcessable;
        row.Channel = ByteString.CopyFrom(channel.Id.ToArray());
        if (channel.IsShut) return ChannelCodes.ChannelClosed;
        if (transfer.SettlementDate < date) return ReasonCodes.DateInvalid;
        if (transfer.SettlementDate > date) return ReasonCodes.FutureDate;
        PayloadKey reference = Reference(transfer);
        if (node.Find(reference) is not null) return ReasonCodes.DuplicateTransaction;
        node.WriteFact(reference, id);
        if (PaymentContract.Find(channel.Terms) is not { } payment) return ReasonCodes.CreditorAgentUnknown;
        IReadOnlyList<Value?> values = PaymentContract.Values(payment.Plan.Contract, transfer);
        if (payment.Plan.Contract.Evaluate(payment.Action, null, values, [], ContractPlan.Occasion(payment.Action, node.NowUnixMs)) is Evaluation.Refused refused)
        {
            // The platform's own codes say that a value does not fit its field; the back office knows that as a fault of form.
            row.Place = refused.Place;
            return PlatformCodes.IsReserved(refused.Code) ? ReasonCodes.FileFormatInvalid : refused.Code;
        }

        if (transfer.NotAfter <= node.Now) return ReasonCodes.TimePassed;
        own = new Command.Own(id, payment.Plan, payment.Action, values, new MoneyValue(transfer.Amount.Currency.Code, transfer.Amount.MinorUnits));
        return null;
    }

    private void Finish(Command.Own command, InstructionStatus status, string reason, OpenedEntry? entry, long sequence)
    {
        string id = Convert.ToHexStringLower(command.WorkKey);
        if (!underWay.Remove(id, out InstructionRow? row)) throw new InvalidOperationException("An instruction that is not under way was finished.");
        row.Status = (int)status;
        row.Reason = reason;
        row.Sequence = sequence;
        row.SettledUnixMs = node.NowUnixMs;
        if (entry is not null) row.Entry = ByteString.CopyFrom(entry.Id.ToArray());
        node.Write(node.Rows.Replace(PayloadKind.Instructions, command.WorkKey, row));
        WaitingRows.Delete(node, command.WorkKey);
        reports.Add(command.WorkKey, status, reason, sequence);
        node.Then(new Effect.StatusChanged(id));
    }

    private InstructionRow Describe(byte[] messageKey, SubmittedTransfer item)
    {
        TransferIdentification named = item.Identification;
        InstructionRow row = new()
        {
            MessageRow = ByteString.CopyFrom(messageKey), MessageId = named.MessageId ?? "", MessageType = named.MessageType ?? "", InstructionId = named.InstructionId ?? "",
            EndToEndId = named.EndToEndId ?? "", TransactionId = named.TransactionId ?? "", Uetr = named.Uetr ?? "",
            ReceivedUnixMs = node.NowUnixMs, Place = item.Place ?? "",
        };
        if (item.Transfer is not { } transfer) return row;
        row.HasTransfer = true;
        row.Currency = transfer.Amount.Currency.Code;
        row.MinorUnits = transfer.Amount.MinorUnits;
        row.SettlementDay = transfer.SettlementDate.DayNumber;
        row.Instructing = transfer.InstructingAgent.ToString();
        row.Instructed = transfer.InstructedAgent.ToString();
        row.Debtor = transfer.Debtor.Name;
        row.DebtorAccount = transfer.Debtor.Account ?? "";
        row.Creditor = transfer.Creditor.Name;
        row.CreditorAccount = transfer.Creditor.Account ?? "";
        row.Remittance = transfer.Remittance ?? "";
        row.Priority = (int)transfer.Priority;
        row.NotBeforeUnixMs = transfer.NotBefore?.ToUnixTimeMilliseconds() ?? 0;
        row.NotAfterUnixMs = transfer.NotAfter?.ToUnixTimeMilliseconds() ?? 0;
        return row;
    }

    /// <summary>The command that a row stands for, after a restart.</summary>
    public static Command.Own Rebuild(byte[] id, InstructionRow row, ChannelSide channel)
    {
        (ContractPlan plan, ContractAction action) = PaymentContract.Find(channel.Terms) ?? throw new InvalidOperationException("A channel with payments has their contract.");
        Currency(row, out Monetary.Currency currency);
        if (!ParticipantId.TryParse(row.Instructing, out ParticipantId instructing) || !ParticipantId.TryParse(row.Instructed, out ParticipantId instructed))
            throw new InvalidOperationException("A stored instruction names no participant.");
        CreditTransfer transfer = new(row.MessageType, row.MessageId, NullIfEmpty(row.InstructionId), row.EndToEndId, NullIfEmpty(row.TransactionId),
            Uetr.TryParse(row.Uetr, out Uetr uetr) ? uetr : null, new Monetary.Money(currency, row.MinorUnits), DateOnly.FromDayNumber(row.SettlementDay),
            (Priority)row.Priority, instructing, instructed, new TransferParty(row.Debtor, NullIfEmpty(row.DebtorAccount)),
            new TransferParty(row.Creditor, NullIfEmpty(row.CreditorAccount)), NullIfEmpty(row.Remittance));
        return new Command.Own(id, plan, action, PaymentContract.Values(plan.Contract, transfer), new MoneyValue(row.Currency, row.MinorUnits));
    }

    private static void Currency(InstructionRow row, out Monetary.Currency currency)
    {
        if (!Monetary.Currency.TryParse(row.Currency, out currency)) throw new InvalidOperationException("A stored instruction has no currency.");
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private PayloadKey Reference(CreditTransfer transfer) => node.Rows.Fact("transaction", PaymentContract.UniqueReference(transfer));
}
