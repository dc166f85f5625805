using Settlement.Contracts.Checking;

namespace Settlement.Contracts.Language;

/// <summary>Parses one action: its header, its doc strings, what it discloses and offers, and its statements up to the next section or action.</summary>
internal sealed class ActionParser(TokenCursor cursor, DeclarationParser declarations)
{
    private readonly List<FieldSyntax> parameters = [];
    private readonly List<DisclosureSyntax> disclosures = [];
    private OfferSyntax? offer;
    private ActorSyntax? by;
    private IReadOnlyList<Name> agreedBy = [];
    private IReadOnlyList<Name> when = [];
    private WindowSyntax? window;

    /// <summary>Null when not even the name could be read; the header's line is then skipped, and the body too.</summary>
    public ActionSyntax? Parse()
    {
        cursor.Take();
        Name? name = cursor.TakeAnyWord("the name of an action");
        bool read = name is not null && Header();
        IReadOnlyList<string> docs = read ? cursor.TakeDocs() : [];
        if (read) read = cursor.EndLine();
        else cursor.SkipSentence(toParenthesis: true);
        while (cursor.AtWord("discloses")) read &= Disclosure();
        while (cursor.AtWord(ReservedWords.Offers)) read &= Offer();
        IReadOnlyList<StatementSyntax> statements = new StatementParser(cursor).Statements();
        return name is null ? null
            : new ActionSyntax(name, parameters, by, agreedBy, when, window, docs, disclosures, offer, statements, Broken: !read);
    }

    private bool Header()
    {
        if (cursor.TryEnter() && !Parameters()) return false;
        if (!cursor.ExpectWord("by") || (by = Actor()) is null) return false;
        bool comma = cursor.TryTake(TokenKind.Comma);
        if (!comma && cursor.AtWord("agreed")) cursor.Expected("a comma before 'agreed by'", $"write: by {(by.Any ? "any " : "")}{by.Name?.Text ?? "network"}, agreed by ...");
        if (comma || cursor.AtWord("agreed"))
        {
            cursor.ContinueLine();
            if (!cursor.ExpectWord("agreed") || !cursor.ExpectWord("by")) return false;
            if (cursor.TakeNames("a party") is not { } agreeing) return false;
            agreedBy = agreeing;
        }

        if (cursor.TryTakeWord("when"))
        {
            if (cursor.TakeNames("a state") is not { } states) return false;
            when = states;
        }

        cursor.ContinueLine(ReservedWords.Windows);
        return !cursor.AtAny(ReservedWords.Windows) || (window = Window()) is not null;
    }

    private ActorSyntax? Actor()
    {
        TextSpan start = cursor.Current.Span;
        if (cursor.TryTakeWord("network")) return new ActorSyntax(null, Any: false, start);
        bool any = cursor.TryTakeWord("any");
        return cursor.TakeName(any ? "a party" : "a party, 'any' or 'network'") is { } name ? new ActorSyntax(name, any, start.To(name.Span)) : null;
    }

    private bool Parameters()
    {
        do
        {
            if (declarations.FieldOrParameter(parameter: true) is not { } parameter) return false;
            parameters.Add(parameter);
            if (parameter.Broken) return false;
        }
        while (cursor.TryTake(TokenKind.Comma));

        return cursor.Leave("')' or a comma");
    }

    private WindowSyntax? Window()
    {
        Token word = cursor.Take();
        if (Expression() is not { } first) return null;
        ExpressionSyntax? start = null;
        if (word.Text == "within" && (!cursor.ExpectWord("of") || (start = Expression()) is null)) return null;
        cursor.ContinueLine("else");
        Name? code = null;
        if (cursor.TryTakeWord("else") && (code = cursor.TakeAnyWord("a code for the refusal")) is null) return null;
        TextSpan span = word.Span.To(cursor.LastSpan);
        return word.Text switch
        {
            "by" => new WindowSyntax.By(first, code, span),
            "within" => new WindowSyntax.Within(first, start!, code, span),
            _ => new WindowSyntax.After(first, code, span),
        };
    }

    private ExpressionSyntax? Expression() => new ExpressionParser(cursor).Parse();

    /// <summary>False when the line could not be read: what it would have disclosed is then not known.</summary>
    private bool Disclosure()
    {
        TextSpan start = cursor.Take().Span;
        if (cursor.TakeNames("a field or a parameter") is { } fields && cursor.ExpectWord("to") && cursor.TakeNames("a party") is { } parties)
        {
            disclosures.Add(new DisclosureSyntax(fields, parties, start.To(parties[^1].Span)));
            return cursor.EndLine();
        }

        cursor.SkipSentence();
        return false;
    }

    /// <summary>False when the line could not be read. Of several that could the first counts, and each other is reported.</summary>
    private bool Offer()
    {
        TextSpan start = cursor.Take().Span;
        if (cursor.TakeName("a field") is { } field && cursor.ExpectWord("to") && Agent(field) is { } agent)
        {
            OfferSyntax read = new(field, agent, start.To(agent.Span));
            if (offer is not null) cursor.Diagnostics.Report(Rules.ListedTwice, read.Span, "this action offers something to the agent twice", "offer what it moves, once");
            offer ??= read;
            return cursor.EndLine();
        }

        cursor.SkipSentence();
        return false;
    }

    private Name? Agent(Name field)
    {
        if (cursor.TryTakeWord(ReservedWords.Agent)) return new Name(ReservedWords.Agent, cursor.LastSpan);
        cursor.Expected("'agent', which is the settlement agent", $"write: {ReservedWords.Offers} {field.Text} to {ReservedWords.Agent}");
        return null;
    }
}
