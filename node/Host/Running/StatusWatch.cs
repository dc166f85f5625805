using System.Threading.Channels;

namespace Settlement.Host.Running;

/// <summary>Wakes whoever waits for an instruction's status. It says only that something changed; the vault says what.</summary>
internal sealed class StatusWatch
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, HashSet<Waiter>> byInstruction = new(StringComparer.Ordinal);

    /// <summary>Watches these instructions from now on. Read their statuses after this, so that no change is missed.</summary>
    public Waiter Watch(IReadOnlyCollection<string> instructions)
    {
        Waiter waiter = new(this, instructions);
        lock (gate)
        {
            foreach (string id in instructions)
            {
                if (!byInstruction.TryGetValue(id, out HashSet<Waiter>? waiters)) byInstruction[id] = waiters = [];
                waiters.Add(waiter);
            }
        }

        return waiter;
    }

    /// <summary>An instruction's status changed and is durable.</summary>
    public void Changed(string instruction)
    {
        lock (gate)
        {
            if (!byInstruction.TryGetValue(instruction, out HashSet<Waiter>? waiters)) return;
            foreach (Waiter waiter in waiters) waiter.Signal();
        }
    }

    private void Remove(Waiter waiter, IReadOnlyCollection<string> instructions)
    {
        lock (gate)
        {
            foreach (string id in instructions)
            {
                if (byInstruction.TryGetValue(id, out HashSet<Waiter>? waiters) && waiters.Remove(waiter) && waiters.Count == 0) byInstruction.Remove(id);
            }
        }
    }

    /// <summary>One who waits.</summary>
    internal sealed class Waiter : IDisposable
    {
        private readonly StatusWatch watch;
        private readonly IReadOnlyCollection<string> instructions;
        private readonly Channel<bool> signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

        public Waiter(StatusWatch watch, IReadOnlyCollection<string> instructions)
        {
            this.watch = watch;
            this.instructions = instructions;
        }

        /// <summary>Returns at the next change, or at once when there was one since the last call.</summary>
        public async ValueTask ChangedAsync(CancellationToken ct) => await signal.Reader.ReadAsync(ct);

        public void Signal() => signal.Writer.TryWrite(true);

        /// <inheritdoc/>
        public void Dispose() => watch.Remove(this, instructions);
    }
}
