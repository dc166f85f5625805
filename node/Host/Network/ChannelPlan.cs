using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;

namespace Settlement.Host.Network;

/// <summary>Two banks of which at least one pays the other, and what each side needs to pay all of it.</summary>
/// <param name="First">The bank that opens the channel.</param>
/// <param name="Second">The other one.</param>
/// <param name="Currencies">Every currency that is paid in it, in order.</param>
/// <param name="Funding">The sum of everything a side pays, for each side and currency that pays.</param>
internal sealed record ChannelPlan(
    ParticipantId First, ParticipantId Second, IReadOnlyList<Currency> Currencies, IReadOnlyList<(ParticipantId Payer, Money Amount)> Funding)
{
    /// <summary>How far the first bank lets the second fall below zero.</summary>
    public IReadOnlyList<Money> Limits { get; init; } = [];

    /// <summary>The contracts that it is opened with; null for those of the network.</summary>
    public IReadOnlyList<string>? Contracts { get; init; }
}
