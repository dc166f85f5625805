using Settlement.Contracts;
using Settlement.Contracts.Checking;
using Settlement.Contracts.Language;

namespace Settlement.Tests.Properties.Contracts.Reference;

/// <summary>What a run comes to: a code, or the state, the movements as they are written, and the fields that were set or cleared.</summary>
internal sealed record ReferenceResult(string? Code, string? State, IReadOnlyList<string> Movements, IReadOnlyDictionary<string, Value?> Updates, long Steps);

/// <summary>
/// A second evaluator of contracts, slow and obvious: it follows "What an action does" in LANGUAGE.md sentence by sentence,
/// over the tree as it was written, and shares no code with the one that nodes use.
/// </summary>
internal sealed class ReferenceEvaluator
{
    private readonly ContractSyntax contract;
    private readonly ActionSyntax action;
    private readonly Occasion occasion;
    private readonly IReadOnlyList<int> participants;
    private readonly Dictionary<string, Datum> named = [];
    private readonly Dictionary<string, Value?> updates = [];
    private readonly List<string> movements = [];
    private readonly ReferenceExpressions expressions;
    private readonly ReferenceValues values;
    private string? next;

    private ReferenceEvaluator(ContractSyntax contract, int action, Occasion occasion)
    {
        (this.contract, this.action, this.occasion) = (contract, contract.Actions[action], occasion);
        participants = occasion.Participants ?? [.. contract.Parties.Select(_ => 1)];
        expressions = new ReferenceExpressions(contract, this.action, named, occasion.Now, occasion.Calendar);
        values = new ReferenceValues(contract, participants);
    }

    public static ContractSyntax Read(string source)
    {
        SourceText text = new("reference", source);
        DiagnosticBag diagnostics = new(text);
        return new Parser(new TokenCursor(new Lexer(text, diagnostics).Run(), diagnostics)).Parse();
    }

    public static ReferenceResult Run(ContractSyntax contract, int action, string? state, IReadOnlyList<Value?> fields, IReadOnlyList<Value?> arguments, Occasion occasion)
    {
        ReferenceEvaluator run = new(contract, action, occasion);
        try
        {
            run.Run(state, fields, arguments);
            return new ReferenceResult(null, run.next, run.movements, run.updates, run.expressions.Steps);
        }
        catch (RefusalException refusal)
        {
            return new ReferenceResult(refusal.Code, null, [], new Dictionary<string, Value?>(), run.expressions.Steps);
        }
    }

    private static void Unless(bool holds, string code)
    {
        if (!holds) throw new RefusalException(code);
    }

    private void Run(string? state, IReadOnlyList<Value?> fields, IReadOnlyList<Value?> arguments)
    {
        bool creates = action.When.Count == 0;
        Unless(creates ? state is null : action.When.Any(w => w.Text == state), PlatformCodes.WrongState);
        Unless(fields.Count == contract.Fields.Count && arguments.Count == action.Parameters.Count, PlatformCodes.WrongCount);
        HashSet<string> set = creates ? [.. SetIn(action.Statements)] : [];
        for (int i = 0; i < fields.Count; i++) Take(contract.Fields[i], fields[i], set.Contains(contract.Fields[i].Name.Text) && !contract.Fields[i].Optional);
        for (int i = 0; i < arguments.Count; i++) Take(action.Parameters[i], arguments[i], isSet: false);
        Unless(MayAct(), PlatformCodes.WrongActor);
        if (action.Window is { } window) Unless(IsOpen(window), window.Code?.Text ?? PlatformCodes.OutsideWindow);
        Run(action.Statements);
    }

    private void Take(FieldSyntax field, Value? value, bool isSet)
    {
        if (value is null)
        {
            Unless(field.Optional || isSet, PlatformCodes.Missing);
            return;
        }

        Unless(!isSet, PlatformCodes.WrongCount);
        if (values.Refusal(field, value) is { } code) throw new RefusalException(code);
        named[field.Name.Text] = Datum.Of(value, field.Type!);
    }

    private static IEnumerable<string> SetIn(IEnumerable<StatementSyntax> statements) => statements.SelectMany(s => s switch
    {
        StatementSyntax.Set set => [set.Field.Text],
        StatementSyntax.If branch => SetIn(branch.Then).Concat(SetIn(branch.Otherwise ?? [])),
        StatementSyntax.ForEach each => SetIn(each.Body),
        _ => [],
    });

    private bool MayAct()
    {
        Seat actor = occasion.Actor;
        if (actor.Party < 0 || actor.Party >= contract.Parties.Count || actor.Number < 0 || actor.Number >= participants[actor.Party]) return false;
        PartySyntax party = contract.Parties[actor.Party];
        if (action.By!.Name is not { } by) return !party.Observes;
        if (contract.Parties.Any(p => p.Name.Text == by.Text)) return party.Name.Text == by.Text;
        return !party.Observes && named.GetValueOrDefault(by.Text) is Datum.Participant who && who.Party == party.Name.Text && who.Number == actor.Number + 1;
    }

