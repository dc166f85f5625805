using System.Globalization;
using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Instructions;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Core.Vault.Records;

namespace Settlement.Core.Bank;

/// <summary>
/// What this bank wants of groups: its own legs, and the legs of others that it expects in its channels. It sets nothing of its own aside
/// but for a group of which an order says what becomes of every channel that the bank has in it; and there it agrees to no other leg.
/// So a commitment, for which every channel must have reserved, brings it all that it expects.
/// </summary>
internal sealed class GroupOrders(NodeContext node, BankSettings settings, ChannelBook channels, Submissions submissions, Acts acts, OffsetLegs offsets)
{
    /// <summary>Orders that are under way at a time.</summary>
    public const int MaxOrders = 4_096;

    private static readonly TimeSpan UsualLife = TimeSpan.FromMinutes(1);

    private readonly Dictionary<Digest, Order> orders = [];

    private sealed class Order(ChannelGroup group)
    {
        public ChannelGroup Group { get; } = group;

        public Dictionary<Digest, ExpectedAct> Expects { get; init; } = [];

        /// <summary>Own legs that have not ended.</summary>
        public HashSet<Digest> Own { get; } = [];
    }

    /// <summary>A leg that another bank is expected to bring.</summary>
    private sealed record ExpectedAct(ContractPlan Plan, ContractAction Action, IReadOnlyList<Value?> Values)
    {
        /// <summary>Whether it is this one: what was given of its values is equal, and the bank receives the sum of the amounts that were
        /// given and nothing else, whatever the contract makes of the values that were left out.</summary>
        public bool Is(ContractPlan plan, ContractAction action, IReadOnlyList<Value?> fields, IEnumerable<LegMovement> movements, int own)
        {
            if (!ReferenceEquals(plan, Plan) || action != Action || !Values.Select((value, i) => value is null || value.Equals(fields[i])).All(static same => same)) return false;
            Dictionary<string, Int128> receives = new(StringComparer.Ordinal);
            foreach (AmountValue amount in Values.OfType<AmountValue>()) receives[amount.Unit] = receives.GetValueOrDefault(amount.Unit) + amount.Units;
            foreach (LegMovement movement in movements.Where(m => m.Member == own)) receives[movement.Currency] = receives.GetValueOrDefault(movement.Currency) - movement.Units;
            return receives.Values.All(static left => left == 0);
        }
    }

    /// <summary>Takes an order: all of its legs are on their way, or none.</summary>
    public void Take(BankInput.OrderGroup input)
    {
        if (submissions.TryRepeat(input.CallId, input.IdempotencyKey, input.Body)) return;
        GroupOrder wanted = input.Order;
        if (orders.Count >= MaxOrders)
        {
            submissions.Refuse(input.CallId, ChannelCodes.MailboxFull);
            return;
        }

        (string Code, string Place)? refusal = Read(wanted, out ChannelGroup? group);
        Dictionary<Digest, ExpectedAct> expects = [];
        refusal ??= Check(wanted, group!, expects);
        if (refusal is { } known)
        {
            submissions.Refuse(input.CallId, known.Code, known.Place);
            return;
        }

        List<(ChannelSide Channel, JudgedAct? Act, (string Code, string Place)? Refusal)> legs = [.. wanted.Legs.Select(Judge)];
        bool stands = legs.TrueForAll(static leg => leg.Refusal is null);
        Order order = new(group!) { Expects = expects };
        submissions.Accept(input.CallId, input.IdempotencyKey, input.Body, legs.Count, (id, messageKey, i) =>
        {
            (ChannelSide channel, JudgedAct? act, (string Code, string Place)? fault) = legs[i];
            ActOrder leg = wanted.Legs[i];
            // What is refused takes the others with it.
            if (!stands) return acts.Enter(id, messageKey, leg, channel, leg.Contract!, fault ?? (GroupCodes.Aborted, ""));
            acts.Enqueue(id, channel, act!, group, Keep(expects));
            order.Own.Add(channel.Id);
            return acts.Enter(id, messageKey, leg, channel, leg.Contract!, null);
        }, stands ? group!.Id : null);
        if (stands) orders.Add(group!.Id, order);
    }

    /// <summary>The groups that this bank's channels hold legs of, or that it has an order for.</summary>
    public GroupList List(GroupDesk desk)
    {
        SortedDictionary<Digest, GroupView> views = [];
        foreach (Order order in orders.Values) views[order.Group.Id] = new GroupView(order.Group.Id, order.Group.Channels, order.Group.ExpiresAt, IsOrdered: true, null, []);
        foreach (ChannelSide channel in channels.All)
        {
            // What is cut for a cycle is seen there.
            foreach (HeldLeg leg in channel.OpenLegs.Where(static leg => leg.Entry is not null))
            {
                GroupView view = views.GetValueOrDefault(leg.Group.Id) ?? new GroupView(leg.Group.Id, leg.Group.Channels, leg.Group.ExpiresAt, IsOrdered: false, null, []);
                views[leg.Group.Id] = view with { IsCommitted = desk.DecisionOf(leg.Group.Id), Legs = [.. view.Legs, View(channel, leg.Entry!, leg.Sequence)] };
            }
        }

        return new GroupList([.. views.Values]);
    }

