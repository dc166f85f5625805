using System.Threading.Channels;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Participants;
using Settlement.Host.Configuration;
using Settlement.Host.Keys;
using Settlement.Host.Running;

namespace Settlement.Host.Peers;

/// <summary>
/// Sends what the machine asks for: a queue for each participant, in order, one request in flight. Every message is
/// answered to the machine once; nothing is retried here, because the machine knows better what is still worth sending.
/// What is neither an answer nor a failure of network or peer is a bug, and ends the loop.
/// </summary>
internal sealed class PeerSender : ISends, IAsyncDisposable
{
    private readonly TlsIdentity identity;
    private readonly NodeHealth health;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly int maximumDestinations;
    private readonly Dictionary<ParticipantId, Queue> queues = [];
    private readonly List<Queue> closed = [];
    private readonly CancellationTokenSource stop = new();
    private RoleLoop? loop;
    private long sends;

    /// <param name="identity">The key that it shows.</param>
    /// <param name="health">Hears that the ledger answers.</param>
    /// <param name="time">The clock of requests.</param>
    /// <param name="logger">Hears who cannot be reached.</param>
    /// <param name="maximumDestinations">Participants that have a queue at once.</param>
    public PeerSender(TlsIdentity identity, NodeHealth health, TimeProvider time, ILogger logger, int maximumDestinations = PeerBounds.MaximumDestinations)
    {
        this.maximumDestinations = maximumDestinations;
        this.identity = identity;
        this.health = health;
        this.time = time;
        this.logger = logger;
    }

    /// <summary>The loop that hears the answers; it and this object need each other.</summary>
    public void AnswerTo(RoleLoop answered) => loop = answered;

    /// <inheritdoc/>
    public bool TrySend(Effect.Send send)
    {
        // Only the loop calls this, so the table needs no lock.
        if (!queues.TryGetValue(send.To.Participant, out Queue? queue))
        {
            if (queues.Count >= maximumDestinations && !TryMakeRoom()) return false;
            queues[send.To.Participant] = queue = new Queue(this);
        }

        return queue.TryAdd(send, ++sends);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        foreach (Queue queue in queues.Values.Concat(closed)) await queue.EndedAsync();
        stop.Dispose();
    }

    /// <summary>Closes the queue that was not written to for the longest time, of those whose every message is answered; false where there is none.</summary>
    private bool TryMakeRoom()
    {
        // Only the loop writes to queues, so one that is idle stays so while the loop looks at it.
        KeyValuePair<ParticipantId, Queue>[] idle = [.. queues.Where(static q => q.Value.IsIdle)];
        if (idle.Length == 0) return false;
        (ParticipantId participant, Queue oldest) = idle.MinBy(static q => q.Value.LastSend);
        queues.Remove(participant);
        oldest.Close();
        closed.RemoveAll(static queue => queue.HasEnded);
        closed.Add(oldest);
        return true;
    }

    /// <summary>The messages for one participant and the task that sends them.</summary>
    private sealed class Queue
    {
        private readonly PeerSender owner;
        private readonly Channel<Effect.Send> waiting = Channel.CreateBounded<Effect.Send>(
            new BoundedChannelOptions(PeerBounds.MaximumQueuedPerParticipant) { SingleReader = true, SingleWriter = true });

        private readonly Task running;
        private Destination? current;
        private PeerClient? client;
        private bool lost;
        private int unanswered;
        private long bytes;

        public Queue(PeerSender owner)
        {
            this.owner = owner;
            running = Task.Run(() => RunAsync(owner.stop.Token));
        }

        /// <summary>Whether the machine has the answer to every message.</summary>
        public bool IsIdle => Volatile.Read(ref unanswered) == 0;

        /// <summary>Whether the task that sends is done, as it is soon after <see cref="Close"/>.</summary>
        public bool HasEnded => running.IsCompleted;

        /// <summary>When it was written to last, as a number of the sender's messages.</summary>
        public long LastSend { get; private set; }

        public bool TryAdd(Effect.Send send, long number)
        {
            // Counted first, because it may be answered at once.
            Interlocked.Increment(ref unanswered);
            if (Interlocked.Add(ref bytes, send.Body.Length) > PeerBounds.MaximumQueuedBytesPerParticipant || !waiting.Writer.TryWrite(send))
            {
                Uncount(send);
                return false;
            }

            LastSend = number;
            return true;
        }

        /// <summary>Nothing more will be written to it.</summary>
        public void Close() => waiting.Writer.Complete();

        public async Task EndedAsync() => await running;

        private async Task RunAsync(CancellationToken ct)
        {
            try
            {
                while (await waiting.Reader.WaitToReadAsync(ct))
                {
                    while (waiting.Reader.TryRead(out Effect.Send? send))
                    {
                        await SendAsync(send, ct);
                        Uncount(send);
                    }
                }
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                // The node stops; the machine sends again after recovery.
            }
            catch (Exception bug) when (bug is not OperationCanceledException)
            {
                // Nobody is left to answer what waits here.
                owner.loop!.Fail(bug);
            }
            finally
            {
                client?.Dispose();
            }
        }

        private void Uncount(Effect.Send send)
        {
            Interlocked.Add(ref bytes, -send.Body.Length);
            Interlocked.Decrement(ref unanswered);
        }

        private async Task SendAsync(Effect.Send send, CancellationToken ct)
        {
            if (client is null || current != send.To)
            {
                // The participant moved, or rotated its key.
                client?.Dispose();
                client = new PeerClient(send.To, owner.identity, owner.time);
                current = send.To;
            }

            PeerAnswer answer = await client.SendAsync(send.Door, send.Body, ct);
            Report(send.To.Participant, answer);
            if (answer is PeerAnswer.Received received)
            {
                if (send.Door == Door.Ledger) owner.health.LedgerReached();
                await owner.loop!.PostAnswerAsync(new Input.Answered(send.Token, received.Body), received.Body.Length, ct);
            }
            else
            {
                if (answer is PeerAnswer.Failed { Offence: { } offence })
                    owner.loop!.TryPost(new Input.DoorRefused(send.To.Participant, offence.Code, $"{send.To.Endpoint}: {offence.Detail}"));
                await owner.loop!.PostAnswerAsync(new Input.SendFailed(send.Token), 0, ct);
            }
        }

        private void Report(ParticipantId participant, PeerAnswer answer)
        {
            if (answer is PeerAnswer.Failed failed)
            {
                if (lost) owner.logger.SendFailed(participant.ToString(), failed.Reason);
                else owner.logger.PeerLost(participant.ToString(), owner.time.GetUtcNow(), failed.Reason);
                lost = true;
            }
            else if (lost)
            {
                lost = false;
                owner.logger.PeerFound(participant.ToString());
            }
        }
    }
}
