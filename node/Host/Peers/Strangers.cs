using Settlement.Core.Machines;
using Settlement.Host.Running;

namespace Settlement.Host.Peers;

/// <summary>Counts whoever knocks and is nobody that is listed, and tells the machine; a flood of them is told no more often, and its
/// rest when the interval is over, whether anybody knocks then or not.</summary>
internal sealed class Strangers : IDisposable
{
    private readonly Lock gate = new();
    private readonly RoleLoop loop;
    private readonly TimeProvider time;
    private readonly ILogger<Strangers> logger;
    private readonly ITimer rest;
    private long? last;
    private long untold;
    private bool isRestDue;

    public Strangers(RoleLoop loop, TimeProvider time, ILogger<Strangers> logger)
    {
        this.loop = loop;
        this.time = time;
        this.logger = logger;
        rest = time.CreateTimer(static strangers => ((Strangers)strangers!).TellRest(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Somebody knocked. It may be a participant whose listing this node has not read yet, so the machine looks.</summary>
    public void Knocked()
    {
        NodeMeter.CountStranger();
        lock (gate)
        {
            untold++;
            Tell();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => rest.Dispose();

    private void TellRest()
    {
        lock (gate)
        {
            isRestDue = false;
            if (untold > 0) Tell();
        }
    }

    private void Tell()
    {
        long now = time.GetTimestamp();
        TimeSpan wait = last is { } before ? PeerBounds.StrangerInterval - time.GetElapsedTime(before, now) : TimeSpan.Zero;
        if (wait <= TimeSpan.Zero)
        {
            last = now;
            logger.StrangerRefused();
            if (loop.TryPost(new Input.StrangerKnocked(untold)))
            {
                untold = 0;
                return;
            }

            wait = PeerBounds.StrangerInterval;
        }

        if (isRestDue) return;
        isRestDue = true;
        rest.Change(wait, Timeout.InfiniteTimeSpan);
    }
}
