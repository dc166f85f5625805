using System.Diagnostics.CodeAnalysis;
using Settlement.Core.Channels;
using Settlement.Core.Instructions;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;

namespace Settlement.Core.Bank;

/// <summary>
/// Payments that wait: for cover, for room under the bank's own limits, for their time, or because their back office holds them. Each channel and currency has a line of its own.
/// Whoever comes waits behind what waits for cover with the same or a higher priority, also when it is covered itself. When more is
/// covered than before, a line is gone through in its order and whatever is covered goes on its way, past those of its own
/// priority that are not; none goes past one of a higher priority. So a large payment holds up none of its own rank, and no small
/// ones use up what an urgent one waits for. A payment that waits for a limit stands in the way as one that waits for cover does.
/// </summary>
internal sealed class PaymentQueue(NodeContext node, OwnLimits limits)
{
    private readonly Dictionary<string, QueuedPayment> byId = new(StringComparer.Ordinal);
    private readonly Dictionary<(ChannelSide Channel, string Currency), Line> lines = [];

    private sealed class Line
    {
        public SortedSet<QueuedPayment> Payments { get; } = new(QueuedPayment.Order);

        /// <summary>What room there was when it was last looked at: more than that is a reason to go through it.</summary>
        public required Room Room { get; set; }

        /// <summary>Whether something else is one: a payment was changed, or left.</summary>
        public bool IsChanged { get; set; }

        /// <summary>When a payment of it becomes early no longer, or late; null when none does.</summary>
        public long? DueUnixMs { get; set; }
    }

    /// <summary>Called with a payment that leaves the queue for good, and the reason.</summary>
    public Action<Command.Own, string> Refused { get; set; } = (_, _) => { };

    /// <summary>Takes a payment that passed every other check: on its way at once, or into the queue.</summary>
    /// <returns>Why it waits; null when it is on its way.</returns>
    public string? Admit(ChannelSide channel, Command.Own command, InstructionRow row)
    {
        QueuedPayment payment = new(command, row, channel);
        string? why = payment.IsEarly(node.NowUnixMs) ? QueueCodes.BeforeItsTime
            : lines.TryGetValue(payment.Line, out Line? line) && line.Payments.Any(p => p.Priority >= payment.Priority && WaitsForCover(p)) ? QueueCodes.BehindOthers
            : Uncovered(payment);
        if (why is null)
        {
            Send(payment);
            return null;
        }

        row.Reason = why;
        command.Order = node.NextOrder();
        Join(payment);
        WaitingRows.WriteQueued(node, channel.Id, command);
        return why;
    }

    /// <summary>Takes up a payment that waited before a restart.</summary>
    public void Restore(ChannelSide channel, Command.Own command, InstructionRow row)
    {
        command.IsWithdrawn = row.IsHeld;
        Join(new QueuedPayment(command, row, channel));
    }

    /// <summary>Goes through the lines that something has changed for.</summary>
    public void Flush()
    {
        foreach ((ChannelSide channel, string currency) in InTurn())
        {
            Line line = lines[(channel, currency)];
            Room room = limits.RoomOf(channel, currency);
            // What is offered, and what settles against it, follows the room.
            if (line.IsChanged || room != line.Room) channel.Offers.IsChanged = true;
            if (line.IsChanged || line.DueUnixMs <= node.NowUnixMs || room.IsMoreThan(line.Room)) Pass(line);
            line.Room = limits.RoomOf(channel, currency);
            if (line.Payments.Count == 0) lines.Remove((channel, currency));
        }
    }

    /// <summary>A limit was changed: every payment is given its reason anew, or goes on.</summary>
    public void LookAgain()
    {
        foreach (Line line in lines.Values) line.IsChanged = true;
    }

    /// <summary>The day of some payments is over: what still waits is refused with the reason why it waits.</summary>
    public void EndDaysBefore(DateOnly date)
    {
        foreach (QueuedPayment payment in byId.Values.Where(p => p.Row.SettlementDay < date.DayNumber).OrderBy(static p => p.Command.Order).ToList()) Refuse(payment, payment.Row.Reason);
    }

