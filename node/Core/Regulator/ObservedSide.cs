using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;

namespace Settlement.Core.Regulator;

/// <summary>A channel that this regulator observes, and how far it has come.</summary>
internal sealed class ObservedSide(ChannelContext context, IReadOnlyList<VerifyingKey> members, Retry retry, WaitingDeliveries pending)
{
    public ChannelContext Context { get; } = context;

    public Retry Retry { get; } = retry;

    /// <summary>The newest sequence held without a gap.</summary>
    public long Held { get; set; }

    public Digest HeldHead { get; set; }

    /// <summary>The newest sequence on the ledger, as far as the heads up to it are known here without a gap, or a batch came for it.</summary>
    public long Notarised { get; set; }

    /// <summary>Whether no head after it was in the log when the channel was known here: from then on each that is read is the next.</summary>
    public bool HasCaughtUp { get; set; }

    public long StreamVersion { get; set; }

    /// <summary>Heads read in the log beyond what is held, by sequence: of those places only for which a batch may wait. All others are
    /// found in the vault when their batch comes.</summary>
    public SortedDictionary<long, Digest> Heads { get; } = [];

    /// <summary>Batches that wait for their head to be read, or for the batch before them.</summary>
    public WaitingDeliveries Pending { get; } = pending;

    /// <summary>What was refused last of each member, by its hash, and why: said again, it is refused again and not opened again.</summary>
    public Dictionary<ParticipantId, (Digest Delivery, string Code)> Refused { get; } = [];

    /// <summary>The members that are to be told what is held.</summary>
    public SortedSet<int> OwesProgress { get; } = [];

    /// <summary>The members' keys of the opening: a head counts only with the signatures of all of them.</summary>
    public IReadOnlyList<VerifyingKey> Members { get; } = members;

    /// <summary>The member that is asked next for what is missing.</summary>
    public int NextAsked { get; set; }

    /// <summary>Whether rows are missing from the vault: how far the channel had come is not known then, so nothing more is held.</summary>
    public bool IsFrozen { get; set; }

    /// <summary>The leaf of the channel's close, and its time; null while the log has none.</summary>
    public (long Leaf, long TimeUnixMs)? Closed { get; set; }

    public void Write(NodeContext node)
    {
        // What is wrong with the vault stays visible until somebody puts it right.
        if (IsFrozen) return;
        node.Write(node.Rows.Replace(PayloadKind.Snapshots, Context.Channel.ToArray(), new ObservedRow
        {
            Held = Held, HeldHead = ByteString.CopyFrom(HeldHead.ToArray()), Notarised = Notarised, StreamVersion = StreamVersion,
            ClosedLeaf = Closed?.Leaf ?? 0, ClosedUnixMs = Closed?.TimeUnixMs ?? 0,
        }));
    }

    public void Restore(ObservedRow row)
    {
        Held = row.Held;
        HeldHead = new Digest(row.HeldHead.Span);
        Notarised = row.Notarised;
        StreamVersion = row.StreamVersion;
        if (row.ClosedLeaf > 0) Closed = (row.ClosedLeaf, row.ClosedUnixMs);
    }
}
