using Settlement.Core.Cryptography;
using Settlement.Core.Machines;

namespace Settlement.Core.Regulator;

/// <summary>What the audit door asks of a regulator's machine.</summary>
public abstract record RegulatorInput : Input
{
    /// <summary>Answered by <see cref="ObservedChannels"/>.</summary>
    public sealed record ListChannels(long CallId) : RegulatorInput;
}

/// <summary>The channels that this regulator acknowledged, and what its copy of the log rests on.</summary>
/// <param name="Channels">The channels.</param>
/// <param name="CheckpointSize">The size of the newest checkpoint whose root it recomputed since its start; 0 while there is none.</param>
/// <param name="LogFault">The code of what it found wrong with the log; null while nothing is.</param>
public sealed record ObservedChannels(IReadOnlyList<ObservedChannel> Channels, long CheckpointSize, string? LogFault);

/// <summary>A channel it observes and how far it has come: the newest sequence on the ledger, and held without a gap.</summary>
public sealed record ObservedChannel(Digest Channel, IReadOnlyList<string> Members, long NotarisedSequence, long HeldSequence)
{
    /// <summary>When the channel was closed; null while it is open.</summary>
    public DateTimeOffset? ClosedAt { get; init; }
}
