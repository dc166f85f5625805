using Settlement.Contracts;
using Settlement.Tests.Properties.Contracts.Generation;

namespace Settlement.Tests.Properties.Contracts;

/// <summary>
/// Two runs of one contract with the same schedule: the same actions by the same participants at the same times. They differ only
/// in fields and parameters that one party does not read, and everything which that party receives is compared. What is
/// compared: whether each step is accepted; for a member the code and place of a refusal, for an observer that there is
/// one; the state; which fields have new versions; the movements; the values of what the party reads. Sizes need no
/// comparison of their own: every value fits the length to which its type is padded, and that is asserted.
/// What an action discloses to the party is meant to be learnt. So the runs never differ in a disclosed parameter, and
/// they end where a disclosed field differs before or after the action that discloses it, or may have had another
/// value within it because it is set more than once. Whether a position covers a movement is the same in both.
/// </summary>
internal sealed class TwoRuns
{
    private const int Steps = 12;
    private const int Draws = 10;

    private readonly Dice dice;
    private readonly Contract contract;
    private readonly Party reader;
    private readonly int[] participants;
    private DateTimeOffset now = TestOccasion.Noon;
    private State? state;
    private Value?[] left = [], right = [];

    public TwoRuns(Contract contract, Party reader, int seed)
    {
        (this.contract, this.reader) = (contract, reader);
        dice = new Dice(seed);
        participants = [.. contract.Parties.Select(p => p.IsSeveral ? dice.From(1, p.Most) : 1)];
    }

    /// <summary>What the party received differently; null when nothing was.</summary>
    public string? Difference { get; private set; }

    public int Accepted { get; private set; }

    public int Refused { get; private set; }

    /// <summary>True when something that the party does not read had different values in a step that was taken in both.</summary>
    public bool IsHiddenDifferent { get; private set; }

    public bool IsCreated => state is not null;

    public TwoRuns Run()
    {
        for (int i = 0; i < Steps && Difference is null; i++)
        {
            now += TimeSpan.FromMinutes(dice.Any([0, 1, 30, 240]));
            List<ContractAction> possible = [.. contract.Actions.Where(a => state is null ? a.Creates : a.When.Contains(state))];
            if (possible.Count == 0 || !Step(dice.Any(possible))) break;
        }

        return this;
    }

    /// <summary>False when the runs are not to be compared any further.</summary>
    private bool Step(ContractAction action)
    {
        HashSet<Field> told = [.. action.Disclosures.Where(d => d.Parties.Contains(reader)).SelectMany(d => d.Fields)];
        if (told.Any(f => action.Body.All.Count(s => s is Statement.Set set && set.Field == f) > 1)) return false;
        Value?[] fields = left, others = right, arguments = [], otherArguments = [];
        Occasion occasion = default;
        Evaluation evaluation = null!;
        int draws = action.Creates ? 3 * Draws : Draws;
        for (int i = 0; i < draws && evaluation is not Evaluation.Accepted; i++)
        {
            GeneratedValues values = new(dice, contract, participants, now) { Extremes = i < Draws / 2 ? 15 : 1 };
            if (action.Creates) (fields, others) = Pair(values, contract.Fields, told, action.IsSetAtCreation);
            (arguments, otherArguments) = Pair(values, action.Parameters, told, static _ => false);
            occasion = new Occasion(now, BusinessCalendar.Weekdays, Actor(action, fields), participants);
            evaluation = contract.Evaluate(action, state, fields, arguments, occasion);
        }

        if (told.Any(f => !Equals(Slot(f, fields, arguments), Slot(f, others, otherArguments)))) return false;
        return Compare(action, evaluation, contract.Evaluate(action, state, others, otherArguments, occasion), told, (fields, arguments), (others, otherArguments));
    }

