namespace Settlement.Core.Bank;

/// <summary>What a bank's own treasury limits, beside the limits that other banks grant it.</summary>
public enum LimitKind
{
    /// <summary>The most by which payments to one bank may exceed those received from it in a business day. It holds back normal payments.</summary>
    Bilateral,

    /// <summary>The same over all banks together.</summary>
    Multilateral,

    /// <summary>The most that this bank may owe at once: what its positions are below zero, over all channels together. It holds back
    /// payments of every priority.</summary>
    DebitCap,

    /// <summary>What only urgent payments may take of the cover in the channel with one bank.</summary>
    UrgentReservation,

    /// <summary>What only high and urgent payments may take of it, beside what is kept for urgent ones.</summary>
    HighReservation,
}
