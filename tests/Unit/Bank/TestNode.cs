using Settlement.Core.Agent;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Participants;
using Settlement.Core.Store;
using Settlement.Core.Vault;
using Settlement.Tests.Simulation;
using Settlement.Wire.Participants;

namespace Settlement.Tests.Bank;

/// <summary>How a role's machine is made, and from what.</summary>
internal sealed record TestRole(
    string Name, IReadOnlyList<PayloadKind> RecoveryKinds, Func<RecoveredRows, IEnumerable<PayloadKey>> Lookups, Func<NodeParts, RecoveredRows, IMachine> Build);

/// <summary>A node that runs a machine as the host does: drain, look up, step, commit; its effects are the world's.</summary>
internal sealed class TestNode : IDisposable
{
    private readonly TestRole role;
    private readonly LedgerPin ledger;
    private readonly NodeSettings settings;
    private readonly ParticipantRecord record;
    private readonly SeededEntropy entropy;

    public TestNode(string network, string bic, long seed, TestRole role, LedgerPin ledger, NodeSettings settings, DateTimeOffset start, SigningKey? posting = null)
    {
        this.role = role;
        this.ledger = ledger;
        this.settings = settings;
        Assert.True(ParticipantId.TryParse(bic, out ParticipantId id));
        Id = id;
        entropy = new SeededEntropy(seed);
        Keys = new ParticipantKeys(network, id, SigningKey.Generate(entropy), AgreementKey.Generate(entropy), SigningKey.Generate(entropy).PublicKey);
        VaultKey = VaultKey.Generate(entropy);
        Rows = new VaultRows(VaultKey, entropy);
        record = Participant.Write(Keys, bic, "", role.Name, new Uri($"https://{bic.ToLowerInvariant()}.example"), 1, start.AddDays(-1), start.AddYears(10), posting?.PublicKey);
    }

    public ParticipantId Id { get; }

    public ParticipantKeys Keys { get; }

    public ParticipantPin Pin => new(Id, Keys.RootFingerprint);

    public VaultKey VaultKey { get; }

    public VaultRows Rows { get; }

    public TestVault Vault { get; } = new();

    public ParticipantDirectory Directory { get; private set; } = new();

    public List<Input> Inbox { get; } = [];

    /// <summary>Every body that reached the node or left it, in order: what evidence can be of. Null where nobody asks.</summary>
    public List<byte[]>? Wire { get; set; }

    /// <summary>Messages sent: what a hostile peer makes a node say.</summary>
    public int Sends { get; set; }

    /// <summary>Rows and events written, replaced ones too: what it makes a node's disk do.</summary>
    public int Written { get; private set; }

    /// <summary>Bytes of the rows of the largest step: what it makes the node's database take at once.</summary>
    public long LargestStep { get; set; }

    /// <summary>Signatures checked: what it makes a node's processor do.</summary>
    public long Checks { get; private set; }

    /// <summary>The codes of every alarm that the operator was told of, in order.</summary>
    public List<string> Alarms { get; } = [];

    public System.Diagnostics.Stopwatch Spent { get; } = new();

    public IMachine Machine { get; private set; } = null!;

    public bool IsBusy => Inbox.Count > 0 || Machine.HasMore;

    /// <summary>The node stops and starts from its vault.</summary>
    public void Restart()
    {
        (Machine as IDisposable)?.Dispose();
        Inbox.Clear();
        Directory = new ParticipantDirectory();
        Dictionary<PayloadKind, IReadOnlyList<StoredPayload>> kinds = role.RecoveryKinds.ToDictionary(k => k, Vault.Scan);
        IReadOnlyDictionary<PayloadKey, byte[]> found = Vault.Get([.. role.Lookups(new RecoveredRows(kinds))]);
        foreach (IGrouping<PayloadKind, KeyValuePair<PayloadKey, byte[]>> rows in found.GroupBy(f => f.Key.Kind))
            kinds[rows.Key] = [.. rows.Select(r => new StoredPayload(r.Key.Key, r.Value))];
        Machine = role.Build(new NodeParts(Keys, VaultKey, entropy, settings, ledger, Directory, record), new RecoveredRows(kinds));
    }

    /// <summary>One step over everything that waits; its effects may be performed now.</summary>
    public IReadOnlyList<Effect> Step(DateTimeOffset now)
    {
        List<Input> inputs = [.. Inbox];
        Wire?.AddRange(inputs.Select(BodyOf).OfType<byte[]>());
        Inbox.Clear();
        long checks = VerifyingKey.ChecksOnThisThread;
        IReadOnlyDictionary<PayloadKey, byte[]> found = Vault.Get(Machine.Needs(inputs));
        Spent.Start();
        Step step = Machine.Step(now, inputs, found);
        Spent.Stop();
        Checks += VerifyingKey.ChecksOnThisThread - checks;
        Written += step.Commit.Writes.Count + step.Commit.Appends.Sum(static append => append.Events.Count);
        LargestStep = Math.Max(LargestStep, step.Commit.Writes.Sum(static write => (long)write.Body.Length));
        Vault.Commit(step.Commit);
        Wire?.AddRange(step.Then.OfType<Effect.Send>().Select(static send => send.Body));
        return step.Then;
    }

    private static byte[]? BodyOf(Input input) => input switch
    {
        Input.PeerReceived received => received.Body,
        Input.Answered answered => answered.Body,
        AgentInput.Requested requested => requested.Body,
        _ => null,
    };

    public void Dispose()
    {
        (Machine as IDisposable)?.Dispose();
        Keys.Dispose();
        VaultKey.Dispose();
    }
}
