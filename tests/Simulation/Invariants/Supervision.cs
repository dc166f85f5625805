using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Participants;
using Settlement.Core.Reading;
using Settlement.Core.Regulator;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Tests.Simulation.Worlds;

namespace Settlement.Tests.Simulation.Invariants;

/// <summary>What the supervisor holds: at rest, every final batch of every channel, with three verdicts that say so.</summary>
internal static class Supervision
{
    /// <summary>What it still lacks, or null.</summary>
    public static string? Restlessness(World world)
    {
        MachineNode supervisor = world.Supervisor;
        // Nothing can be run again before it has read, since its last start, whose postings count.
        if (!supervisor.Directory.TryGet(world.Agent.Id, out Participant? agent) || agent.Posting is null) return "the supervisor does not know the agent";
        foreach ((Digest channel, LogModel.Chain chain) in world.Invariants.Log.Chains)
        {
            if (chain.Heads.Count == 0 || AgentsOwnChannel.Is(world, channel)) continue;
            byte[]? body = supervisor.Store.Find(PayloadKind.Snapshots, channel.ToArray());
            if (body is null) return "the supervisor has not taken up a channel";
            ObservedRow row = supervisor.Rows.Open(PayloadKind.Snapshots, channel.ToArray(), body, ObservedRow.Parser);
            if (row.Held != chain.Heads.Count || row.Notarised != chain.Heads.Count) return $"the supervisor holds {row.Held} of {row.Notarised} of {chain.Heads.Count}";
        }

        return null;
    }

    /// <summary>Audits every channel from the supervisor's vault.</summary>
    public static void Check(World world)
    {
        MachineNode supervisor = world.Supervisor;
        VaultReader reader = new(World.Network, supervisor.Id, supervisor.VaultKey);
        foreach (StoredPayload row in supervisor.Store.Scan(PayloadKind.Channels))
        {
            if (reader.ReadChannel(row) is not { } context) continue;
            ChannelAudit audit = new(context, supervisor.VaultKey, supervisor.Directory);
            long sequences = world.Invariants.Log.SequenceOf(context.Channel);
            for (long sequence = 1; sequence <= sequences; sequence++)
            {
                byte[] key = VaultReader.BatchKey(context.Channel, sequence);
                byte[]? batch = supervisor.Store.Find(PayloadKind.Batches, key);
                Dictionary<PayloadKey, byte[]> decisions = (batch is null ? [] : audit.DecisionKeys(batch)).Where(decision => supervisor.Store.Find(decision.Kind, decision.Key) is not null)
                    .ToDictionary(static decision => decision, decision => supervisor.Store.Find(decision.Kind, decision.Key)!);
                audit.Take(sequence, supervisor.Store.Find(PayloadKind.Heads, key) ?? throw new Violation("the supervisor sees everything", $"head {sequence} is not in its copy of the log"),
                    batch, supervisor.Store.Find(PayloadKind.ContentKeys, key), [], decisions);
            }

            CheckInstances(world, context, audit);
            ChannelVerdict verdict = audit.Finish();
            Violation.Unless(verdict is { Delivered: true, Authentic: true, ReExecuted: true }, "the supervisor sees everything",
                $"delivered {verdict.Delivered}, authentic {verdict.Authentic}, re-executed {verdict.ReExecuted}: "
                + string.Join(' ', verdict.NotDelivered.Concat(verdict.NotAuthentic).Concat(verdict.NotReExecuted).Select(f => $"{f.Sequence}:{f.Code}")));
        }
    }

    /// <summary>What can still be returned is what was not.</summary>
    private static void CheckInstances(World world, ChannelContext context, ChannelAudit audit)
    {
        if (!world.Invariants.Books.TryGetValue(context.Channel, out ChannelBook? book)) return;
        foreach (PaymentFacts payment in book.Payments)
            Violation.Unless(audit.Instances.Find(payment.Entry) is null == payment.Returned is not null, "the supervisor agrees on every instance", "a payment stands elsewhere for it");
        foreach (EscrowFacts escrow in book.Escrows)
            Violation.Unless((audit.Instances.Find(escrow.Entry)?.State.Name ?? "ended") == (escrow.State == "Held" ? "Held" : "ended"), "the supervisor agrees on every instance", "an escrow stands elsewhere for it");
        Violation.Unless(audit.Instances.Count == book.Payments.Count(p => p.Returned is null) + book.Escrows.Count(e => e.State == "Held"), "the supervisor agrees on every instance", "it has instances that nobody has");
    }
}
