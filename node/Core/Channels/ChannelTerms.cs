using System.Diagnostics.CodeAnalysis;
using Settlement.Contracts;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;
using Settlement.Core.Participants;
using Settlement.Wire.Channels;

namespace Settlement.Core.Channels;

/// <summary>A participant as terms pin it.</summary>
public sealed record PinnedParticipant(int Number, ParticipantId Id, Digest RootFingerprint, string Jurisdiction)
{
    /// <summary>Whether the directory lists this participant with the root that is pinned, so that whoever it authenticates as
    /// this participant is the one that the terms mean.</summary>
    public bool IsIn(ParticipantDirectory directory) => directory.TryGet(Id, out Participant? participant) && participant.Root.Fingerprint == RootFingerprint;
}

/// <summary>Terms that were read, checked and compiled. The hash is over the bytes as they were received.</summary>
public sealed class ChannelTerms
{
    /// <summary>Members of a channel. More than two is for a later version of the wire.</summary>
    public const int MemberCount = 2;

    /// <summary>Members and observers together; an audience is a mask of so many bits.</summary>
    public const int MaxParticipants = 16;

    /// <summary>Contracts of one channel.</summary>
    public const int MaxContracts = 16;

    /// <summary>Currencies and units of one channel.</summary>
    public const int MaxCurrencies = 32;

    /// <summary>The longest terms, in bytes.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>Limits that terms name: of every member in everything that it can owe.</summary>
    public const int MaxLimits = MemberCount * MaxCurrencies;

    /// <summary>Bases of transfers that terms name: from every member to every participant.</summary>
    public const int MaxTransferBases = MemberCount * MaxParticipants;

    /// <summary>Sets of readers in one channel: an epoch has a key for each, sealed to each of its readers.</summary>
    public const int MaxAudiences = 64;

    // Texts, byte strings and messages of all those lists together, and of what is there once.
    private const int MaxParts = 1_024;

    private readonly Dictionary<(int Member, string Currency), long> limits;

    private ChannelTerms(byte[] bytes, Terms wire, IReadOnlyList<PinnedParticipant> participants, IReadOnlyList<ContractPlan> contracts,
        IReadOnlyList<Currency> currencies, PublicKey ledgerKey, PinnedParticipant agent)
    {
        Bytes = bytes;
        Hash = HashOf(bytes);
        Network = wire.Network;
        Participants = participants;
        Contracts = contracts;
        Currencies = currencies;
        LedgerKey = ledgerKey;
        Agent = agent;
        AcceptedOnLimit = wire.AcceptedOnLimit;
        Units = [.. wire.Units];
        Holdings = [.. currencies.Select(static c => c.Code), .. Units];
        limits = wire.Limits.ToDictionary(l => ((int)l.Member, l.Currency), l => l.MinorUnits);
        PositionReaders = AudienceMask.Members(MemberCount);
        for (int observer = MemberCount; observer < participants.Count; observer++)
        {
            if (contracts.All(c => c.CanReExecute(observer))) PositionReaders = PositionReaders.With(observer);
        }

        Audiences = [.. contracts.SelectMany(c => c.Audiences).Append(PositionReaders).Distinct().Order()];
    }

    /// <summary>As they were received; they are stored and forwarded so.</summary>
    public byte[] Bytes { get; }

    /// <summary>Salted by the terms' own 32 random bytes.</summary>
    public Digest Hash { get; }

    /// <summary>The network the channel lives in.</summary>
    public string Network { get; }

    /// <summary>Members first, then observers; a participant's number is its place here.</summary>
    public IReadOnlyList<PinnedParticipant> Participants { get; }

    /// <summary>The members.</summary>
    public IEnumerable<PinnedParticipant> Members => Participants.Take(MemberCount);

    /// <summary>The observers.</summary>
    public IEnumerable<PinnedParticipant> Observers => Participants.Skip(MemberCount);

    /// <summary>The contracts whose entries this channel takes.</summary>
    public IReadOnlyList<ContractPlan> Contracts { get; }

    /// <summary>The money this channel settles in.</summary>
    public IReadOnlyList<Currency> Currencies { get; }

    /// <summary>The units of quantities that it settles in beside money; none of them is three capital letters.</summary>
    public IReadOnlyList<string> Units { get; }

