using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;

namespace Settlement.Ledger;

/// <summary>Where one channel stands: its term, its heads and the leaves that say so.</summary>
internal sealed class LedgerChannel(OpenedChannel opened, long openingLeaf)
{
    private readonly List<(Digest Head, long Term, long Leaf)> heads = [];
    private readonly HashSet<Digest> known = [];
    private readonly List<(Digest Head, long Leaf)> takeovers = [];
    private VerifyingKey[]? memberKeys;

    public Digest Id => opened.Id;

    /// <summary>The members' keys, imported when they are first needed and kept.</summary>
    public IReadOnlyList<VerifyingKey> MemberKeys => memberKeys ??= [.. opened.MemberKeys.Select(static key => new VerifyingKey(key))];

    public long OpeningLeaf => openingLeaf;

    public long Term => TermOfOffice.First + takeovers.Count;

    public long Sequence => heads.Count;

    /// <summary>The newest head; <see cref="Digest.Zero"/> before the first.</summary>
    public Digest Head => heads.Count == 0 ? Digest.Zero : heads[^1].Head;

    /// <summary>The leaf of the newest head, or of the opening before the first.</summary>
    public long HeadLeaf => heads.Count == 0 ? openingLeaf : heads[^1].Leaf;

    /// <summary>The leaf of the takeover that began the term; null in the first.</summary>
    public long? TermLeaf => takeovers.Count == 0 ? null : takeovers[^1].Leaf;

    public DateTimeOffset? LastTakeover { get; private set; }

    /// <summary>How often the channel has set a leg of a group aside.</summary>
    public long Reservations { get; private set; }

    /// <summary>The leaf of the close; null while the channel is open.</summary>
    public long? CloseLeaf { get; private set; }

    /// <summary>The number of leaves of this channel.</summary>
    public long Leaves => 1 + heads.Count + takeovers.Count + Reservations + (CloseLeaf is null ? 0 : 1);

    /// <summary>The leaf that already holds exactly this head, or null.</summary>
    public long? LeafOf(HeadFields fields)
    {
        if (fields.Sequence > heads.Count) return null;
        (Digest head, long term, long leaf) = heads[(int)fields.Sequence - 1];
        Digest previous = fields.Sequence == 1 ? Digest.Zero : heads[(int)fields.Sequence - 2].Head;
        return head == fields.Head && term == fields.Term && previous == fields.PreviousHead ? leaf : null;
    }

    /// <summary>The leaf that already holds this takeover, or null. A term and head leave only one member to sign it.</summary>
    public long? LeafOf(SignedTakeover takeover)
    {
        long place = takeover.NewTerm - TermOfOffice.First - 1;
        if (place >= takeovers.Count || takeovers[(int)place].Head != takeover.Head) return null;
        return takeover.Member == TermOfOffice.SequencerOf(takeover.NewTerm, opened.MemberKeys.Count) ? takeovers[(int)place].Leaf : null;
    }

    /// <summary>Whether the hash is already a head here. A hash chain never repeats one; members that sign a repetition would make "the head after it" ambiguous.</summary>
    public bool Has(Digest head) => known.Contains(head);

    public void Add(HeadFields fields, long leaf)
    {
        heads.Add((fields.Head, fields.Term, leaf));
        known.Add(fields.Head);
    }

    public void CountReservation() => Reservations++;

    public void Close(long leaf) => CloseLeaf = leaf;

    public void Add(SignedTakeover takeover, long leaf, DateTimeOffset time)
    {
        takeovers.Add((takeover.Head, leaf));
        LastTakeover = time;
    }
}
