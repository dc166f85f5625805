using System.Text;
using Settlement.Host.Configuration;
using Settlement.Host.Demo;
using Settlement.Host.Fuzz.Targets;
using Settlement.Host.Fuzz.Worlds;
using Settlement.Wire.Ledger;

namespace Settlement.Host.Fuzz;

/// <summary>All targets, and the honest inputs that they start from.</summary>
internal sealed class FuzzTargets : IAsyncDisposable
{
    private const int CasesOnNetwork = 48;
    private const int CasesAtDoors = 100;
    private const ulong CorpusSeed = 1;

    private static readonly byte[][] Transfers =
    [
        """
        {"messageType":"pacs.008.001.08","messageId":"M1","instructionId":"I1","endToEndId":"E1","transactionId":"T1","uetr":"8a562c67-ca16-48ba-b074-65581be6f011","amount":"12.34","currency":"EUR","settlementDate":"2026-03-02","priority":"NORM","instructingAgent":"BANADEFFXXX","instructedAgent":"BANBDEFFXXX","debtor":{"name":"Debtor","iban":"DE89370400440532013000"},"creditor":{"name":"Creditor","account":"12345"},"remittance":"Invoice"}
        """u8.ToArray(),
        """
        {"messageId":"M2","endToEndId":"E2","amount":"5","currency":"JPY","settlementDate":"2026-03-02","instructingAgent":"USABA:011104238","instructedAgent":"BANBDEFF","debtor":{"name":"D"},"creditor":{"name":"C"}}
        """u8.ToArray(),
    ];

    private static readonly byte[] SmallMessage = Encoding.UTF8.GetBytes("<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08\"><FIToFICstmrCdtTrf><GrpHdr><MsgId>M</MsgId></GrpHdr></FIToFICstmrCdtTrf></Document>");

    private FuzzTargets(IReadOnlyList<FuzzTarget> all) => All = all;

    /// <summary>In the order in which they take turns.</summary>
    public IReadOnlyList<FuzzTarget> All { get; }

    /// <summary>The targets that run in this process alone.</summary>
    /// <exception cref="HostException">FZ007: not even the honest network works.</exception>
    public static async Task<FuzzTargets> CreateAsync(CancellationToken ct)
    {
        byte[][] messages = await MessagesAsync(ct);
        await using NetworkSession honest = Honest(static () => new NetworkSession(CorpusSeed, NetworkFocus.Banks));
        byte[][] travelled = [.. honest.Travelled.Newest.Values.Concat(honest.Travelled.ByContent.Values).SelectMany(static list => list).Select(static traveller => traveller.Body).DistinctBy(Convert.ToHexString)];
        byte[][] leaves = [.. honest.Travelled.Newest[Travel.LedgerReply].SelectMany(static reply => LedgerReply.Parser.ParseFrom(reply.Body).Log).Select(static leaf => leaf.ToByteArray()).DistinctBy(Convert.ToHexString)];
        byte[][] replies = [.. honest.Travelled.Newest[Travel.LedgerReply].Select(static reply => reply.Body)];
        FuzzTarget[] all =
        [
            FuzzTarget.Of("pacs", "ISO 20022 messages of a back office", () => new CreditTransferTarget(messages, isXml: true)),
            FuzzTarget.Of("transfer", "a back office's transfer as JSON", static () => new CreditTransferTarget(Transfers, isXml: false)),
            FuzzTarget.Of("order", "every other JSON body of the API", static () => new OrderTarget()),
            FuzzTarget.Of("configuration", "configuration files", static () => new ConfigurationTarget()),
            FuzzTarget.Of("contract", "contracts and canonical values", static () => new ContractTarget()),
            FuzzTarget.Of("identifier", "identifiers, amounts, citations", static () => new IdentifierTarget()),
            FuzzTarget.Of("record", "directory records, key certificates, reservations of groups", static () => new RecordTarget()),
            FuzzTarget.Of("note", "checkpoint notes and their signatures", static () => new NoteTarget()),
            FuzzTarget.Of("proof", "inclusion and consistency proofs", static () => new ProofTarget()),
            FuzzTarget.Of("reply", "signed replies of a ledger that lies", () => new ReplyTarget(leaves)),
            FuzzTarget.Of("envelope", "envelopes, wraps, HPKE, records at rest", static () => new EnvelopeTarget()),
            FuzzTarget.Of("key", "keys, signatures, certificates of callers", static () => new KeyTarget()),
            FuzzTarget.Of("wire", "every Protocol Buffers message", () => new WireTarget(travelled)),
            OnNetwork("bank", "a bank's machine, by messages of peers", NetworkFocus.Banks),
            OnNetwork("opening", "machines while a channel is being opened", NetworkFocus.Opening),
            OnNetwork("regulator", "a supervisor's machine, by messages of peers", NetworkFocus.Regulator),
            OnNetwork("agent", "the settlement agent's machine, by requests", NetworkFocus.Agent),
            OnNetwork("ledger", "the ledger's machine, by requests", NetworkFocus.Ledger),
            OnNetwork("answers", "machines, by answers of ledger and agent", NetworkFocus.Answers),
            AtDoors("api", "the API's listeners, by bytes on a connection", (seed, stop) => ApiSession.BeginAsync(seed, messages, stop)),
            AtDoors("door", "the doors between participants, by bytes on a connection", (seed, stop) => DoorSession.BeginAsync(seed, honest.Travelled.Newest, stop)),
            AtDoors("answerer", "the sending side, by answers of whoever has a participant's key", (seed, _) => ValueTask.FromResult<IFuzzSession>(new AnswererSession(seed, replies))),
        ];
        IReadOnlyList<KnownInput> known = FuzzCorpus.FindShipped() is { } folder ? FuzzCorpus.Read(folder) : [];
        return new FuzzTargets([.. all.Select(target => target.StartingFrom([.. known.Where(input => input.Target == target.Name).Select(static input => input.Bytes)]))]);
    }

    /// <summary>Finds a target.</summary>
    /// <exception cref="HostException">FZ001.</exception>
    public FuzzTarget Find(string name) => All.FirstOrDefault(target => target.Name == name)
        ?? throw new UsageException(FuzzCodes.TargetUnknown, $"There is no target {name}. There are: {string.Join(", ", All.Select(static target => target.Name))}.");

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The network whose messages cases start from.</summary>
    /// <exception cref="HostException">FZ007.</exception>
    internal static T Honest<T>(Func<T> prepare)
    {
        try
        {
            return prepare();
        }
        catch (BrokenPromise broken)
        {
            throw new HostException(FuzzCodes.PreparationFailed, $"Nothing can be fuzzed, because the honest network of seed {CorpusSeed} does not work: {broken.Message}", broken);
        }
    }

    private static FuzzTarget OnNetwork(string name, string what, NetworkFocus focus) =>
        new(name, what, CasesOnNetwork, KeepsState: true, (seed, _) => ValueTask.FromResult<IFuzzSession>(new NetworkSession(seed, focus)));

    // Nodes keep what cases leave with them, as those of a network do.
    private static FuzzTarget AtDoors(string name, string what, Func<ulong, CancellationToken, ValueTask<IFuzzSession>> begin) => new(name, what, CasesAtDoors, KeepsState: true, begin);

    // The shipped day, where the program runs inside the project; one small message where it does not.
    private static async Task<byte[][]> MessagesAsync(CancellationToken ct) => DemoInput.FindShippedDay() is { } day
        ? [.. (await DemoInput.ReadAsync(day, ct)).Files.Where(static file => file.Bytes.Length > 0).Select(static file => file.Bytes)]
        : [SmallMessage];
}
