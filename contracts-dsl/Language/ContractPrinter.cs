using System.Globalization;
using System.Text;

namespace Settlement.Contracts.Language;

/// <summary>
/// Prints the canonical form: the words as written, in their order, in one layout, without comments. Whatever is not
/// white space or a comment is kept, redundant parentheses included, so two contracts with one canonical form read alike.
/// </summary>
internal static class ContractPrinter
{
    public static string Print(ContractSyntax contract)
    {
        StringBuilder text = new();
        Line(text, 0, string.Create(CultureInfo.InvariantCulture, $"contract {contract.Name.Text} version {contract.Version}"));
        Docs(text, 1, contract.Docs);
        Line(text, 0, "");
        Line(text, 0, "parties");
        foreach (PartySyntax party in contract.Parties)
        {
            Line(text, 1, $"{party.Name.Text} {party.Kind!.Text}{(party.Observes ? ", observes" : "")}");
            Docs(text, 2, party.Docs);
        }

        if (contract.Fields.Count > 0)
        {
            Line(text, 0, "");
            Line(text, 0, "fields");
        }

        foreach (FieldSyntax field in contract.Fields)
        {
            Line(text, 1, FieldText(field));
            Docs(text, 2, field.Docs);
        }

        Line(text, 0, "");
        Line(text, 0, "states");
        for (int i = 0; i < contract.States.Count; i++) StateLines(text, contract.States[i], last: i == contract.States.Count - 1);
        foreach (ActionSyntax action in contract.Actions) ActionLines(text, action);
        return text.ToString();
    }

    /// <summary>A text in quotes, with its escapes.</summary>
    public static string Quoted(string content) => new TextValue(content).Written;

    private static void StateLines(StringBuilder text, StateSyntax state, bool last)
    {
        string comma = last ? "" : ",";
        string declaration = $"{state.Name.Text}{(state.MayRest ? " may rest" : "")}";
        Line(text, 1, state.Docs.Count == 0 ? declaration + comma : declaration);
        for (int i = 0; i < state.Docs.Count; i++) Line(text, 2, Quoted(state.Docs[i]) + (i == state.Docs.Count - 1 ? comma : ""));
    }

    private static void ActionLines(StringBuilder text, ActionSyntax action)
    {
        Line(text, 0, "");
        StringBuilder header = new($"on {action.Name.Text}");
        if (action.Parameters.Count > 0) header.Append('(').AppendJoin(", ", action.Parameters.Select(FieldText)).Append(')');
        header.Append(" by ").Append(action.By!.Text);
        if (action.AgreedBy.Count > 0) header.Append(", agreed by ").Append(Names(action.AgreedBy));
        if (action.When.Count > 0) header.Append(" when ").Append(Names(action.When));
        Line(text, 0, header.ToString());
        Docs(text, 1, action.Docs);
        foreach (StatementSyntax statement in action.Statements) Line(text, 1, StatementText(statement));
    }

    private static string FieldText(FieldSyntax field)
    {
        StringBuilder text = new($"{field.Name.Text} {field.Type!.Word.Text}");
        if (field.Type.Length is { } length) text.Append(CultureInfo.InvariantCulture, $"({length})");
        if (field.Optional) text.Append(" optional");
        if (field.Audience is { } audience) text.Append(" to ").Append(Names(audience));
        if (field.PersonalOf is { } owner) text.Append(" personal of ").Append(owner.Text);
        return text.ToString();
    }

    private static string StatementText(StatementSyntax statement) => statement switch
    {
        StatementSyntax.Require require => $"require {ExpressionText(require.Condition)} else {require.Code.Text}",
        StatementSyntax.Move move => $"move {move.Amount.Text} from {move.From.Text} to {move.To.Text}",
        StatementSyntax.Issue issue => $"issue {issue.Amount.Text} to {issue.To.Text} citing {issue.Citing.Text}",
        StatementSyntax.Outcome outcome => $"-> {outcome.State.Text}",
        _ => throw new InvalidOperationException("Only a contract without errors has a canonical form."),
    };

    private static string ExpressionText(ExpressionSyntax expression) => expression switch
    {
        ExpressionSyntax.Number number => number.Value.ToString(CultureInfo.InvariantCulture),
        ExpressionSyntax.Date date => new DateValue(date.Value).Written,
        ExpressionSyntax.Text text => Quoted(text.Value),
        ExpressionSyntax.Reference reference => reference.Name.Text,
        ExpressionSyntax.Present present => $"present({present.Name.Text})",
        ExpressionSyntax.Not not => $"not {ExpressionText(not.Operand)}",
        ExpressionSyntax.Parenthesised inner => $"({ExpressionText(inner.Inner)})",
        ExpressionSyntax.Binary binary => $"{ExpressionText(binary.Left)} {Written(binary.Operator)} {ExpressionText(binary.Right)}",
        _ => throw new InvalidOperationException("Unknown syntax."),
    };

    private static string Written(BinaryOperator @operator) => @operator switch
    {
        BinaryOperator.Or => "or",
        BinaryOperator.And => "and",
        BinaryOperator.Equal => "=",
        BinaryOperator.NotEqual => "!=",
        BinaryOperator.Less => "<",
        BinaryOperator.LessOrEqual => "<=",
        BinaryOperator.Greater => ">",
        BinaryOperator.GreaterOrEqual => ">=",
        BinaryOperator.Add => "+",
        _ => "-",
    };

    private static string Names(IReadOnlyList<Name> names) => string.Join(", ", names.Select(n => n.Text));

    private static void Docs(StringBuilder text, int depth, IReadOnlyList<string> docs)
    {
        foreach (string doc in docs) Line(text, depth, Quoted(doc));
    }

    private static void Line(StringBuilder text, int depth, string content) => text.Append(' ', depth * 2).Append(content).Append('\n');
}
