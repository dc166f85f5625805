using Settlement.Core.Agent;
using Settlement.Core.Bank;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;
using Settlement.Core.Regulator;
using Settlement.Wire.Agent;
using Cycle = Settlement.Core.Bank.Cycle;

namespace Settlement.Tests.Bank;

/// <summary>Three banks, a channel for each pair of them with limits on both sides, and accounts at the agent: what cycles need.</summary>
internal sealed class CycleWorld : IDisposable
{
    public const long Limit = 1_000_00;

    private readonly long limit;

    public CycleWorld(long seed = 1)
        : this(seed, new BankSettings { CyclePoll = TimeSpan.FromSeconds(1) }, null, Limit, [500_00, 500_00, 500_00])
    {
    }

    /// <summary>The same with other terms and accounts.</summary>
    public CycleWorld(long seed, BankSettings settings, IReadOnlyList<string>? contracts, long limit, IReadOnlyList<long> accounts)
    {
        this.limit = limit;
        settings = settings with
        {
            GrantedLimits = new[] { "ALPHDEFFXXX", "BETAFRPPXXX", "GAMMNL2AXXX" }.ToDictionary(static bank => (TwoBanks.IdOf(bank), "EUR"), static _ => long.MaxValue),
        };
        Banks = new TwoBanks(seed, settings, contracts, withGamma: true).Open((false, new Money(TwoBanks.Eur, limit)), (true, new Money(TwoBanks.Eur, limit)));
        AlphaBeta = Banks.Channel;
        BetaGamma = Open(Beta, Gamma);
        AlphaGamma = Open(Alpha, Gamma);
        Assert.Null(Banks.Ask<BusinessDayResult>(Gamma, call => new BankInput.OpenBusinessDay(call, TwoBanks.Day)).Refusal);
        foreach ((TestNode bank, long minorUnits) in All.Zip(accounts))
        {
            if (minorUnits > 0) Banks.Credit(bank, new Money(TwoBanks.Eur, minorUnits));
        }
    }

    public TwoBanks Banks { get; }

    public TestNode Alpha => Banks.Alpha;

    public TestNode Beta => Banks.Beta;

    public TestNode Gamma => Banks.Gamma!;

    public IReadOnlyList<TestNode> All => [Alpha, Beta, Gamma];

    public Digest AlphaBeta { get; }

    public Digest BetaGamma { get; }

    public Digest AlphaGamma { get; }

    /// <summary>What each owes: Alpha to Beta, Beta to Gamma, Gamma to Alpha.</summary>
    public CycleWorld Owe(long alphaToBeta, long betaToGamma, long gammaToAlpha)
    {
        Pay(Alpha, Beta, alphaToBeta);
        Pay(Beta, Gamma, betaToGamma);
        Pay(Gamma, Alpha, gammaToAlpha);
        return this;
    }

    public void Pay(TestNode from, TestNode to, long minorUnits)
    {
        byte[] paid = Banks.Pay(from, minorUnits, to);
        Assert.Equal((InstructionStatus.Settled, null), Banks.StatusOf(from, paid));
    }

    public CycleResult TryOpenCycle(TimeSpan? life = null, params ParticipantId[] banks) =>
        Banks.Ask<CycleResult>(Banks.Agent, call => new AgentInput.OpenCycle(call, TwoBanks.Eur, banks, life ?? TimeSpan.FromMinutes(5)));

    public Digest OpenCycle(TimeSpan? life = null)
    {
        CycleResult result = TryOpenCycle(life);
        Assert.Null(result.Refusal);
        return result.Cycle!.Cycle;
    }

    public CycleStatus Status(Digest cycle) => Banks.Ask<CycleReport>(Banks.Agent, static call => new AgentInput.ListCycles(call)).Cycles.Single(c => c.Cycle == cycle);

    public CycleStage Stage(Digest cycle) => Status(cycle).Stage;

    /// <summary>Time passes until the cycle is in a stage.</summary>
    public CycleStatus PassUntil(Digest cycle, params CycleStage[] stages)
    {
        for (int i = 0; i < 60 && !stages.Contains(Stage(cycle)); i++) Banks.Pass(TimeSpan.FromSeconds(1));
        Assert.Contains(Stage(cycle), stages);
        return Status(cycle);
    }

    public Cycle SeenBy(TestNode bank) => Assert.Single(Banks.Ask<CycleList>(bank, static call => new BankInput.ListCycles(call)).Cycles);

    public long Position(TestNode bank, Digest channel) => Banks.Look(channel).Position(bank);

    /// <summary>Of the one bank and the other in each channel: Alpha and Beta, Beta and Gamma, Alpha and Gamma.</summary>
    public long[] Positions => [Position(Alpha, AlphaBeta), Position(Beta, AlphaBeta), Position(Beta, BetaGamma), Position(Gamma, BetaGamma), Position(Alpha, AlphaGamma), Position(Gamma, AlphaGamma)];

    public Books Books => Banks.Ask<Books>(Banks.Agent, static call => new AgentInput.ListBooks(call));

    /// <summary>Of Alpha, Beta and Gamma.</summary>
    public long[] Accounts => [.. All.Select(bank => Books.Accounts.Where(a => a.Bank == bank.Id).Sum(static a => a.Balance.MinorUnits))];

    /// <summary>Nothing is set aside any more, members agree, and the supervisor has repeated everything.</summary>
    public void AssertAtRest()
    {
        Banks.Pass(TimeSpan.FromSeconds(5));
        Assert.DoesNotContain(Books.SetAside, static s => s.Balance.MinorUnits != 0);
        foreach ((Digest channel, TestNode one, TestNode other) in new[] { (AlphaBeta, Alpha, Beta), (BetaGamma, Beta, Gamma), (AlphaGamma, Alpha, Gamma) })
        {
            Banks.Look(channel);
            ChannelView seen = Banks.View(one), same = Banks.View(other);
            Assert.Equal((seen.Sequence, seen.Head), (same.Sequence, same.Head));
            Assert.All(seen.Positions.Concat(same.Positions), static p => Assert.Equal(0, p.Reserved.MinorUnits));
            ChannelVerdict verdict = Banks.Audit();
            Assert.Equal((true, true, true), (verdict.Delivered, verdict.Authentic, verdict.ReExecuted));
        }
    }

    public void Dispose() => Banks.Dispose();

    private Digest Open(TestNode proposer, TestNode other)
    {
        OpenChannelResult opened = Banks.Ask<OpenChannelResult>(proposer, call => new BankInput.OpenChannel(call, Banks.Request((false, new Money(TwoBanks.Eur, limit)), (true, new Money(TwoBanks.Eur, limit))) with
        {
            Counterparty = other.Id, CounterpartyRoot = other.Keys.RootFingerprint,
        }));
        Assert.Null(opened.Refusal);
        return opened.Channel!.Value;
    }
}
