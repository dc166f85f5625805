using System.Collections.Concurrent;
using Settlement.Core.Identifiers;

namespace Settlement.Host.Peers;

/// <summary>Counts the requests of each participant that are read or worked on, so that nobody holds the memory of all bodies.</summary>
internal sealed class PeerTurns
{
    private readonly ConcurrentDictionary<ParticipantId, int> taken = new();

    /// <summary>A turn, to be given back; null when the participant has as many as it may.</summary>
    public PeerTurn? TryTake(ParticipantId of)
    {
        if (taken.AddOrUpdate(of, 1, static (_, before) => before + 1) <= PeerBounds.MaximumAtOncePerParticipant) return new Turn(this, of);
        GiveBack(of);
        return null;
    }

    private void GiveBack(ParticipantId of)
    {
        // Only where it is still zero: somebody may have taken one meanwhile.
        if (taken.AddOrUpdate(of, 0, static (_, before) => before - 1) == 0) taken.TryRemove(new KeyValuePair<ParticipantId, int>(of, 0));
    }

    private sealed class Turn(PeerTurns owner, ParticipantId of) : PeerTurn
    {
        public override void Dispose() => owner.GiveBack(of);
    }
}
