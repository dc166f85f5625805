using System.Net;
using System.Runtime.InteropServices;
using Settlement.Core.Identifiers;

namespace Settlement.Host.Peers;

/// <summary>
/// The places at the door. Every connection begins as nobody's that is known, an honest one too; so a flood must not be able to
/// hold the places of the unknown: whoever comes has a place, and where its address has its share, or all are taken, it is that of the one
/// that has been unknown longest. An honest caller needs it for one handshake. Who has shown itself to be listed has one that nobody
/// can take.
/// </summary>
internal sealed class PeerSeats(PeerConnectionBounds bounds)
{
    private readonly Lock gate = new();
    private readonly LinkedList<PeerSeat> unknown = new();
    private readonly Dictionary<IPAddress, LinkedList<PeerSeat>> unknownFrom = [];
    private readonly Dictionary<ParticipantId, int> knownOf = [];
    private int known;

    /// <summary>A place for a new connection.</summary>
    /// <param name="from">Where it comes from.</param>
    /// <param name="end">Ends it, when another takes its place; called at most once.</param>
    public PeerSeat Take(IPAddress from, Action end)
    {
        PeerSeat? displaced;
        PeerSeat seat = new(this, from, end);
        lock (gate)
        {
            LinkedList<PeerSeat>? sameAddress = unknownFrom.GetValueOrDefault(from);
            // Callers of one address may be strangers to each other, so a full share gives way to them as the door does to all.
            displaced = sameAddress?.Count >= bounds.UnknownPerAddress ? sameAddress.First!.Value : unknown.Count >= bounds.Unknown ? unknown.First!.Value : null;
            if (displaced is not null) Remove(displaced);
            seat.Place = unknown.AddLast(seat);
            ref LinkedList<PeerSeat>? share = ref CollectionsMarshal.GetValueRefOrAddDefault(unknownFrom, from, out _);
            seat.PlaceOfAddress = (share ??= new LinkedList<PeerSeat>()).AddLast(seat);
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
            // Others have all places of the known between them. It stays with the unknown, where one can be had, and asks again with each request.
            if (known >= bounds.Known) return true;
            Remove(seat);
            seat.Of = participant;
            knownOf[participant] = before + 1;
            known++;
            return true;
        }
    }

    /// <summary>The connection is over.</summary>
    public void GiveBack(PeerSeat seat)
    {
        lock (gate)
        {
            if (seat.Place is not null) Remove(seat);
            if (seat.Of is not { } participant) return;
            seat.Of = null;
            known--;
            if (--knownOf[participant] == 0) knownOf.Remove(participant);
        }
    }

    private void Remove(PeerSeat seat)
    {
        unknown.Remove(seat.Place!);
        LinkedList<PeerSeat> share = seat.PlaceOfAddress!.List!;
        share.Remove(seat.PlaceOfAddress);
        if (share.Count == 0) unknownFrom.Remove(seat.From);
        seat.Place = seat.PlaceOfAddress = null;
    }
}