    private bool IsOpen(WindowSyntax window)
    {
        expressions.Steps++;
        var now = occasion.Now.ToUnixTimeSeconds();
        return window switch
        {
            WindowSyntax.By by => now < ReferenceExpressions.MomentOf(expressions.Of(by.Moment)),
            WindowSyntax.After after => now >= ReferenceExpressions.MomentOf(expressions.Of(after.Moment)),
            WindowSyntax.Within within => now < ReferenceExpressions.MomentOf(After(within)),
            _ => throw new InvalidOperationException("Unknown syntax."),
        };
    }

    private Datum After(WindowSyntax.Within within)
    {
        expressions.Steps++;
        Datum start = expressions.Of(within.Start);
        return expressions.Plus(start, expressions.Of(within.Length), subtract: false);
    }

    private void Run(IReadOnlyList<StatementSyntax> statements)
    {
        foreach (StatementSyntax statement in statements)
        {
            expressions.Steps++;
            Run(statement);
            if (next is not null) return;
        }
    }

    private void Run(StatementSyntax statement)
    {
        switch (statement)
        {
            case StatementSyntax.Let let: named[let.Name.Text] = expressions.Of(let.Value); break;
            case StatementSyntax.Require require: Unless(expressions.Holds(require.Condition), require.Code.Text); break;
            case StatementSyntax.Set set: Set(set.Field.Text, expressions.Of(set.Value)); break;
            case StatementSyntax.Clear clear:
                named.Remove(clear.Field.Text);
                updates[clear.Field.Text] = null;
                break;
            case StatementSyntax.Move move:
                string amount = AmountOf(expressions.Of(move.Amount)), from = Holder(move.From), to = Holder(move.To);
                Unless(from != to, PlatformCodes.NoPosition);
                movements.Add($"move {amount} from {from} to {to}");
                break;
            case StatementSyntax.Reserve reserve: movements.Add($"reserve {AmountOf(expressions.Read(reserve.Amount.Text))} from {Holder(reserve.From)}"); break;
            case StatementSyntax.Release release: movements.Add($"release {AmountOf(expressions.Read(release.Amount.Text))} to {Holder(release.To)}"); break;
            case StatementSyntax.Issue issue: movements.Add($"issue {AmountOf(expressions.Of(issue.Amount))} to {Holder(issue.To)} citing {((Datum.Word)expressions.Read(issue.Citing.Text)).Text}"); break;
            case StatementSyntax.Redeem redeem: movements.Add($"redeem {AmountOf(expressions.Of(redeem.Amount))} from {Holder(redeem.From)}"); break;
            case StatementSyntax.If branch: Block(expressions.Holds(branch.Condition) ? branch.Then : branch.Otherwise ?? []); break;
            case StatementSyntax.ForEach each: Repeat(each); break;
            case StatementSyntax.Outcome outcome: next = outcome.State.Text; break;
            default: throw new InvalidOperationException("Unknown syntax.");
        }
    }

    private void Set(string name, Datum value)
    {
        FieldSyntax field = contract.Fields.First(f => f.Name.Text == name);
        named[name] = value;
        updates[name] = value.As(field.Type!);
    }

    /// <summary>Names that it gives end with it.</summary>
    private void Block(IReadOnlyList<StatementSyntax> statements)
    {
        Run(statements);
        foreach (StatementSyntax.Let let in statements.OfType<StatementSyntax.Let>()) named.Remove(let.Name.Text);
    }

    private void Repeat(StatementSyntax.ForEach each)
    {
        if (each.List is { } list)
        {
            foreach (Datum item in ((Datum.Many)expressions.Read(list.Text)).Items)
            {
                expressions.Steps++;
                named[each.Name.Text] = item;
                Block(each.Body);
                named.Remove(each.Name.Text);
            }

            return;
        }

        int count = participants[contract.Parties.TakeWhile(p => p.Name.Text != each.Name.Text).Count()];
        for (int number = 1; number <= count; number++)
        {
            expressions.Steps++;
            expressions.Turn[each.Name.Text] = number;
            Block(each.Body);
        }

        expressions.Turn.Remove(each.Name.Text);
    }

    private static string AmountOf(Datum datum)
    {
        Datum.Amount amount = (Datum.Amount)datum;
        Unless(amount.Units.Sign > 0, PlatformCodes.NothingToMove);
        return $"{amount.Units} {amount.Unit}";
    }

    private string Holder(Name name)
    {
        Datum.Participant holder = (Datum.Participant)expressions.Read(name.Text);
        PartySyntax party = contract.Parties.First(p => p.Name.Text == holder.Party);
        Unless(party.Kind!.Text == "bank" && !party.Observes, PlatformCodes.NoPosition);
        return $"{holder.Party}/{holder.Number}";
    }
}
