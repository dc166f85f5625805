using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;

namespace Settlement.Core.Bank;

/// <summary>Which limit: there is one of a kind, counterparty and currency.</summary>
/// <param name="Kind">What it limits.</param>
/// <param name="Counterparty">The other bank; null for the kinds that are over all of them.</param>
/// <param name="Currency">In what.</param>
public readonly record struct LimitKey(LimitKind Kind, ParticipantId? Counterparty, Currency Currency)
{
    /// <summary>Whether a counterparty is named where the kind takes one, and only there.</summary>
    public bool IsWhole => Counterparty is null == Kind is LimitKind.Multilateral or LimitKind.DebitCap;
}
