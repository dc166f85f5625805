using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Tests.Simulation.Worlds;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Simulation.Models;

/// <summary>What sequencers have heard of the other members' queues, by what reached their doors.</summary>
internal sealed class OffersSeen
{
    private readonly Dictionary<(string Node, Digest Channel), List<Digest>> offered = [];
    private readonly Dictionary<(string Node, Digest Channel), List<Digest>> handed = [];

    private readonly Dictionary<(string Node, Digest Channel), HashSet<Digest>> gone = [];

    /// <summary>The entries that were offered last, in their order.</summary>
    public IReadOnlyList<Digest> Of(MachineNode node, Digest channel) => offered.GetValueOrDefault((node.Name, channel)) ?? [];

    /// <summary>The entries that were handed over and are in no batch yet.</summary>
    public IReadOnlyList<Digest> HandedTo(MachineNode node, Digest channel) => handed.GetValueOrDefault((node.Name, channel)) ?? [];

    public void Hear(MachineNode node, Input.PeerReceived received)
    {
        foreach (Commands commands in PeerBatch.Parser.ParseFrom(received.Body).Messages.Select(static m => m.Commands).Where(static c => c is not null))
        {
            (string, Digest) key = (node.Name, new Digest(commands.Channel.Span));
            // What went its way already, nobody offers anew: it was said before its owner knew.
            List<Digest> ids = [.. commands.Entries.Select(StepFacts.IdOf).Where(e => gone.GetValueOrDefault(key)?.Contains(e) != true)];
            if (commands.AreOffers)
            {
                offered[key] = ids;
                continue;
            }

            if (!handed.TryGetValue(key, out List<Digest>? waiting)) handed[key] = waiting = [];
            waiting.AddRange(ids.Except(waiting));
            offered.GetValueOrDefault(key)?.RemoveAll(ids.Contains);
        }
    }

    /// <summary>What is in a batch goes its way.</summary>
    public void Forget(MachineNode node, StepFacts facts)
    {
        foreach ((Digest channel, List<Digest> entries) in facts.Proposed)
        {
            if (!gone.TryGetValue((node.Name, channel), out HashSet<Digest>? before)) gone[(node.Name, channel)] = before = [];
            before.UnionWith(entries);
            offered.GetValueOrDefault((node.Name, channel))?.RemoveAll(entries.Contains);
            handed.GetValueOrDefault((node.Name, channel))?.RemoveAll(entries.Contains);
        }
    }

    /// <summary>A node starts again: it has heard nothing.</summary>
    public void Clear(MachineNode node)
    {
        foreach ((string Node, Digest Channel) key in offered.Keys.Concat(handed.Keys).Concat(gone.Keys).Where(k => k.Node == node.Name).ToList()) Clear(node, key.Channel);
    }

    public void Clear(MachineNode node, Digest channel)
    {
        offered.Remove((node.Name, channel));
        handed.Remove((node.Name, channel));
        gone.Remove((node.Name, channel));
    }
}
