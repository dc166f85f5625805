namespace Settlement.Tests.Simulation.Worlds;

/// <summary>A way in which a world is broken on purpose, to show that the invariants notice.</summary>
internal enum Mutation
{
    /// <summary>Nothing is broken.</summary>
    None,

    /// <summary>After a crash a bank goes on from a copy of its vault that lacks the newest transactions.</summary>
    VaultForgets,

    /// <summary>A bank's vault keeps only a part of a transaction when the node crashes during the commit.</summary>
    VaultTearsCommits,

    /// <summary>Effects of a step are performed although the node died before the step's commit.</summary>
    EffectsEscape,

    /// <summary>After a crash the ledger goes on from a copy of its database that lacks the newest transactions.</summary>
    LedgerForgets,

    /// <summary>Two ledgers with one key answer in turn, each with a log of its own.</summary>
    LedgerSplits,

    /// <summary>After a crash the agent goes on from a copy of its vault that lacks the newest transactions.</summary>
    AgentForgets,

    /// <summary>A bank writes that an instruction settled when it has only accepted it.</summary>
    StatusRunsAhead,

    /// <summary>A bank's vault has positions in which a leg of a group that applies is paid twice.</summary>
    LegPaidTwice,

    /// <summary>The agent says that it paid a redemption out, and its vault holds nothing of it.</summary>
    RedemptionLost,

    /// <summary>The agent asks for sums before all banks have confirmed the list of cuts.</summary>
    SumAskedEarly,

    /// <summary>A bank opens a sum that its vault does not know of.</summary>
    SumForgotten,

    /// <summary>A bank's vault has positions in which a cut that applies is paid twice.</summary>
    CutAppliedTwice,
}
