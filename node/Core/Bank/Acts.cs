using System.Buffers.Binary;
using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Instructions;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;

namespace Settlement.Core.Bank;

/// <summary>
/// Takes actions of contracts that the back office names. Where an instance stands lies in the rows of its newest entry's batch, so
/// an order on one waits a drain: first it is found which batch that is, then the batch is read and the order judged.
/// </summary>
internal sealed class Acts(NodeContext node, BankSettings settings, ChannelBook channels, Submissions submissions, Intake intake)
{
    private const int MaxLooks = 4_096;
    private readonly Queue<(BankInput.Act Act, ChannelSide Channel, EntryId Newest, long Sequence)> looks = new();

    /// <summary>Whether orders wait for the rows of their instances.</summary>
    public bool HasLooks => looks.Count > 0;

    /// <summary>The rows that tell which batch has the instance's newest entry.</summary>
    public IEnumerable<PayloadKey> Needs(BankInput.Act act) => act.Order.Instance is not { } instance ? submissions.Needs(act.IdempotencyKey)
        : [.. submissions.Needs(act.IdempotencyKey), InstanceRows.Key(act.Order.Channel, instance), Objections.EntryFact(instance)];

    /// <summary>The rows of those batches, for as many orders as a drain looks at.</summary>
    public IEnumerable<PayloadKey> NeedsOfLooks() => looks.Take(BankSettings.LargestActs).SelectMany(static look => (PayloadKey[])
        [InstanceRows.Key(look.Channel.Id, look.Act.Order.Instance!.Value), Objections.EntryFact(look.Newest), .. InstanceRows.BatchKeys(look.Channel.Id, look.Sequence)])
        .Concat(looks.Take(BankSettings.LargestActs).SelectMany(look => submissions.Needs(look.Act.IdempotencyKey)));

    /// <summary>Takes an order; it is answered once its instance was read.</summary>
    public void Take(BankInput.Act act)
    {
        if (submissions.TryRepeat(act.CallId, act.IdempotencyKey, act.Body)) return;
        if (!channels.TryGet(act.Order.Channel, out ChannelSide? channel))
        {
            submissions.Refuse(act.CallId, ChannelCodes.ChannelUnknown);
            return;
        }

        if (channel.IsShut)
        {
            submissions.Refuse(act.CallId, ChannelCodes.ChannelClosed);
            return;
        }

        if (looks.Count >= MaxLooks || channel.Mailbox.Count >= settings.MaxMailbox)
        {
            submissions.Refuse(act.CallId, ChannelCodes.MailboxFull);
            return;
        }

        if (act.Order.Instance is { } instance) Look(act, channel, instance);
        else Create(act, channel);
    }

    /// <summary>Judges the orders whose rows were read for this step.</summary>
    public void Judge()
    {
        for (int left = Math.Min(looks.Count, BankSettings.LargestActs); left > 0; left--)
        {
            (BankInput.Act act, ChannelSide channel, EntryId newest, long sequence) = looks.Dequeue();
            if (submissions.TryRepeat(act.CallId, act.IdempotencyKey, act.Body)) continue;
            EntryId named = act.Order.Instance!.Value;
            if (channel.IsShut)
            {
                submissions.Refuse(act.CallId, ChannelCodes.ChannelClosed);
            }
            else if (InstanceRows.Newest(node, channel.Id, named) is { } row && row.Sequence != sequence)
            {
                // It moved on meanwhile.
                Look(act, channel, named);
            }
            else if (InstanceRows.Read(node, channel, newest, sequence) is { } instance && instance.Id == named)
            {
                submissions.Accept(act.CallId, act.IdempotencyKey, act.Body, items: 1, (id, messageKey, _) =>
                    Enter(id, messageKey, act.Order, channel, instance.Plan.Contract.Name, Process(id, channel, Judge(act.Order, channel, instance, out JudgedAct? judged), judged)));
            }
            else
            {
                submissions.Refuse(act.CallId, ChannelCodes.InstanceUnknown);
            }
        }
    }

    /// <summary>What a restart needs of an action that waits.</summary>
    public static ActRow Keep(Command.Own own)
    {
        ActRow row = new() { ContractHash = ByteString.CopyFrom(own.Plan.Contract.Hash), Action = (uint)own.Action.Index, GroupBody = own.Group?.Body ?? ByteString.Empty };
        row.Expects.Add(own.Expects);
        if (own.Before is { } before) row.Before = InstanceRows.Keep(before);
        row.Values.Add(KeptValues.Write(own.Values));
        if (own.Reserved is { } reserved) row.Reserved.Add(new[] { reserved }.Concat(own.AlsoReserved).Select(static a => new KeptAmount { Unit = a.Unit, Units = a.Units }));
        return row;
    }

