using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;

namespace Settlement.Ledger;

/// <summary>Where one group stands: which of its channels have reserved, and what was decided.</summary>
internal sealed class LedgerGroup(ChannelGroup group)
{
    private readonly Dictionary<Digest, (Digest Head, long Leaf)> reserved = [];

    public DateTimeOffset ExpiresAt => group.ExpiresAt;

    /// <summary>Whether every channel has reserved, which is its commitment.</summary>
    public bool IsComplete => reserved.Count == group.Channels.Count;

    /// <summary>The leaf of the decision; null before.</summary>
    public long? DecidedLeaf { get; set; }

    /// <summary>The head that the channel has reserved at, and the leaf that says so; null before.</summary>
    public (Digest Head, long Leaf)? ReservedBy(Digest channel) => reserved.TryGetValue(channel, out (Digest, long) found) ? found : null;

    public void Reserve(Digest channel, Digest head, long leaf) => reserved.Add(channel, (head, leaf));
}
