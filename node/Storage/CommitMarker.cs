using System.Security.Cryptography;
using Settlement.Core.Store;

namespace Settlement.Storage;

/// <summary>What a commit leaves behind until its answer has arrived, so that a retry can tell that it was stored.</summary>
/// <param name="Id">The id of its last event, so that whoever verifies a log can say what must stand there; where it has none, a name that explains itself.</param>
/// <param name="Time">That event's time, or the commit's.</param>
internal sealed record CommitMarker(Guid Id, DateTimeOffset Time)
{
    private static readonly DateTimeOffset Zero = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static CommitMarker Of(PreparedTransaction prepared, DateTimeOffset now)
    {
        if (prepared.EventCount > 0) return new CommitMarker(prepared.Events[^1].Event.Id, prepared.Events[^1].Event.Timestamp);
        long microseconds = (now - Zero).Ticks / TimeSpan.TicksPerMicrosecond;
        return new CommitMarker(EventlessCommit.Name(RandomNumberGenerator.GetBytes(EventlessCommit.DrawnLength), microseconds), Zero.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond));
    }
}
