using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;

namespace Settlement.Core.Bank;

/// <summary>
/// Payments of one channel that wait and may settle against each other: those that the other member offered to this one, the
/// sequencer, or those that this member offered. It is memory alone: they are offered again.
/// </summary>
internal sealed class OfferBook
{
    private readonly Dictionary<ByteString, OpenedEntry> byHeader = [];

    /// <summary>What the other member offered last, in its order.</summary>
    public List<(OpenedEntry Entry, DateTimeOffset Since)> Received { get; } = [];

    /// <summary>What this member offered last, in order.</summary>
    public IReadOnlyList<EntryId> Sent { get; private set; } = [];

    /// <summary>When it offers the same again.</summary>
    public DateTimeOffset? SendAgain { get; private set; }

    /// <summary>Whether something has changed since the sequencer looked for what settles.</summary>
    public bool IsChanged { get; set; }

    /// <summary>An offer that is said again, so that it is not opened again.</summary>
    public ProposedSlot? Find(Wire.Channels.SealedEntry said) =>
        byHeader.TryGetValue(said.Header, out OpenedEntry? entry) && entry.Shared.Equals(said) ? new ProposedSlot(entry, null) : null;

    /// <summary>A new list takes the place of the one before.</summary>
    public void Receive(IEnumerable<OpenedEntry> entries, DateTimeOffset now)
    {
        Received.Clear();
        byHeader.Clear();
        foreach (OpenedEntry entry in entries)
        {
            Received.Add((entry, now));
            byHeader[entry.Sealed.Header] = entry;
        }

        IsChanged = true;
    }

    /// <summary>Entries of these ids go another way now, whatever else was offered under them.</summary>
    public void Take(IReadOnlyCollection<OpenedEntry> entries)
    {
        HashSet<EntryId> ids = [.. entries.Select(static entry => entry.Id)];
        foreach ((OpenedEntry entry, _) in Received.FindAll(offer => ids.Contains(offer.Entry.Id))) byHeader.Remove(entry.Sealed.Header);
        Received.RemoveAll(offer => ids.Contains(offer.Entry.Id));
    }

    /// <summary>This member offered a list.</summary>
    public void Send(IReadOnlyList<EntryId> entries, DateTimeOffset again) => (Sent, SendAgain) = (entries, entries.Count > 0 ? again : null);

    /// <summary>The office changed hands: nobody has offered anything.</summary>
    public void Clear()
    {
        Receive([], default);
        Send([], default);
    }
}