    /// <summary>What this bank has against legs of groups in a channel.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="broken">Offsets of which not all payments stand.</param>
    public BatchLegs.Objection ForBatch(ChannelSide channel, IReadOnlySet<Digest> broken) => (entry, movements) =>
    {
        if (entry.Offset is not null) return offsets.Against(channel, entry, broken);
        if (entry.Actor == channel.Context.Own) return null;
        bool isExpected = orders.TryGetValue(entry.Group!.Id, out Order? order)
            ? order.Expects.TryGetValue(channel.Id, out ExpectedAct? expected) && expected.Is(entry.Plan, entry.Action, entry.Fields, movements, channel.Context.Own)
            : movements.All(m => m.Member != channel.Context.Own || m.Units > 0);
        return isExpected ? null : GroupCodes.LegUnexpected;
    };

    /// <summary>An own leg has ended.</summary>
    public void End(ChannelSide channel, Command.Own leg)
    {
        if (leg.Group is not { } group || !orders.TryGetValue(group.Id, out Order? order)) return;
        order.Own.Remove(channel.Id);
        if (order.Own.Count == 0) orders.Remove(group.Id);
    }

    /// <summary>Takes up an own leg that was under way before a restart.</summary>
    public void Restore(ChannelSide channel, Command.Own leg, ActRow row)
    {
        if (leg.Group is not { } group) return;
        if (!orders.TryGetValue(group.Id, out Order? order)) orders.Add(group.Id, order = new Order(group) { Expects = Read(row.Expects) });
        order.Own.Add(channel.Id);
    }

    /// <summary>The group that is meant; else what is wrong, and its place in the words of the API.</summary>
    private (string Code, string Place)? Read(GroupOrder wanted, out ChannelGroup? group)
    {
        group = null;
        if (wanted.Group is { } known)
        {
            if (Held(known).FirstOrDefault() is not (_, { } leg)) return (LedgerCodes.UnknownGroup, "group");
            group = leg.Group;
            return group.ExpiresAt <= node.Now ? (GroupCodes.OutOfTime, "group") : null;
        }

        Digest[] all = [.. wanted.Channels.Concat(wanted.Legs.Concat(wanted.Expects).Select(static leg => leg.Channel)).Distinct()];
        TimeSpan life = wanted.Life ?? UsualLife;
        if (life <= TimeSpan.Zero || life > HeldLeg.LongestHold - node.Parts.Settings.LongestRetry) return (GroupCodes.OutOfTime, "lifeSeconds");
        byte[] nonce = new byte[Digest.Length];
        node.Entropy.Fill(nonce);
        ByteString body = ChannelGroup.Of(node.Network, all, DateTimeOffset.FromUnixTimeMilliseconds((node.Now + life).ToUnixTimeMilliseconds()), new Digest(nonce)).ToByteString();
        return ChannelGroup.TryRead(body, node.Network, out group, out _) ? null : (GroupCodes.LegMissing, "channels");
    }

    /// <summary>Whether the order says of every own channel of the group what its leg is, and nothing of others.</summary>
    private (string Code, string Place)? Check(GroupOrder wanted, ChannelGroup group, Dictionary<Digest, ExpectedAct> expects)
    {
        if (orders.ContainsKey(group.Id)) return (GroupCodes.OrderRepeated, "group");
        if (wanted.Legs.Count == 0) return (GroupCodes.LegMissing, "legs");
        HashSet<Digest> named = [];
        foreach ((Digest channel, string place) in wanted.Legs.Select(static (leg, i) => (leg.Channel, Place("legs", i, "channel"))).Concat(wanted.Expects.Select(static (leg, i) => (leg.Channel, Place("expects", i, "channel")))))
        {
            if (!channels.TryGet(channel, out _) || !group.Channels.Contains(channel) || !named.Add(channel)) return (GroupCodes.LegMissing, place);
        }

        if (channels.All.Any(channel => group.Channels.Contains(channel.Id) && !named.Contains(channel.Id))) return (GroupCodes.LegMissing, "expects");
        foreach ((int i, ActOrder leg) in wanted.Expects.Index())
        {
            if (Read(leg, out ExpectedAct? expected) is { } fault) return (fault.Code, Place("expects", i, fault.Place));
            expects.Add(leg.Channel, expected!);
        }

        foreach ((int i, ActOrder leg) in wanted.Legs.Index())
        {
            if (channels.TryGet(leg.Channel, out ChannelSide? shut) && shut.IsShut) return (ChannelCodes.ChannelClosed, Place("legs", i, "channel"));
            if (channels.TryGet(leg.Channel, out ChannelSide? channel) && channel.Mailbox.Count >= settings.MaxMailbox) return (ChannelCodes.MailboxFull, Place("legs", i, "channel"));
        }

        foreach ((Digest channel, HeldLeg leg) in Held(group.Id))
        {
            if (!expects.TryGetValue(channel, out ExpectedAct? expected) || leg.Entry is not { } entry || !expected.Is(entry.Plan, entry.Action, entry.Values, leg.Changes, OwnIn(channel))) return (GroupCodes.LegUnexpected, "expects");
        }

        return channels.All.Any(channel => IsOnItsWay(channel, group.Id, expects.GetValueOrDefault(channel.Id))) ? (GroupCodes.LegUnexpected, "expects") : null;
    }

