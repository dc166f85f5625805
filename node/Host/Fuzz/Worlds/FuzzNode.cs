using System.Text.RegularExpressions;
using Settlement.Contracts;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Participants;
using Settlement.Core.Reading;
using Settlement.Core.Store;
using Settlement.Storage;
using Settlement.Wire.Participants;

namespace Settlement.Host.Fuzz.Worlds;

/// <summary>How a role's machine is made, and from what.</summary>
internal sealed record FuzzRole(
    string Name, IReadOnlyList<PayloadKind> RecoveryKinds, Func<RecoveredRows, IEnumerable<PayloadKey>> Lookups, Func<NodeParts, RecoveredRows, IMachine> Build);

/// <summary>
/// A node that runs a machine as the host does: drain, look up, step, commit. Every step is held to what any step promises:
/// what it sends and writes is in proportion to what it was told, and alarms say codes and opaque names alone.
/// </summary>
internal sealed partial class FuzzNode : IDisposable
{
    // What a step may send and write whatever it was told, and what each byte that it was told may add.
    private const long SentAtLeast = 256 * 1024;
    private const long SentForByte = 16;
    private const long WrittenAtLeast = 4 * 1024 * 1024;
    private const long WrittenForByte = 16;
    private const long RowsAtLeast = 2_000;
    private const long BytesForRow = 16;
    private const int AlarmsKept = 12;

    private readonly FuzzRole role;
    private readonly LedgerPin ledger;
    private readonly NodeSettings settings;
    private readonly ParticipantRecord record;
    private readonly SeededEntropy entropy;
    private readonly InMemoryVault vault = new();

    public FuzzNode(string bic, ulong seed, FuzzRole role, LedgerPin ledger, NodeSettings settings, SigningKey? posting = null)
    {
        this.role = role;
        this.ledger = ledger;
        this.settings = settings;
        Id = FuzzNetwork.IdOf(bic);
        entropy = new SeededEntropy(seed);
        Keys = new ParticipantKeys(FuzzNetwork.Network, Id, SigningKey.Generate(entropy), AgreementKey.Generate(entropy), SigningKey.Generate(entropy).PublicKey);
        VaultKey = VaultKey.Generate(entropy);
        record = Participant.Write(Keys, bic, "", role.Name, new Uri($"https://{bic.ToLowerInvariant()}.example"), 1, FuzzNetwork.Start.AddDays(-1), FuzzNetwork.Start.AddYears(10), posting?.PublicKey);
    }

    public ParticipantId Id { get; }

    public ParticipantKeys Keys { get; }

    public ParticipantPin Pin => new(Id, Keys.RootFingerprint);

    public VaultKey VaultKey { get; }

    public ParticipantDirectory Directory { get; private set; } = new();

    public List<Input> Inbox { get; } = [];

    public IMachine Machine { get; private set; } = null!;

    /// <summary>Bytes that it has written since it was made, replaced rows too.</summary>
    public long Written { get; private set; }

    /// <summary>The newest alarms, for whoever looks at a finding.</summary>
    public Queue<string> Alarms { get; } = new();

    public bool IsBusy => Inbox.Count > 0 || Machine.HasMore;

    /// <summary>The channel as this node holds it, epoch keys included: what it has at hand when it means ill.</summary>
    public ChannelContext? Channel() => Scan(PayloadKind.Channels).Select(Reader.ReadChannel).FirstOrDefault(static context => context is not null);

    /// <summary>The same of one channel of several.</summary>
    public ChannelContext? Channel(Digest channel) => Scan(PayloadKind.Channels).Select(Reader.ReadChannel).FirstOrDefault(context => context?.Channel == channel);

    /// <summary>The secret key with which this node signs in a channel.</summary>
    public SigningKey ChannelKey(Digest channel) => Reader.ReadChannelKey(Scan(PayloadKind.Channels).First(row => Reader.ReadChannel(row)?.Channel == channel));

    /// <summary>The node stops and starts from its vault.</summary>
    public void Restart()
    {
        (Machine as IDisposable)?.Dispose();
        Inbox.Clear();
        Directory = new ParticipantDirectory();
        Dictionary<PayloadKind, IReadOnlyList<StoredPayload>> kinds = role.RecoveryKinds.ToDictionary(static kind => kind, Scan);
        IReadOnlyDictionary<PayloadKey, byte[]> found = Get([.. role.Lookups(new RecoveredRows(kinds))]);
        foreach (IGrouping<PayloadKind, KeyValuePair<PayloadKey, byte[]>> rows in found.GroupBy(static row => row.Key.Kind))
            kinds[rows.Key] = [.. rows.Select(static row => new StoredPayload(row.Key.Key, row.Value))];
        Machine = role.Build(new NodeParts(Keys, VaultKey, entropy, settings, ledger, Directory, record), new RecoveredRows(kinds));
    }

