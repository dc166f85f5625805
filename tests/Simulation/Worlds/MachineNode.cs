using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Participants;
using Settlement.Core.Store;
using Settlement.Core.Vault;
using Settlement.Wire.Participants;

namespace Settlement.Tests.Simulation.Worlds;

/// <summary>What a role's machine starts from and how it is made.</summary>
internal sealed record Role(
    string Name, IReadOnlyList<PayloadKind> RecoveryKinds, Func<RecoveredRows, IEnumerable<PayloadKey>> RecoveryLookups,
    Func<NodeParts, RecoveredRows, IMachine> Build);

/// <summary>A node that runs a role's machine, as the host does: drain, look up, step, commit, perform.</summary>
internal sealed class MachineNode : SimulatedNode
{
    private readonly Role role;
    private readonly ParticipantKeys keys;
    private readonly ParticipantRecord record;
    private readonly List<Input> inbox = [];
    private IMachine? machine;

    public MachineNode(World world, string name, ParticipantId id, Role role, SigningKey? posting = null)
        : base(world, name, id)
    {
        this.role = role;
        SeededEntropy entropy = new(unchecked((long)Chance.SeedOf(world.Seed, "keys-" + name, 0)));
        keys = new ParticipantKeys(World.Network, id, SigningKey.Generate(entropy), AgreementKey.Generate(entropy), SigningKey.Generate(entropy).PublicKey);
        VaultKey = VaultKey.Generate(entropy);
        record = Participant.Write(keys, name, "", role.Name, new Uri($"https://{name.ToLowerInvariant()}.example"), 1,
            World.Epoch - TimeSpan.FromDays(1), World.Epoch + TimeSpan.FromDays(365), posting?.PublicKey);
        Rows = new VaultRows(VaultKey, entropy);
    }

    /// <summary>What others pin.</summary>
    public ParticipantPin Pin => new(Id, keys.RootFingerprint);

    /// <summary>The key of its rows.</summary>
    public VaultKey VaultKey { get; }

    /// <summary>Whom it knows in this life.</summary>
    public ParticipantDirectory Directory { get; private set; } = new();

    /// <summary>Reads rows of its store.</summary>
    public VaultRows Rows { get; }

    /// <summary>Adds an input; lost when the node is down.</summary>
    public void Enqueue(Input input)
    {
        if (!IsUp) return;
        inbox.Add(input);
        PlanStep();
    }

    /// <inheritdoc/>
    public override void Arrive(MachineNode from, Door door, byte[] body, Action<byte[]?> answer)
    {
        if (!Directory.TryGet(from.Id, out _))
        {
            Enqueue(new Input.StrangerKnocked());
            answer(null);
            return;
        }

        if (door == Door.Peer)
        {
            Enqueue(new Input.PeerReceived(from.Id, body));
            answer([]);
            return;
        }

        Enqueue(new Core.Agent.AgentInput.Requested(World.NewCall(reply => answer((byte[])reply)), from.Id, body));
    }

    /// <inheritdoc/>
    protected override void Recover()
    {
        Directory = new ParticipantDirectory();
        Dictionary<PayloadKind, IReadOnlyList<StoredPayload>> kinds = role.RecoveryKinds.ToDictionary(k => k, Store.Scan);
        RecoveredRows scanned = new(kinds);
        IReadOnlyDictionary<PayloadKey, byte[]> found = Store.Get([.. role.RecoveryLookups(scanned)]);
        foreach (IGrouping<PayloadKind, KeyValuePair<PayloadKey, byte[]>> rows in found.GroupBy(f => f.Key.Kind))
            kinds[rows.Key] = [.. rows.OrderBy(r => Convert.ToHexString(r.Key.Key), StringComparer.Ordinal).Select(r => new StoredPayload(r.Key.Key, r.Value))];
        NodeParts parts = new(keys, VaultKey, NewEntropy(), World.Swarm.Bank.Node, World.LedgerPinOf(this), Directory, record);
        machine = role.Build(parts, new RecoveredRows(kinds));
    }

    /// <inheritdoc/>
    protected override void Forget()
    {
        inbox.Clear();
        (machine as IDisposable)?.Dispose();
        machine = null;
        if (World.Mutation == (role.Name == "agent" ? Mutation.AgentForgets : Mutation.VaultForgets)) Store.ForgetNewest(Chance.From(1, 4));
    }

    /// <inheritdoc/>
    protected override void Tick() => inbox.Add(new Input.Tick());

    /// <inheritdoc/>
    protected override void Step()
    {
        int taken = Chance.Happens(100) ? Chance.From(0, inbox.Count) : inbox.Count;
        // The model must know what came before what.
        if (World.Swarm.IsModelled && role.Name == "bank") taken = Math.Min(taken, 1);
        List<Input> inputs = inbox.GetRange(0, taken);
        inbox.RemoveRange(0, taken);
        IReadOnlyDictionary<PayloadKey, byte[]> found = Store.Get(machine!.Needs(inputs));
        Step step = machine.Step(Clock, inputs, found);
        Fate fate = step.IsEmpty ? Fate.Lives : DrawFate();
        // A day of many thousand payments has no trace: nobody reads it.
        if (!step.IsEmpty && World.Swarm.Payments == 0) Note($"step of {string.Join(' ', inputs.Where(i => i is not Input.Tick).Select(Names.Of))} -> {Names.Of(step)}{(fate == Fate.Lives ? "" : " " + fate)}");
        if (fate == Fate.DiesBeforeCommit)
        {
            DieBeforeCommit(step);
            return;
        }

        if (World.Mutation == Mutation.StatusRunsAhead && role.Name == "bank") Broken.SettleEarly(this, step.Commit, Chance);
        if ((World.Mutation is Mutation.LegPaidTwice or Mutation.CutAppliedTwice) && role.Name == "bank") Broken.PayLegTwice(this, step.Commit, isCut: World.Mutation == Mutation.CutAppliedTwice);
        if (World.Mutation == Mutation.SumForgotten && role.Name == "bank") Broken.ForgetSum(this, step.Commit);
        if (World.Mutation == Mutation.RedemptionLost && role.Name == "agent") Broken.LoseRedemption(this, step.Commit);
        Store.Commit(step.Commit);
        World.Invariants.OnCommitted(this, step.Commit);
        World.Invariants.Plain.OnStep(this, Clock, inputs, step.Commit);
        int performed = fate switch
        {
            Fate.Lives => step.Then.Count,
            Fate.DiesAfterCommit => 0,
            _ => Chance.From(0, step.Then.Count),
        };
        foreach (Effect effect in step.Then.Take(performed)) Perform(effect);
        if (fate != Fate.Lives) Crash();
        else if (machine.HasMore || inbox.Count > 0) PlanStep();
    }

    private void DieBeforeCommit(Step step)
    {
        if (World.Mutation == Mutation.EffectsEscape) foreach (Effect effect in step.Then) Perform(effect);
        if (World.Mutation == Mutation.VaultTearsCommits && role.Name == "bank") Store.Commit(Broken.Part(step.Commit, Chance));
        Crash();
    }

    private void Perform(Effect effect)
    {
        World.Invariants.OnEffect(this, effect);
        switch (effect)
        {
            case Effect.Send send:
                World.Net.Send(this, send);
                break;
            case Effect.Reply reply:
                World.Answer(reply.CallId, World.Mutation == Mutation.SumAskedEarly && reply.Body is byte[] body ? Broken.AskEarly(body) : reply.Body);
                break;
            case Effect.Alarm alarm:
                Note("alarm " + alarm.Code);
                break;
        }
    }
}
