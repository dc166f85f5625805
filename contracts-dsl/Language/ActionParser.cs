using Settlement.Contracts.Checking;

namespace Settlement.Contracts.Language;

/// <summary>Parses one action: its header, its doc strings, and its statements up to the next section or action.</summary>
internal sealed class ActionParser(TokenCursor cursor, Func<bool, FieldSyntax?> parseParameter)
{
    private readonly List<FieldSyntax> parameters = [];
    private Name? by;
    private IReadOnlyList<Name> agreedBy = [];
    private IReadOnlyList<Name> when = [];

    /// <summary>Null when not even the name could be read; the header's line is then skipped, and the body too.</summary>
    public ActionSyntax? Parse()
    {
        cursor.Take();
        Name? name = cursor.TakeAnyWord("the name of an action");
        bool read = name is not null && Header();
        IReadOnlyList<string> docs = read ? cursor.TakeDocs() : [];
        if (read) read = cursor.EndLine();
        else cursor.SkipLine();
        List<StatementSyntax> statements = [];
        while (!cursor.At(TokenKind.End) && !cursor.AtAny(ReservedWords.Sections)) statements.Add(Line());
        return name is null ? null : new ActionSyntax(name, parameters, by, agreedBy, when, docs, statements, Broken: !read);
    }

    private bool Header()
    {
        if (cursor.TryTake(TokenKind.Open) && !Parameters()) return false;
        if (!cursor.ExpectWord("by")) return false;
        by = cursor.TakeName("a party");
        if (by is null) return false;
        if (cursor.TryTake(TokenKind.Comma))
        {
            cursor.ContinueLine();
            if (!cursor.ExpectWord("agreed") || !cursor.ExpectWord("by")) return false;
            if (cursor.TakeNames("a party") is not { } agreeing) return false;
            agreedBy = agreeing;
        }

        if (!cursor.TryTakeWord("when")) return true;
        if (cursor.TakeNames("a state") is not { } states) return false;
        when = states;
        return true;
    }

    private bool Parameters()
    {
        do
        {
            cursor.ContinueLine();
            if (parseParameter(true) is not { } parameter) return false;
            parameters.Add(parameter);
            if (parameter.Broken) return false;
        }
        while (cursor.TryTake(TokenKind.Comma));

        cursor.ContinueLine();
        return cursor.Expect(TokenKind.Close, "')' or a comma");
    }

    private StatementSyntax Line()
    {
        TextSpan start = cursor.Current.Span;
        StatementSyntax? statement = Statement(start);
        if (statement is not null && cursor.EndLine()) return statement;
        if (statement is null) cursor.SkipLine();
        return new StatementSyntax.Broken(start);
    }

    private StatementSyntax? Statement(TextSpan start)
    {
        if (cursor.TryTake(TokenKind.Arrow))
            return cursor.TakeName("a state") is { } state ? new StatementSyntax.Outcome(start.To(state.Span), state) : null;
        if (cursor.TryTakeWord("require")) return Require(start);
        if (cursor.TryTakeWord("move")) return Move(start);
        if (cursor.TryTakeWord("issue")) return Issue(start);
        cursor.Expected("'require', 'move', 'issue' or '->'", EditDistance.DidYouMean(cursor.Current.Text, ReservedWords.Statements));
        return null;
    }

    private StatementSyntax.Require? Require(TextSpan start)
    {
        if (new ExpressionParser(cursor).Parse() is not { } condition) return null;
        // The refusal may stand on a line of its own below a long condition.
        if (cursor.At(TokenKind.NewLine) && cursor.Ahead(1) is { Kind: TokenKind.Word, Text: "else" }) cursor.Take();
        if (!cursor.ExpectWord("else") || cursor.TakeAnyWord("a code for the refusal") is not { } code) return null;
        return new StatementSyntax.Require(start.To(code.Span), condition, code);
    }

    private StatementSyntax.Move? Move(TextSpan start)
    {
        if (cursor.TakeName("a field of money") is not { } amount || !cursor.ExpectWord("from")) return null;
        if (cursor.TakeName("a bank") is not { } from || !cursor.ExpectWord("to")) return null;
        return cursor.TakeName("a bank") is { } to ? new StatementSyntax.Move(start.To(to.Span), amount, from, to) : null;
    }

    private StatementSyntax.Issue? Issue(TextSpan start)
    {
        if (cursor.TakeName("a field of money") is not { } amount || !cursor.ExpectWord("to")) return null;
        if (cursor.TakeName("a bank") is not { } to || !cursor.ExpectWord("citing")) return null;
        return cursor.TakeName("a field of text") is { } citing ? new StatementSyntax.Issue(start.To(citing.Span), amount, to, citing) : null;
    }
}
