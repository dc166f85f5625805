using Settlement.Core.Agent;
using Settlement.Core.Bank;
using Settlement.Core.Cryptography;
using Settlement.Core.Reading;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Tests.Simulation.Workload;
using Settlement.Tests.Simulation.Worlds;

namespace Settlement.Tests.Simulation.Invariants;

/// <summary>What must hold once everything that was on its way has arrived.</summary>
internal static class Rest
{
    public static void Check(World world)
    {
        CheckInstructions(world);
        CheckReports(world);
        CheckPools(world);
        Supervision.Check(world);
    }

    private static void CheckInstructions(World world)
    {
        Dictionary<string, int> paid = world.Invariants.Books.Values.SelectMany(b => b.Tags).GroupBy(t => t).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        foreach (Order order in world.Workload.Orders)
        {
            Violation.Unless(order.Key is null || order.Answer is not null, "every message is answered", order.Key ?? "");
            VaultReader reader = new(World.Network, order.Bank.Id, order.Bank.VaultKey);
            for (int i = 0; i < order.Tags.Count; i++)
            {
                int times = paid.GetValueOrDefault(order.Tags[i]);
                Violation.Unless(times <= 1, "nothing happens twice", $"{order.Tags[i]} was paid {times} times");
                if (order.Answer is not { } answer) continue;
                byte[] key = Convert.FromHexString(answer.Instructions[i].Id);
                byte[] body = order.Bank.Store.Find(PayloadKind.Instructions, key) ?? throw new Violation("nothing is lost", order.Tags[i]);
                InstructionStatus status = reader.ReadInstruction(key, body).Status;
                Violation.Unless(status is InstructionStatus.Settled or InstructionStatus.Rejected, "nothing is lost", $"{order.Tags[i]} is {status} for ever");
                Violation.Unless(times == (status == InstructionStatus.Settled ? 1 : 0), "a status follows from the entry", $"{order.Tags[i]} is {status} and was paid {times} times");
            }
        }
    }

    /// <summary>The back office is told of each end once.</summary>
    private static void CheckReports(World world)
    {
        foreach (MachineNode bank in world.Banks)
        {
            VaultReader reader = new(World.Network, bank.Id, bank.VaultKey);
            List<ReportView> reports = [.. bank.Store.Scan(PayloadKind.Outbox).SelectMany(r => reader.ReadReports(r.Key, r.Body))];
            Dictionary<string, InstructionStatus> ends = bank.Store.Scan(PayloadKind.Instructions).ToDictionary(r => Convert.ToHexStringLower(r.Key), r => reader.ReadInstruction(r.Key, r.Body).Status);
            Violation.Unless(reports.Count == ends.Count && reports.DistinctBy(r => r.Instruction).Count() == reports.Count, "each end is reported once", $"{bank.Name}: {reports.Count} reports of {ends.Count}");
            Violation.Unless(reports.All(r => ends[r.Instruction] == r.Status), "each end is reported once", $"{bank.Name} reports another end");
            Violation.Unless(reports.Select(r => r.Number).SequenceEqual(Enumerable.Range(1, reports.Count).Select(n => (long)n)), "reports are numbered", bank.Name);
        }
    }

    /// <summary>The pool behind a channel is what its members hold in it.</summary>
    private static void CheckPools(World world)
    {
        Dictionary<(string Holder, string Currency), long> pools = world.Agent.Store.Scan(PayloadKind.Snapshots)
            .Select(r => world.Agent.Rows.Open(PayloadKind.Snapshots, r.Key, r.Body, BookRow.Parser))
            .Where(b => b.IsPool).ToDictionary(b => (b.Holder, b.Currency), b => b.MinorUnits);
        foreach ((Digest channel, ChannelBook book) in world.Invariants.Books)
        {
            foreach (string currency in world.Workload.Currencies.Select(c => c.Code))
            {
                long pool = pools.GetValueOrDefault((channel.ToString(), currency));
                long positions = book.Batches.Count == 0 ? 0 : book.Batches[^1].Positions.Where(p => p.Key.Currency == currency).Sum(p => p.Value);
                Violation.Unless(pool == positions, "positions sum to the pool", $"{positions} in positions, {pool} in the pool, {currency}");
            }

            pools = pools.Where(p => p.Key.Holder != channel.ToString()).ToDictionary();
        }

        Violation.Unless(pools.Count == 0, "positions sum to the pool", "a pool stands behind no channel");
    }
}
