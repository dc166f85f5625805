using System.Collections.Concurrent;

namespace Settlement.Host.Running;

/// <summary>The calls that wait for the machine's answer. Each is answered once, or stops waiting with its caller.</summary>
internal sealed class CallTable(int capacity)
{
    private readonly ConcurrentDictionary<long, TaskCompletionSource<object>> waiting = new();
    private long lastId;
    private volatile bool closed;

    /// <summary>How many wait.</summary>
    public int Count => waiting.Count;

    /// <summary>A number for a new call; false when too many wait.</summary>
    public bool TryOpen(out long id, out Task<object> answer)
    {
        id = 0;
        answer = Task.FromCanceled<object>(new CancellationToken(canceled: true));
        if (closed || waiting.Count >= capacity) return false;
        TaskCompletionSource<object> call = new(TaskCreationOptions.RunContinuationsAsynchronously);
        id = Interlocked.Increment(ref lastId);
        waiting[id] = call;
        answer = call.Task;
        // Closing cancels what it sees; a call that slipped in behind it is cancelled here.
        if (closed) Forget(id);
        return true;
    }

    /// <summary>Answers a call. Nothing happens when its caller went away.</summary>
    public void Complete(long id, object body)
    {
        if (waiting.TryRemove(id, out TaskCompletionSource<object>? call)) call.TrySetResult(body);
    }

    /// <summary>The caller waits no longer.</summary>
    public void Forget(long id)
    {
        if (waiting.TryRemove(id, out TaskCompletionSource<object>? call)) call.TrySetCanceled();
    }

    /// <summary>Nobody will answer any more: all who wait are told so.</summary>
    public void Close()
    {
        closed = true;
        foreach (long id in waiting.Keys) Forget(id);
    }
}
