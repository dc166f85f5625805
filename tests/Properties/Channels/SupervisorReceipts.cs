using Settlement.Core.Channels;
using Settlement.Tests.Bank;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Properties.Channels;

/// <summary>
/// All that a supervisor's machine and the ledger receive of a world: how many messages, from whom, of which kind and size, in which order,
/// and what the supervisor can decrypt of them. Ciphertexts, commitments, hashes and signatures are left out: they differ, as they must.
/// </summary>
internal sealed class SupervisorReceipts
{
    private readonly TwoBanks world;
    private readonly ChannelContext supervisor;

    public SupervisorReceipts(TwoBanks world)
    {
        this.world = world;
        supervisor = world.Context(world.Supervisor);
        world.OnLedgerRequest = (from, request) =>
        {
            Messages.Add($"ledger from {from.Id}: {string.Join(" and ", request.Submissions.Select(s => s.RecordCase))}; {request.ChannelQueries.Count} queries; {request.CalculateSize()} bytes");
            return request;
        };
        world.OnPeer = (from, to, message) =>
        {
            if (OnTheWay?.Invoke(from, to, message) is { } other) return [other];
            if (to == world.Supervisor) Receive(from, message);
            return [message];
        };
    }

    /// <summary>What a test makes of a message between members; null lets it pass.</summary>
    public Func<TestNode, TestNode, PeerMessage, PeerMessage?>? OnTheWay { get; init; }

    public List<string> Messages { get; } = [];

    public int Entries { get; private set; }

    public int Refusals { get; private set; }

    /// <summary>The commitments of what was delivered, which tell nothing.</summary>
    public string Hidden { get; private set; } = "";

    /// <summary>What the supervisor's audit says in the end, and what its node was alarmed about.</summary>
    public string Audit()
    {
        var verdict = world.Audit();
        return $"{verdict.Entries} entries, {verdict.Delivered} {verdict.Authentic} {verdict.ReExecuted}; {string.Join(", ", world.Supervisor.Alarms)}";
    }

    private void Receive(TestNode from, PeerMessage message)
    {
        Messages.Add($"supervisor from {from.Id}: {message.MessageCase} of {message.CalculateSize()} bytes");
        foreach (DeliveryItem item in message.Delivery?.Items ?? [])
        {
            if (item.Entry is null)
            {
                Refusals++;
                Messages.Add("  refused");
                continue;
            }

            Entries++;
            Assert.True(EntryOpener.TryOpen(supervisor, item.Entry, out OpenedEntry? opened, out _));
            Messages.Add($"  {opened.Action.Name} {string.Join(", ", opened.Values.Select(v => v?.Written ?? "-"))}; envelopes of {string.Join(", ", item.Entry.Envelopes.Select(e => e.CalculateSize()))}");
            Hidden += item.Entry.Commitments.ToBase64();
        }
    }
}
