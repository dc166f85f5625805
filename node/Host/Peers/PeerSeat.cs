using System.Net;
using Settlement.Core.Identifiers;

namespace Settlement.Host.Peers;

/// <summary>One connection's place at the door. It travels with the connection as a feature, so that a request finds it.</summary>
/// <param name="owner">Who gave it.</param>
/// <param name="from">The address that the connection comes from.</param>
/// <param name="end">Ends the connection.</param>
internal sealed class PeerSeat(PeerSeats owner, IPAddress from, Action end)
{
    private volatile bool isCounted;
    private volatile bool isShown;

    /// <summary>The address that the connection comes from.</summary>
    public IPAddress From => from;

    /// <summary>Whose it is; null while nobody listed has shown itself. Only <see cref="PeerSeats"/> sets it, under its lock.</summary>
    public ParticipantId? Of { get; set; }

    /// <summary>Its place in the order of the unknown; null where it is known, was given back, or was taken away.</summary>
    public LinkedListNode<PeerSeat>? Place { get; set; }

    /// <summary>The same, among those of its address.</summary>
    public LinkedListNode<PeerSeat>? PlaceOfAddress { get; set; }

    /// <summary>Whether whoever has it was counted with the strangers already, or is none.</summary>
    public bool IsCounted => isCounted;

    /// <summary>Whether a listed participant has shown itself on it.</summary>
    public bool IsShown => isShown;

    /// <summary>A request on it was counted with the strangers, and the connection itself need not be.</summary>
    public void Counted() => isCounted = true;

    /// <summary>A listed participant has shown itself on it. False when that participant has as many as it may; the seat is then as it was.</summary>
    public bool TryShow(ParticipantId participant)
    {
        isCounted = true;
        isShown = true;
        return owner.TryShow(this, participant);
    }

    /// <summary>Ends the connection.</summary>
    public void End() => end();
}
