namespace Settlement.Host.Peers;

/// <summary>
/// How long a stranger may stay on its connection, and how much it may ask for there. An answer that it does not take lies with the
/// node until the connection ends, so both are bounded. It travels with the connection as a feature, so that a request finds it.
/// </summary>
internal sealed class StrangerStay : IDisposable
{
    private readonly PeerSeat seat;
    private readonly Action requestClose;
    private readonly ITimer timer;
    private volatile bool isClosing;
    private int asked;

    /// <summary>A stay that begins.</summary>
    /// <param name="seat">The connection's place, whose end is that of the stay.</param>
    /// <param name="requestClose">Asks the other side to close: no new requests, and those under way are answered.</param>
    /// <param name="time">The node's clock.</param>
    public StrangerStay(PeerSeat seat, Action requestClose, TimeProvider time)
    {
        this.seat = seat;
        this.requestClose = requestClose;
        timer = time.CreateTimer(static stay => ((StrangerStay)stay!).End(), this, PeerBounds.StrangerLife, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A stranger asks for something. False where it was asked to close before, and this is not worked on.</summary>
    public bool TryAsk()
    {
        // Looked at first, so that the count cannot overflow.
        int number = isClosing ? int.MaxValue : Interlocked.Increment(ref asked);
        if (number == PeerBounds.MaximumRequestsPerStrangerConnection)
        {
            isClosing = true;
            requestClose();
            timer.Change(PeerBounds.StrangerGrace, Timeout.InfiniteTimeSpan);
        }

        return number <= PeerBounds.MaximumRequestsPerStrangerConnection;
    }

    /// <inheritdoc/>
    public void Dispose() => timer.Dispose();

    private void End()
    {
        // Whoever has shown itself to be listed meanwhile stays, unless it was asked to leave before.
        if (isClosing || !seat.IsShown) seat.End();
    }
}
