using Settlement.Core.Bank;
using Settlement.Core.Cryptography;

namespace Settlement.Tests.Simulation.Models;

/// <summary>A bank's money and payments in one channel and currency.</summary>
/// <param name="channel">The channel.</param>
/// <param name="counterparty">The other member.</param>
/// <param name="currency">The currency.</param>
/// <param name="granted">How far below zero the position may fall.</param>
internal sealed class PlainLine(Digest channel, string counterparty, string currency, long granted)
{
    private long underWay;
    private long overAccounts;

    public Digest Channel => channel;

    public string Counterparty => counterparty;

    public string Currency => currency;

    /// <summary>What the entries sum to that are final for this bank.</summary>
    public long Position { get; set; }

    /// <summary>What escrows and legs of groups have set aside of it.</summary>
    public long SetAside { get; set; }

    /// <summary>By work: what actions and redemptions on their way take.</summary>
    public Dictionary<string, long> Ordered { get; } = new(StringComparer.Ordinal);

    /// <summary>By business day: what final payments took beyond what they brought.</summary>
    public Dictionary<int, long> Sent { get; } = [];

    /// <summary>What waits, in the order of submission.</summary>
    public List<PlainPayment> Waiting { get; } = [];

    /// <summary>The payments on their way.</summary>
    public HashSet<PlainPayment> UnderWay { get; } = [];

    /// <summary>What room there was when the line was looked at last; null while nothing waits.</summary>
    public PlainRoom? Seen { get; set; }

    /// <summary>Whether a payment of it was changed or left, or a limit was set: a reason to go through it.</summary>
    public bool IsChanged { get; set; }

    /// <summary>When a payment of it becomes early no longer, or late; another reason.</summary>
    public long? Due { get; set; }

    /// <summary>What its own payments that are final sum to.</summary>
    public long Settled { get; private set; }

    /// <summary>What is not to be had any more.</summary>
    public long Taken => SetAside + Ordered.Values.Sum() + underWay;

    public long Cover => Position + granted - Taken;

    public long Owed => Math.Max(0, Taken - Position);

    /// <summary>What payments of a day exceed those received, with those on their way.</summary>
    public long SentOn(int day) => Sent.GetValueOrDefault(day) + underWay + overAccounts;

    /// <summary>What waits: more urgent payments first, then in the order of submission.</summary>
    public List<PlainPayment> InOrder() => [.. Waiting.OrderByDescending(static p => p.Priority)];

    /// <summary>A payment goes on its way.</summary>
    public void Start(PlainPayment payment, bool isOffset, bool isOverAccounts = false)
    {
        Waiting.Remove(payment);
        UnderWay.Add(payment);
        if (isOverAccounts) overAccounts += payment.Amount;
        else underWay += payment.Amount;
        (payment.Fate, payment.IsOffset, payment.IsOverAccounts, payment.Reason) = (Fate.UnderWay, isOffset, isOverAccounts, "");
    }

    /// <summary>A payment waits, again or for the first time.</summary>
    public void Wait(PlainPayment payment, string reason)
    {
        Leave(payment);
        Waiting.Insert(Waiting.FindLastIndex(p => p.Number < payment.Number) + 1, payment);
        (payment.Fate, payment.IsOffset, payment.IsOverAccounts, payment.Reason) = (Fate.Waits, false, false, reason);
        Expect(payment);
    }

    /// <summary>A payment ends.</summary>
    public void End(PlainPayment payment, Fate fate, string reason)
    {
        Leave(payment);
        if (fate == Fate.Settled) Settled += payment.Amount;
        (payment.Fate, payment.Reason) = (fate, reason);
    }

    /// <summary>Notes when the line must be gone through for the sake of a payment's times.</summary>
    public void Expect(PlainPayment payment)
    {
        if (payment.Reason == QueueCodes.BeforeItsTime) Due = Math.Min(Due ?? long.MaxValue, payment.NotBefore);
        if (payment.NotAfter != 0) Due = Math.Min(Due ?? long.MaxValue, payment.NotAfter);
    }

    private void Leave(PlainPayment payment)
    {
        if (!UnderWay.Remove(payment)) Waiting.Remove(payment);
        else if (payment.IsOverAccounts) overAccounts -= payment.Amount;
        else underWay -= payment.Amount;
    }
}
