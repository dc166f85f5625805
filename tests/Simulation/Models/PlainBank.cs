using Settlement.Core.Bank;
using Settlement.Core.Cryptography;
using Settlement.Core.Instructions;

namespace Settlement.Tests.Simulation.Models;

/// <summary>
/// A bank's queues as lists, by the rules as the README and decision 0023 say them: whoever comes waits behind what waits for cover with
/// the same or a higher priority; when there is more room, or something was changed, a line is gone through in its order, whatever has room
/// goes, and nobody goes past a payment of a higher priority. Room is computed anew whenever it is asked for.
/// </summary>
internal sealed class PlainBank(string name)
{
    private const string NoCover = ReasonCodes.InsufficientFunds;
    private readonly Dictionary<(Digest Channel, string Currency), PlainLine> lines = [];
    private readonly Dictionary<string, (PlainPayment Payment, PlainLine Line)> byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> byTag = new(StringComparer.Ordinal);
    private long last;

    public string Name => name;

    /// <summary>The business day; zero before the first.</summary>
    public int Day { get; private set; }

    public PlainLimits Limits { get; } = new();

    public IReadOnlyCollection<PlainLine> Lines => lines.Values;

    /// <summary>Payments whose fate has changed since somebody emptied it.</summary>
    public HashSet<string> Touched { get; } = new(StringComparer.Ordinal);

    /// <summary>How often payments began to wait or came back, by id, since somebody emptied it.</summary>
    public Dictionary<string, int> Waits { get; } = new(StringComparer.Ordinal);

    /// <summary>How many payments it was told of.</summary>
    public int Count => byId.Count;

    public PlainLine Line(Digest channel, string currency, Func<PlainLine> create) =>
        lines.TryGetValue((channel, currency), out PlainLine? line) ? line : lines[(channel, currency)] = create();

    public IEnumerable<PlainLine> LinesOf(Digest channel) => lines.Values.Where(l => l.Channel == channel);

    public (PlainPayment Payment, PlainLine Line)? Find(string id) => byId.TryGetValue(id, out (PlainPayment, PlainLine) known) ? known : null;

    public (PlainPayment Payment, PlainLine Line)? FindTag(string tag) => byTag.TryGetValue(tag, out string? id) ? byId[id] : null;

    /// <summary>A payment was instructed.</summary>
    public void Admit(PlainLine line, PlainPayment payment, long now)
    {
        byId.Add(payment.Id, (payment, line));
        byTag.Add(payment.Tag, payment.Id);
        Touched.Add(payment.Id);
        if (payment.IsLate(now))
        {
            payment.Fate = Fate.Rejected;
            payment.Reason = ReasonCodes.TimePassed;
            return;
        }

        string? why = payment.NotBefore > now ? QueueCodes.BeforeItsTime
            : line.Waiting.Exists(w => w.Priority >= payment.Priority && w.WaitsForCover(now)) ? QueueCodes.BehindOthers
            : RoomOf(line).Lacks(payment.Amount, payment.Priority);
        payment.Number = ++last;
        if (why is null)
        {
            line.Start(payment, isOffset: false);
            return;
        }

        Join(line, payment, why);
        NoteWait(payment);
    }

    /// <summary>Goes through every line in which something has changed, of which a payment's time has come, or that has more room than before:
    /// first the one whose first payment would go first in one line of all.</summary>
    public void Look(long now)
    {
        IEnumerable<PlainLine> turn = lines.Values.Where(static l => l.Seen is not null);
        // Without limits over several lines none of them takes from another.
        if (!Limits.IsEmpty) turn = turn.OrderByDescending(static l => l.Waiting.Count == 0 ? 0 : (int)l.InOrder()[0].Priority).ThenBy(static l => l.Waiting.Count == 0 ? 0 : l.InOrder()[0].Number);
        foreach (PlainLine line in turn.ToList())
        {
            if (line.IsChanged || line.Due <= now || RoomOf(line).IsMoreThan(line.Seen!.Value)) Look(line, now);
            line.Seen = line.Waiting.Count == 0 ? null : RoomOf(line);
        }
    }

    /// <summary>A limit was set: everything is looked at again.</summary>
    public void LookAgain()
    {
        foreach (PlainLine line in lines.Values.Where(static l => l.Seen is not null)) line.IsChanged = true;
    }

    /// <summary>The bank starts again: of what it was about to look at it knows what its vault says.</summary>
    public void Restart()
    {
        foreach (PlainLine line in lines.Values)
        {
            line.IsChanged = false;
            line.Due = null;
            line.Seen = line.Waiting.Count == 0 ? null : RoomOf(line);
            foreach (PlainPayment payment in line.Waiting) line.Expect(payment);
        }
    }