    /// <summary>Everything that a position can be of: the codes of the currencies, then the units.</summary>
    public IReadOnlyList<string> Holdings { get; }

    /// <summary>The key that signs the ledger's checkpoints.</summary>
    public PublicKey LedgerKey { get; }

    /// <summary>The settlement agent whose postings are issued here.</summary>
    public PinnedParticipant Agent { get; }

    /// <summary>Whether a payment on a limit is reported ACSP until a cycle.</summary>
    public bool AcceptedOnLimit { get; }

    /// <summary>On what basis personal data goes from a member to a participant of another jurisdiction.</summary>
    public required IReadOnlyDictionary<DataTransfer, string> TransferBases { get; init; }

    /// <summary>Who reads positions: the members, and observers that can re-execute every contract.</summary>
    public AudienceMask PositionReaders { get; }

    /// <summary>Every set of readers that an envelope of this channel can have.</summary>
    public IReadOnlyList<AudienceMask> Audiences { get; }

    /// <summary>How far below zero the member's position may fall.</summary>
    public long LimitOf(int member, string currency) => limits.GetValueOrDefault((member, currency));

    /// <summary>The hash that terms of these bytes have.</summary>
    public static Digest HashOf(ReadOnlySpan<byte> bytes) => new HashWriter("settlement/terms").Bytes(bytes).Finish();

    /// <summary>Finds a participant by its identifier.</summary>
    public bool TryFind(ParticipantId id, [NotNullWhen(true)] out PinnedParticipant? participant)
    {
        participant = Participants.FirstOrDefault(p => p.Id == id);
        return participant is not null;
    }

    /// <summary>Finds the contract of a hash.</summary>
    public bool TryFindContract(ReadOnlySpan<byte> hash, [NotNullWhen(true)] out ContractPlan? plan)
    {
        foreach (ContractPlan candidate in Contracts)
        {
            if (hash.SequenceEqual(candidate.Contract.Hash))
            {
                plan = candidate;
                return true;
            }
        }

        plan = null;
        return false;
    }

    /// <summary>Reads the fields of terms, whatever they say, where no list is longer than it may be.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Terms? wire, out string code)
    {
        wire = null;
        code = ChannelCodes.TermsUnreadable;
        if (bytes.Length > MaxBytes || !Parsing.TryParse(Terms.Parser, bytes, MaxParts, out Terms? read)) return false;
        code = ChannelCodes.ContractRefused;
        if (read.Contracts.Count is 0 or > MaxContracts || read.Contracts.Any(static pin => pin.Hash.Length != Digest.Length || pin.Source.Length > ContractCompiler.MaxFileBytes)) return false;
        code = ChannelCodes.TermsInvalid;
        if (read.Members.Count != MemberCount || read.Members.Count + read.Observers.Count > MaxParticipants
            || read.Currencies.Count is 0 || read.Currencies.Count + read.Units.Count > MaxCurrencies
            || read.Limits.Count > MaxLimits || read.TransferBases.Count > MaxTransferBases) return false;
        wire = read;
        code = "";
        return true;
    }

    /// <summary>Reads and checks terms; the code says what is wrong with them.</summary>
    public static bool TryRead(byte[] bytes, string network, [NotNullWhen(true)] out ChannelTerms? terms, out string code) =>
        TryRead(bytes, network, static (string source, out Contract? contract) =>
        {
            contract = ContractCompiler.Compile("terms", source).Contract;
            return true;
        }, out terms, out code);

