using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Core.Store;
using Settlement.Ledger;
using Settlement.Tests.Simulation.Worlds;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Simulation.Invariants;

/// <summary>What the ledger has made durable, as the simplest model sees it: one list of leaves, one chain of heads a channel.</summary>
internal sealed class LogModel
{
    private const string Invariant = "the ledger's heads are one chain";
    private const string Decision = "a group is decided by its reservations";
    private readonly Dictionary<Digest, Chain> chains = [];
    private readonly Dictionary<Digest, Group> groups = [];

    /// <summary>A channel in the log.</summary>
    internal sealed class Chain
    {
        public List<(Digest Head, long Leaf)> Heads { get; } = [];

        public long Term { get; set; } = TermOfOffice.First;

        /// <summary>Heads that were proposed after a takeover.</summary>
        public long HeadsAfterTakeover { get; set; }
    }

    /// <summary>A group in the log: what its leaves say, apart from how the ledger keeps it.</summary>
    internal sealed class Group(ChannelGroup body)
    {
        public ChannelGroup Body => body;

        /// <summary>By channel: the head at which it reserved.</summary>
        public Dictionary<Digest, Digest> Reserved { get; } = [];

        /// <summary>What was decided; null while nothing was.</summary>
        public bool? IsCommitted { get; set; }
    }

    /// <summary>The number of leaves.</summary>
    public long Count { get; private set; }

    /// <summary>The channels.</summary>
    public IReadOnlyDictionary<Digest, Chain> Chains => chains;

    /// <summary>The groups.</summary>
    public IReadOnlyDictionary<Digest, Group> Groups => groups;

    /// <summary>The takeovers of all channels.</summary>
    public long Takeovers => chains.Values.Sum(c => c.Term - TermOfOffice.First);

    /// <summary>Heads of all channels that were proposed after a takeover.</summary>
    public long HeadsAfterTakeover => chains.Values.Sum(c => c.HeadsAfterTakeover);

    /// <summary>The newest sequence of a channel; 0 before its first head.</summary>
    public long SequenceOf(Digest channel) => chains.TryGetValue(channel, out Chain? chain) ? chain.Heads.Count : 0;

    /// <summary>Whether the head is in the log at this place.</summary>
    public bool Has(Digest channel, long sequence, Digest head, long leaf) =>
        sequence >= 1 && sequence <= SequenceOf(channel) && chains[channel].Heads[(int)sequence - 1] == (head, leaf);

    /// <summary>Takes up what a ledger committed.</summary>
    public void Add(StoreTransaction commit)
    {
        foreach (NewEvent item in commit.Appends.SelectMany(a => a.Events))
        {
            if (!LeafRow.TryReadData(item.Data, out long index, out ByteString? bytes) || !LedgerView.TryReadLeaf(bytes, World.Network, out Leaf? leaf))
                throw new Violation(Invariant, "an event holds no leaf");
            Violation.Unless(index == Count, Invariant, $"leaf {index} was appended where {Count} was next");
            Count++;
            Add(leaf);
        }
    }

    private void Add(Leaf leaf)
    {
        switch (leaf.RecordCase)
        {
            case Leaf.RecordOneofCase.Opening:
                Violation.Unless(chains.TryAdd(RecordHashes.Channel(leaf.Opening.Body.Span), new Chain()), Invariant, "a channel was opened twice");
                break;
            case Leaf.RecordOneofCase.Head:
                Violation.Unless(EndorsedHead.TryRead(leaf.Head, out EndorsedHead? head), Invariant, "a head cannot be read");
                Chain chain = chains[head!.Fields.Channel];
                Digest newest = chain.Heads.Count == 0 ? Digest.Zero : chain.Heads[^1].Head;
                Violation.Unless(head.Fields.PreviousHead == newest && head.Fields.Sequence == chain.Heads.Count + 1 && head.Fields.Term == chain.Term, Invariant,
                    $"head {head.Fields.Sequence} of term {head.Fields.Term} does not follow {chain.Heads.Count} of term {chain.Term}");
                chain.Heads.Add((head.Fields.Head, (long)leaf.Index));
                if (chain.Term > TermOfOffice.First) chain.HeadsAfterTakeover++;
                break;
            case Leaf.RecordOneofCase.Takeover:
                Violation.Unless(SignedTakeover.TryRead(leaf.Takeover, out SignedTakeover? takeover), Invariant, "a takeover cannot be read");
                Chain taken = chains[takeover!.Channel];
                Violation.Unless(takeover.NewTerm == taken.Term + 1 && takeover.Head == (taken.Heads.Count == 0 ? Digest.Zero : taken.Heads[^1].Head), Invariant,
                    $"the takeover to term {takeover.NewTerm} does not follow term {taken.Term}");
                taken.Term = takeover.NewTerm;
                break;
            case Leaf.RecordOneofCase.Reserve:
                Reserve(leaf);
                break;
            case Leaf.RecordOneofCase.Decided:
                Decide(leaf);
                break;
        }
    }

    private void Reserve(Leaf leaf)
    {
        Violation.Unless(SignedReservation.TryRead(leaf.Reserve, World.Network, out SignedReservation? reservation, out _), Invariant, "a reservation cannot be read");
        Violation.Unless(chains[reservation!.Channel].Heads.Exists(head => head.Head == reservation.Head), Invariant, "a channel reserved at a head that it does not have");
        if (!groups.TryGetValue(reservation.Group.Id, out Group? group)) groups.Add(reservation.Group.Id, group = new Group(reservation.Group));
        Violation.Unless(reservation.Group.Channels.Contains(reservation.Channel) && group.Reserved.TryAdd(reservation.Channel, reservation.Head), Decision, "a channel reserved twice, or for a group of others");
        Violation.Unless(group.IsCommitted is null && leaf.TimeUnixMs <= group.Body.ExpiresAt.ToUnixTimeMilliseconds(), Decision, "a channel reserved after the end of its group");
    }

    /// <summary>A group is committed if all of its channels reserved, and aborted if its time passed before.</summary>
    private void Decide(Leaf leaf)
    {
        Violation.Unless(DecidedGroup.TryRead(leaf.Decided, World.Network, out DecidedGroup? decided, out _), Invariant, "a decision cannot be read");
        if (!groups.TryGetValue(decided!.Group, out Group? group))
        {
            Violation.Unless(decided.Body is not null, Decision, "a group was decided that nobody named");
            groups.Add(decided.Group, group = new Group(decided.Body!));
        }

        Violation.Unless(group.IsCommitted is null, Decision, "a group was decided twice");
        Violation.Unless(decided.IsCommitted == (group.Reserved.Count == group.Body.Channels.Count), Decision, $"{group.Reserved.Count} of {group.Body.Channels.Count} channels reserved");
        Violation.Unless(decided.IsCommitted || leaf.TimeUnixMs > group.Body.ExpiresAt.ToUnixTimeMilliseconds(), Decision, "a group was aborted before its time");
        group.IsCommitted = decided.IsCommitted;
    }
}
