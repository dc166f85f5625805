using Settlement.Contracts;
using Settlement.Core.Agent;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
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
        CheckActs(world);
        GroupRest.Check(world);
        world.Invariants.Cycles.CheckRest();
        CheckReports(world);
        CheckRedemptions(world);
        CheckPools(world);
        CheckLimits(world);
        foreach ((Digest channel, ChannelBook book) in world.Invariants.Books)
        {
            foreach (MachineNode bank in world.Banks.Where(b => world.Invariants.IsMember(b, channel))) CheckInstances(bank, channel, book);
            foreach (MachineNode bank in world.Banks.Where(b => world.Invariants.IsMember(b, channel))) CheckEscrows(bank, channel, book);
        }

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

    /// <summary>Every order of an action ended, and those that settled are the entries that became final.</summary>
    private static void CheckActs(World world)
    {
        int settled = 0;
        foreach (ActRequest order in world.Workload.Acts)
        {
            Violation.Unless(order.Answer is not null, "every message is answered", order.Key);
            if (order.Answer!.Refusal is not null) continue;
            VaultReader reader = new(World.Network, order.Bank.Id, order.Bank.VaultKey);
            byte[] key = Convert.FromHexString(order.Answer.Instructions[0].Id);
            byte[] body = order.Bank.Store.Find(PayloadKind.Instructions, key) ?? throw new Violation("nothing is lost", order.Key);
            InstructionView view = reader.ReadInstruction(key, body);
            Violation.Unless(view.Status is InstructionStatus.Settled or InstructionStatus.Rejected, "nothing is lost", $"{order.Key} is {view.Status} for ever");
            if (view.Status == InstructionStatus.Settled) settled++;
        }

        int final = world.Invariants.Books.Values.Sum(b => b.Payments.Count(p => p.Returned is not null) + b.Escrows.Sum(e => e.Generation));
        Violation.Unless(settled == final, "a status follows from the entry", $"{settled} actions settled and {final} are final");
    }

    private static void CheckEscrows(MachineNode bank, Digest channel, ChannelBook book)
    {
        foreach (EscrowFacts escrow in book.Escrows)
        {
            byte[]? body = bank.Store.Find(PayloadKind.Facts, VaultReader.InstanceKeys(channel, escrow.Entry)[0].Key);
            InstanceRow? row = body is null ? null : InstanceRow.Parser.ParseFrom(body);
            uint state = escrow.State switch { "Held" => 0, "Paid" => 1, _ => 2u };
            Violation.Unless(row is null ? escrow.Generation == 1 : row.State == state && row.Generation == escrow.Generation && row.Newest.Span.SequenceEqual(escrow.Newest.ToArray()),
                "members agree on every instance", $"{bank.Name} has another state of an escrow");
        }
    }

    /// <summary>Both members' rows say of every payment where it stands.</summary>
    private static void CheckInstances(MachineNode bank, Digest channel, ChannelBook book)
    {
        foreach (PaymentFacts payment in book.Payments)
        {
            byte[]? body = bank.Store.Find(PayloadKind.Facts, VaultReader.InstanceKeys(channel, payment.Entry)[0].Key);
            Violation.Unless(body is null == payment.Returned is null, "members agree on every instance", $"{bank.Name} has another state of a payment");
            if (body is null) continue;
            InstanceRow row = InstanceRow.Parser.ParseFrom(body);
            Violation.Unless(row is { State: 1, Generation: 2 } && row.Newest.Span.SequenceEqual(payment.Returned!.Value.ToArray()), "members agree on every instance", $"{bank.Name} has another return");
        }
    }

    /// <summary>The back office is told of each end once.</summary>
    private static void CheckReports(World world)
    {
        foreach (MachineNode bank in world.Banks)
        {
            VaultReader reader = new(World.Network, bank.Id, bank.VaultKey);
            List<ReportView> reports = [.. bank.Store.Scan(PayloadKind.Outbox).SelectMany(r => reader.ReadReports(r.Key, r.Body))];
            Violation.Unless(reports.Select(r => r.Number).SequenceEqual(Enumerable.Range(1, reports.Count).Select(n => (long)n)), "reports are numbered", bank.Name);
            Dictionary<string, InstructionStatus> ends = bank.Store.Scan(PayloadKind.Instructions).ToDictionary(r => Convert.ToHexStringLower(r.Key), r => reader.ReadInstruction(r.Key, r.Body).Status);
            Dictionary<string, long> last = [];
            foreach (ReportView report in reports) last[report.Instruction] = report.Number;
            Violation.Unless(reports.Where(r => r.Status == InstructionStatus.Queued).All(r => r.Number < last[r.Instruction]), "what waits ends", $"{bank.Name} reports that a payment waits, and no end of it");
            reports.RemoveAll(static r => r.Status == InstructionStatus.Queued);
            Violation.Unless(reports.Count == ends.Count && reports.DistinctBy(r => r.Instruction).Count() == reports.Count, "each end is reported once", $"{bank.Name}: {reports.Count} reports of {ends.Count}");
            Violation.Unless(reports.All(r => ends[r.Instruction] == r.Status), "each end is reported once", $"{bank.Name} reports another end");
        }
    }

    /// <summary>The agent paid every entry that redeems, once, to the bank whose position it was.</summary>
    private static void CheckRedemptions(World world)
    {
        List<PostingRow> paid = [.. world.Agent.Store.Scan(PayloadKind.Postings).Select(r => world.Agent.Rows.Open(PayloadKind.Postings, r.Key, r.Body, PostingRow.Parser))
            .Where(static p => p.Refusal.Length == 0)];
        foreach ((Digest channel, ChannelBook book) in world.Invariants.Books)
        {
            List<string> expected = [.. book.Redeemed.Select(r => $"{world.Invariants.MemberOf(channel, r.Holder)} {r.Amount.Written}").Order(StringComparer.Ordinal)];
            List<string> posted = [.. paid.Where(p => p.Debit == channel.ToString()).Select(static p => $"{p.Credit} {new MoneyValue(p.Currency, p.MinorUnits).Written}").Order(StringComparer.Ordinal)];
            Violation.Unless(expected.SequenceEqual(posted, StringComparer.Ordinal), "each redemption is paid once", $"{expected.Count} entries redeem and {posted.Count} were paid");
        }
    }

    /// <summary>Of every limit the last order holds, and no other was granted.</summary>
    private static void CheckLimits(World world)
    {
        foreach ((Digest channel, ChannelBook book) in world.Invariants.Books)
        {
            foreach (string currency in book.Terms.Currencies.Select(static c => c.Code))
            {
                for (int member = 0; member < ChannelTerms.MemberCount; member++)
                {
                    Grants? granter = world.Workload.Grants.FirstOrDefault(g => g.Bank.Id == book.Terms.Participants[1 - member].Id);
                    long expected = granter is not null && granter.Ordered.TryGetValue((channel, currency), out long units) ? units : book.Terms.LimitOf(member, currency);
                    Violation.Unless(book.LimitOf(member, currency).MinorUnits == expected, "the last order of a limit holds", $"{book.LimitOf(member, currency)} for {expected} {currency}");
                }
            }
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
            foreach (string currency in world.Workload.Currencies.Append(world.Workload.SwapCurrency).Select(static c => c.Code))
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
