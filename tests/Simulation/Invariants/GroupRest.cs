using System.Globalization;
using Settlement.Core.Bank;
using Settlement.Core.Cryptography;
using Settlement.Core.Reading;
using Settlement.Core.Store;
using Settlement.Tests.Simulation.Workload;
using Settlement.Tests.Simulation.Worlds;

namespace Settlement.Tests.Simulation.Invariants;

/// <summary>What must hold of groups once the world is at rest: all of their legs apply, or none does, and nobody paid without being paid.</summary>
internal static class GroupRest
{
    public static void Check(World world)
    {
        CheckLegs(world);
        CheckOffsets(world);
        int settled = world.Workload.GroupOrders.Sum(order => CheckOrder(world, order));
        int applied = world.Invariants.Books.Values.Sum(static b => b.Legs.Values.Count(static l => l.IsApplied == true));
        Violation.Unless(settled == applied, "a status follows from the leg", $"{settled} legs settled and {applied} apply");
    }

    private static void CheckLegs(World world)
    {
        foreach (IGrouping<Digest, (Digest Channel, LegFacts Leg)> legs in world.Invariants.Books.SelectMany(static b => b.Value.Legs.Values.Select(l => (b.Key, Leg: l))).GroupBy(static l => l.Leg.Group))
        {
            Violation.Unless(world.Invariants.Log.Groups.TryGetValue(legs.Key, out LogModel.Group? group) && group.IsCommitted is not null, "every group ends", "a group of which legs were set aside");
            Violation.Unless(legs.All(l => l.Leg.IsApplied == group!.IsCommitted), "all legs of a group apply, or none", $"{legs.First().Leg.Tag}");
            Violation.Unless(group!.IsCommitted == false || legs.Select(static l => l.Channel).Order().SequenceEqual(group.Body.Channels.Order()), "all legs of a group apply, or none", $"{legs.First().Leg.Tag} is committed and lacks a leg");
            foreach ((Digest channel, Digest head) in group.Reserved)
            {
                (_, LegFacts leg) = legs.FirstOrDefault(l => l.Channel == channel);
                Violation.Unless(leg is not null && world.Invariants.Books[channel].Batches[(int)leg.Sequence - 1].Head == head, "what is reserved is set aside", $"{legs.First().Leg.Tag}");
            }
        }

        foreach ((Digest id, LogModel.Group group) in world.Invariants.Log.Groups)
        {
            Violation.Unless(group.IsCommitted is not null, "every group ends", "a group in the log");
            // An offset that no channel set aside has the agent's own reservation alone.
            bool isOffset = group.Body.Channels.Any(c => !world.Invariants.Books.ContainsKey(c));
            Violation.Unless(isOffset || group.Body.Channels.Any(c => world.Invariants.Books[c].Legs.ContainsKey(id)), "what is reserved is set aside", "no channel has a leg of a group in the log");
        }
    }

    /// <summary>All payments of an offset settle, or none; and what they make of each bank, the agent has posted.</summary>
    private static void CheckOffsets(World world)
    {
        foreach (IGrouping<Digest, (Digest Channel, OffsetFacts Payment)> offset in world.Invariants.Books.SelectMany(static b => b.Value.Offsets.SelectMany(static o => o).Select(o => (b.Key, o))).GroupBy(static o => o.o.Group))
        {
            Violation.Unless(world.Invariants.Log.Groups.TryGetValue(offset.Key, out LogModel.Group? group) && group.IsCommitted is not null, "every group ends", "an offset of which payments were set aside");
            Violation.Unless(offset.All(o => o.Payment.IsApplied == group!.IsCommitted), "all legs of a group apply, or none", offset.First().Payment.Tag);
            Digest[] own = [.. group!.Body.Channels.Where(world.Invariants.Books.ContainsKey)];
            Violation.Unless(own.Length == group.Body.Channels.Count - 1, "an offset has a channel of the agent", $"{group.Body.Channels.Count}");
            Violation.Unless(group.IsCommitted == false || own.ToHashSet().SetEquals(offset.Select(static o => o.Channel)), "all legs of a group apply, or none", $"{offset.First().Payment.Tag} is committed and lacks a channel");
        }
    }

    /// <summary>All legs of an order settled, or none, and with them all that it expected.</summary>
    /// <returns>How many settled.</returns>
    private static int CheckOrder(World world, GroupRequest request)
    {
        Violation.Unless(request.Answer is not null, "every message is answered", request.Key);
        if (request.Answer!.Refusal is not null) return 0;
        VaultReader reader = new(World.Network, request.Bank.Id, request.Bank.VaultKey);
        List<InstructionStatus> ends = [];
        foreach (SubmittedInstruction leg in request.Answer.Instructions)
        {
            byte[] key = Convert.FromHexString(leg.Id);
            byte[] body = request.Bank.Store.Find(PayloadKind.Instructions, key) ?? throw new Violation("nothing is lost", request.Key);
            ends.Add(reader.ReadInstruction(key, body).Status);
        }

        Violation.Unless(ends.TrueForAll(static e => e is InstructionStatus.Settled or InstructionStatus.Rejected), "nothing is lost", $"{request.Key} is {string.Join(' ', ends)} for ever");
        Violation.Unless(ends.Distinct().Count() == 1, "all legs of a group apply, or none", $"{request.Key}: {string.Join(' ', ends)}");
        if (ends[0] == InstructionStatus.Rejected) return 0;
        LegFacts[] own = [.. request.Order.Legs.Select(l => LegOf(world, request, l))];
        Violation.Unless(own.All(l => l.IsApplied == true && l.Group == own[0].Group), "a status follows from the leg", request.Key);
        foreach (ActOrder expected in request.Order.Expects)
        {
            Violation.Unless(world.Invariants.Books[expected.Channel].Legs.TryGetValue(own[0].Group, out LegFacts? paid) && paid.IsApplied == true
                && Written(paid) == expected.Values["amount"] && world.Invariants.MemberOf(expected.Channel, 1 - paid.Payer) == request.Bank.Id.ToString(), "nobody pays without being paid",
                $"{request.Key}: {paid} for {expected.Values["amount"]}");
        }

        return ends.Count;
    }

    // All currencies of these worlds have cents.
    private static string Written(LegFacts leg) => string.Create(CultureInfo.InvariantCulture, $"{leg.Amount.MinorUnits / 100}.{leg.Amount.MinorUnits % 100:00} {leg.Amount.Currency}");

    private static LegFacts LegOf(World world, GroupRequest request, ActOrder order) =>
        world.Invariants.Books[order.Channel].Legs.Values.SingleOrDefault(l => l.Tag == order.Values["remittance"] && l.IsApplied == true
            && world.Invariants.MemberOf(order.Channel, l.Payer) == request.Bank.Id.ToString())
        ?? throw new Violation("a status follows from the leg", $"{request.Key} settled and no leg of it applies");
}
