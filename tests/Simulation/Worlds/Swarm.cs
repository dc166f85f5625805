using Settlement.Core.Bank;
using Settlement.Core.Nodes;
using Settlement.Ledger;

namespace Settlement.Tests.Simulation.Worlds;

/// <summary>
/// Which faults a world has, and how often. Each seed draws its own: worlds with few kinds of fault reach states that a
/// world with all of them at once never lives to see.
/// </summary>
internal sealed record Swarm
{
    private const int HalfOfWorlds = 500;

    /// <summary>Banks, two or three, with a channel between every two.</summary>
    public int Banks { get; init; } = 2;

    /// <summary>How long faults last; afterwards the world heals.</summary>
    public TimeSpan Storm { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>Requests that never arrive, of a thousand.</summary>
    public int DropPerMille { get; init; }

    /// <summary>Answers that never arrive, of a thousand.</summary>
    public int DropAnswerPerMille { get; init; }

    /// <summary>Requests that arrive twice.</summary>
    public int DuplicatePerMille { get; init; }

    /// <summary>Requests that overtake earlier ones, or are overtaken.</summary>
    public int ReorderPerMille { get; init; }

    /// <summary>Answers that come after the sender was told that its request failed.</summary>
    public int LateAnswerPerMille { get; init; }

    /// <summary>The longest way of a message.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How often, in a thousand chances of one a second, some link is cut.</summary>
    public int CutPerMille { get; init; }

    /// <summary>The longest cut.</summary>
    public TimeSpan LongestCut { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Steps that die before their commit.</summary>
    public int CrashBeforeCommitPerMille { get; init; }

    /// <summary>Steps that die between commit and first effect.</summary>
    public int CrashAfterCommitPerMille { get; init; }

    /// <summary>Steps that die among their effects.</summary>
    public int CrashAmongEffectsPerMille { get; init; }

    /// <summary>The longest time that a crashed node is away.</summary>
    public TimeSpan LongestOutage { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether the ledger crashes too.</summary>
    public bool LedgerCrashes { get; init; }

    /// <summary>How far a node's clock may be off.</summary>
    public TimeSpan LargestDrift { get; init; }

    /// <summary>Whether clocks jump.</summary>
    public bool ClocksJump { get; init; }

    /// <summary>Messages of the back offices, a minute and bank.</summary>
    public int MessagesPerMinute { get; init; } = 60;

    /// <summary>Whether both sides of a channel ask to open it.</summary>
    public bool BothOpen { get; init; }

    /// <summary>Whether banks pay in groups: two of them in two channels, three in a ring.</summary>
    public bool Groups { get; init; }

    /// <summary>Whether treasuries change the limits that they grant.</summary>
    public bool Grants { get; init; }

    /// <summary>Whether banks offer the agent what waits.</summary>
    public bool Offsets { get; init; }

    /// <summary>Whether the agent's operator nets what channels owe.</summary>
    public bool Cycles { get; init; }

    /// <summary>What one bank does not say in cycles while faults last.</summary>
    public Silence Silence { get; init; }

    /// <summary>What each account is credited before the day, in minor units.</summary>
    public long Account { get; init; } = 1_000_000;

    /// <summary>Whether the plain model follows every bank: then each takes one input a step.</summary>
    public bool IsModelled { get; init; }

    /// <summary>Where it is not zero, banks do nothing but pay, so many payments in all, in one currency.</summary>
    public int Payments { get; init; }

    /// <summary>Whether treasuries limit their own payments, and payments name times.</summary>
    public bool HasTreasuries { get; init; }

    /// <summary>Whether nothing is lost, and nobody dies.</summary>
    public bool IsCalm => DropPerMille + DropAnswerPerMille + DuplicatePerMille + ReorderPerMille + CutPerMille + CrashBeforeCommitPerMille + CrashAfterCommitPerMille + CrashAmongEffectsPerMille == 0 && !LedgerCrashes;

    /// <summary>How far below zero positions may fall when a channel opens, in minor units.</summary>
    public long Limit { get; init; }

    /// <summary>Bounds and waits of the banks' machines.</summary>
    public BankSettings Bank { get; init; } = new();

    /// <summary>Bounds of the ledger.</summary>
    public LedgerSettings Ledger { get; init; } = LedgerSettings.Default;

    /// <summary>The swarm of a seed.</summary>
    public static Swarm Draw(Chance chance)
    {
        bool crashes = chance.Happens(HalfOfWorlds + HalfOfWorlds / 2);
        int Rate(int highest) => chance.Happens(HalfOfWorlds) ? chance.From(1, highest) : 0;
        int Crash(int highest) => crashes ? Rate(highest) : 0;
        NodeSettings node = new()
        {
            FirstRetry = chance.Between(TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(1)),
            LongestRetry = chance.Between(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(8)),
            DirectoryInterval = chance.Between(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(8)),
        };
        Swarm drawn = new()
        {
            Banks = chance.Happens(250) ? 3 : 2,
            Storm = chance.Between(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(80)),
            DropPerMille = Rate(150),
            DropAnswerPerMille = Rate(150),
            DuplicatePerMille = Rate(150),
            ReorderPerMille = Rate(200),
            LateAnswerPerMille = Rate(100),
            LongestDelay = chance.Happens(HalfOfWorlds) ? chance.Between(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(2)) : TimeSpan.FromMilliseconds(20),
            CutPerMille = Rate(100),
            LongestCut = chance.Happens(300) ? TimeSpan.FromSeconds(50) : TimeSpan.FromSeconds(12),
            CrashBeforeCommitPerMille = Crash(30),
            CrashAfterCommitPerMille = Crash(30),
            CrashAmongEffectsPerMille = Crash(30),
            LongestOutage = chance.Happens(300) ? TimeSpan.FromSeconds(50) : TimeSpan.FromSeconds(8),
            LedgerCrashes = chance.Happens(HalfOfWorlds),
            LargestDrift = chance.Happens(HalfOfWorlds) ? TimeSpan.FromSeconds(chance.From(1, 5)) : TimeSpan.Zero,
            ClocksJump = chance.Happens(300),
            MessagesPerMinute = chance.From(10, 90),
            BothOpen = chance.Happens(200),
            Limit = chance.Happens(HalfOfWorlds) ? chance.From(100, 50_000) : 0,
            Bank = new BankSettings
            {
                Node = node,
                MaxBatchEntries = chance.Happens(HalfOfWorlds) ? chance.From(1, 6) : 512,
                EndorsementLife = chance.Between(TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(60)),
                TakeoverAfter = chance.Between(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(10)),
            },
            Ledger = LedgerSettings.Default with { TakeoverInterval = chance.Between(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(10)) },
            Groups = chance.Happens(HalfOfWorlds),
            Grants = chance.Happens(HalfOfWorlds),
            Offsets = chance.Happens(HalfOfWorlds),
            Cycles = chance.Happens(HalfOfWorlds),
        };
        return drawn.Cycles ? Netting(drawn, chance) : drawn;
    }

    /// <summary>A world with cycles: mostly something is owed in it, and some accounts do not cover that.</summary>
    public static Swarm Netting(Swarm drawn, Chance chance) => drawn with
    {
        Cycles = true,
        Limit = drawn.Limit == 0 && chance.Happens(800) ? chance.From(1_000, 50_000) : drawn.Limit,
        Account = chance.Happens(300) ? chance.From(50_000, 200_000) : drawn.Account,
        Silence = chance.Happens(300) ? (Silence)chance.From(1, 3) : Silence.None,
    };
}
