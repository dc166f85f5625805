using System.Globalization;
using System.Text;

namespace Settlement.Contracts.Language;

/// <summary>
/// Prints the canonical form: the words as written, in their order, in one layout, without comments. Whatever is not
/// white space or a comment is kept, redundant parentheses included, so two contracts with one canonical form read alike.
/// </summary>
internal sealed class ContractPrinter
{
    private readonly StringBuilder text = new();

    public static string Print(ContractSyntax contract)
    {
        var printer = new ContractPrinter();
        printer.Contract(contract);
        return printer.text.ToString();
    }

    /// <summary>A text in quotes, with its escapes.</summary>
    public static string Quoted(string content) => new TextValue(content).Written;

    /// <summary>A statement that could be read; of a block, its first line.</summary>
    public static string FirstLineOf(StatementSyntax statement) => statement switch
    {
        StatementSyntax.If @if => $"if {Expression(@if.Condition)}",
        StatementSyntax.ForEach each => ForEach(each),
        _ => Simple(statement),
    };

    /// <summary>A type as it is written.</summary>
    public static string TypeText(TypeSyntax type) => Type(type);

    /// <summary>The time in which an action can be taken.</summary>
    public static string WindowText(WindowSyntax window) => Window(window);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Names(IReadOnlyList<Name> names) => string.Join(", ", names.Select(n => n.Text));

    private static string Expression(ExpressionSyntax expression) => ExpressionPrinter.Print(expression);

    private void Contract(ContractSyntax contract)
    {
        string replaces = contract.Replaces is { } replaced ? $" replaces {Number(replaced.Number)}" : "";
        Line(0, $"contract {contract.Name.Text} version {Number(contract.Version)}{replaces}");
        Docs(1, contract.Docs);
        Section("units", contract.Units, unit => Declaration(unit.Name.Text, unit.Docs));
        Section("codes", contract.CodeSets, set => Declaration($"{set.Name.Text} = {Codes(set)}", set.Docs));
        Section("parties", contract.Parties, party => Declaration(Party(party), party.Docs));
        Section("fields", contract.Fields, field => Declaration(Field(field), field.Docs));
        Line(0, "");
        Line(0, "states");
        for (int i = 0; i < contract.States.Count; i++) State(contract.States[i], last: i == contract.States.Count - 1);
        foreach (ActionSyntax action in contract.Actions) Action(action);
    }

    private void Section<T>(string word, IReadOnlyList<T> declarations, Action<T> print)
    {
        if (declarations.Count == 0) return;
        Line(0, "");
        Line(0, word);
        foreach (T declaration in declarations) print(declaration);
    }

    private void Declaration(string declaration, IReadOnlyList<string> docs)
    {
        Line(1, declaration);
        Docs(2, docs);
    }

    private static string Codes(CodeSetSyntax set) => set.External is { } external ? $"iso {external.Text}" : Names(set.Codes);

    private static string Party(PartySyntax party)
    {
        string several = party.Several is not { } given ? "" : given.Most is { } most ? $", several({Number(most)})" : ", several";
        return $"{party.Name.Text} {party.Kind!.Text}{several}{(party.Observes ? ", observes" : "")}";
    }

    private static string Field(FieldSyntax field)
    {
        StringBuilder written = new($"{field.Name.Text} {Type(field.Type!)}");
        if (field.ForEach is { } party) written.Append(" for each ").Append(party.Text);
        if (field.Optional) written.Append(" optional");
        if (field.Audience is { } audience) written.Append(" to ").Append(Names(audience));
        if (field.PersonalOf is { } owner) written.Append(" personal of ").Append(owner.Text);
        return written.ToString();
    }

    private static string Type(TypeSyntax type)
    {
        string inner = type.Number is { } number ? $"({Number(number)})" : type.Unit is { } unit ? $"({unit.Text})" : "";
        return $"{type.Word.Text}{inner}{(type.Element is { } element ? $" of {Type(element)}" : "")}";
    }

    private void State(StateSyntax state, bool last)
    {
        string comma = last ? "" : ",";
        string declaration = $"{state.Name.Text}{(state.MayRest ? " may rest" : "")}";
        Line(1, state.Docs.Count == 0 ? declaration + comma : declaration);
        for (int i = 0; i < state.Docs.Count; i++) Line(2, Quoted(state.Docs[i]) + (i == state.Docs.Count - 1 ? comma : ""));
    }