    private bool Compare(ContractAction action, Evaluation one, Evaluation other, HashSet<Field> told, (Value?[] Fields, Value?[] Arguments) given, (Value?[] Fields, Value?[] Arguments) otherGiven)
    {
        Value?[] after = After(given.Fields, one), otherAfter = After(otherGiven.Fields, other);
        if (told.Any(f => f.Index < after.Length && !Equals(after[f.Index], otherAfter[f.Index]))) return false;
        bool differs = Enumerable.Range(0, after.Length).Any(i => !Equals(given.Fields[i], otherGiven.Fields[i])) || Enumerable.Range(0, given.Arguments.Length).Any(i => !Equals(given.Arguments[i], otherGiven.Arguments[i]));
        string seen = Seen(one, after), otherSeen = Seen(other, otherAfter);
        if (seen != otherSeen)
        {
            Difference = $"{reader.Name} tells two runs apart by '{action.Name}' (case {action.Index}) at {now:u}:\n  {Written(given)}\n    {seen}\n  {Written(otherGiven)}\n    {otherSeen}\n";
            return false;
        }

        if (one is not Evaluation.Accepted accepted)
        {
            Refused++;
            return true;
        }

        Accepted++;
        IsHiddenDifferent |= differs;
        (state, left, right) = (accepted.NextState, after, otherAfter);
        foreach (Field field in contract.Fields) CheckPadding(field, after[field.Index], otherAfter[field.Index]);
        return true;
    }

    private static void CheckPadding(Field field, params ReadOnlySpan<Value?> values)
    {
        foreach (Value? value in values)
        {
            if (value is not null) Assert.InRange(value.ToCanonical().Length, 1, field.Type.MaxCanonicalLength);
        }
    }

    private (Value?[] Left, Value?[] Right) Pair(GeneratedValues values, IReadOnlyList<Field> fields, HashSet<Field> told, Func<Field, bool> isSet)
    {
        Value?[] one = [.. fields.Select(f => isSet(f) ? null : values.Of(f))];
        // The first run is drawn until it is accepted; the second has what it gets, extremes among it.
        GeneratedValues any = new(dice, contract, participants, now) { Extremes = 30 };
        Value?[] other = [.. fields.Select((f, i) => isSet(f) ? null : f.IsReadBy(reader) || told.Contains(f) || dice.Percent(25) ? one[i] : any.Of(f))];
        return (one, other);
    }

    private Seat Actor(ContractAction action, Value?[] fields)
    {
        if (dice.Percent(3)) return new Seat(dice.From(0, contract.Parties.Count - 1));
        if (action.By.Field is { } field)
            return Slot(field, fields, []) is PartyValue value ? new Seat(contract.FindParty(value.Party)!.Index, value.Number - 1) : default;
        Party party = action.By.Party ?? dice.Any([.. contract.Members]);
        return new Seat(party.Index, dice.From(0, participants[party.Index] - 1));
    }

    private Value? Slot(Field field, Value?[] fields, Value?[] arguments) =>
        field.Index < contract.Fields.Count ? fields[field.Index] : field.Index - contract.Fields.Count < arguments.Length ? arguments[field.Index - contract.Fields.Count] : null;

    private static Value?[] After(Value?[] before, Evaluation evaluation)
    {
        Value?[] after = [.. before];
        if (evaluation is Evaluation.Accepted accepted)
        {
            foreach (FieldUpdate update in accepted.Updates) after[update.Field.Index] = update.Value;
        }

        return after;
    }

    /// <summary>All that the party receives of a step.</summary>
    private string Seen(Evaluation evaluation, Value?[] after) => evaluation switch
    {
        Evaluation.Refused refused => reader.Observes ? "refused" : $"refused {refused.Code} ({refused.Place})",
        Evaluation.Accepted accepted => $"{accepted.NextState.Name}; {string.Join(", ", accepted.Movements)}; new versions of {string.Join(", ", accepted.Updates.Select(u => u.Field.Name))}; "
            + string.Join(", ", contract.Fields.Where(f => f.IsReadBy(reader)).Select(f => $"{f.Name} {after[f.Index]}")),
        _ => throw new InvalidOperationException("An unknown evaluation."),
    };

    private static string Written((Value?[] Fields, Value?[] Arguments) given) =>
        $"[{string.Join(", ", given.Fields.Select(v => v?.Written ?? "-"))}] ({string.Join(", ", given.Arguments.Select(v => v?.Written ?? "-"))})";
}