    /// <summary>One step over everything that waits; its effects may be performed now.</summary>
    public IReadOnlyList<Effect> Step(DateTimeOffset now)
    {
        List<Input> inputs = [.. Inbox];
        Inbox.Clear();
        Step step = Machine.Step(now, inputs, Get(Machine.Needs(inputs)));
        Check(step, inputs.Sum(BytesOf));
        if (!step.Commit.IsEmpty) AtOnce(vault.CommitAsync(step.Commit, CancellationToken.None));
        return step.Then;
    }

    public IReadOnlyList<StoredPayload> Scan(PayloadKind kind) => AtOnce(vault.ScanAsync(kind, null, StoreLimits.MaximumRowsPerRead, CancellationToken.None));

    public byte[]? Find(PayloadKind kind, byte[] key) => Get([new PayloadKey(kind, key)]).Values.FirstOrDefault();

    public void Dispose()
    {
        (Machine as IDisposable)?.Dispose();
        Keys.Dispose();
        VaultKey.Dispose();
    }

    private VaultReader Reader => new(FuzzNetwork.Network, Id, VaultKey);

    private IReadOnlyDictionary<PayloadKey, byte[]> Get(IReadOnlyCollection<PayloadKey> keys) =>
        keys.Count == 0 ? new Dictionary<PayloadKey, byte[]>() : AtOnce(vault.GetAsync(keys, CancellationToken.None));

    private void Check(Step step, long told)
    {
        long sent = step.Then.Sum(static effect => effect switch { Effect.Send send => send.Body.Length, Effect.Reply { Body: byte[] reply } => reply.Length, _ => 0L });
        BrokenPromise.Unless(sent <= SentAtLeast + SentForByte * told, "what a step sends is in proportion to what it was told", $"{role.Name} was told {told} bytes and sends {sent}");
        long rows = step.Commit.Writes.Count + step.Commit.Deletes.Count + step.Commit.Appends.Sum(static append => append.Events.Count);
        BrokenPromise.Unless(rows <= RowsAtLeast + told / BytesForRow, "what a step writes is in proportion to what it was told", $"{role.Name} was told {told} bytes and writes {rows} rows");
        long written = step.Commit.Writes.Sum(static write => (long)write.Body.Length) + step.Commit.Appends.Sum(static append => append.Events.Sum(static item => (long)item.Data.Length));
        BrokenPromise.Unless(written <= WrittenAtLeast + WrittenForByte * told, "what a step writes is in proportion to what it was told", $"{role.Name} was told {told} bytes and writes {written}");
        Written += written;
        foreach (Effect.Alarm alarm in step.Then.OfType<Effect.Alarm>())
        {
            BrokenPromise.Unless(CodeValue.IsCode(alarm.Code), "an alarm has a code", $"{role.Name}: {alarm.Code}");
            if (Alarms.Count == AlarmsKept) Alarms.Dequeue();
            Alarms.Enqueue(alarm.Code);
            BrokenPromise.Unless(Subject().IsMatch(alarm.Subject), "an alarm names nothing but participants and opaque ids", $"{role.Name}: {alarm.Code} {alarm.Subject}");
        }
    }

    private static long BytesOf(Input input) => input switch
    {
        Input.PeerReceived received => received.Body.Length,
        Input.Answered answered => answered.Body.Length,
        Core.Agent.AgentInput.Requested requested => requested.Body.Length,
        _ => 0,
    };

    private static void AtOnce(ValueTask task) => BrokenPromise.Unless(task.IsCompletedSuccessfully, "a vault in memory answers at once");

    private static T AtOnce<T>(ValueTask<T> task)
    {
        BrokenPromise.Unless(task.IsCompletedSuccessfully, "a vault in memory answers at once");
#pragma warning disable VSTHRD002 // It has completed: nothing waits.
        return task.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    [GeneratedRegex("^[A-Za-z0-9:._/-]{1,80}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Subject();
}
