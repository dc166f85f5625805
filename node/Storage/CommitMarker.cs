using System.Security.Cryptography;

namespace Settlement.Storage;

/// <summary>What a commit leaves behind until its answer has arrived, so that a retry can tell that it was stored.</summary>
/// <param name="Id">The id of its last event, so that whoever verifies a log can say what must stand there; a random one where it has none.</param>
/// <param name="Time">That event's time; null where there is none, and the server's clock serves to forget old ones.</param>
internal sealed record CommitMarker(Guid Id, DateTimeOffset? Time)
{
    private const int GuidLength = 16;

    public static CommitMarker Of(PreparedTransaction prepared) => prepared.EventCount > 0
        ? new CommitMarker(prepared.Events[^1].Event.Id, prepared.Events[^1].Event.Timestamp)
        : new CommitMarker(new Guid(RandomNumberGenerator.GetBytes(GuidLength)), null);
}
