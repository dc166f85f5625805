using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Wire.Channels;

namespace Settlement.Core.Bank;

/// <summary>
/// What the other member handed over and this one took in: said again, it is known by its header before anything of it is opened,
/// which costs some 200 microseconds an entry. While it is under way it is known whole; once it is final by a hash, and of those
/// the newest are remembered. What is older is opened, and refused by its fact in the vault.
/// </summary>
internal sealed class TakenIn
{
    /// <summary>Final entries that are remembered: some 0.5 megabytes of a channel that has had as many.</summary>
    public const int RememberedFinal = 2 * BankSettings.LargestBatch;

    // As many as wait in the mailbox and lie in the batch in flight, which hold the entries themselves.
    private readonly Dictionary<ByteString, OpenedEntry> underWay = [];
    private readonly HashSet<Digest> ids = [];
    private readonly HashSet<Digest> final = [];
    private readonly Queue<Digest> order = new();

    /// <summary>What is under way takes so many bytes as it was handed over.</summary>
    public long Bytes { get; private set; }

    /// <summary>The place of an entry that was taken in before; null for one that must be opened. One that has the header of a final one
    /// is late whatever else it holds, since the header has the id.</summary>
    public ProposedSlot? Find(SealedEntry said)
    {
        if (underWay.TryGetValue(said.Header, out OpenedEntry? entry)) return entry.Shared.Equals(said) ? new ProposedSlot(entry, null) { IsKnown = true } : null;
        return final.Count > 0 && final.Contains(Digest.Of(said.Header.Span)) ? new ProposedSlot(null, null, ChannelCodes.Late) { IsKnown = true } : null;
    }

    /// <summary>Whether an entry of this id is under way, whatever else it holds.</summary>
    public bool IsUnderWay(Digest id) => ids.Contains(id);

    /// <summary>It waits for its batch from here on.</summary>
    public void Begin(OpenedEntry entry)
    {
        Drop(entry);
        underWay.Add(entry.Sealed.Header, entry);
        Bytes += entry.Shared.CalculateSize();
        ids.Add(entry.Id.Value);
    }

    /// <summary>It is final, or refused finally.</summary>
    public void End(OpenedEntry entry)
    {
        Drop(entry);
        Digest hash = Digest.Of(entry.Sealed.Header.Span);
        if (!final.Add(hash)) return;
        order.Enqueue(hash);
        if (order.Count > RememberedFinal) final.Remove(order.Dequeue());
    }

    /// <summary>It is let go, and its owner hands it over again.</summary>
    public void Drop(OpenedEntry entry)
    {
        // Another one of its id, which another member's proposal had, is not the one that is under way.
        if (!underWay.Remove(entry.Sealed.Header, out OpenedEntry? dropped)) return;
        Bytes -= dropped.Shared.CalculateSize();
        ids.Remove(entry.Id.Value);
    }

    /// <summary>All of them are let go.</summary>
    public void DropAll()
    {
        underWay.Clear();
        ids.Clear();
        Bytes = 0;
    }
}
