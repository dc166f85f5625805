using Settlement.Core.Channels;
using Settlement.Wire.Channels;

namespace Settlement.Core.Bank;

/// <summary>A proposal whose signature is good, and which is looked into.</summary>
/// <param name="signed">What its sequencer signed.</param>
/// <param name="body">Its body.</param>
internal sealed class OpenedProposal(SignedProposal signed, ProposalBody body)
{
    public SignedProposal Signed { get; } = signed;

    public ProposalBody Body { get; } = body;

    /// <summary>Why it was declined, where that does not change; null while it was not.</summary>
    public string? Fault { get; set; }

    /// <summary>The places of the body; null until they are opened.</summary>
    public IReadOnlyList<ProposedSlot>? Slots { get; set; }
}