    /// <summary>A channel is closed: what waits for it is refused.</summary>
    public void EndAll(ChannelSide channel, string reason)
    {
        foreach (QueuedPayment payment in byId.Values.Where(p => p.Channel == channel).OrderBy(static p => p.Command.Order).ToList()) Refuse(payment, reason);
    }

    /// <summary>Changes how a payment waits; false when it does not wait.</summary>
    public bool TryChange(string id, QueueChange change, [NotNullWhen(true)] out QueuedPayment? payment)
    {
        if (!byId.TryGetValue(id, out payment)) return false;
        if (change is QueueChange.Cancel)
        {
            Refuse(payment, ReasonCodes.OrderCancelled);
            return true;
        }

        Line line = lines[payment.Line];
        line.Payments.Remove(payment);
        switch (change)
        {
            case QueueChange.Hold:
                payment.Row.IsHeld = true;
                payment.Command.IsWithdrawn = true;
                break;
            case QueueChange.Release:
                payment.Row.IsHeld = false;
                payment.Command.IsWithdrawn = false;
                break;
            case QueueChange.Prioritise prioritise:
                payment.Priority = prioritise.Priority;
                break;
            default:
                throw new InvalidOperationException("An unknown change of a payment that waits.");
        }

        line.Payments.Add(payment);
        node.Write(node.Rows.Replace(PayloadKind.Instructions, payment.Command.WorkKey, payment.Row));
        // Those behind it may go on, or it may itself; each is given its reason anew.
        line.IsChanged = true;
        return true;
    }

    /// <summary>What waits for cover in a channel and currency, in order.</summary>
    public IEnumerable<QueuedPayment> WaitingForCover(ChannelSide channel, string currency) =>
        lines.TryGetValue((channel, currency), out Line? line) ? line.Payments.Where(WaitsForCover) : [];

    /// <summary>The same for each currency, by its code; nothing is gone through that is not asked for.</summary>
    public IEnumerable<IEnumerable<QueuedPayment>> LinesForCover(ChannelSide channel) =>
        lines.Keys.Where(key => key.Channel == channel).Select(static key => key.Currency).Order(StringComparer.Ordinal).Select(currency => WaitingForCover(channel, currency));

    /// <summary>A payment goes on its way together with what covers it, before everything else that waits for a batch.</summary>
    public void TakeForOffset(QueuedPayment payment)
    {
        Leave(payment);
        payment.Command.IsWithdrawn = false;
        payment.Row.Status = (int)InstructionStatus.Accepted;
        Show(payment, "");
        payment.Command.IsOffset = true;
        payment.Command.OffsetPriority = payment.Priority;
        payment.Channel.Enqueue(payment.Command);
        payment.Channel.Mailbox.RemoveLast();
        payment.Channel.Mailbox.AddFirst(payment.Command);
        WaitingRows.WriteOffset(node, payment.Channel.Id, payment.Command);
    }

    /// <summary>A payment that waits for cover, and may settle in an offset.</summary>
    public bool TryFindOffered(ChannelSide channel, string id, string currency, [NotNullWhen(true)] out QueuedPayment? payment) =>
        byId.TryGetValue(id, out payment) && payment.Channel == channel && payment.Row.Currency == currency && WaitsForCover(payment) && payment.Command.Action.Offered is not null;

    /// <summary>A payment goes on its way with others of many channels, over the accounts of the agent.</summary>
    public void TakeForOffset(QueuedPayment payment, OffsetLeg offset)
    {
        Command.Own own = payment.Command;
        Leave(payment);
        lines[payment.Line].IsChanged = true;
        own.IsWithdrawn = false;
        Renounce(payment.Channel, own);
        payment.Row.Status = (int)InstructionStatus.Accepted;
        Show(payment, "");
        own.Offset = offset;
        own.IsOffset = true;
        payment.Channel.Begin(own);
        own.Seal(payment.Channel.Context, node.Now, node.Entropy);
        payment.Channel.NoteSealed(own);
        WaitingRows.WriteOffset(node, payment.Channel.Id, own);
    }

