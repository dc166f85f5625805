namespace Settlement.Contracts;

/// <summary>Runs one row of a scenario table and compares what it expects with what comes.</summary>
internal sealed class ScenarioRow(Contract contract, ScenarioSetting setting, ScenarioColumns columns, Dictionary<string, string> cells)
{
    private const string Nothing = "nothing";

    /// <summary>Runs it on the story's instance, or on one of its own outside of stories.</summary>
    /// <exception cref="ScenarioProblemException">When the row cannot be run.</exception>
    public (string Expected, string Actual, bool Holds) Run(ScenarioInstance? story)
    {
        ScenarioInstance? instance = story;
        State? state = instance is null ? StateOf(cells[ScenarioColumns.Given]) : StoryStateOf(instance);
        string name = cells[ScenarioColumns.Action];
        ContractAction action = contract.FindAction(name, state) ?? contract.FindAction(name) ?? throw new ScenarioProblemException($"there is no action '{name}'");
        // A story's instance has its values; others begin with the usual ones, changed or not.
        bool suppliesFields = instance is null || (action.Creates && state is null);
        var (values, changed) = ValuesOf(action, suppliesFields);
        Value?[] fields = [.. contract.Fields.Select(f => action.Creates && action.IsSetAtCreation(f) && !changed.Contains(f.Name) ? null : values.GetValueOrDefault(f.Name))];
        Value?[] arguments = [.. action.Parameters.Select(p => values.GetValueOrDefault(p.Name))];
        instance ??= new ScenarioInstance(contract, state, fields, setting.Moment);
        Occasion occasion = setting.OccasionOf(MomentOf(instance, isStory: story is not null), ActorOf(action, suppliesFields ? fields : instance.Fields));
        Evaluation evaluation = instance.Take(action, fields, arguments, occasion);
        return Compare(evaluation, action, instance, arguments);
    }

    private State? StateOf(string given) => given == Nothing ? null
        : given.Length == 0 ? throw new ScenarioProblemException("a row outside of a story names its state in a column 'given'")
        : contract.FindState(given) ?? throw new ScenarioProblemException($"there is no state '{given}'; '{Nothing}' stands for no instance");

    private State? StoryStateOf(ScenarioInstance instance)
    {
        string given = cells[ScenarioColumns.Given];
        if (given.Length > 0 && StateOf(given) != instance.State) throw new ScenarioProblemException($"the instance of this story stands in {instance.State?.Name ?? Nothing}");
        return instance.State;
    }

    private (Dictionary<string, Value?> Values, HashSet<string> Changed) ValuesOf(ContractAction action, bool suppliesFields)
    {
        Dictionary<string, Value?> values = setting.Usual();
        HashSet<string> changed = new(StringComparer.Ordinal);
        foreach (string change in ScenarioText.Pieces(cells[ScenarioColumns.Changed], ';'))
        {
            string name = ScenarioSetting.Assign(change, values, contract.Fields.Concat(action.Parameters).Concat(contract.Actions.SelectMany(a => a.Parameters)));
            if (!suppliesFields && contract.FindField(name) is not null)
                throw new ScenarioProblemException($"'{name}' is the instance's already; after its first row only parameters are supplied");
            if (!changed.Add(name)) throw ScenarioSetting.GivenTwice(name);
        }

        return (values, changed);
    }

    private DateTimeOffset MomentOf(ScenarioInstance instance, bool isStory)
    {
        string at = cells[ScenarioColumns.At];
        if (at.Length == 0) return instance.Moment;
        DateTimeOffset moment = ScenarioSetting.MomentOf(at);
        if (isStory && instance.State is not null && moment < instance.Moment) throw new ScenarioProblemException("time does not go back within a story");
        return moment;
    }

    /// <summary>Who may act, unless the row says who does: the first of several, and the first member for the network.</summary>
    private Seat ActorOf(ContractAction action, IReadOnlyList<Value?> fields)
    {
        if (cells[ScenarioColumns.By] is { Length: > 0 } by) return setting.SeatOf(by);
        if (action.By.Party is { } party) return new Seat(party.Index);
        if (action.By.Field is { } field && (field.Index < fields.Count ? fields[field.Index] : null) is PartyValue named && contract.FindParty(named.Party) is { } acting)
            return new Seat(acting.Index, named.Number - 1);
        return new Seat(contract.Members.First().Index);
    }

    private (string Expected, string Actual, bool Holds) Compare(Evaluation evaluation, ContractAction action, ScenarioInstance instance, Value?[] arguments)
    {
        List<(string Expected, string Actual)> differences = [];
        string expected = string.Join("; ", ScenarioText.Pieces(cells[ScenarioColumns.Outcome], ';')), actual = ScenarioTable.Written(contract, evaluation);
        // The place of a refusal may be left out.
        if (expected != actual && !(evaluation is Evaluation.Refused refused && expected == $"refused {refused.Code}")) differences.Add((expected, actual));
        if (cells[ScenarioColumns.Positions] is { Length: > 0 } positions && !instance.Positions.Are(positions))
            differences.Add(($"{ScenarioColumns.Positions}: {positions}", $"{ScenarioColumns.Positions}: {instance.Positions.Written}"));
        foreach (var (column, participant) in columns.Views)
        {
            Party reader = contract.Parties[setting.SeatOf(participant).Party];
            ScenarioView view = ScenarioView.Of(contract, reader, action, evaluation, instance.Fields, arguments);
            if (cells[column].Length > 0 && !view.Is(cells[column])) differences.Add(($"{column}: {cells[column]}", $"{column}: {view.Written}"));
        }

        return differences.Count == 0 ? (expected, actual, true)
            : (string.Join(" | ", differences.Select(d => d.Expected)), string.Join(" | ", differences.Select(d => d.Actual)), false);
    }
}
