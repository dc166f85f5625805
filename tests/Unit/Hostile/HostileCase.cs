using Settlement.Tests.Bank;

namespace Settlement.Tests.Hostile;

/// <summary>One thing that a hostile participant does: a row that a person can read, and what it takes to do it.</summary>
/// <param name="Name">What is done.</param>
/// <param name="Who">By whom to whom.</param>
/// <param name="Code">Under which code it is recorded.</param>
/// <param name="Evidence">The parts of the first piece of evidence; none where nothing of theirs is kept.</param>
/// <param name="Proof">Looks into that piece.</param>
/// <param name="After">What becomes of the channel concerned.</param>
/// <param name="Attack">Does it. What it leaves hooked in goes on while the other channels are looked at.</param>
internal sealed record HostileCase(string Name, string Who, string Code, string Evidence, Proof Proof, Afterwards After, Action<HostileWorld> Attack)
{
    /// <summary>Whose record holds it.</summary>
    public Func<HostileWorld, TestNode> Victim { get; init; } = static world => world.Beta;

    /// <summary>Who is recorded.</summary>
    public Func<HostileWorld, string> Party { get; init; } = static world => world.Alpha.Id.ToString();

    /// <summary>Whether honest nodes bring it about too, so that the operator is told only of many.</summary>
    public bool IsCommon { get; init; }

    /// <summary>Whether the channel between Beta and Gamma is to be opened only while the attack goes on.</summary>
    public bool IsBetaLate { get; init; }

    /// <summary>Contracts that the channels have beside the usual ones.</summary>
    public IReadOnlyList<string>? Contracts { get; init; }

    /// <summary>How often banks ask the agent how its cycles stand; null where they take part in none.</summary>
    public TimeSpan? CyclePoll { get; init; }

    /// <summary>How often it is counted at least.</summary>
    public int Times { get; init; } = 1;

    /// <summary>What it may cost the victim, however often it is done.</summary>
    public Cost Cost { get; init; } = Cost.Words;

    /// <summary>What must go on meanwhile.</summary>
    public Others Others { get; init; } = Others.TheVictimsOtherChannel;

    /// <summary>The row as the table in the documents has it.</summary>
    public string Row => $"| {Name} | {Who} | {Code} | {(Evidence.Length == 0 ? "none" : Evidence)} | {Proof.Before} | {Text(After)} | {Text(Others)} | {Cost} |";

    private static string Text(Afterwards after) => after switch
    {
        Afterwards.GoesOn => "goes on",
        Afterwards.GoesOnInTheNextTerm => "stalls until the other member takes the office over",
        Afterwards.GoesOnWhenItEnds => "stalls, and goes on when it ends",
        _ => "stalls for good",
    };

    private static string Text(Others others) => others switch
    {
        Others.TheVictimsOtherChannel => "the victim's others go on",
        _ => "those of others go on",
    };
}

/// <summary>What becomes of the channel that is concerned.</summary>
internal enum Afterwards
{
    /// <summary>It settles payments although the attack goes on, or because what was said is refused.</summary>
    GoesOn,

    /// <summary>It settles again once the other member has taken the office over, although the attack goes on.</summary>
    GoesOnInTheNextTerm,

    /// <summary>It settles nothing meanwhile, and everything afterwards.</summary>
    GoesOnWhenItEnds,

    /// <summary>It settles nothing more until people decide.</summary>
    Stalls,
}

/// <summary>What must go on while the attack does.</summary>
internal enum Others
{
    /// <summary>A channel of the victim with somebody else.</summary>
    TheVictimsOtherChannel,

    /// <summary>Channels of others: what the victim relies on everywhere is false to it.</summary>
    ChannelsOfOthers,
}
