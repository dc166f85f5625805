using Settlement.Core.Channels;
using Settlement.Wire.Channels;

namespace Settlement.Core.Bank;

/// <summary>A proposal as far as it had to be read.</summary>
/// <param name="Signed">What its sequencer signed; null where that was not looked at, or is none.</param>
/// <param name="Body">Its body; null where it was not looked at, because the proposal is late, known or at fault.</param>
/// <param name="Fault">Why it is no proposal of the other member; else empty.</param>
internal sealed record ReadProposal(SignedProposal? Signed, ProposalBody? Body, string Fault = "")
{
    /// <summary>For a place that is taken already.</summary>
    public static ReadProposal Late { get; } = new(null, null);
}
