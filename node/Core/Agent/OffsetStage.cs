namespace Settlement.Core.Agent;

/// <summary>How far an offset is.</summary>
public enum OffsetStage
{
    /// <summary>Channels set their payments aside, and the ledger decides.</summary>
    Deciding,

    /// <summary>The payments are settled and the accounts posted.</summary>
    Settled,

    /// <summary>It came to nothing: the payments wait on.</summary>
    Void,
}