    /// <summary>The command that such a row stands for.</summary>
    public static Command.Own Rebuild(byte[] key, ActRow row, ChannelSide channel)
    {
        ChannelGroup? group = null;
        if (!row.GroupBody.IsEmpty && !ChannelGroup.TryRead(row.GroupBody, channel.Terms.Network, out group, out _)) throw new InvalidOperationException("A leg waits that is of no group.");
        if (!channel.Terms.TryFindContract(row.ContractHash.Span, out ContractPlan? plan)) throw new InvalidOperationException("An action waits that is of no contract of its channel.");
        ContractAction action = plan.Contract.Actions[(int)row.Action];
        AmountValue[] reserved = [.. row.Reserved.Select(static kept => KeptValues.Amount(kept.Unit, kept.Units))];
        return new Command.Own(key, plan, action, KeptValues.Read(plan.FieldsOf(action), row.Values), reserved.FirstOrDefault())
        {
            IsAct = true, Before = row.Before is null ? null : InstanceRows.Restore(channel.Terms, row.Before), AlsoReserved = [.. reserved.Skip(1)],
            Group = group, Expects = row.Expects,
        };
    }

    /// <summary>Judges an order that creates an instance, as the leg of a group.</summary>
    /// <returns>Null where it stands, else the reason and its place.</returns>
    public (string Code, string Place)? Judge(ActOrder order, ChannelSide channel, out JudgedAct? act)
    {
        act = null;
        if (order.Instance is not null || channel.Terms.Contracts.FirstOrDefault(c => c.Contract.Name == order.Contract) is not { } plan) return (BankCodes.NoSuchContract, "contract");
        return Judge(order, channel, plan, isLeg: true, out act);
    }

    /// <summary>An action is on its way.</summary>
    /// <param name="group">The group whose leg it is; null where it stands for itself.</param>
    /// <param name="expects">The legs of others that are expected of the group.</param>
    public void Enqueue(byte[] id, ChannelSide channel, JudgedAct act, ChannelGroup? group, IReadOnlyList<ExpectedLeg> expects)
    {
        Command.Own own = new(id, act.Plan, act.Action, act.Values, act.Taken.FirstOrDefault())
        {
            IsAct = true, Before = act.Before, AlsoReserved = [.. act.Taken.Skip(1)], Group = group, Expects = expects,
        };
        channel.Enqueue(own);
        WaitingRows.WriteInstruction(node, channel.Id, own);
    }

    /// <summary>Takes up an order that was judged.</summary>
    public SubmittedInstruction Enter(byte[] id, byte[] messageKey, ActOrder order, ChannelSide channel, string contract, (string Code, string Place)? refusal)
    {
        InstructionRow row = new()
        {
            MessageRow = ByteString.CopyFrom(messageKey), ReceivedUnixMs = node.NowUnixMs, Channel = ByteString.CopyFrom(channel.Id.ToArray()),
            Contract = contract, Action = order.Action,
        };
        if (order.Instance is { } instance) row.Instance = ByteString.CopyFrom(instance.ToArray());
        if (refusal is { } known) row.Place = known.Place;
        return intake.Enter(id, row, refusal is null ? InstructionStatus.Accepted : InstructionStatus.Rejected, refusal?.Code);
    }

    private void Look(BankInput.Act act, ChannelSide channel, EntryId instance)
    {
        if (InstanceRows.Newest(node, channel.Id, instance) is { } row) looks.Enqueue((act, channel, new EntryId(new Digest(row.Newest.Span)), row.Sequence));
        else if (node.Find(Objections.EntryFact(instance)) is { Length: sizeof(long) } fact) looks.Enqueue((act, channel, instance, BinaryPrimitives.ReadInt64BigEndian(fact)));
        else if (act.Order.Sequence >= 1 && act.Order.Sequence <= channel.Sequence) looks.Enqueue((act, channel, instance, act.Order.Sequence));
        else submissions.Refuse(act.CallId, ChannelCodes.InstanceUnknown);
    }

    private void Create(BankInput.Act act, ChannelSide channel)
    {
        if (channel.Terms.Contracts.FirstOrDefault(c => c.Contract.Name == act.Order.Contract) is not { } plan)
        {
            submissions.Refuse(act.CallId, BankCodes.NoSuchContract);
            return;
        }

        submissions.Accept(act.CallId, act.IdempotencyKey, act.Body, items: 1, (id, messageKey, _) =>
            Enter(id, messageKey, act.Order, channel, plan.Contract.Name, Process(id, channel, Judge(act.Order, channel, plan, isLeg: false, out JudgedAct? judged), judged)));
    }

    private (string Code, string Place)? Process(byte[] id, ChannelSide channel, (string Code, string Place)? refusal, JudgedAct? act)
    {
        if (act is not null) Enqueue(id, channel, act, null, []);
        return refusal;
    }

    /// <summary>Null when the action on an instance stands, else the reason and its place.</summary>
    private (string Code, string Place)? Judge(ActOrder order, ChannelSide channel, Instance instance, out JudgedAct? act)
    {
        act = null;
        Contract contract = instance.Plan.Contract;
        if (contract.FindAction(order.Action) is not { Creates: false }) return (BankCodes.NoSuchAction, "action");
        if (contract.FindAction(order.Action, instance.State) is not { } action) return (PlatformCodes.WrongState, $"{order.Action}: when");
        if (channel.IsUnderWay(instance.Id)) return (ChannelCodes.InstanceBusy, "instance");
        if (!TryRead(action.Parameters, order.Values, out Value?[] arguments, out string unreadable)) return (BankCodes.ValueUnreadable, unreadable);
        Seat self = new(ContractPlan.PartyOf(instance.Parties, channel.Context.Own));
        return Run(channel, instance.Plan, action, instance, instance.Fields, arguments, self, out act);
    }

