using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;

namespace Settlement.Tests.Simulation.Worlds;

/// <summary>A node: it dies, and comes back from its store alone. Every life is an incarnation with its own randomness.</summary>
internal abstract class SimulatedNode(World world, string name, ParticipantId id)
{
    private TimeSpan offset;
    private DateTimeOffset latest;
    private bool isStepPlanned;

    public World World { get; } = world;

    /// <summary>Short, for the trace.</summary>
    public string Name { get; } = name;

    public ParticipantId Id { get; } = id;

    public DurableStore Store { get; } = new(keepsLog: world.Mutation != Mutation.None);

    /// <summary>How many lives it has had.</summary>
    public int Incarnation { get; private set; }

    public bool IsUp { get; private set; }

    /// <summary>What chance does to this node.</summary>
    protected Chance Chance { get; } = world.Chance.Fork("node-" + name);

    /// <summary>The node's own clock. It is off by some seconds and may jump, but never falls within one life.</summary>
    public DateTimeOffset Clock
    {
        get
        {
            DateTimeOffset reading = World.Now + offset;
            if (reading > latest) latest = reading;
            return latest;
        }
    }

    /// <summary>Begins a life.</summary>
    public void Start()
    {
        Incarnation++;
        IsUp = true;
        isStepPlanned = false;
        latest = DateTimeOffset.MinValue;
        if (Incarnation == 1 || World.Swarm.ClocksJump) SetClock();
        Note($"starts life {Incarnation}");
        Guarded(Recover);
        PlanTick(Incarnation);
        PlanStep();
    }

    /// <summary>Ends a life: all that is not in the store is gone.</summary>
    public void Crash(TimeSpan outage)
    {
        if (!IsUp) return;
        IsUp = false;
        Note("dies");
        Forget();
        int life = Incarnation;
        World.After(outage, () =>
        {
            if (!IsUp && Incarnation == life) Start();
        });
    }

    /// <summary>Something reaches one of its doors.</summary>
    /// <param name="from">Who sent it.</param>
    /// <param name="door">Which door.</param>
    /// <param name="body">The bytes.</param>
    /// <param name="answer">Takes the answer; null for a refusal.</param>
    public abstract void Arrive(MachineNode from, Door door, byte[] body, Action<byte[]?> answer);

    public void Note(string what) => World.Trace.Add(World.Elapsed, Name, what);

    /// <summary>The clock's error as of now.</summary>
    public void SetClock()
    {
        int drift = (int)World.Swarm.LargestDrift.TotalMilliseconds;
        offset = TimeSpan.FromMilliseconds(drift == 0 ? 0 : Chance.From(-drift, drift));
    }

    protected abstract void Recover();

    protected abstract void Forget();

    protected abstract void Tick();

    /// <summary>Handles all that waits.</summary>
    protected abstract void Step();

    protected IEntropy NewEntropy() => new SeededEntropy(unchecked((long)Chance.SeedOf(World.Seed, "entropy-" + Name, Incarnation)));

    /// <summary>A step follows soon, unless one is planned.</summary>
    protected void PlanStep()
    {
        if (isStepPlanned || !IsUp) return;
        isStepPlanned = true;
        int life = Incarnation;
        World.After(TimeSpan.FromMicroseconds(Chance.From(100, 3_000)), () =>
        {
            if (!IsUp || Incarnation != life) return;
            isStepPlanned = false;
            Guarded(Step);
        });
    }

    /// <summary>Where in its step the node dies, if at all.</summary>
    protected Fate DrawFate()
    {
        Swarm swarm = World.Swarm;
        if (!World.IsStormy) return Fate.Lives;
        if (Chance.Happens(swarm.CrashBeforeCommitPerMille)) return Fate.DiesBeforeCommit;
        if (Chance.Happens(swarm.CrashAfterCommitPerMille)) return Fate.DiesAfterCommit;
        return Chance.Happens(swarm.CrashAmongEffectsPerMille) ? Fate.DiesAmongEffects : Fate.Lives;
    }

    protected void Crash() => Crash(Chance.Between(TimeSpan.FromMilliseconds(100), Chance.Happens(200) ? World.Swarm.LongestOutage : TimeSpan.FromSeconds(3)));

    private void PlanTick(int life) => World.After(Chance.Between(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(400)), () =>
    {
        if (!IsUp || Incarnation != life) return;
        Tick();
        PlanStep();
        PlanTick(life);
    });

    // A machine that throws stops its node for good: nothing that reaches it may do that.
    private void Guarded(Action act)
    {
        try
        {
            act();
        }
        catch (Exception thrown) when (thrown is not Violation)
        {
            throw new Violation("no machine throws", $"{Name}: {thrown.GetType().Name}: {thrown.Message}", thrown);
        }
    }
}

/// <summary>Where in a step a node dies.</summary>
internal enum Fate
{
    Lives,
    DiesBeforeCommit,
    DiesAfterCommit,
    DiesAmongEffects,
}
