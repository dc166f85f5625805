using Settlement.Core.Machines;

namespace Settlement.Tests.Simulation.Worlds;

/// <summary>
/// Everything between nodes. Messages to one door keep their order unless the swarm says otherwise; each request ends for
/// its sender once, with an answer or as failed, unless an answer comes late after that.
/// </summary>
internal sealed class Net(World world)
{
    private static readonly TimeSpan Soonest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    private readonly Chance chance = world.Chance.Fork("net");
    private readonly Dictionary<(string From, string To, Door Door), DateTimeOffset> newest = [];
    private readonly HashSet<(string From, string To)> cuts = [];

    private sealed class Exchange(MachineNode from, SimulatedNode to, Effect.Send send)
    {
        public MachineNode From { get; } = from;

        public SimulatedNode To { get; } = to;

        public Effect.Send Send { get; } = send;

        public int Life { get; } = from.Incarnation;

        public bool IsOver { get; set; }
    }

    /// <summary>Takes a message on its way.</summary>
    public void Send(MachineNode from, Effect.Send send)
    {
        if (world.IsStormy && from == world.Silent) send = send.Without(world.Swarm.Silence);
        SimulatedNode to = world.Find(send.To.Participant, from);
        Exchange exchange = new(from, to, send);
        world.After(Patience, () => End(exchange, null));
        if (IsCut(from, to) || Suffers(world.Swarm.DropPerMille))
        {
            from.Note($"loses a message to {to.Name}");
            world.After(chance.Between(Soonest, Patience), () => End(exchange, null));
            return;
        }

        Arrive(exchange, isCopy: false);
        if (Suffers(world.Swarm.DuplicatePerMille)) Arrive(exchange, isCopy: true);
    }

    /// <summary>Cuts one direction or both between two nodes for a while.</summary>
    public void Cut(SimulatedNode one, SimulatedNode other, bool bothWays, TimeSpan time)
    {
        world.Trace.Add(world.Elapsed, "net", $"cuts {one.Name} {(bothWays ? "<>" : ">")} {other.Name} for {time.TotalSeconds:F1}");
        cuts.Add((one.Name, other.Name));
        if (bothWays) cuts.Add((other.Name, one.Name));
        world.After(time, () =>
        {
            cuts.Remove((one.Name, other.Name));
            cuts.Remove((other.Name, one.Name));
        });
    }

    /// <summary>Every link works again.</summary>
    public void Heal() => cuts.Clear();

    private void Arrive(Exchange exchange, bool isCopy)
    {
        (string, string, Door) link = (exchange.From.Name, exchange.To.Name, exchange.Send.Door);
        DateTimeOffset at = world.Now + Delay();
        if (isCopy) at += chance.Between(Soonest, TimeSpan.FromSeconds(5));
        if (!isCopy && !Suffers(world.Swarm.ReorderPerMille))
        {
            if (newest.TryGetValue(link, out DateTimeOffset last) && last > at) at = last;
            newest[link] = at;
        }

        world.After(at - world.Now, () =>
        {
            if (!exchange.To.IsUp || IsCut(exchange.From, exchange.To))
            {
                if (!isCopy) world.After(Delay(), () => End(exchange, null));
                return;
            }

            exchange.To.Arrive(exchange.From, exchange.Send.Door, exchange.Send.Body, isCopy ? static _ => { } : body => Return(exchange, body));
        });
    }

    private void Return(Exchange exchange, byte[]? body)
    {
        if (!IsCut(exchange.To, exchange.From) && !Suffers(world.Swarm.DropAnswerPerMille))
        {
            world.After(Delay(), () => End(exchange, body));
            return;
        }

        world.After(chance.Between(Soonest, Patience), () => End(exchange, null));
        if (body is null || !Suffers(world.Swarm.LateAnswerPerMille)) return;
        world.After(Patience + Delay(), () =>
        {
            if (exchange.From.Incarnation == exchange.Life) exchange.From.Enqueue(new Input.Answered(exchange.Send.Token, body));
        });
    }

    private void End(Exchange exchange, byte[]? body)
    {
        if (exchange.IsOver) return;
        exchange.IsOver = true;
        // An answer finds only the life that asked.
        if (exchange.From.Incarnation != exchange.Life) return;
        exchange.From.Enqueue(body is null ? new Input.SendFailed(exchange.Send.Token) : new Input.Answered(exchange.Send.Token, body));
    }

    private TimeSpan Delay() => chance.Between(Soonest, world.IsStormy && chance.Happens(300) ? world.Swarm.LongestDelay : 5 * Soonest);

    private bool Suffers(int perMille) => world.IsStormy && chance.Happens(perMille);

    private bool IsCut(SimulatedNode from, SimulatedNode to) => cuts.Contains((from.Name, to.Name));
}
