using Settlement.Contracts;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Reading;
using Settlement.Tests.Bank;
using Settlement.Tests.Properties.Contracts.Generation;

namespace Settlement.Tests.Properties.Channels;

/// <summary>An action that a bank takes in a world, and what its hidden values are in the other one.</summary>
/// <param name="ByAlpha">Whether Alpha takes it.</param>
/// <param name="Instance">The how many-eth instance; null where it creates one.</param>
/// <param name="Action">The action's name.</param>
/// <param name="Values">What is handed in.</param>
/// <param name="Others">What is handed in in the other world.</param>
/// <param name="Pause">How long nothing more happens.</param>
internal sealed record ContractStep(bool ByAlpha, int? Instance, string Action, Dictionary<string, string> Values, Dictionary<string, string> Others, TimeSpan Pause);

/// <summary>A world in which two banks act on instances of one contract.</summary>
internal sealed class ContractRun
{
    private const int MostSteps = 8;
    private const int Draws = 30;
    private const long Funds = 100_000_000;

    private static readonly int[] Participants = [1, 1, 1];

    private readonly Contract contract;
    private readonly TwoBanks world;
    private readonly Dice dice;
    private readonly List<(EntryId Id, long Sequence)?> created = [];
    private readonly List<Standing> instances = [];

    public ContractRun(Contract contract, int seed)
    {
        this.contract = contract;
        dice = new Dice(seed);
        world = new TwoBanks(seed, contracts: [ContractLibrary.Load("GrossPayment").Source, ContractLibrary.Load("PoolFunding").Source, contract.Source]).Open();
        world.Fund(world.Alpha, Funds).Fund(world.Beta, Funds);
        Receipts = new SupervisorReceipts(world);
    }

    public List<ContractStep> Steps { get; } = [];

    /// <summary>What became of each step.</summary>
    public List<string> Outcomes { get; } = [];

    public SupervisorReceipts Receipts { get; }

    public string Audit { get; private set; } = "";

    private Party Supervisor => contract.Parties.Single(static p => p.Observes);

    /// <summary>Where an instance stands in both worlds, and which bank plays the first party.</summary>
    private sealed record Standing(int Number, Party OfAlpha, State State, Value?[] Values, Value?[] Others);

    /// <summary>Draws steps and takes them.</summary>
    public void Draw()
    {
        for (int i = 0; i < MostSteps; i++)
        {
            Standing? on = instances.Count > 0 && dice.Percent(70) ? dice.Any(instances) : null;
            List<ContractAction> possible = [.. contract.Actions.Where(a => on is null ? a.Creates : a.When.Contains(on.State))];
            if (possible.Count > 0) Draw(on, dice.Any(possible));
        }

        End();
    }

    /// <summary>Takes the same steps with the other values.</summary>
    public void Follow(IReadOnlyList<ContractStep> steps)
    {
        foreach (ContractStep step in steps) Take(step with { Values = step.Others });
        End();
    }

    private void End()
    {
        world.Pass(TimeSpan.FromSeconds(10));
        Audit = Receipts.Audit();
        world.Dispose();
    }

    private void Draw(Standing? on, ContractAction action)
    {
        HashSet<Field> told = [.. action.Disclosures.Where(d => d.Parties.Contains(Supervisor)).SelectMany(d => d.Fields)];
        Party ofAlpha = on?.OfAlpha ?? dice.Any([.. contract.Members]);
        for (int i = 0; i < Draws; i++)
        {
            GeneratedValues values = new(dice, contract, Participants, world.Now) { Extremes = 1 };
            (Value?[] fields, Value?[] others) = on is null ? Pair(values, contract.Fields, told, f => action.Updates.Contains(f)) : (on.Values, on.Others);
            (Value?[] arguments, Value?[] otherArguments) = Pair(values, action.Parameters, told, static _ => false);
            if (ActorOf(action, fields) is not { } actor) continue;
            Occasion occasion = ContractPlan.Occasion(new Seat(actor.Index), world.Now.ToUnixTimeMilliseconds());
            // Refusals are of interest, too, but not many of them.
            if (contract.Evaluate(action, on?.State, fields, arguments, occasion) is not Evaluation.Accepted accepted && !dice.Percent(3)) continue;
            Evaluation one = contract.Evaluate(action, on?.State, fields, arguments, occasion), other = contract.Evaluate(action, on?.State, others, otherArguments, occasion);
            Value?[] after = After(fields, one), otherAfter = After(others, other);
            // What is disclosed is meant to be learnt, so it is the same in both worlds.
            if (told.Any(f => !Equals(Slot(f, fields, arguments), Slot(f, others, otherArguments)) || !Equals(Slot(f, after, arguments), Slot(f, otherAfter, otherArguments)))) continue;
            ContractStep step = new(actor == ofAlpha, on?.Number, action.Name, Texts(on, action, fields, arguments), Texts(on, action, others, otherArguments), TimeSpan.FromSeconds(dice.Any([0, 1, 5])));
            Steps.Add(step);
            bool isSettled = Take(step);
            if (on is not null) instances.Remove(on);
            // What a node decides otherwise, because its head has another time, is acted on no more.
            if (isSettled && one is Evaluation.Accepted { NextState: var next } && other is Evaluation.Accepted) instances.Add(new Standing(on?.Number ?? created.Count - 1, ofAlpha, next, after, otherAfter));
            else if (on is not null && !isSettled) instances.Add(on);
            return;
        }
    }