    private void Action(ActionSyntax action)
    {
        Line(0, "");
        StringBuilder header = new($"on {action.Name.Text}");
        if (action.Parameters.Count > 0) header.Append('(').AppendJoin(", ", action.Parameters.Select(Field)).Append(')');
        header.Append(" by ").Append(Actor(action.By!));
        if (action.AgreedBy.Count > 0) header.Append(", agreed by ").Append(Names(action.AgreedBy));
        if (action.When.Count > 0) header.Append(" when ").Append(Names(action.When));
        if (action.Window is { } window) header.Append(' ').Append(Window(window));
        Line(0, header.ToString());
        Docs(1, action.Docs);
        foreach (DisclosureSyntax disclosure in action.Disclosures)
            Line(1, $"discloses {Names(disclosure.Fields)} to {Names(disclosure.Parties)}");
        if (action.Offer is { } offer) Line(1, $"{ReservedWords.Offers} {offer.Field.Text} to {ReservedWords.Agent}");
        Statements(1, action.Statements);
    }

    private static string Actor(ActorSyntax actor) => actor.Name is not { } name ? "network" : actor.Any ? $"any {name.Text}" : name.Text;

    private static string Window(WindowSyntax window)
    {
        string written = window switch
        {
            WindowSyntax.By by => $"by {Expression(by.Moment)}",
            WindowSyntax.Within within => $"within {Expression(within.Length)} of {Expression(within.Start)}",
            WindowSyntax.After after => $"after {Expression(after.Moment)}",
            _ => throw new InvalidOperationException("Unknown syntax."),
        };
        return window.Code is { } code ? $"{written} else {code.Text}" : written;
    }

    private void Statements(int depth, IReadOnlyList<StatementSyntax> statements)
    {
        foreach (StatementSyntax statement in statements) Statement(depth, statement);
    }

    private void Statement(int depth, StatementSyntax statement)
    {
        switch (statement)
        {
            case StatementSyntax.If @if:
                Line(depth, FirstLineOf(@if));
                Statements(depth + 1, @if.Then);
                if (@if.Otherwise is { } otherwise)
                {
                    Line(depth, "otherwise");
                    Statements(depth + 1, otherwise);
                }

                Line(depth, "end");
                break;
            case StatementSyntax.ForEach each:
                Line(depth, ForEach(each));
                Statements(depth + 1, each.Body);
                Line(depth, "end");
                break;
            default:
                Line(depth, Simple(statement));
                break;
        }
    }

    private static string ForEach(StatementSyntax.ForEach each) => $"for each {each.Name.Text}{(each.List is { } list ? $" in {list.Text}" : "")}";

    private static string Simple(StatementSyntax statement) => statement switch
    {
        StatementSyntax.Let let => $"let {let.Name.Text} = {Expression(let.Value)}",
        StatementSyntax.Require require => $"require {Expression(require.Condition)} else {require.Code.Text}",
        StatementSyntax.Set set => $"set {set.Field.Text} = {Expression(set.Value)}",
        StatementSyntax.Clear clear => $"clear {clear.Field.Text}",
        StatementSyntax.Move move => $"move {Expression(move.Amount)} from {move.From.Text} to {move.To.Text}",
        StatementSyntax.Reserve reserve => $"reserve {reserve.Amount.Text} from {reserve.From.Text}",
        StatementSyntax.Release release => $"release {release.Amount.Text} to {release.To.Text}",
        StatementSyntax.Issue issue => $"issue {Expression(issue.Amount)} to {issue.To.Text} citing {issue.Citing.Text}",
        StatementSyntax.Redeem redeem => $"redeem {Expression(redeem.Amount)} from {redeem.From.Text}",
        StatementSyntax.Outcome outcome => $"-> {outcome.State.Text}",
        _ => throw new InvalidOperationException("Only a contract without errors has a canonical form."),
    };

    private void Docs(int depth, IReadOnlyList<string> docs)
    {
        foreach (string doc in docs) Line(depth, Quoted(doc));
    }

    private void Line(int depth, string content) => text.Append(' ', depth * 2).Append(content).Append('\n');
}
