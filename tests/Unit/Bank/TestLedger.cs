using System.Text;
using Settlement.Core.Alarms;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Notarisation;
using Settlement.Core.Participants;
using Settlement.Core.Store;
using Settlement.Host.Ledger;
using Settlement.Ledger;
using Settlement.Tests.Simulation;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Bank;

/// <summary>The ledger's node: the machine that the host runs, over a vault from which it starts again.</summary>
internal sealed class TestLedger : IDisposable
{
    private readonly string network;
    private readonly LedgerSettings settings;
    private readonly SeededEntropy entropy;
    private LedgerLoopMachine loop = null!;
    private long calls;

    public TestLedger(string network, CheckpointSigner signer, LedgerSettings settings, long seed, DateTimeOffset start)
    {
        this.network = network;
        this.settings = settings;
        entropy = new SeededEntropy(seed);
        Signer = signer;
        VaultKey = VaultKey.Generate(entropy);
        Restart(start);
    }

    public CheckpointSigner Signer { get; }

    public VaultKey VaultKey { get; }

    public TestVault Vault { get; } = new();

    public LedgerMachine Machine { get; private set; } = null!;

    /// <summary>The codes of every alarm that the operator was told of, in order.</summary>
    public List<string> Alarms { get; } = [];

    /// <summary>Rows that it has written, leaves apart.</summary>
    public int Written { get; private set; }

    /// <summary>Signatures that it has checked.</summary>
    public long Checks { get; private set; }

    /// <summary>The node stops and starts from its vault, as the host's ledger role does.</summary>
    public void Restart(DateTimeOffset now)
    {
        IReadOnlyList<StoredPayload> checkpoints = Vault.Scan(PayloadKind.Checkpoints);
        Machine = LedgerMachine.Recover(network, Signer, settings, Vault.Events(), checkpoints.Count == 0 ? null : Encoding.UTF8.GetString(checkpoints[^1].Body));
        AlarmBook alarms = new(VaultKey, entropy, new RecoveredRows(new Dictionary<PayloadKind, IReadOnlyList<StoredPayload>> { [PayloadKind.Alarms] = Vault.Scan(PayloadKind.Alarms) }));
        loop = new LedgerLoopMachine(Machine, network, new ParticipantDirectory(), alarms, now);
    }

    /// <summary>One request in one step; null asks as a stranger.</summary>
    public LedgerReply Ask(DateTimeOffset now, ParticipantId? from, LedgerRequest request)
    {
        LedgerReply? reply = null;
        foreach (Effect effect in Step(now, new LedgerRequested(++calls, from, request)))
        {
            if (effect is Effect.Reply { Body: LedgerReply answer }) reply = answer;
            else if (effect is Effect.Alarm alarm) Alarms.Add(alarm.Code);
        }

        return reply ?? throw new InvalidOperationException("The request was not answered.");
    }

    public void Dispose() => VaultKey.Dispose();

    private List<Effect> Step(DateTimeOffset now, Input input)
    {
        long checks = VerifyingKey.ChecksOnThisThread;
        Step step = loop.Step(now, [input], new Dictionary<PayloadKey, byte[]>());
        Checks += VerifyingKey.ChecksOnThisThread - checks;
        Written += step.Commit.Writes.Count;
        Vault.Commit(step.Commit);
        return step.Then;
    }
}