    /// <summary>The same of one that creates an instance.</summary>
    private (string Code, string Place)? Judge(ActOrder order, ChannelSide channel, ContractPlan plan, bool isLeg, out JudgedAct? act)
    {
        act = null;
        Contract contract = plan.Contract;
        if (contract.FindAction(order.Action, null) is not { } action) return (BankCodes.NoSuchAction, "action");
        // A transfer pays one bank, so that a payment of a group comes through this door.
        if ((!isLeg && PaymentContract.Find(channel.Terms)?.Action == action) || PaymentContract.FindFunding(channel.Terms)?.Action == action || action.Redeems) return (BankCodes.HasDoorOfItsOwn, "action");
        if (!TryRead([.. plan.FieldsOf(action)], order.Values, out Value?[] values, out string unreadable)) return (BankCodes.ValueUnreadable, unreadable);
        // What the action sets it sets alone, also where it sets it only in some cases.
        if (action.Updates.FirstOrDefault(f => values[f.Index] is not null) is { } set) return (PlatformCodes.WrongCount, $"{action.Name}: {set.Name}");
        if (plan.PartiesFor(action, values, channel.Context.Own) is not { } parties) return (PlatformCodes.WrongActor, $"{action.Name}: by");
        Seat self = new(ContractPlan.PartyOf(parties, channel.Context.Own));
        return Run(channel, plan, action, null, values[..contract.Fields.Count], values[contract.Fields.Count..], self, out act);
    }

    private (string Code, string Place)? Run(ChannelSide channel, ContractPlan plan, ContractAction action, Instance? before, IReadOnlyList<Value?> fields, Value?[] arguments, Seat self, out JudgedAct? act)
    {
        act = null;
        switch (plan.Contract.Evaluate(action, before?.State, fields, arguments, ContractPlan.Occasion(self, node.NowUnixMs)))
        {
            case Evaluation.Refused refused:
                return (refused.Code, refused.Place);
            case Evaluation.Accepted accepted:
                // A sum that no position holds is refused before it is added up.
                if (!accepted.Movements.All(m => channel.Terms.Holdings.Contains(m.Amount.Unit))) return (ReasonCodes.CurrencyNotProcessable, $"{action.Name}: move");
                List<AmountValue> taken = Taken(accepted.Movements, self.Party);
                if (!taken.TrueForAll(channel.Covers)) return (ReasonCodes.InsufficientFunds, $"{action.Name}: move");
                act = new JudgedAct(plan, action, before, After(fields, accepted.Updates, arguments), taken);
                return null;
            default:
                throw new InvalidOperationException("An unknown evaluation.");
        }
    }

    /// <summary>The values of some fields by their names; else what cannot be read. A value that is left out is absent.</summary>
    public static bool TryRead(IReadOnlyList<Field> fields, IReadOnlyDictionary<string, string> texts, out Value?[] values, out string unreadable)
    {
        values = new Value?[fields.Count];
        unreadable = texts.Keys.Where(name => fields.All(f => f.Name != name)).Order(StringComparer.Ordinal).FirstOrDefault() ?? "";
        for (int i = 0; i < values.Length && unreadable.Length == 0; i++)
        {
            if (texts.TryGetValue(fields[i].Name, out string? text) && !ValueText.TryRead(fields[i].Type, text, out values[i])) unreadable = fields[i].Name;
        }

        return unreadable.Length == 0;
    }

    private static IReadOnlyList<Value?> After(IReadOnlyList<Value?> before, IReadOnlyList<FieldUpdate> updates, IReadOnlyList<Value?> arguments)
    {
        Value?[] values = [.. before, .. arguments];
        foreach (FieldUpdate update in updates) values[update.Field.Index] = update.Value;
        return values;
    }

    /// <summary>The most that the movements take of a party's position on their way, by currency. What they release counts, what comes in
    /// from others does not.</summary>
    private static List<AmountValue> Taken(IReadOnlyList<Movement> movements, int party)
    {
        SortedDictionary<string, (Int128 Now, Int128 Most)> taken = new(StringComparer.Ordinal);
        foreach (Movement movement in movements)
        {
            int sign = movement switch
            {
                Movement.Move move when move.From.Party == party => 1,
                Movement.Reserve reserve when reserve.From.Party == party => 1,
                Movement.Release release when release.To.Party == party => -1,
                _ => 0,
            };
            (Int128 now, Int128 most) = taken.GetValueOrDefault(movement.Amount.Unit);
            now += sign * (Int128)movement.Amount.Units;
            taken[movement.Amount.Unit] = (now, Int128.Max(now, most));
        }

        return [.. taken.Where(static t => t.Value.Most > 0).Select(static t => KeptValues.Amount(t.Key, (long)Int128.Min(t.Value.Most, long.MaxValue)))];
    }
}
