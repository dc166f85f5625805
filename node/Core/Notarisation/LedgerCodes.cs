namespace Settlement.Core.Notarisation;

/// <summary>
/// The ledger's codes. They are stable: programs branch on them, and each has a page under <c>ops/runbooks</c>.
/// LG001 to LG049 are refusals of the ledger, LG050 to LG059 what a participant finds in a reply, and LG060 on what a
/// verification of the whole log finds.
/// </summary>
public static class LedgerCodes
{
    /// <summary>A record has a field of the wrong length, a missing field or a number out of range.</summary>
    public const string Malformed = "LG001";

    /// <summary>A record or request names another network or another suite.</summary>
    public const string OtherNetwork = "LG002";

    /// <summary>A kind of record that this ledger does not keep.</summary>
    public const string UnknownKind = "LG003";

    /// <summary>A request or record exceeds a bound.</summary>
    public const string TooLarge = "LG004";

    /// <summary>The submitter may not do this; the same answer to every stranger, whatever was asked.</summary>
    public const string NotAdmitted = "LG005";

    /// <summary>The submitter's quota is used up: of records for this window, or of signatures for this moment.</summary>
    public const string QuotaUsed = "LG006";

    /// <summary>An opening needs at least two member keys, all different and at most the maximum.</summary>
    public const string OpeningKeys = "LG010";

    /// <summary>An opening lacks a member's valid signature.</summary>
    public const string OpeningSignature = "LG011";

    /// <summary>The channel is not in the log.</summary>
    public const string UnknownChannel = "LG020";

    /// <summary>The head's term is not the channel's term.</summary>
    public const string WrongTerm = "LG021";

    /// <summary>The head does not follow the channel's newest head, or repeats an earlier one.</summary>
    public const string NotNext = "LG022";

    /// <summary>A head lacks a member's valid endorsement.</summary>
    public const string EndorsementSignature = "LG023";

    /// <summary>An endorsement's time has passed; the head is dead.</summary>
    public const string EndorsementExpired = "LG024";

    /// <summary>The channel is closed: nothing of it is notarised any more.</summary>
    public const string ChannelClosed = "LG025";

    /// <summary>The close does not name the channel's newest head and its term.</summary>
    public const string CloseHead = "LG026";

    /// <summary>The close's signature is not of the member that it names.</summary>
    public const string CloseSignature = "LG027";

    /// <summary>The takeover is not at the channel's newest head.</summary>
    public const string TakeoverHead = "LG030";

    /// <summary>The takeover's term is not the current term plus one.</summary>
    public const string TakeoverTerm = "LG031";

    /// <summary>The member is not the sequencer of the new term.</summary>
    public const string NotSequencer = "LG032";

    /// <summary>The takeover's signature is not valid.</summary>
    public const string TakeoverSignature = "LG033";

    /// <summary>The channel changed hands too short a time ago.</summary>
    public const string TakeoverTooSoon = "LG034";

    /// <summary>The group does not name the channel that would reserve for it.</summary>
    public const string NotOfGroup = "LG035";

    /// <summary>The head that should hold a channel's leg of a group is none of the channel's.</summary>
    public const string ReservedHead = "LG036";

    /// <summary>The channel has reserved for this group at another head.</summary>
    public const string AlreadyReserved = "LG037";

    /// <summary>The group's time has passed: no channel reserves for it any more.</summary>
    public const string GroupExpired = "LG038";

    /// <summary>A reservation lacks a member's valid signature.</summary>
    public const string ReservationSignature = "LG039";

    /// <summary>The participant's own fields are not valid, or it is not the submitter.</summary>
    public const string ParticipantFields = "LG040";

    /// <summary>The participant record is not signed by the root key it names.</summary>
    public const string ParticipantSignature = "LG041";

    /// <summary>A certificate of the participant record is missing or not valid.</summary>
    public const string ParticipantCertificate = "LG042";

    /// <summary>The participant record's version does not rise.</summary>
    public const string ParticipantVersion = "LG043";

    /// <summary>The participant is already listed under another root key.</summary>
    public const string RootChanged = "LG044";

    /// <summary>No channel has reserved for the group.</summary>
    public const string UnknownGroup = "LG045";

    /// <summary>The group cannot be committed: a channel has not reserved.</summary>
    public const string GroupIncomplete = "LG046";

    /// <summary>The group cannot be aborted: every channel has reserved, so it is committed.</summary>
    public const string GroupComplete = "LG047";

    /// <summary>The group cannot be aborted yet: its time has not passed.</summary>
    public const string GroupStillOpen = "LG048";

    /// <summary>The checkpoint is not a note of the ledger's form.</summary>
    public const string CheckpointUnreadable = "LG050";

    /// <summary>The checkpoint is not signed by the ledger's key.</summary>
    public const string CheckpointSignature = "LG051";

    /// <summary>The checkpoint is smaller than one already verified: a late reply, or a ledger that lost leaves.</summary>
    public const string CheckpointSmaller = "LG052";

    /// <summary>Two checkpoints of one size and different roots: the ledger forked.</summary>
    public const string Forked = "LG053";

    /// <summary>The reply does not show that its checkpoint only appends to the verified one.</summary>
    public const string NotConsistent = "LG054";

    /// <summary>A receipt does not lead to the verified checkpoint.</summary>
    public const string ReceiptPath = "LG055";

    /// <summary>A receipt's leaf cannot be read or belongs to another network.</summary>
    public const string ReceiptLeaf = "LG056";

    /// <summary>A leaf's time lies far ahead of this node's clock.</summary>
    public const string TimeAhead = "LG057";

    /// <summary>A reply does not go on from where it was asked to: it says again what was read, holds back what its checkpoint has, or says more
    /// than was asked for.</summary>
    public const string NoProgress = "LG058";

    /// <summary>A leaf is missing from the log.</summary>
    public const string LeafMissing = "LG060";

    /// <summary>A leaf's bytes cannot be read or say another place.</summary>
    public const string LeafUnreadable = "LG061";

    /// <summary>A leaf breaks a rule that the ledger must keep.</summary>
    public const string LeafAgainstRules = "LG062";

    /// <summary>A stored column differs from what its leaf says.</summary>
    public const string ColumnDiffers = "LG063";

    /// <summary>A stored stream differs from what its leaves say.</summary>
    public const string StreamDiffers = "LG064";

    /// <summary>The leaves do not have the root that the ledger signed.</summary>
    public const string RootDiffers = "LG065";

    /// <summary>A stored checkpoint is missing, unreadable, unsigned or filed under another size.</summary>
    public const string CheckpointDiffers = "LG066";

    /// <summary>A row that no leaf explains.</summary>
    public const string UnexplainedRow = "LG067";
}
