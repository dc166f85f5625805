using System.Net;
using Settlement.Core.Identifiers;

namespace Settlement.Host.Peers;

/// <summary>
/// The places at the door. Every connection begins as nobody's that is known, an honest one too; so a flood must not be able to
/// hold the places of the unknown: where they are full, whoever comes takes the place of the one that has been unknown longest.
/// An honest caller needs its place for one handshake. Who has shown itself to be listed is never displaced, and has a bound of its own.
/// </summary>
internal sealed class PeerSeats(PeerConnectionBounds bounds)
{
    private readonly Lock gate = new();
    private readonly LinkedList<PeerSeat> unknown = new();
    private readonly Dictionary<IPAddress, int> unknownFrom = [];
    private readonly Dictionary<ParticipantId, int> knownOf = [];
    private int known;

    /// <summary>A place for a new connection; null when its address has its share, or all places are those of participants.</summary>
    /// <param name="from">Where it comes from.</param>
    /// <param name="end">Ends it, when another takes its place; called at most once.</param>
    public PeerSeat? TryTake(IPAddress from, Action end)
    {
        PeerSeat? displaced = null;
        PeerSeat seat = new(this, from, end);
        lock (gate)
        {
            if (unknownFrom.GetValueOrDefault(from) >= bounds.UnknownPerAddress) return null;
            if (unknown.Count >= bounds.Unknown || unknown.Count + known >= bounds.Total)
            {
                if (unknown.First is not { } oldest) return null;
                displaced = oldest.Value;
                Remove(displaced);
            }

            seat.Place = unknown.AddLast(seat);
            unknownFrom[from] = unknownFrom.GetValueOrDefault(from) + 1;
        }

        displaced?.End();
        return seat;
    }

    /// <summary>See <see cref="PeerSeat.TryShow"/>.</summary>
    public bool TryShow(PeerSeat seat, ParticipantId participant)
    {
        lock (gate)
        {
            // Its connection is ending, or it is known already: a key belongs to one participant for good.
            if (seat.Place is null) return true;
            int before = knownOf.GetValueOrDefault(participant);
            if (before >= bounds.PerParticipant) return false;
            Remove(seat);
            seat.Of = participant;
            knownOf[participant] = before + 1;
            known++;
            return true;
        }
    }

    /// <summary>The connection is over.</summary>
    /// <returns>Whether a participant had shown itself on it.</returns>
    public bool GiveBack(PeerSeat seat)
    {
        lock (gate)
        {
            if (seat.Place is not null) Remove(seat);
            if (seat.Of is not { } participant) return false;
            seat.Of = null;
            known--;
            if (--knownOf[participant] == 0) knownOf.Remove(participant);
            return true;
        }
    }

    private void Remove(PeerSeat seat)
    {
        unknown.Remove(seat.Place!);
        seat.Place = null;
        if (--unknownFrom[seat.From] == 0) unknownFrom.Remove(seat.From);
    }
}
