using System.Runtime.InteropServices;

namespace Settlement.Contracts;

/// <summary>One run of one action: the checks that come before its statements, then the statements in their order.</summary>
/// <param name="contract">The contract.</param>
/// <param name="action">One of its actions.</param>
/// <param name="reader">The party that runs it with what it reads; null for one who reads everything.</param>
/// <param name="fields">A value for each field; null for an absent one, and for one that the reader does not read.</param>
/// <param name="arguments">A value for each parameter.</param>
/// <param name="asserted">The fields' values afterwards as others say, for those that the reader cannot compute; null for none.</param>
/// <param name="occasion">Who, when, and by which calendar.</param>
[StructLayout(LayoutKind.Auto)]
internal ref struct Evaluator(
    Contract contract, ContractAction action, Party? reader, IReadOnlyList<Value?> fields, IReadOnlyList<Value?> arguments,
    IReadOnlyList<Value?>? asserted, Occasion occasion)
{
    private Frame frame = new(contract, action, reader, fields, arguments, occasion);
    private Movement[] movements = [];
    private int moved;
    private FieldUpdate?[]? updates;
    private State? next;

    public Evaluation Run(State? state)
    {
        CheckState(state);
        if (frame.Code is null) CheckValues(contract.Fields, fields, action.Creates);
        if (frame.Code is null) CheckValues(action.Parameters, arguments, given: true);
        if (frame.Code is null) CheckActor();
        if (frame.Code is null && action.Window is { } window) CheckWindow(window);
        if (frame.Code is null) Run(action.Body);
        if (frame.Code is { } code) return new Evaluation.Refused(code, $"{action.Name}: {frame.Place}");
        if (next is null) throw new InvalidOperationException($"{action.Name} came to no outcome.");
        return new Evaluation.Accepted(next, moved == movements.Length ? movements : movements[..moved],
            updates is null ? [] : [.. updates.OfType<FieldUpdate>()]);
    }

    private readonly bool Reads(Label label) => reader is null || label.Contains(reader.Index);

    private void CheckState(State? state)
    {
        if (action.Creates ? state is not null : state is null || !action.When.Contains(state)) frame.Refuse(PlatformCodes.WrongState, "when");
        if (fields.Count != contract.Fields.Count) frame.Refuse(PlatformCodes.WrongCount, "fields");
        if (arguments.Count != action.Parameters.Count) frame.Refuse(PlatformCodes.WrongCount, "parameters");
    }

    private void CheckActor()
    {
        Actor by = action.By;
        Seat actor = occasion.Actor;
        bool may = actor.Party >= 0 && actor.Party < contract.Parties.Count && actor.Number >= 0 && actor.Number < occasion.CountOf(contract.Parties[actor.Party])
            // A field of type party may name an observer, who acts nevertheless not.
            && !contract.Parties[actor.Party].Observes
            && (by.IsNetwork
                || (by.Party is { } party ? party.Index == actor.Party
                    : frame.Slot(by.Field!) is PartyValue value && frame.SeatOf(value) == actor));
        if (!may) frame.Refuse(PlatformCodes.WrongActor, "by");
    }

    private void CheckWindow(Window window)
    {
        const long SecondsOfDay = 24 * 60 * 60;
        if (frame.ValueOf(window.Moment) is not { } value) return;
        // A date's moment is its end, which is the beginning of the next day.
        long moment = value is DateTimeValue time ? time.UnixSeconds : (((DateValue)value).Date.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber + 1) * SecondsOfDay;
        if (frame.Now.UnixSeconds >= moment != window.Opens) frame.Refuse(window.Code, "window");
    }

    private void CheckValues(IReadOnlyList<Field> declared, IReadOnlyList<Value?> values, bool given)
    {
        for (int i = 0; i < declared.Count && frame.Code is null; i++)
        {
            Field field = declared[i];
            if (reader is not null && !field.IsReadBy(reader)) continue;
            if (values[i] is not { } value)
            {
                if (!field.Optional && !(given && action.IsSetAtCreation(field))) frame.Refuse(PlatformCodes.Missing, field.Name);
            }
            else if (given && action.IsSetAtCreation(field))
            {
                frame.Refuse(PlatformCodes.WrongCount, field.Name);
            }
            else if (RefusalOf(field.Type, value) is { } code)
            {
                frame.Refuse(code, field.Name);
            }
        }
    }

    private readonly string? RefusalOf(FieldType type, Value value)
    {
        if (type.Refusal(value) is { } code) return code;
        switch (type)
        {
            case PartyType: return IsParticipant((PartyValue)value) ? null : PlatformCodes.OutOfBounds;
            case EachType each when ((ListValue)value).Items.Count != occasion.CountOf(each.Party): return PlatformCodes.WrongCount;
            case ListType { Element: PartyType } or EachType { Element: PartyType }:
                foreach (Value item in ((ListValue)value).Items)
                {
                    if (!IsParticipant((PartyValue)item)) return PlatformCodes.OutOfBounds;
                }

                return null;
            default: return null;
        }
    }

    private readonly bool IsParticipant(PartyValue value) => contract.FindParty(value.Party) is { } party && value.Number <= occasion.CountOf(party);

    private void Run(Block block)
    {
        foreach (Statement statement in block.Statements)
        {
            frame.Current = statement;
            Run(statement);
            if (frame.Code is not null || next is not null) return;
        }
    }

    private void Run(Statement statement)
    {
        switch (statement)
        {
            case Statement.Require require:
                // A condition that was disclosed to a member is the assertion of those who read it.
                if (Reads(require.Readers) && frame.Holds(require.Condition) is false) frame.Refuse(require.Code);
                break;
            case Statement.Move move: Move(move); break;
            case Statement.Outcome outcome: next = outcome.State; break;
            case Statement.Issue issue:
                if (AmountOf(issue.Amount) is { } issued && PositionOf(issue.To) is { } receiver && frame.Present(issue.Posting) is TextValue posting)
                    Add(new Movement.Issue(receiver, issued, posting.Text));
                break;
            case Statement.Redeem redeem:
                if (AmountOf(redeem.Amount) is { } redeemed && PositionOf(redeem.From) is { } giver) Add(new Movement.Redeem(giver, redeemed));
                break;
            case Statement.Reserve reserve:
                if (AmountOf(reserve.Amount) is { } reserved && PositionOf(reserve.From) is { } holder) Add(new Movement.Reserve(holder, reserved));
                break;
            case Statement.Release release:
                if (AmountOf(release.Amount) is { } released && PositionOf(release.To) is { } owner) Add(new Movement.Release(owner, released));
                break;
            case Statement.Let let:
                if (Reads(let.Local.Readers)) frame.Name(let.Local, frame.ValueOf(let.Value));
                break;
            case Statement.Set set: Set(set); break;
            case Statement.Clear clear: Update(clear.Field, value: null, isAsserted: false); break;
            case Statement.If branch:
                if (frame.Holds(branch.Condition) is { } holds) Run(holds ? branch.Then : branch.Otherwise);
                break;
            case Statement.ForEachPlayer each: Repeat(each); break;
            case Statement.ForEachValue each: Repeat(each); break;
            default: throw new InvalidOperationException("An unknown statement.");
        }
    }

    private void Move(Statement.Move move)
    {
        if (AmountOf(move.Amount) is not { } amount || PositionOf(move.From) is not { } from || PositionOf(move.To) is not { } to) return;
        if (from == to) frame.Refuse(PlatformCodes.NoPosition);
        else Add(new Movement.Move(from, to, amount));
    }

    private void Set(Statement.Set set)
    {
        if (!Reads(set.Readers))
        {
            Value? said = asserted?[set.Field.Index];
            // What others say is taken, and is still of the field's type: somebody may say anything.
            if (Reads(set.Field.Readers) && (said is null ? PlatformCodes.Missing : RefusalOf(set.Field.Type, said)) is { } wrong) frame.Refuse(wrong);
            else Update(set.Field, said, isAsserted: true);
            return;
        }

        if (frame.ValueOf(set.Value) is not { } value) return;
        if (RefusalOf(set.Field.Type, value) is { } code) frame.Refuse(code);
        else Update(set.Field, value, isAsserted: false);
    }

    private void Update(Field field, Value? value, bool isAsserted)
    {
        frame.Update(field, value);
        updates ??= new FieldUpdate?[fields.Count];
        updates[field.Index] = new FieldUpdate(field, value, isAsserted);
    }

    private void Repeat(Statement.ForEachPlayer each)
    {
        int count = occasion.CountOf(each.Party);
        for (int number = 1; number <= count && frame.Code is null; number++)
        {
            frame.Name(each.Participant, new PartyValue(each.Party.Name, number));
            Run(each.Body);
        }
    }

    private void Repeat(Statement.ForEachValue each)
    {
        if (frame.ValueOf(each.List) is not ListValue list) return;
        foreach (Value item in list.Items)
        {
            if (frame.Code is not null) return;
            frame.Name(each.Element, item);
            Run(each.Body);
        }
    }

    private AmountValue? AmountOf(Expression expression)
    {
        if (frame.ValueOf(expression) is not AmountValue amount) return null;
        if (amount.Units > 0) return amount;
        frame.Refuse(PlatformCodes.NothingToMove);
        return null;
    }

    /// <summary>Only banks that act hold positions; a field of type party may name another.</summary>
    private Seat? PositionOf(Expression participant)
    {
        if (frame.SeatOf(participant) is not { } seat) return null;
        if (contract.Parties[seat.Party] is { Kind: PartyKind.Bank, Observes: false }) return seat;
        frame.Refuse(PlatformCodes.NoPosition);
        return null;
    }

    private void Add(Movement movement)
    {
        if (moved == movements.Length) Array.Resize(ref movements, moved == 0 ? Math.Max(1, action.MovementCount) : 2 * moved);
        movements[moved++] = movement;
    }
}