    private static string Place(string list, int index, string member) => string.Create(CultureInfo.InvariantCulture, $"{list}[{index}].{member}");

    /// <summary>Whether a leg of the group, and not the expected one, is in the batch in flight.</summary>
    private static bool IsOnItsWay(ChannelSide channel, Digest group, ExpectedAct? expected)
    {
        if (channel.InFlight is not { } batch || !batch.Slots.Any(slot => slot is { Refusal: null, Entry.Group: { } of } && of.Id == group)) return false;
        // Where it is not known what it moves, it is not known to be the expected one.
        return (batch.Agreed ?? batch.Proposed)?.State.Legs.GetValueOrDefault(group) is not { Entry: { } entry } leg
            || expected?.Is(entry.Plan, entry.Action, entry.Values, leg.Changes, channel.Context.Own) != true;
    }

    private int OwnIn(Digest channel) => channels.TryGet(channel, out ChannelSide? side) ? side.Context.Own : throw new InvalidOperationException("A held leg is of an own channel.");

    private IEnumerable<(Digest Channel, HeldLeg Leg)> Held(Digest group)
    {
        foreach (ChannelSide channel in channels.All)
        {
            if (channel.State.Legs.TryGetValue(group, out HeldLeg? leg)) yield return (channel.Id, leg);
        }
    }

    private (ChannelSide Channel, JudgedAct? Act, (string Code, string Place)? Refusal) Judge(ActOrder leg)
    {
        channels.TryGet(leg.Channel, out ChannelSide? channel);
        (string Code, string Place)? refusal = acts.Judge(leg, channel!, out JudgedAct? act);
        return (channel!, act, refusal);
    }

    /// <summary>An expectation gives every amount, since it is what the bank pays for.</summary>
    private (string Code, string Place)? Read(ActOrder leg, out ExpectedAct? expected)
    {
        expected = null;
        if (!channels.TryGet(leg.Channel, out ChannelSide? channel) || channel.Terms.Contracts.FirstOrDefault(c => c.Contract.Name == leg.Contract) is not { } plan) return (BankCodes.NoSuchContract, "contract");
        if (plan.Contract.FindAction(leg.Action, null) is not { } action) return (BankCodes.NoSuchAction, "action");
        if (!Acts.TryRead(plan.Contract.Fields, leg.Values, out Value?[] values, out string unreadable)) return (BankCodes.ValueUnreadable, $"values.{unreadable}");
        if (plan.Contract.Fields.FirstOrDefault(field => field.Type is MoneyType or QuantityType && !field.Optional && !action.Updates.Contains(field) && values[field.Index] is null) is { } absent)
            return (GroupCodes.LegMissing, $"values.{absent.Name}");
        expected = new ExpectedAct(plan, action, values);
        return null;
    }

    private static List<ExpectedLeg> Keep(Dictionary<Digest, ExpectedAct> expects) => [.. expects.Select(static e =>
    {
        ExpectedLeg row = new() { Channel = ByteString.CopyFrom(e.Key.ToArray()), ContractHash = ByteString.CopyFrom(e.Value.Plan.Contract.Hash), Action = (uint)e.Value.Action.Index };
        row.Values.Add(KeptValues.Write(e.Value.Values));
        return row;
    })];

    private Dictionary<Digest, ExpectedAct> Read(IEnumerable<ExpectedLeg> rows) => rows.ToDictionary(static row => new Digest(row.Channel.Span), row =>
        channels.TryGet(new Digest(row.Channel.Span), out ChannelSide? channel) && channel.Terms.TryFindContract(row.ContractHash.Span, out ContractPlan? plan)
            ? new ExpectedAct(plan, plan.Contract.Actions[(int)row.Action], KeptValues.Read(plan.Contract.Fields, row.Values))
            : throw new InvalidOperationException("A leg is expected of no contract of its channel."));

    private static LegView View(ChannelSide channel, LegEntry leg, long sequence) => new(channel.Id, leg.Id, sequence, leg.Plan.Contract.Name, leg.Action.Name, leg.Actor == channel.Context.Own,
        [.. leg.Plan.Contract.Fields.Select(field => (field.Name, leg.Values[field.Index] is { } value ? ValueText.Write(value) : null))]);
}
