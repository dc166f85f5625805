using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Instructions;
using Settlement.Core.Machines;
using Settlement.Core.Notarisation;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Tests.Simulation.Invariants;
using Settlement.Tests.Simulation.Worlds;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Simulation.Models;

/// <summary>
/// A plain model of the whole network beside the real one. Banks take one input a step in worlds that have it; the model takes the
/// same input and what became final by it, decides by its own lists who goes, waits or is refused, and compares that with what the step
/// made durable. What lies with chance alone it takes over and judges: when a batch is final, and which payments were put together to
/// cover each other.
/// </summary>
internal sealed class PlainNetwork(World world, PlainAgent agent)
{
    private const string Invariant = "the bank agrees with the model";
    private readonly Dictionary<string, PlainBank> banks = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Node, Digest Channel), long> terms = [];
    private readonly Dictionary<Digest, string> entries = [];
    private readonly HashSet<Digest> called = [];
    private readonly Dictionary<string, Digest> newest = new(StringComparer.Ordinal);
    private readonly Comparison comparison = new();
    private readonly Dictionary<string, int> lives = new(StringComparer.Ordinal);

    public PlainAgent Agent => agent;

    /// <summary>What settles over the accounts.</summary>
    public PlainOffsets Offsets { get; } = new(world, agent);

    public OffersSeen Offers { get; } = new();

    public PlainBank BankOf(MachineNode node) => banks.TryGetValue(node.Name, out PlainBank? bank) ? bank : banks[node.Name] = new PlainBank(node.Name);

    /// <summary>How many payments were put together with what covers them.</summary>
    public int Offset { get; private set; }

    /// <summary>Where payments stand, in numbers, and what money the channels hold.</summary>
    public string Summary()
    {
        List<PlainBank> all = [.. world.Banks.Select(BankOf)];
        long Value(Func<PlainLine, long> of) => all.Sum(b => b.Lines.Sum(of));
        return $"{all.Sum(static b => b.Count)} payments, {Value(static l => l.Waiting.Count)} still waiting; {Offset} were put into offsets, {Offsets.Called.Payments} over the accounts; "
            + $"{Value(static l => l.Settled)} settled with {Value(static l => l.Position)} in the channels, {Value(static l => l.Waiting.Sum(static p => p.Amount))} wait, in minor units of all currencies";
    }

    /// <summary>A bank's or the agent's step is durable.</summary>
    public void OnStep(MachineNode node, DateTimeOffset clock, IReadOnlyList<Input> inputs, StoreTransaction commit)
    {
        if (node == world.Agent)
        {
            Agent.OnCommitted(node, commit);
            Offsets.OnStep(node, clock, inputs, commit);
        }

        if (!world.Banks.Contains(node)) return;
        StepFacts facts = new(node, commit);
        foreach ((byte[] key, WaitingRow row) in facts.Work.Values)
        {
            if (WaitingRows.FundingOf(node.Rows, key, row) is { } funding) Agent.Ask(node.Id.ToString(), key, new Digest(row.Channel.Span), funding);
        }

        foreach ((Digest channel, _) in facts.Final) Agent.CheckPool(channel, world.Invariants.Books[channel]);
        if (!world.Swarm.IsModelled) return;
        Follow(node, BankOf(node), clock.ToUnixTimeMilliseconds(), inputs, facts);
    }

    /// <summary>The sequencer of a channel as a bank knows it.</summary>
    public int SequencerOf(MachineNode node, Digest channel) => TermOfOffice.SequencerOf(terms.GetValueOrDefault((node.Name, channel), TermOfOffice.First), ChannelTerms.MemberCount);

    /// <summary>The payment of an entry, if some bank's vault has named it.</summary>
    public string? PaymentOf(Digest entry) => entries.GetValueOrDefault(entry);

    private void Follow(MachineNode node, PlainBank bank, long now, IReadOnlyList<Input> inputs, StepFacts facts)
    {
        if (lives.GetValueOrDefault(node.Name) != node.Incarnation)
        {
            lives[node.Name] = node.Incarnation;
            bank.Restart();
            Offers.Clear(node);
        }

        Note(facts);
        Order(node, bank, facts);
        foreach ((Digest channel, long sequence) in facts.Final) Finish(node, bank, channel, sequence, facts);
        Renew(facts);
        FollowTerms(node, bank, facts);
        // Who endorses takes what it had offered, maybe of a proposal that waited for the ledger's word: before anything else that the step does.
        List<(PlainPayment Payment, PlainLine Line)> endorsed = [.. Taken(bank, facts).Where(t => !IsSequencer(node, t.Line.Channel))];
        foreach ((PlainPayment payment, PlainLine line) in endorsed)
        {
            Violation.Unless(payment.WaitsForCover(now), Invariant, $"{bank.Name} has {payment.Tag} settle with others, which does not wait for cover");
            bank.Take(line, payment);
        }

        foreach (Input input in inputs)
        {
            if (input is BankInput.OpenBusinessDay open) bank.Open(open.Date.DayNumber);
            else if (input is BankInput.Submit submit) Submit(node, bank, submit, facts, now);
            else if (input is BankInput.ChangeQueued change) bank.Change(change.Instruction, change.Change, now);
            else if (input is BankInput.SetLimit set && facts.HasSettings) Limit(bank, set);
            else if (input is Input.PeerReceived received) Offers.Hear(node, received);
        }

        Offsets.TakeCalled(node, bank, facts, now);
        PlainOffsets.TakeBack(bank, facts);
        bank.Look(now);
        // Who proposes looks for what settles together afterwards.
        List<(PlainPayment Payment, PlainLine Line)> proposed = [.. Taken(bank, facts)];
        foreach (IGrouping<PlainLine, PlainPayment> set in proposed.GroupBy(static t => t.Line, static t => t.Payment))
        {
            OffsetCheck.Judge(world, this, node, bank, set.Key, [.. set], facts, now);
            foreach (PlainPayment payment in set) bank.Take(set.Key, payment);
        }

        Offset += endorsed.Count + proposed.Count;
        Offers.Forget(node, facts);
        ReturnUncovered(bank, facts);
        comparison.Compare(bank, facts);
    }

    /// <summary>What waits in the model and went on its way together with what covers it.</summary>
    private static IEnumerable<(PlainPayment Payment, PlainLine Line)> Taken(PlainBank bank, StepFacts facts) => facts.Payments
        .Where(p => p.Value.Status == (int)InstructionStatus.Accepted && facts.Work.TryGetValue(p.Key, out var work) && work.Row.IsOffset && facts.OffsetOf(p.Key) is null)
        .Select(p => bank.Find(p.Key)).OfType<(PlainPayment Payment, PlainLine Line)>().Where(static p => p.Payment.Fate == Fate.Waits);

    private bool IsSequencer(MachineNode node, Digest channel) => SequencerOf(node, channel) == world.Invariants.ContextOf(node, channel).Own;

    private void Note(StepFacts facts)
    {
        foreach ((string id, Digest entry) in facts.Sealed) entries[entry] = id;
        foreach (WorkOfEntry work in facts.InFlight.SelectMany(static f => f.Work)) entries[new Digest(work.Entry.Span)] = Convert.ToHexStringLower(work.Work.Span);
    }

    /// <summary>From now on these are the entries of payments; what was refused in this step was an earlier one.</summary>
    private void Renew(StepFacts facts)
    {
        foreach ((string id, Digest entry) in facts.Sealed)
        {
            newest[id] = entry;
            if (facts.OffsetOf(id) is not null) called.Add(entry);
        }
    }

    /// <summary>Actions and redemptions are ordered by name; the model takes over what they take.</summary>
    private void Order(MachineNode node, PlainBank bank, StepFacts facts)
    {
        foreach ((string id, (byte[] key, WaitingRow row)) in facts.Work)
        {
            Digest channel = new(row.Channel.Span);
            if (WaitingRows.ActOf(node.Rows, key, row) is { } act)
            {
                // A leg that is held is set aside by the channel.
                bool isHeld = act.GroupBody.Length > 0 && world.Invariants.BatchAt(node, channel) is { } batch && batch.Held.Contains(RecordHashes.Group(act.GroupBody.Span));
                foreach (KeptAmount amount in act.Reserved) LineOf(node, bank, channel, amount.Unit).Ordered[id] = isHeld ? 0 : amount.Units;
            }
            else if (WaitingRows.RedemptionOf(node.Rows, key, row) is { } redemption)
            {
                LineOf(node, bank, channel, redemption.Currency).Ordered[id] = redemption.Request is null ? redemption.MinorUnits : 0;
            }
        }

        foreach (PlainLine line in bank.Lines)
            foreach (string done in facts.Done) line.Ordered.Remove(done);
    }

    private PlainLine LineOf(MachineNode node, PlainBank bank, Digest channel, string currency) => bank.Line(channel, currency, () =>
    {
        ChannelContext context = world.Invariants.ContextOf(node, channel);
        return new PlainLine(channel, context.Terms.Participants[1 - context.Own].Id.ToString(), currency, context.Terms.LimitOf(context.Own, currency));
    });

    /// <summary>A batch is final for this bank: positions move, and what was on its way ends or waits again.</summary>
    private void Finish(MachineNode node, PlainBank bank, Digest channel, long sequence, StepFacts facts)
    {
        int own = world.Invariants.ContextOf(node, channel).Own;
        BatchFacts batch = world.Invariants.Books[channel].Batches[(int)sequence - 1];
        foreach (string currency in world.Invariants.Books[channel].Terms.Currencies.Select(static c => c.Code))
        {
            PlainLine line = LineOf(node, bank, channel, currency);
            line.Position = batch.Positions.GetValueOrDefault((own, currency));
            line.SetAside = batch.Reserved.GetValueOrDefault((own, currency));
            foreach ((int payer, string paid, long amount) in batch.Paid.Where(p => p.Currency == currency))
                line.Sent[bank.Day] = line.Sent.GetValueOrDefault(bank.Day) + (payer == own ? amount : -amount);
        }

        foreach (string tag in batch.Tags.Values)
        {
            if (bank.FindTag(tag) is not ({ } payment, { } line)) continue;
            Violation.Unless(payment.Fate == Fate.UnderWay, Invariant, $"{tag} settled and was {payment.Fate} {payment.Reason}");
            bank.End(line, payment, Fate.Settled, "");
        }

        foreach ((Digest group, bool isCommitted) in batch.Outcomes)
        {
            foreach (OffsetFacts settling in world.Invariants.Books[channel].Offsets[group].Where(o => o.Payer == own))
            {
                if (bank.FindTag(settling.Tag) is not ({ } payment, { } line)) continue;
                Violation.Unless(payment is { Fate: Fate.UnderWay, IsOverAccounts: true }, Invariant, $"an offset of {settling.Tag} ends, which is {payment.Fate} {payment.Reason}");
                if (isCommitted) bank.End(line, payment, Fate.Settled, "");
                else bank.Return(line, payment);
            }
        }

        foreach ((Digest entry, string? refusal) in batch.Items.Where(static i => i.Refusal is not null))
        {
            if (!entries.TryGetValue(entry, out string? id) || bank.Find(id) is not ({ Fate: Fate.UnderWay or Fate.Waits } payment, var line)) continue;
            // What waits was offered: it waits on for want of cover, and ends when it is refused for itself.
            if (payment.Fate == Fate.Waits && (refusal is QueueCodes.Withdrawn or ReasonCodes.InsufficientFunds)) continue;
            // It has gone on under another entry.
            if (newest.GetValueOrDefault(id) != entry && (payment.IsOverAccounts || called.Contains(entry))) continue;
            // A cut may have taken what covered it while it was on its way.
            bool isCut = refusal == ReasonCodes.InsufficientFunds && world.Invariants.Books[channel].HoldsCut(batch, line.Currency);
            bool mayWait = refusal == QueueCodes.Withdrawn || isCut || (payment.IsOverAccounts && IsOfOthers(refusal!)) || (payment.IsOffset && refusal == ReasonCodes.InsufficientFunds);
            bool isOver = (!isCut || payment.Day < bank.Day) && facts.Payments.TryGetValue(id, out InstructionRow? row) && row.Status == (int)InstructionStatus.Rejected && row.Reason == refusal;
            if (!mayWait || isOver) bank.End(line, payment, Fate.Rejected, refusal!);
            else bank.Return(line, payment);
        }
    }

    /// <summary>Whether the others of a payment's offset, or time, are why it was refused.</summary>
    private static bool IsOfOthers(string refusal) => refusal is GroupCodes.OutOfTime or GroupCodes.LegRepeated or GroupCodes.TooManyLegs or OffsetCodes.Uncalled or OffsetCodes.Incomplete;

    /// <summary>The office changed hands: nothing is on its way together with what covers it.</summary>
    private void FollowTerms(MachineNode node, PlainBank bank, StepFacts facts)
    {
        foreach ((Digest channel, SnapshotRow row) in facts.Snapshots)
        {
            long before = terms.GetValueOrDefault((node.Name, channel), TermOfOffice.First);
            terms[(node.Name, channel)] = row.Term;
            if (row.Term <= before) continue;
            Offers.Clear(node, channel);
            foreach (PlainLine line in bank.LinesOf(channel))
                foreach (PlainPayment payment in line.UnderWay.Where(static p => p is { IsOffset: true, IsOverAccounts: false }).ToList()) bank.Return(line, payment);
        }
    }

    private void Submit(MachineNode node, PlainBank bank, BankInput.Submit submit, StepFacts facts, long now)
    {
        foreach (CreditTransfer transfer in submit.Items.Select(static i => i.Transfer!))
        {
            (string id, InstructionRow row) = facts.Payments.FirstOrDefault(p => p.Value.Remittance == transfer.Remittance);
            if (id is null || bank.Find(id) is not null || comparison.Knows(id)) continue;
            string? refusal = transfer.SettlementDate.DayNumber < bank.Day ? ReasonCodes.DateInvalid : transfer.SettlementDate.DayNumber > bank.Day ? ReasonCodes.FutureDate : null;
            // A channel that is not open yet, or a reference that was used.
            if (row.Status == (int)InstructionStatus.Rejected && (row.Channel.Length == 0 || (refusal is null && row.Reason == ReasonCodes.DuplicateTransaction))) continue;
            if (refusal is not null)
            {
                Violation.Unless(row.Status == (int)InstructionStatus.Rejected && row.Reason == refusal, Invariant, $"{transfer.Remittance} is {(InstructionStatus)row.Status} {row.Reason} and should be {refusal}");
                continue;
            }

            bank.Admit(LineOf(node, bank, new Digest(row.Channel.Span), transfer.Amount.Currency.Code), new PlainPayment(id, transfer.Remittance!, transfer.Amount.MinorUnits, transfer.SettlementDate.DayNumber)
            {
                Priority = transfer.Priority, NotBefore = transfer.NotBefore?.ToUnixTimeMilliseconds() ?? 0, NotAfter = transfer.NotAfter?.ToUnixTimeMilliseconds() ?? 0,
            }, now);
        }
    }

    private static void Limit(PlainBank bank, BankInput.SetLimit set)
    {
        int from = set.From?.DayNumber is { } day && day > bank.Day ? day : bank.Day;
        bank.Limits.Set(set.Limit.Kind, set.Limit.Counterparty?.ToString() ?? "", set.Limit.Currency.Code, from, set.MinorUnits);
        bank.LookAgain();
    }

    /// <summary>The sequencer's batch does not cover what was put into it: own payments of it wait again, or their day is over. What went on its way
    /// and came back in this very step stands in no row, but each time its back office is told.</summary>
    private static void ReturnUncovered(PlainBank bank, StepFacts facts)
    {
        foreach ((string id, InstructionRow row) in facts.Payments.Where(static p => p.Value is { Status: (int)InstructionStatus.Rejected, Reason: ReasonCodes.InsufficientFunds }))
        {
            if (bank.Find(id) is ({ Fate: Fate.UnderWay } payment, { } line) && payment.Day < bank.Day && row.Sequence == 0) bank.Return(line, payment);
        }

        foreach ((string id, int times) in facts.Waits)
        {
            if (bank.Find(id) is not ({ } payment, { } line)) continue;
            while (bank.Waits.GetValueOrDefault(id) < times)
            {
                if (payment.Fate == Fate.Waits) line.Start(payment, isOffset: true);
                bank.Return(line, payment);
            }
        }

        foreach ((string id, int times) in bank.Waits)
            Violation.Unless(facts.Waits.GetValueOrDefault(id) == times, Invariant, $"{bank.Find(id)!.Value.Payment.Tag} began to wait {times} times, and its back office was told {facts.Waits.GetValueOrDefault(id)} times");
        bank.Waits.Clear();
    }
}
