using System.Text;
using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Notarisation;
using Settlement.Core.Participants;
using Settlement.Core.Store;
using Settlement.Ledger;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Simulation.Worlds;

/// <summary>The ledger's node: its machine has no inputs but requests, and recovers from its events.</summary>
internal sealed class LedgerNode : SimulatedNode
{
    private readonly CheckpointSigner signer;
    private readonly List<(LedgerCall Call, Action<byte[]?> Answer)> inbox = [];
    private LedgerMachine? machine;
    private long calls;

    public LedgerNode(World world, string name, ParticipantId id, SigningKey checkpointKey)
        : base(world, name, id)
    {
        signer = new CheckpointSigner(World.Network, checkpointKey);
        Pin = new LedgerPin(new Destination(id, new Uri($"https://{name.ToLowerInvariant()}.example"), checkpointKey.PublicKey.Fingerprint), checkpointKey.PublicKey);
    }

    /// <summary>What nodes pin.</summary>
    public LedgerPin Pin { get; }

    /// <inheritdoc/>
    public override void Arrive(MachineNode from, Door door, byte[] body, Action<byte[]?> answer)
    {
        string caller = machine!.TryFindRootKey(from.Id.ToString(), out _) ? from.Id.ToString() : "";
        inbox.Add((new LedgerCall(++calls, caller, LedgerRequest.Parser.ParseFrom(body)), answer));
        PlanStep();
    }

    /// <inheritdoc/>
    protected override void Recover()
    {
        IReadOnlyList<StoredPayload> checkpoints = Store.Scan(PayloadKind.Checkpoints);
        machine = LedgerMachine.Recover(World.Network, signer, World.Swarm.Ledger, Store.Events(),
            checkpoints.Count == 0 ? null : Encoding.UTF8.GetString(checkpoints[^1].Body));
    }

    /// <inheritdoc/>
    protected override void Forget()
    {
        inbox.Clear();
        machine = null;
        if (World.Mutation == Mutation.LedgerForgets) Store.ForgetNewest(Chance.From(1, 2));
    }

    /// <inheritdoc/>
    protected override void Tick()
    {
    }

    /// <inheritdoc/>
    protected override void Step()
    {
        if (inbox.Count == 0) return;
        List<(LedgerCall Call, Action<byte[]?> Answer)> taken = [.. inbox];
        inbox.Clear();
        LedgerStep step = machine!.Step(Clock, [.. taken.Select(t => t.Call)]);
        Fate fate = World.Swarm.LedgerCrashes ? DrawFate() : Fate.Lives;
        if (!step.Commit.IsEmpty || fate != Fate.Lives) Note($"step of {taken.Count} -> {Names.Of(step)}{(fate == Fate.Lives ? "" : " " + fate)}");
        if (fate == Fate.DiesBeforeCommit)
        {
            Crash();
            return;
        }

        Store.Commit(step.Commit);
        World.Invariants.OnNotarised(step.Commit);
        int answered = fate switch
        {
            Fate.Lives => step.Replies.Count,
            Fate.DiesAfterCommit => 0,
            _ => Chance.From(0, step.Replies.Count),
        };
        for (int i = 0; i < answered; i++) taken[i].Answer(step.Replies[i].Reply.ToByteArray());
        if (fate != Fate.Lives) Crash();
    }
}
