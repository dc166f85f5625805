using Settlement.Core.Cryptography;
using Settlement.Core.Machines;

namespace Settlement.Core.Regulator;

/// <summary>What the audit door asks of a regulator's machine.</summary>
public abstract record RegulatorInput : Input
{
    /// <summary>Answered by <see cref="ObservedChannels"/>.</summary>
    public sealed record ListChannels(long CallId) : RegulatorInput;
}

/// <summary>The channels that this regulator acknowledged.</summary>
public sealed record ObservedChannels(IReadOnlyList<ObservedChannel> Channels);

/// <summary>A channel it observes and how far it has come: the newest sequence on the ledger, and held without a gap.</summary>
public sealed record ObservedChannel(Digest Channel, IReadOnlyList<string> Members, long NotarisedSequence, long HeldSequence);