    /// <summary>The same, with contracts that are compiled elsewhere.</summary>
    public static bool TryRead(byte[] bytes, string network, ContractReading contracts, [NotNullWhen(true)] out ChannelTerms? terms, out string code)
    {
        terms = null;
        if (!TryParse(bytes, out Terms? wire, out code)) return false;
        code = ChannelCodes.TermsInvalid;
        if (wire.Suite != Suite.Current || !string.Equals(wire.Network, network, StringComparison.Ordinal) || wire.Salt.Length != Digest.Length) return false;
        if (!TryReadParticipants(wire, out List<PinnedParticipant>? participants)) return false;
        if (!Channels.TransferBases.TryRead(wire, participants.Count, out IReadOnlyDictionary<DataTransfer, string>? bases)) return false;
        if (!PublicKey.TryRead(wire.LedgerKey.Span, out PublicKey ledgerKey)) return false;
        if (wire.Agent is null || !TryReadParticipant(wire.Agent, -1, out PinnedParticipant? agent)) return false;
        if (!TryReadCurrencies(wire, out List<Currency>? currencies)) return false;
        if (wire.Limits.Any(l => l.Member >= MemberCount || l.MinorUnits < 0 || !(wire.Currencies.Contains(l.Currency) || wire.Units.Contains(l.Currency)))
            || wire.Limits.DistinctBy(l => (l.Member, l.Currency)).Count() != wire.Limits.Count) return false;
        if (wire.Finality is { } finality && (finality.WitnessesNeeded > 0 || finality.WitnessFingerprints.Count > 0))
        {
            code = ChannelCodes.WitnessesNotSupported;
            return false;
        }

        if (!TryCompile(wire, participants, contracts, out List<ContractPlan>? plans, out code)) return false;
        code = ChannelCodes.TermsInvalid;
        if (wire.Units.Distinct().Count() != wire.Units.Count
            || !wire.Units.All(unit => plans.Any(plan => plan.Contract.Units.Any(u => u.Name == unit)))) return false;
        code = ChannelCodes.TransferWithoutBasis;
        if (Channels.TransferBases.Needed(plans, participants).Any(t => !bases.ContainsKey(t))) return false;
        terms = new ChannelTerms(bytes, wire, participants, plans, currencies, ledgerKey, agent) { TransferBases = bases };
        if (terms.Audiences.Count > MaxAudiences)
        {
            terms = null;
            code = ChannelCodes.ContractRefused;
            return false;
        }

        code = "";
        return true;
    }

    private static bool TryReadParticipants(Terms wire, [NotNullWhen(true)] out List<PinnedParticipant>? participants)
    {
        participants = null;
        List<PinnedParticipant> read = [];
        foreach (TermsParticipant item in wire.Members.Concat(wire.Observers))
        {
            if (!TryReadParticipant(item, read.Count, out PinnedParticipant? participant)) return false;
            read.Add(participant);
        }

        if (read.DistinctBy(p => p.Id).Count() != read.Count || read.DistinctBy(p => p.RootFingerprint).Count() != read.Count) return false;
        participants = read;
        return true;
    }

    private static bool TryReadParticipant(TermsParticipant wire, int number, [NotNullWhen(true)] out PinnedParticipant? participant)
    {
        participant = null;
        if (!ParticipantId.TryParse(wire.Participant, out ParticipantId id) || !Digest.TryRead(wire.RootFingerprint.Span, out Digest root)) return false;
        if (!Channels.TransferBases.IsJurisdiction(wire.Jurisdiction)) return false;
        participant = new PinnedParticipant(number, id, root, wire.Jurisdiction);
        return true;
    }

    private static bool TryReadCurrencies(Terms wire, [NotNullWhen(true)] out List<Currency>? currencies)
    {
        currencies = null;
        if (wire.Currencies.Distinct().Count() != wire.Currencies.Count) return false;
        List<Currency> read = [];
        foreach (string code in wire.Currencies)
        {
            if (!Currency.TryParse(code, out Currency currency)) return false;
            read.Add(currency);
        }

        currencies = read;
        return true;
    }

    private static bool TryCompile(Terms wire, List<PinnedParticipant> participants, ContractReading contracts, [NotNullWhen(true)] out List<ContractPlan>? plans, out string code)
    {
        plans = null;
        List<ContractPlan> read = [];
        foreach (ContractPin pin in wire.Contracts)
        {
            code = ChannelCodes.TooOften;
            if (!contracts(pin.Source, out Contract? contract)) return false;
            code = ChannelCodes.ContractRefused;
            if (contract is null || !pin.Hash.Span.SequenceEqual(contract.Hash)) return false;
            if (!ContractPlan.TryCreate(contract, participants.Count, out ContractPlan? plan)) return false;
            read.Add(plan);
        }

        code = ChannelCodes.ContractRefused;
        if (read.DistinctBy(p => Convert.ToHexString(p.Contract.Hash)).Count() != read.Count) return false;
        plans = read;
        code = "";
        return true;
    }
}