    /// <summary>A back office changes how a payment waits; one that does not wait stays as it is.</summary>
    public void Change(string id, QueueChange change, long now)
    {
        if (Find(id) is not ({ Fate: Fate.Waits } payment, var line)) return;
        if (change is QueueChange.Cancel) End(line, payment, Fate.Rejected, ReasonCodes.OrderCancelled);
        else if (change is QueueChange.Prioritise prioritise) payment.Priority = prioritise.Priority;
        else payment.IsHeld = change is QueueChange.Hold;
        line.IsChanged = true;
        Touched.Add(id);
        Look(now);
    }

    /// <summary>A business day opens: what waits on an earlier one is refused.</summary>
    public void Open(int day)
    {
        if (day < Day) return;
        Day = day;
        foreach (PlainLine line in lines.Values)
            foreach (PlainPayment payment in line.Waiting.Where(p => p.Day < day).ToList()) End(line, payment, Fate.Rejected, payment.Reason);
    }

    public void End(PlainLine line, PlainPayment payment, Fate fate, string reason)
    {
        // Those behind it may go on.
        if (payment.Fate == Fate.Waits) line.IsChanged = true;
        line.End(payment, fate, reason);
        Touched.Add(payment.Id);
    }

    public void Take(PlainLine line, PlainPayment payment)
    {
        line.Start(payment, isOffset: true);
        Touched.Add(payment.Id);
    }

    /// <summary>The agent has called for a payment: it goes without cover, and those behind it may go on.</summary>
    public void TakeOverAccounts(PlainLine line, PlainPayment payment)
    {
        line.Start(payment, isOffset: true, isOverAccounts: true);
        line.IsChanged = true;
        Touched.Add(payment.Id);
    }

    /// <summary>What was on its way is not covered after all: it waits, or its day is over.</summary>
    public void Return(PlainLine line, PlainPayment payment)
    {
        Touched.Add(payment.Id);
        if (payment.Day < Day)
        {
            line.End(payment, Fate.Rejected, NoCover);
            return;
        }

        Join(line, payment, NoCover);
        NoteWait(payment);
        line.IsChanged = true;
    }

    /// <summary>What may be taken of a line now.</summary>
    public PlainRoom RoomOf(PlainLine line)
    {
        if (Limits.IsEmpty) return new PlainRoom(line.Cover, 0, 0, long.MaxValue, long.MaxValue, long.MaxValue);
        long? Of(LimitKind kind, string counterparty) => Limits.InEffect(kind, counterparty, line.Currency, Day);
        IEnumerable<PlainLine> same = lines.Values.Where(l => l.Currency == line.Currency);
        return new PlainRoom(line.Cover, Of(LimitKind.UrgentReservation, line.Counterparty) ?? 0, Of(LimitKind.HighReservation, line.Counterparty) ?? 0,
            Of(LimitKind.Bilateral, line.Counterparty) is { } bilateral ? bilateral - same.Where(l => l.Counterparty == line.Counterparty).Sum(l => l.SentOn(Day)) : long.MaxValue,
            Of(LimitKind.Multilateral, "") is { } multilateral ? multilateral - same.Sum(l => l.SentOn(Day)) : long.MaxValue,
            // What is owed beyond the cap already may stay, and grows no more.
            Of(LimitKind.DebitCap, "") is { } cap ? line.Position - line.Taken + Math.Max(cap - same.Where(l => l != line).Sum(static l => l.Owed), line.Owed) : long.MaxValue);
    }

    private void NoteWait(PlainPayment payment) => Waits[payment.Id] = Waits.GetValueOrDefault(payment.Id) + 1;

    private void Join(PlainLine line, PlainPayment payment, string reason)
    {
        if (line.Seen is null)
        {
            line.Seen = RoomOf(line);
            line.IsChanged = false;
            line.Due = null;
        }

        line.Wait(payment, reason);
    }

    private void Look(PlainLine line, long now)
    {
        Priority? highest = null;
        line.IsChanged = false;
        line.Due = null;
        foreach (PlainPayment payment in line.InOrder())
        {
            if (payment.IsLate(now))
            {
                End(line, payment, Fate.Rejected, payment.Reason);
                continue;
            }

            string? why = payment.IsHeld ? QueueCodes.HeldByBackOffice
                : payment.NotBefore > now ? QueueCodes.BeforeItsTime
                : highest > payment.Priority ? QueueCodes.BehindOthers
                : RoomOf(line).Lacks(payment.Amount, payment.Priority);
            if (payment.Reason != why) Touched.Add(payment.Id);
            if (why is null)
            {
                line.Start(payment, isOffset: false);
                payment.Number = ++last;
                continue;
            }

            if (payment.WaitsForCover(now)) highest ??= payment.Priority;
            payment.Reason = why;
            line.Expect(payment);
        }
    }
}
