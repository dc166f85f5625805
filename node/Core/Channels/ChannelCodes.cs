namespace Settlement.Core.Channels;

/// <summary>Stable codes of what goes wrong in a channel; each has a page in ops/runbooks.</summary>
public static class ChannelCodes
{
    /// <summary>Terms are no message of the known form, or too large.</summary>
    public const string TermsUnreadable = "CH001";

    /// <summary>Terms contradict themselves or belong to another network.</summary>
    public const string TermsInvalid = "CH002";

    /// <summary>A contract of the terms does not compile, is not the one of the hash, or does not fit the channel.</summary>
    public const string ContractRefused = "CH003";

    /// <summary>Terms ask for witnesses.</summary>
    public const string WitnessesNotSupported = "CH004";

    /// <summary>This node's policy takes no part in such terms.</summary>
    public const string TermsNotAccepted = "CH005";

    /// <summary>A participant of the terms is unknown or its root is another one than pinned.</summary>
    public const string ParticipantNotPinned = "CH006";

    /// <summary>An epoch key did not open.</summary>
    public const string EpochKeyUnreadable = "CH007";

    /// <summary>Terms let the proposer's position fall further below zero than this bank grants it.</summary>
    public const string LimitNotGranted = "CH008";

    /// <summary>A message about an opening, or a part of it, is larger than any can be.</summary>
    public const string OpeningTooLarge = "CH009";

    /// <summary>An entry is malformed or its leaves do not fit its contract.</summary>
    public const string EntryMalformed = "CH010";

    /// <summary>An opening does not match its commitment.</summary>
    public const string CommitmentMismatch = "CH011";

    /// <summary>An envelope does not open.</summary>
    public const string EnvelopeUnreadable = "CH012";

    /// <summary>An entry that is said to be this member's own is not.</summary>
    public const string EntryNotOurs = "CH013";

    /// <summary>The entry id was used before.</summary>
    public const string EntryRepeated = "CH014";

    /// <summary>The cited posting is not the agent's, or was cited before.</summary>
    public const string PostingRefused = "CH015";

    /// <summary>The proposal's term, sequence or previous head is not the one expected.</summary>
    public const string ProposalOutOfPlace = "CH020";

    /// <summary>The sender is not the sequencer of the term.</summary>
    public const string NotTheSequencer = "CH021";

    /// <summary>The head's time lies before its predecessor's or too far from this node's clock.</summary>
    public const string TimeRefused = "CH022";

    /// <summary>One member signed two heads, or two proposals, for one previous head and term.</summary>
    public const string SecondHead = "CH023";

    /// <summary>An endorsement does not verify or names another head: the other member's answer, or a head that the ledger shows.</summary>
    public const string EndorsementInvalid = "CH024";

    /// <summary>The ledger holds a head that this node endorsed and does not know any more.</summary>
    public const string UnknownHead = "CH025";

    /// <summary>A delivered batch does not lead to the notarised head.</summary>
    public const string DeliveryMismatch = "CH026";

    /// <summary>A notarised batch is not held.</summary>
    public const string DeliveryMissing = "CH027";

    /// <summary>Running a batch again does not lead to the state that its head commits to.</summary>
    public const string ReExecutionDiffers = "CH028";

    /// <summary>A batch cannot be run again yet: the settlement agent's posting key is not known here.</summary>
    public const string AgentNotKnown = "CH029";

    /// <summary>A peer message that does not parse or does not belong here.</summary>
    public const string MessageMalformed = "CH030";

    /// <summary>The settlement agent refused to fund.</summary>
    public const string AgentRefused = "CH032";

    /// <summary>A bounded number of tries has passed.</summary>
    public const string GaveUp = "CH033";

    /// <summary>The mailbox of a channel is full.</summary>
    public const string MailboxFull = "CH034";

    /// <summary>The channel is not known here, or not open yet.</summary>
    public const string ChannelUnknown = "CH035";

    /// <summary>A message about something that is over: a late copy, or a replay.</summary>
    public const string Late = "CH036";

    /// <summary>The other member took the office over.</summary>
    public const string TakenOver = "CH037";

    /// <summary>An observer asks for batches again, or a participant for a channel's notice, before an answer can have come; or more is
    /// said of openings at once than is handled.</summary>
    public const string TooOften = "CH038";

    /// <summary>A proposal is not signed with the other member's channel key, or the signature is another proposal's.</summary>
    public const string ProposalSignature = "CH039";

    /// <summary>There is no such instance in the channel, or not yet, or its newest entry can no longer be read.</summary>
    public const string InstanceUnknown = "CH040";

    /// <summary>Another action on the instance is under way.</summary>
    public const string InstanceBusy = "CH041";

    /// <summary>The instance has a newer entry than the one that this one follows.</summary>
    public const string InstanceMoved = "CH042";

    /// <summary>An entry on an instance does not follow from the one before: contract, parties, generation or a value is another.</summary>
    public const string InstanceDiffers = "CH043";

    /// <summary>A proposal changes a limit as its granter did not order it, or a member hands over a change of a limit that it does not grant.</summary>
    public const string GrantNotOrdered = "CH044";

    /// <summary>The channel is closed, or is being closed: it takes nothing new, and what was on its way and not final came to nothing.</summary>
    public const string ChannelClosed = "CH045";

    /// <summary>The pool of a closed channel did not have the whole position: the other member owes the rest.</summary>
    public const string ExitShort = "CH046";

    /// <summary>Personal data would go to another jurisdiction, and the terms name no basis for it.</summary>
    public const string TransferWithoutBasis = "CH050";
}
