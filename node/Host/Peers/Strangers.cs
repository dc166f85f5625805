using Settlement.Core.Machines;
using Settlement.Host.Running;

namespace Settlement.Host.Peers;

/// <summary>Counts whoever knocks and is nobody that is listed, and tells the machine; a flood of them is told no more often.</summary>
internal sealed class Strangers(RoleLoop loop, TimeProvider time, ILogger<Strangers> logger)
{
    private long last = long.MinValue;
    private long untold;

    /// <summary>Somebody knocked. It may be a participant whose listing this node has not read yet, so the machine looks.</summary>
    public void Knocked()
    {
        NodeMeter.CountStranger();
        Interlocked.Increment(ref untold);
        long before = Interlocked.Read(ref last);
        long current = time.GetTimestamp();
        if (before != long.MinValue && time.GetElapsedTime(before, current) < PeerBounds.StrangerInterval) return;
        if (Interlocked.CompareExchange(ref last, current, before) != before) return;
        logger.StrangerRefused();
        long times = Interlocked.Exchange(ref untold, 0);
        if (!loop.TryPost(new Input.StrangerKnocked(times))) Interlocked.Add(ref untold, times);
    }
}
