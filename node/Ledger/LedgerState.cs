using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Merkle;
using Settlement.Core.Notarisation;

namespace Settlement.Ledger;

/// <summary>The log and what follows from it: channels, groups and the directory. A function of the leaves alone.</summary>
internal sealed class LedgerState(string network)
{
    private readonly List<ByteString> leaves = [];
    private readonly Dictionary<Digest, LedgerChannel> channels = [];
    private readonly Dictionary<Digest, LedgerGroup> groups = [];
    private readonly Dictionary<string, ListedEntry> participants = new(StringComparer.Ordinal);
    private readonly List<long> participantLeaves = [];

    /// <summary>The newest record of a participant.</summary>
    /// <param name="RootKey">The root key of its first record, which later ones keep.</param>
    /// <param name="Version">The version of the newest.</param>
    /// <param name="BodyHash">The hash of the newest.</param>
    /// <param name="Leaf">The leaf of the newest.</param>
    /// <param name="Records">How many there are.</param>
    public sealed record ListedEntry(PublicKey RootKey, long Version, Digest BodyHash, long Leaf, long Records);

    public string Network => network;

    public MerkleTree Tree { get; } = new();

    public long Count => leaves.Count;

    /// <summary>The time of the newest leaf; no later leaf is earlier.</summary>
    public DateTimeOffset Time { get; private set; } = DateTimeOffset.UnixEpoch;

    /// <summary>The log indexes of participant records, rising.</summary>
    public IReadOnlyList<long> ParticipantLeaves => participantLeaves;

    public ByteString Leaf(long index) => leaves[(int)index];

    public LedgerChannel? Channel(Digest id) => channels.GetValueOrDefault(id);

    /// <summary>A group for which a channel has reserved.</summary>
    public LedgerGroup? Group(Digest id) => groups.GetValueOrDefault(id);

    public ListedEntry? Participant(string id) => participants.GetValueOrDefault(id);

    /// <summary>Appends a leaf that was judged, or that was judged when it was first appended.</summary>
    public void Append(LedgerRecord record, ByteString bytes, DateTimeOffset time)
    {
        long index = leaves.Count;
        leaves.Add(bytes);
        Tree.Append(Rfc6962.HashLeaf(bytes.Span));
        Time = time;
        switch (record)
        {
            case LedgerRecord.Participant(SignedListing listing):
                string id = listing.Id.ToString();
                long before = Participant(id)?.Records ?? 0;
                participants[id] = new ListedEntry(listing.RootKey, listing.Version, listing.BodyHash, index, before + 1);
                participantLeaves.Add(index);
                break;
            case LedgerRecord.Opening(SignedOpening opening):
                channels.Add(opening.Channel.Id, new LedgerChannel(opening.Channel, index));
                break;
            case LedgerRecord.Head(EndorsedHead head):
                channels[head.Fields.Channel].Add(head.Fields, index);
                break;
            case LedgerRecord.Takeover(SignedTakeover takeover):
                channels[takeover.Channel].Add(takeover, index, time);
                break;
            case LedgerRecord.Reservation(SignedReservation reservation):
                if (!groups.TryGetValue(reservation.Group.Id, out LedgerGroup? group)) groups.Add(reservation.Group.Id, group = new LedgerGroup(reservation.Group));
                group.Reserve(reservation.Channel, reservation.Head, index);
                channels[reservation.Channel].CountReservation();
                break;
            case LedgerRecord.Decision(DecidedGroup decided):
                if (!groups.TryGetValue(decided.Group, out LedgerGroup? ended)) groups.Add(decided.Group, ended = new LedgerGroup(decided.Body!));
                ended.DecidedLeaf = index;
                break;
            case LedgerRecord.Close(SignedClose close):
                channels[close.Channel].Close(index);
                break;
        }
    }

    /// <summary>The number of leaves in the stream that the record belongs to.</summary>
    public long StreamVersion(LedgerRecord record) => record switch
    {
        LedgerRecord.Participant participant => Participant(participant.Value.Id.ToString())?.Records ?? 0,
        // A group is decided once.
        LedgerRecord.Decision => 0,
        _ => Channel(record.Channel!.Value)?.Leaves ?? 0,
    };
}
