namespace Settlement.Host.Fuzz.Worlds;

/// <summary>What bytes on their way may carry that most of them do not.</summary>
internal enum Content
{
    /// <summary>Limits that a member hands over to the sequencer to be changed.</summary>
    GrantsHandedOver,

    /// <summary>Limits that a batch changes.</summary>
    GrantsProposed,

    /// <summary>The same, as the supervisor gets them.</summary>
    GrantsDelivered,

    /// <summary>Offsets in which a member tells the sequencer that it takes part.</summary>
    OffsetsJoined,

    /// <summary>An entry that is a payment of an offset.</summary>
    OffsetEntry,

    /// <summary>Payments that a bank offers to the agent.</summary>
    OffsetsOffered,

    /// <summary>What a bank says of the legs that it has set aside.</summary>
    OffsetsReported,

    /// <summary>An offset that the agent calls for.</summary>
    OffsetsCalled,

    /// <summary>What an offset moves over an account, signed by the agent.</summary>
    OffsetPosted,

    /// <summary>Signatures that cuts are set aside.</summary>
    CutsReserved,

    /// <summary>The sum of a bank's cuts, other than zero.</summary>
    SumOpened,

    /// <summary>What a cycle moves over an account, signed by the agent and other than zero.</summary>
    CyclePosted,

    /// <summary>The supervisor asks which channels are funded.</summary>
    FundedAsked,

    /// <summary>It asks for those after some channel.</summary>
    FundedAskedAfter,

    /// <summary>It is told.</summary>
    FundedTold,
}
