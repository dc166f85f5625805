using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Tests.Simulation.Worlds;

namespace Settlement.Tests.Simulation.Invariants;

/// <summary>The channel of which the settlement agent is both members: nobody else is in it, and nobody observes it.</summary>
internal static class AgentsOwnChannel
{
    /// <summary>Whether it is this one.</summary>
    public static bool Is(World world, Digest channel) => Row(world.Agent) is { } row && RecordHashes.Channel(row.OpeningBody.Span) == channel;

    /// <summary>Whether the agent's store has a head of it, or had it and needs it no more.</summary>
    public static bool Holds(MachineNode agent, long sequence, Digest head) =>
        Row(agent) is { } row && (sequence <= row.Forgotten || row.Heads.Any(known => known.Span.SequenceEqual(head.ToArray())));

    private static AgentChannelRow? Row(MachineNode agent) =>
        agent.Store.Scan(PayloadKind.Channels) is [{ } stored, ..] ? agent.Rows.Open(PayloadKind.Channels, stored.Key, stored.Body, AgentChannelRow.Parser) : null;
}
