using Settlement.Core.Instructions;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Tests.Simulation.Invariants;
using Settlement.Tests.Simulation.Worlds;

namespace Settlement.Tests.Simulation.Models;

/// <summary>A modelled network of which nothing is on its way any more: only what lacks something waits.</summary>
internal static class Quiet
{
    /// <summary>What still moves; null when nothing does.</summary>
    public static string? Restlessness(World world)
    {
        foreach (MachineNode bank in world.Banks)
        {
            if (bank.Store.Scan(PayloadKind.InFlight).Count > 0) return $"{bank.Name} has a batch in flight";
            if (bank.Store.Scan(PayloadKind.Waiting).Any(static r => !WaitingRow.Parser.ParseFrom(r.Body).IsQueued)) return $"{bank.Name} has something on its way";
        }

        return world.Invariants.Behind() ?? world.Invariants.Cycles.Restlessness() ?? world.Invariants.Plain.Agent.OnItsWay();
    }

    /// <summary>Whatever could go has gone, alone or with what covers it, and both members have the same positions.</summary>
    public static void Check(World world)
    {
        PlainNetwork network = world.Invariants.Plain;
        network.Offsets.CheckNothingLeft(world.Agent.Clock);
        foreach (MachineNode node in world.Banks)
        {
            PlainBank bank = network.BankOf(node);
            long now = node.Clock.ToUnixTimeMilliseconds();
            foreach (PlainLine line in bank.Lines)
            {
                Priority? before = null;
                foreach (PlainPayment payment in line.InOrder().Where(p => p.WaitsForCover(now)))
                {
                    Violation.Unless(before >= payment.Priority || bank.RoomOf(line).Lacks(payment.Amount, payment.Priority) is not null, "what has room does not wait", $"{payment.Tag} {payment.Reason}");
                    before ??= payment.Priority;
                }

                // A channel may be open and have no batch yet.
                ChannelBook book = world.Invariants.Books.GetValueOrDefault(line.Channel) ?? new ChannelBook(world.Invariants.ContextOf(node, line.Channel).Terms);
                int own = world.Invariants.ContextOf(node, line.Channel).Own;
                Violation.Unless(line.UnderWay.Count == 0 && line.Position == (book.Batches.Count == 0 ? 0 : book.Batches[^1].Positions.GetValueOrDefault((own, line.Currency))), "the model is where the channel is", $"{bank.Name} {line.Currency}");
                if (world.Swarm.Payments > 0) CheckOwn(world, node, line, book, own);
                if (network.SequencerOf(node, line.Channel) == own) OffsetCheck.CheckNothingLeft(world, network, node, line, now);
            }
        }
    }

    /// <summary>Where banks only pay, a position is what was brought in, less what the model settled of its own, and with what it settled of the other's.</summary>
    private static void CheckOwn(World world, MachineNode node, PlainLine line, ChannelBook book, int own)
    {
        PlainBank other = world.Invariants.Plain.BankOf(world.Banks.First(b => b.Id.ToString() == line.Counterparty));
        long received = other.LinesOf(line.Channel).Where(l => l.Currency == line.Currency).Sum(static l => l.Settled);
        long brought = book.IssuedTo.GetValueOrDefault((own, line.Currency)) - book.Redeemed.Where(r => r.Holder == own && r.Amount.Currency == line.Currency).Sum(static r => r.Amount.MinorUnits);
        Violation.Unless(line.Position == brought - line.Settled + received, "the day ends as the model's", $"{node.Name} has {line.Position} where {brought} were brought, {line.Settled} paid and {received} received");
    }
}
