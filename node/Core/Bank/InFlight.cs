using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Bank;

/// <summary>One place of a proposal as this bank holds it.</summary>
/// <param name="Entry">The entry, when it could be opened.</param>
/// <param name="Refusal">The proposer's refusal, or null where it proposed an entry.</param>
/// <param name="Fault">Why there is an entry that could not be opened; else empty.</param>
internal sealed record ProposedSlot(OpenedEntry? Entry, Refusal? Refusal, string Fault = "")
{
    /// <summary>Whether it was taken in before: it waits already, or is final where there is no entry.</summary>
    public bool IsKnown { get; init; }
}

/// <summary>The one batch of a channel that is proposed and not final.</summary>
internal sealed class InFlight(SignedProposal signed, ProposalBody body, IReadOnlyList<ProposedSlot> slots, PositionSalts salts, byte[] saltsKey, Retry retry, DateTimeOffset since)
{
    /// <summary>What the sequencer signed.</summary>
    public SignedProposal Signed { get; } = signed;

    /// <summary>As it was sent, and a retry sends the same bytes; or as it was received, without what is for others.</summary>
    public ProposalBody Body { get; } = body;

    public IReadOnlyList<ProposedSlot> Slots { get; } = slots;

    public PositionSalts Salts { get; } = salts;

    /// <summary>The content key of the salts' envelope.</summary>
    public byte[] SaltsKey { get; } = saltsKey;

    public Retry Retry { get; } = retry;

    /// <summary>When it came into being here, for takeovers.</summary>
    public DateTimeOffset Since { get; } = since;

    /// <summary>Own commands among the slots.</summary>
    public List<Command.Own> Taken { get; } = [];

    /// <summary>What the endorser refused, by index.</summary>
    public IReadOnlyList<IndexedRefusal> Refusals { get; set; } = [];

    /// <summary>Where the proposal leads if nothing more of it is refused; known to the member that ran it, until a restart.</summary>
    public ExecutedBatch? Proposed { get; set; }

    /// <summary>The head that the other member signed for it, at the sequencer; null until it has, and after a restart.</summary>
    public ClaimedHead? Claimed { get; set; }

    /// <summary>The batch that both agree on; null at the sequencer until the endorsement has come.</summary>
    public ExecutedBatch? Agreed { get; set; }

    /// <summary>This bank's durable signature over the agreed head.</summary>
    public Endorsement? Own { get; set; }

    /// <summary>The other member's.</summary>
    public Endorsement? Other { get; set; }

    /// <summary>The other member's signatures that the batch sets legs aside, in their order; at the sequencer.</summary>
    public IReadOnlyList<LegReservation> Reservations { get; set; } = [];

    /// <summary>This member's, at the endorser; null until they are signed. Copies of a proposal cost no signature more.</summary>
    public IReadOnlyList<LegReservation>? OwnReservations { get; set; }

    /// <summary>Whether the ledger was asked to notarise it and has not answered.</summary>
    public bool IsSubmitted { get; set; }

    public long Term => Signed.Term;

    public long Sequence => Signed.Sequence;

    public Digest Previous => Signed.PreviousHead;
}