    /// <summary>What was sealed of a payment goes nowhere any more, whoever has it: it gets another entry.</summary>
    public void Renounce(ChannelSide channel, Command.Own own)
    {
        if (own.Entry is { } sealedBefore) node.WriteFact(Objections.EntryFact(sealedBefore.Id), []);
        channel.Release(own);
        own.Entry = null;
        own.Offset = null;
    }

    /// <summary>This member endorsed a batch with payments that it offered.</summary>
    public void TakeEndorsed(ChannelSide channel, IEnumerable<Command.Own> offered)
    {
        foreach (Command.Own own in offered)
        {
            if (!byId.TryGetValue(Convert.ToHexStringLower(own.WorkKey), out QueuedPayment? payment) || payment.Command != own) continue;
            TakeForOffset(payment);
            own.IsHanded = true;
        }
    }

    /// <summary>A batch came with payments that this member offered: where there is no room for all of them any more, it takes them back, so
    /// that the batch refuses them. They are offered again one day, and none stands without those of the other member that made its room.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="offered">The payments of one currency that would stand.</param>
    /// <param name="received">What the other member pays in the same batch.</param>
    public bool TryTakeBack(ChannelSide channel, IEnumerable<Command.Own> offered, Int128 received)
    {
        List<QueuedPayment> waiting = [.. offered.Select(o => byId.GetValueOrDefault(Convert.ToHexStringLower(o.WorkKey))).OfType<QueuedPayment>()];
        if (waiting.Count == 0) return false;
        Int128 sum = waiting.Aggregate(Int128.Zero, static (all, p) => all + p.Row.MinorUnits);
        if (sum - received <= limits.RoomOf(channel, waiting[0].Row.Currency).Of(waiting.Min(static p => p.Priority))) return false;
        foreach (QueuedPayment payment in waiting) payment.Command.IsWithdrawn = true;
        return true;
    }

    /// <summary>A payment that waits was offered and refused for good: it waits no more. False when it does not wait.</summary>
    public bool TryEnd(Command.Own command)
    {
        if (!byId.TryGetValue(Convert.ToHexStringLower(command.WorkKey), out QueuedPayment? payment) || payment.Command != command) return false;
        lines[payment.Line].IsChanged = true;
        Leave(payment);
        return true;
    }

    /// <summary>The entry of a payment was refused while that waits: it gets another. False when it does not wait.</summary>
    public bool TryRenew(Command.Own command)
    {
        if (!byId.TryGetValue(Convert.ToHexStringLower(command.WorkKey), out QueuedPayment? payment) || payment.Command != command) return false;
        command.Entry = null;
        command.IsWithdrawn = payment.Row.IsHeld;
        payment.Channel.Offers.IsChanged = true;
        return true;
    }

    /// <summary>A payment that was on its way is not covered after all, and waits where it waited before.</summary>
    public void Return(ChannelSide channel, Command.Own command, InstructionRow row)
    {
        channel.Unreserve(command);
        command.IsOffset = false;
        command.IsHanded = false;
        QueuedPayment payment = new(command, row, channel);
        row.Status = (int)InstructionStatus.Queued;
        Show(payment, ReasonCodes.InsufficientFunds);
        Join(payment);
        // What stood in its way may be gone when it is looked at next.
        lines[payment.Line].IsChanged = true;
        WaitingRows.WriteQueued(node, channel.Id, command);
    }

    /// <summary>What waits in a channel, or in all of them, in order.</summary>
    public IEnumerable<QueuedPayment> Waiting(ChannelSide? channel) => lines
        .Where(l => channel is null || l.Key.Channel == channel)
        .OrderBy(static l => l.Key.Channel.Id).ThenBy(static l => l.Key.Currency, StringComparer.Ordinal)
        .SelectMany(static l => l.Value.Payments);

    /// <summary>Where a limit is over all channels, the line goes first whose first payment would go first in one line of all.</summary>
    private List<(ChannelSide Channel, string Currency)> InTurn() => limits.IsEmpty ? [.. lines.Keys]
        : [.. lines.OrderBy(static l => l.Value.Payments.Min is { } first ? (-(int)first.Priority, first.Command.Order) : default).Select(static l => l.Key)];

