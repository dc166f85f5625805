using Settlement.Core.Identifiers;

namespace Settlement.Host.Running;

/// <summary>
/// What the messages of one participant may take of a node that many use: a part of the memory in which they wait, and a part of
/// each step. A body larger than its part is paid for by the steps that follow.
/// </summary>
internal sealed class PeerShares(RoleLoopOptions options)
{
    private readonly Lock gate = new();
    private readonly Dictionary<ParticipantId, (int Messages, long Bytes)> waiting = [];
    private readonly Dictionary<ParticipantId, (int Messages, long Bytes)> taken = [];

    /// <summary>Counts a message that is to wait; false when the participant has as many waiting as it may.</summary>
    public bool TryAdd(ParticipantId from, int bytes)
    {
        lock (gate)
        {
            (int messages, long held) = waiting.GetValueOrDefault(from);
            if (messages >= options.PeerMessages || held + bytes > options.PeerBytes) return false;
            waiting[from] = (messages + 1, held + bytes);
            return true;
        }
    }

    /// <summary>A message waits no more.</summary>
    public void Remove(ParticipantId from, int bytes)
    {
        lock (gate)
        {
            (int messages, long held) = waiting[from];
            if (messages == 1) waiting.Remove(from);
            else waiting[from] = (messages - 1, held - bytes);
        }
    }

    /// <summary>The next step begins. Only the loop's task calls this and <see cref="TryTake"/>.</summary>
    public void BeginStep()
    {
        foreach ((ParticipantId from, (_, long bytes)) in taken)
        {
            // Removing and setting what is there already leaves the enumeration valid.
            if (bytes <= options.PeerBytesPerStep) taken.Remove(from);
            else taken[from] = (0, bytes - options.PeerBytesPerStep);
        }
    }

    /// <summary>Whether the step takes this message too. Once it takes none of a participant it takes no later one, so their order stays.</summary>
    public bool TryTake(ParticipantId from, int bytes)
    {
        (int messages, long sum) = taken.GetValueOrDefault(from);
        if (messages >= options.PeerMessagesPerStep || sum >= options.PeerBytesPerStep) return false;
        taken[from] = (messages + 1, sum + bytes);
        return true;
    }
}
