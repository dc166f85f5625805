using Settlement.Core.Store;

namespace Settlement.Core.Machines;

/// <summary>
/// A role's whole behaviour, without clock, randomness of its own, or I/O. One thread drives it: it gathers everything
/// that waits, asks what the inputs depend on, reads that from the vault, and steps once.
/// </summary>
public interface IMachine
{
    /// <summary>True when the last step left work that needs no further input: the host steps again at once.</summary>
    bool HasMore { get; }

    /// <summary>The rows of the vault that must be looked up before <see cref="Step"/> may handle these inputs.</summary>
    IReadOnlyCollection<PayloadKey> Needs(IReadOnlyList<Input> inputs);

    /// <summary>Handles the inputs in order. The state has advanced when this returns; if the transaction cannot be
    /// committed the machine must be thrown away and recovered from the vault.</summary>
    /// <param name="now">The injected clock; never falls from step to step.</param>
    /// <param name="inputs">Everything that waited.</param>
    /// <param name="found">The rows that <see cref="Needs"/> named and the vault holds.</param>
    Step Step(DateTimeOffset now, IReadOnlyList<Input> inputs, IReadOnlyDictionary<PayloadKey, byte[]> found);
}
