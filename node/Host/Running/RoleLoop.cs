using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Settlement.Core.Machines;
using Settlement.Core.Store;
using Settlement.Storage;

namespace Settlement.Host.Running;

/// <summary>
/// Drives one machine: gathers what waits, reads what it needs, steps, commits, and only then performs the effects. One
/// task runs it, so the machine needs no locks. It ends with an exception when the machine or the vault fails; the
/// process then stops and recovers from the vault.
/// </summary>
internal sealed class RoleLoop
{
    private readonly IMachine machine;
    private readonly IEventVault vault;
    private readonly ISends sends;
    private readonly RoleLoopOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly CallTable calls;
    private readonly Channel<Waiting> inbox;
    private readonly PeerShares shares;

    // Taken out of the inbox, and left for a later step because their participant has had its part of this one.
    private readonly LinkedList<Waiting> postponed = new();
    private long waitingBytes;
    private int tickWaits;
    private DateTimeOffset now;

    public RoleLoop(IMachine machine, IEventVault vault, ISends sends, RoleLoopOptions options, TimeProvider time, ILogger logger)
    {
        this.machine = machine;
        this.vault = vault;
        this.sends = sends;
        this.options = options;
        this.time = time;
        this.logger = logger;
        calls = new CallTable(options.PendingCalls);
        shares = new PeerShares(options);
        inbox = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(options.InboxCapacity) { SingleReader = true });
    }

    /// <summary>Who waits for instructions to change.</summary>
    public StatusWatch Statuses { get; } = new();

    /// <summary>Calls that wait for their answers.</summary>
    public int PendingCalls => calls.Count;

    /// <summary>Puts an input into the inbox; false when it is full, holds as much of the participant as it may, or the node is stopping.</summary>
    /// <param name="input">What the machine is told.</param>
    /// <param name="bytes">What it holds in memory, for messages of others.</param>
    public bool TryPost(Input input, int bytes = 0)
    {
        Input.PeerReceived? received = input as Input.PeerReceived;
        if (received is not null && !shares.TryAdd(received.From, bytes)) return false;
        if (Interlocked.Add(ref waitingBytes, bytes) <= options.InboxBytes && inbox.Writer.TryWrite(new Waiting(input, bytes))) return true;
        Interlocked.Add(ref waitingBytes, -bytes);
        if (received is not null) shares.Remove(received.From, bytes);
        return false;
    }

    /// <summary>Puts an answer into the inbox, waiting for room: what the machine itself asked for is never dropped.</summary>
    public async ValueTask PostAnswerAsync(Input input, int bytes, CancellationToken ct)
    {
        Interlocked.Add(ref waitingBytes, bytes);
        try
        {
            await inbox.Writer.WriteAsync(new Waiting(input, bytes), ct);
        }
        catch (ChannelClosedException)
        {
            // The node is stopping; the machine asks again after recovery.
            Interlocked.Add(ref waitingBytes, -bytes);
        }
    }

    /// <summary>Asks the machine something; false when the node holds as much as it may. The task is cancelled with the
    /// token, or when the node stops before it answered.</summary>
    public bool TryCall<T>(Func<long, Input> ask, int bytes, [NotNullWhen(true)] out Task<T>? call, CancellationToken ct) where T : class
    {
        call = null;
        if (!calls.TryOpen(out long id, out Task<object> answer)) return false;
        if (TryPost(ask(id), bytes))
        {
            call = AnswerAsync<T>(id, answer, ct);
            return true;
        }

        calls.Forget(id);
        return false;
    }

    /// <summary>No more inputs are taken; the loop ends once what waits is done.</summary>
    public void Complete() => inbox.Writer.TryComplete();

    /// <summary>A part that the machine depends on has failed: the loop ends with its exception once what waits is done, and the node with it.</summary>
    public void Fail(Exception bug) => inbox.Writer.TryComplete(bug);

    /// <summary>Runs until <see cref="Complete"/> and an empty inbox, or until something fails.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task ticking = TickAsync(ended.Token);
        try
        {
            List<Input> inputs = new(options.InputsPerStep);
            while (machine.HasMore || inputs.Count > 0 || postponed.Count > 0 || await inbox.Reader.WaitToReadAsync(ct))
            {
                Drain(inputs);
                await StepAsync(inputs, ct);
            }
        }
        finally
        {
            inbox.Writer.TryComplete();
            await ended.CancelAsync();
            await ticking;
            calls.Close();
        }
    }

    private void Drain(List<Input> inputs)
    {
        // Where nothing else waits, nobody has to wait for the steps of others.
        do
        {
            shares.BeginStep();
            Gather(inputs);
        }
        while (inputs.Count == 0 && postponed.Count > 0);
    }

    private void Gather(List<Input> inputs)
    {
        long weight = 0, bytes = 0;
        LinkedListNode<Waiting>? next = postponed.First;
        while (inputs.Count < options.InputsPerStep && weight < options.WeightPerStep && bytes < options.BytesPerStep)
        {
            // What waits longest comes first.
            LinkedListNode<Waiting>? before = next;
            Waiting waiting;
            if (before is not null) (waiting, next) = (before.Value, before.Next);
            else if (postponed.Count >= options.InboxCapacity || !inbox.Reader.TryRead(out waiting)) return;

            if (waiting.Input is Input.PeerReceived received)
            {
                if (!shares.TryTake(received.From, waiting.Bytes))
                {
                    if (before is null) postponed.AddLast(waiting);
                    continue;
                }

                shares.Remove(received.From, waiting.Bytes);
            }

            if (before is not null) postponed.Remove(before);
            weight += waiting.Input.Weight;
            bytes += waiting.Bytes;
            Interlocked.Add(ref waitingBytes, -waiting.Bytes);
            if (waiting.Input is Input.Tick) Volatile.Write(ref tickWaits, 0);
            inputs.Add(waiting.Input);
        }
    }

    // Leaves in the list what the step itself brought about: sends that could not even be queued.
    private async ValueTask StepAsync(List<Input> inputs, CancellationToken ct)
    {
        IReadOnlyCollection<PayloadKey> needs = machine.Needs(inputs);
        IReadOnlyDictionary<PayloadKey, byte[]> found =
            needs.Count == 0 ? System.Collections.Frozen.FrozenDictionary<PayloadKey, byte[]>.Empty : await vault.GetAsync(needs, ct);
        DateTimeOffset clock = time.GetUtcNow();
        if (clock > now) now = clock;
        Step step = machine.Step(now, inputs, found);
        if (!step.Commit.IsEmpty) await vault.CommitAsync(step.Commit, ct);
        inputs.Clear();
        foreach (Effect effect in step.Then) Perform(effect, inputs);
    }

    private void Perform(Effect effect, List<Input> next)
    {
        switch (effect)
        {
            case Effect.Send send:
                if (!sends.TrySend(send)) next.Add(new Input.SendFailed(send.Token));
                break;
            case Effect.Reply reply:
                calls.Complete(reply.CallId, reply.Body);
                break;
            case Effect.StatusChanged changed:
                Statuses.Changed(changed.InstructionId);
                break;
            case Effect.Alarm alarm:
                logger.Alarm(alarm.Code, alarm.Subject, alarm.Party.Length > 0 ? alarm.Party : "this node", alarm.Times);
                NodeMeter.CountAlarm(alarm.Code, alarm.Times);
                break;
            case Effect.DirectoryChanged:
                // The doors read the directory itself.
                break;
            default:
                throw new InvalidOperationException($"The host cannot perform {effect.GetType().Name}.");
        }
    }

    private async Task<T> AnswerAsync<T>(long id, Task<object> answer, CancellationToken ct) where T : class
    {
        await using CancellationTokenRegistration leaving = ct.Register(() => calls.Forget(id));
        return (T)await answer;
    }

    private async Task TickAsync(CancellationToken ct)
    {
        if (options.TickInterval == Timeout.InfiniteTimeSpan) return;
        using PeriodicTimer timer = new(options.TickInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(ct))
            {
                // One waiting tick is as good as many; a full inbox is looked at anyway.
                if (Interlocked.Exchange(ref tickWaits, 1) == 0 && !TryPost(new Input.Tick())) Volatile.Write(ref tickWaits, 0);
            }
        }
        catch (OperationCanceledException)
        {
            // The loop ended.
        }
    }

    private readonly record struct Waiting(Input Input, int Bytes);
}
