using System.Collections.Concurrent;
using Settlement.Core.Identifiers;

namespace Settlement.Host.Peers;

/// <summary>Counts the requests of each participant that are read or worked on, so that nobody holds the memory of all bodies.</summary>
internal sealed class PeerTurns
{
    private readonly ConcurrentDictionary<ParticipantId, int> taken = new();
    private int strangers;

    /// <summary>A turn, to be given back; null when the participant has as many as it may. All strangers, who have no id, are one.</summary>
    public Turn? TryTake(ParticipantId? of)
    {
        bool isFree = of is { } id
            ? taken.AddOrUpdate(id, 1, static (_, before) => before + 1) <= PeerBounds.MaximumAtOncePerParticipant
            : Interlocked.Increment(ref strangers) <= PeerBounds.MaximumStrangersAtOnce;
        Turn turn = new(this, of);
        if (isFree) return turn;
        turn.Dispose();
        return null;
    }

    private void GiveBack(ParticipantId? of)
    {
        if (of is not { } id)
        {
            Interlocked.Decrement(ref strangers);
        }
        else if (taken.AddOrUpdate(id, 0, static (_, before) => before - 1) == 0)
        {
            // Only where it is still zero: somebody may have taken one meanwhile.
            taken.TryRemove(new KeyValuePair<ParticipantId, int>(id, 0));
        }
    }

    /// <summary>One request.</summary>
    internal sealed class Turn(PeerTurns owner, ParticipantId? of) : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose() => owner.GiveBack(of);
    }
}
