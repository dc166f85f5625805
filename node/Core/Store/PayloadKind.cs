namespace Settlement.Core.Store;

/// <summary>The kinds of payload that can be erased; each is a table of its own, <c>payload_</c> and the name in snake case.</summary>
public enum PayloadKind : short
{
    /// <summary>What back offices submitted, by instruction.</summary>
    Instructions,

    /// <summary>Raw messages as they were received or sent.</summary>
    Messages,

    /// <summary>Final batches: of a member what all that read it have in common, of an observer what was delivered.</summary>
    Batches,

    /// <summary>Content keys wrapped under the vault key.</summary>
    ContentKeys,

    /// <summary>Positions and open contracts at a head, from which read models are rebuilt.</summary>
    Snapshots,

    /// <summary>A channel as it was opened: terms, epoch secrets, the node's channel key.</summary>
    Channels,

    /// <summary>Facts that must stay unique, such as a payment's UETR.</summary>
    Facts,

    /// <summary>What is still to be told to the back office.</summary>
    Outbox,

    /// <summary>What was signed of a batch that is proposed or endorsed and not final.</summary>
    InFlight,

    /// <summary>The proposal of such a batch, as it was sent, less what is in <see cref="Entries"/>.</summary>
    Proposals,

    /// <summary>Work that is not finished: instructions and funding on their way.</summary>
    Waiting,

    /// <summary>The heads of observed channels, as a regulator read them in the ledger's log.</summary>
    Heads,

    /// <summary>Ledger checkpoints as they were signed.</summary>
    Checkpoints,

    /// <summary>The settlement agent's postings.</summary>
    Postings,

    /// <summary>What a node remembers about itself.</summary>
    Settings,

    /// <summary>What others did that they may not do: one row a participant and code.</summary>
    Alarms,

    /// <summary>What shows it.</summary>
    Evidence,

    /// <summary>The entries of a member's batch, written when it is proposed and kept when it is final.</summary>
    Entries,
}