    /// <summary>What a payment lacks whose turn has come; null when it lacks nothing.</summary>
    private string? Uncovered(QueuedPayment payment) => !payment.Channel.Covers(payment.Command.Reserved!) ? ReasonCodes.InsufficientFunds
        : limits.RoomOf(payment.Channel, payment.Row.Currency).Refuses(payment.Row.MinorUnits, payment.Priority);

    private bool WaitsForCover(QueuedPayment payment) => !payment.Row.IsHeld && !payment.IsEarly(node.NowUnixMs);

    private void Pass(Line line)
    {
        Priority? highest = null;
        line.IsChanged = false;
        line.DueUnixMs = null;
        foreach (QueuedPayment payment in line.Payments.ToList())
        {
            if (payment.IsLate(node.NowUnixMs))
            {
                Refuse(payment, payment.Row.Reason);
                continue;
            }

            string? why = payment.Row.IsHeld ? QueueCodes.HeldByBackOffice
                : payment.IsEarly(node.NowUnixMs) ? QueueCodes.BeforeItsTime
                : highest > payment.Priority ? QueueCodes.BehindOthers
                : Uncovered(payment);
            if (why is null)
            {
                Leave(payment);
                // It may have been taken back once for want of room.
                payment.Command.IsWithdrawn = false;
                payment.Row.Status = (int)InstructionStatus.Accepted;
                Show(payment, "");
                Send(payment);
                continue;
            }

            if (WaitsForCover(payment)) highest ??= payment.Priority;
            if (payment.Row.Reason != why) Show(payment, why);
            Expect(line, payment);
        }
    }

    /// <summary>Notes when the line must be gone through for the sake of this payment's times.</summary>
    private void Expect(Line line, QueuedPayment payment)
    {
        // Whoever waits for its time was looked at before it, whatever the clock says now: after a restart it may have come.
        if (payment.Row.Reason == QueueCodes.BeforeItsTime) Sooner(payment.Row.NotBeforeUnixMs);
        if (payment.Row.NotAfterUnixMs != 0) Sooner(payment.Row.NotAfterUnixMs);

        void Sooner(long due) => line.DueUnixMs = line.DueUnixMs is { } known ? Math.Min(known, due) : due;
    }

    private void Show(QueuedPayment payment, string why)
    {
        payment.Row.Reason = why;
        node.Write(node.Rows.Replace(PayloadKind.Instructions, payment.Command.WorkKey, payment.Row));
        node.Then(new Effect.StatusChanged(payment.Id));
    }

    private void Send(QueuedPayment payment)
    {
        // Its place among what is on its way is where it starts, not where it was submitted.
        payment.Command.Order = 0;
        payment.Channel.Enqueue(payment.Command);
        WaitingRows.WriteInstruction(node, payment.Channel.Id, payment.Command);
    }

    private void Refuse(QueuedPayment payment, string reason)
    {
        // Those behind it may go on now.
        lines[payment.Line].IsChanged = true;
        payment.Command.IsWithdrawn = true;
        // The sequencer may have the offer still, and propose it after a restart of this node: then, too, it is known to be an own one that is over.
        if (payment.Command.Entry is { } offered) node.WriteFact(Objections.EntryFact(offered.Id), []);
        Leave(payment);
        Refused(payment.Command, reason);
    }

    private void Join(QueuedPayment payment)
    {
        byId.Add(payment.Id, payment);
        if (!lines.TryGetValue(payment.Line, out Line? line)) lines[payment.Line] = line = new Line { Room = limits.RoomOf(payment.Channel, payment.Row.Currency) };
        line.Payments.Add(payment);
        payment.Channel.Queued++;
        payment.Channel.Offers.IsChanged = true;
        Expect(line, payment);
    }

    private void Leave(QueuedPayment payment)
    {
        byId.Remove(payment.Id);
        lines[payment.Line].Payments.Remove(payment);
        payment.Channel.Queued--;
    }
}
