using System.Text;
using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Notarisation;
using Settlement.Core.Participants;
using Settlement.Core.Store;
using Settlement.Ledger;
using Settlement.Wire.Ledger;

namespace Settlement.Host.Fuzz.Worlds;

/// <summary>The ledger of a fuzzed network: the shipping machine, and all that it has committed.</summary>
internal sealed class FuzzLedger : IDisposable
{
    private readonly SigningKey key;
    private readonly CheckpointSigner signer;
    private readonly List<StoredEvent> events = [];
    private LedgerMachine machine;
    private string? checkpoint;

    public FuzzLedger(ulong seed)
    {
        key = SigningKey.Generate(new SeededEntropy(seed));
        signer = new CheckpointSigner(FuzzNetwork.Network, key);
        machine = new LedgerMachine(FuzzNetwork.Network, signer, LedgerSettings.Default);
        Pin = new LedgerPin(new Destination(FuzzNetwork.IdOf("LEDGDEFFXXX"), new Uri("https://ledger.example"), key.PublicKey.Fingerprint), key.PublicKey);
    }

    /// <summary>What nodes pin.</summary>
    public LedgerPin Pin { get; }

    public LedgerMachine Machine => machine;

    /// <summary>Handles a request as the door hands it over; null for bytes that are none.</summary>
    public LedgerReply? Ask(DateTimeOffset now, string caller, byte[] body)
    {
        if (!Parsing.TryParse(LedgerRequest.Parser, body, out LedgerRequest? request)) return null;
        LedgerStep step = machine.Step(now, [new LedgerCall(1, machine.TryFindRootKey(caller, out _) ? caller : "", request)]);
        foreach (StreamAppend append in step.Commit.Appends)
        {
            long version = append.ExpectedVersion;
            foreach (NewEvent item in append.Events)
                events.Add(new StoredEvent(events.Count + 1, item.Id, append.Stream, ++version, item.Type, item.Data, item.Timestamp));
        }

        foreach (PayloadWrite write in step.Commit.Writes) checkpoint = Encoding.UTF8.GetString(write.Body);
        return step.Replies[0].Reply;
    }

    /// <summary>Lists a participant that no node here runs.</summary>
    public ParticipantId List(ParticipantId id, ulong seed)
    {
        SeededEntropy own = new(seed);
        using ParticipantKeys keys = new(FuzzNetwork.Network, id, SigningKey.Generate(own), AgreementKey.Generate(own), SigningKey.Generate(own).PublicKey);
        LedgerRequest request = new() { Suite = Suite.Current, Network = FuzzNetwork.Network };
        DateTimeOffset start = FuzzNetwork.Start;
        request.Submissions.Add(new Submission { Participant = Participant.Write(keys, id.ToString(), "", "bank", new Uri("https://outsider.example"), 1, start.AddDays(-1), start.AddYears(10), null) });
        _ = Ask(start, "", request.ToByteArray());
        return id;
    }

    /// <summary>The ledger stops and starts from what it committed.</summary>
    public void Restart()
    {
        (long count, Digest root) = (machine.Count, machine.Root);
        machine = LedgerMachine.Recover(FuzzNetwork.Network, signer, LedgerSettings.Default, events, checkpoint);
        BrokenPromise.Unless(machine.Count == count && machine.Root == root, "a ledger is after a restart what it was before");
    }

    /// <summary>Goes through the log as a participant does, and finds nothing.</summary>
    public void Verify(DateTimeOffset now, string caller)
    {
        const int page = 500;
        using RemoteVerification verification = new(FuzzNetwork.Network, key.PublicKey, page);
        while (verification.Verdict is null)
            verification.Take(Ask(now, caller, verification.NextRequest().ToByteArray()) ?? throw new BrokenPromise("a ledger answers", "its own verifier got nothing"));
        BrokenPromise.Unless(verification.Verdict.IsVerified, "the log keeps its rules", verification.Verdict.Findings.Count > 0 ? verification.Verdict.Findings[0].ToString() : "");
    }

    public void Dispose() => key.Dispose();
}
