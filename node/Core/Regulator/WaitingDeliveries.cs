using System.Diagnostics.CodeAnalysis;
using Settlement.Core.Channels;
using Settlement.Core.Identifiers;
using Settlement.Wire.Channels;

namespace Settlement.Core.Regulator;

/// <summary>
/// Batches of one channel that wait for their head to be read, or for the batch before them. Whoever delivers may have made them up, and
/// until the log shows their heads nobody can tell; so what waits is bounded in bytes, of the channel and of who delivered it.
/// </summary>
/// <param name="settings">The bounds.</param>
/// <param name="ofMembers">What waits of each member in all channels, which share it.</param>
internal sealed class WaitingDeliveries(RegulatorSettings settings, Dictionary<ParticipantId, long> ofMembers)
{
    private readonly Dictionary<long, (DeliveredBatch Batch, ParticipantId From, int Size)> bySequence = [];
    private long size;

    /// <summary>Takes a batch in; false where there is no room for it.</summary>
    public bool TryAdd(DeliveredBatch batch, ParticipantId from)
    {
        int added = batch.Delivery.CalculateSize();
        bool hasRoom = HasRoom(batch.Sequence, added, from);
        // A second one for a place takes that of the first.
        _ = TryTake(batch.Sequence, out _, out _);
        if (!hasRoom) return false;
        bySequence.Add(batch.Sequence, (batch, from, added));
        size += added;
        ofMembers[from] = ofMembers.GetValueOrDefault(from) + added;
        return true;
    }

    /// <summary>Whether there is room for one more of this size, in the place of the one that waits there.</summary>
    public bool HasRoom(long sequence, int added, ParticipantId from)
    {
        (_, ParticipantId by, int freed) = bySequence.GetValueOrDefault(sequence);
        return size - freed + added <= settings.MaxPendingBytes && ofMembers.GetValueOrDefault(from) - (by == from ? freed : 0) + added <= settings.MaxPendingBytesOfMember;
    }

    /// <summary>Whether exactly this one waits.</summary>
    public bool Contains(Delivery delivery) => bySequence.TryGetValue((long)delivery.Sequence, out (DeliveredBatch Batch, ParticipantId From, int Size) waiting) && waiting.Batch.Delivery.Equals(delivery);

    /// <summary>Whether one waits for this place.</summary>
    public bool Contains(long sequence) => bySequence.ContainsKey(sequence);

    /// <summary>Takes the batch of a place out.</summary>
    public bool TryTake(long sequence, [NotNullWhen(true)] out DeliveredBatch? batch, out ParticipantId from)
    {
        bool isThere = bySequence.Remove(sequence, out (DeliveredBatch Batch, ParticipantId From, int Size) found);
        (batch, from) = (found.Batch, found.From);
        if (!isThere) return false;
        size -= found.Size;
        if ((ofMembers[from] -= found.Size) == 0) ofMembers.Remove(from);
        return true;
    }
}