    private bool Take(ContractStep step)
    {
        TestNode bank = step.ByAlpha ? world.Alpha : world.Beta;
        (EntryId Id, long Sequence)? on = step.Instance is { } number ? created[number] : null;
        ActOrder order = new(world.Channel, on?.Id, on is null ? contract.Name : null, step.Action, step.Values, on?.Sequence ?? 0);
        SubmissionAnswer answer = world.Ask<SubmissionAnswer>(bank, call => new BankInput.Act(call, null, [1], order));
        InstructionView view = world.ViewOf(bank, Convert.FromHexString(Assert.Single(answer.Instructions).Id));
        for (int i = 0; i < 10 && view.Status == InstructionStatus.Accepted; i++)
        {
            world.Pass(TimeSpan.FromSeconds(1));
            view = world.ViewOf(bank, Convert.FromHexString(answer.Instructions[0].Id));
        }

        bool isSettled = view.Status == InstructionStatus.Settled;
        Outcomes.Add(isSettled ? "Settled" : $"{view.Status} {view.Reason}");
        if (on is null && isSettled) created.Add(EntryId.TryParse(view.Entry, out EntryId entry) ? (entry, view.Sequence) : throw new InvalidOperationException("What settled has no entry."));
        world.Pass(step.Pause);
        return isSettled;
    }

    private Party? ActorOf(ContractAction action, Value?[] fields) => action.By switch
    {
        { Party: { } party } => party,
        { Field: { } field } => fields[field.Index] is PartyValue named && contract.FindParty(named.Party) is { Observes: false } party ? party : null,
        _ => dice.Any([.. contract.Members]),
    };

    private (Value?[] One, Value?[] Other) Pair(GeneratedValues values, IReadOnlyList<Field> fields, HashSet<Field> told, Func<Field, bool> isSet)
    {
        Value?[] one = [.. fields.Select(f => isSet(f) ? null : values.Of(f))];
        Value?[] other = [.. fields.Select((f, i) => isSet(f) ? null : f.IsReadBy(Supervisor) || told.Contains(f) || dice.Percent(25) ? one[i] : values.Of(f))];
        return (one, other);
    }

    private Dictionary<string, string> Texts(Standing? on, ContractAction action, Value?[] fields, Value?[] arguments)
    {
        Dictionary<string, string> texts = new(StringComparer.Ordinal);
        if (on is null)
        {
            foreach (Field field in contract.Fields.Where(f => !action.Updates.Contains(f) && fields[f.Index] is not null)) texts[field.Name] = ValueText.Write(fields[field.Index]!);
        }

        for (int i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] is { } argument) texts[action.Parameters[i].Name] = ValueText.Write(argument);
        }

        return texts;
    }

    private Value? Slot(Field field, Value?[] fields, Value?[] arguments) => field.Index < contract.Fields.Count ? fields[field.Index] : arguments[field.Index - contract.Fields.Count];

    private static Value?[] After(Value?[] before, Evaluation evaluation)
    {
        Value?[] after = [.. before];
        foreach (FieldUpdate update in (evaluation as Evaluation.Accepted)?.Updates ?? []) after[update.Field.Index] = update.Value;
        return after;
    }
}
