using Settlement.Contracts.Checking;

namespace Settlement.Contracts.Language;

/// <summary>Walks over the tokens and complains at most once about a line.</summary>
internal sealed class TokenCursor(IReadOnlyList<Token> tokens, DiagnosticBag diagnostics)
{
    private readonly HashSet<int> continued = [];
    private readonly HashSet<int> docs = [];
    private readonly HashSet<string> misnamed = new(StringComparer.Ordinal);
    private int index;
    private int parentheses;

    public Token Current => tokens[index];

    /// <summary>The place of the last token that was taken and is no line end.</summary>
    public TextSpan LastSpan { get; private set; }

    public DiagnosticBag Diagnostics => diagnostics;

    /// <summary>The line ends within a sentence, by index; all others end one. The formatter needs them.</summary>
    public IReadOnlySet<int> Continued => continued;

    /// <summary>The texts that are doc strings, by index.</summary>
    public IReadOnlySet<int> Docs => docs;

    /// <summary>The token before the current one; the first itself where there is none.</summary>
    public Token Before => tokens[Math.Max(index - 1, 0)];

    public Token Ahead(int count) => tokens[Math.Min(index + count, tokens.Count - 1)];

    public bool At(TokenKind kind) => Current.Kind == kind;

    public bool AtWord(string word) => Current.IsWord(word);

    public bool AtAny(string[] words) => IsAny(Current, words);

    /// <summary>The word of the section or action that begins here, also when it is misspelt; null when none does.</summary>
    public string? SectionHere => SectionAt(index);

    public bool AtSection => SectionHere is not null;

    /// <summary>Takes a token; inside parentheses the line end behind it too.</summary>
    public Token Take()
    {
        Token token = Current;
        if (token.Kind == TokenKind.End) return token;
        index++;
        if (token.Kind != TokenKind.NewLine) LastSpan = token.Span;
        if (parentheses > 0) ContinueLine();
        return token;
    }

    public bool TryTake(TokenKind kind)
    {
        if (!At(kind)) return false;
        Take();
        return true;
    }

    public bool TryTakeWord(string word)
    {
        if (!AtWord(word)) return false;
        Take();
        return true;
    }

    /// <summary>Takes an opening parenthesis. Up to the closing one a line end means nothing.</summary>
    public bool TryEnter()
    {
        if (!At(TokenKind.Open)) return false;
        parentheses++;
        Take();
        return true;
    }

    /// <summary>Takes the closing parenthesis or reports that it was expected.</summary>
    public bool Leave(string what = "')'")
    {
        if (At(TokenKind.Close)) parentheses--;
        return Expect(TokenKind.Close, what);
    }

    /// <summary>Takes the word or reports that it was expected.</summary>
    public bool ExpectWord(string word)
    {
        if (TryTakeWord(word)) return true;
        // One that is misspelt has behind it what the word is for; else it may have been left out before that.
        Expected($"'{word}'", !At(TokenKind.Word) ? null : Ahead(1).Kind == TokenKind.Word ? DidYouMean([word]) : ReservedWords.All.Contains(Current.Text) ? null : $"write '{word} {Current.Text}'");
        return false;
    }

    public bool Expect(TokenKind kind, string what)
    {
        if (TryTake(kind)) return true;
        Expected(what);
        return false;
    }

    /// <summary>Takes a name that is used.</summary>
    public Name? TakeName(string what)
    {
        if (At(TokenKind.Word) && !ReservedWords.All.Contains(Current.Text)) return ToName(Take());
        if (!AtMisnamed) Expected(what);
        return null;
    }

    /// <summary>Takes a name that is declared here, where a reserved word deserves its own explanation.</summary>
    public Name? TakeNewName(string what)
    {
        if (!At(TokenKind.Word) || !ReservedWords.All.Contains(Current.Text)) return TakeName(what);
        misnamed.Add(Current.Text);
        diagnostics.Report(Rules.ReservedWord, Current.Span, $"'{Current.Text}' is a word of the language and cannot name {what}", $"write {Current.Text}_ or another word");
        return null;
    }

    /// <summary>True at a word of the language that was declared as a name. That is said once, and not again where it is used.</summary>
    public bool AtMisnamed => At(TokenKind.Word) && misnamed.Contains(Current.Text);

    /// <summary>Reports a comma that stands within a number, if the one here does: '0,5' has one, '0, 5' are two.</summary>
    public bool ReportsCommaInNumber()
    {
        if (!At(TokenKind.Comma) || NumberSlips.WithComma(tokens, index) is not var (span, slip, mend)) return false;
        diagnostics.Report(Rules.BadNumber, span, slip, $"{mend}; two values have a space behind the comma");
        return true;
    }

    /// <summary>Takes any word, reserved or not.</summary>
    public Name? TakeAnyWord(string what)
    {
        if (At(TokenKind.Word)) return ToName(Take());
        Expected(what);
        return null;
    }

    public void Expected(string what, string? suggestion = null)
    {
        // The lexer has already said what is wrong with a bad token.
        if (At(TokenKind.Bad)) return;
        if (At(TokenKind.Comma) && NumberSlips.WithComma(tokens, index) is var (span, slip, mend))
        {
            diagnostics.Report(Rules.BadNumber, span, slip, mend);
            return;
        }

        if (At(TokenKind.NewLine) && IsOperator(Ahead(1)))
            suggestion ??= "a line goes on after an operator, not before it, except in parentheses";
        diagnostics.Report(Rules.Expected, Current.Span, $"expected {what}, found {Current.Called}", suggestion);
    }

    /// <summary>The word that was probably meant; null when no more diagnostics are kept, so that it need not be looked for.</summary>
    public string? DidYouMean(IEnumerable<string> words) =>
        diagnostics.IsFull || !At(TokenKind.Word) ? null : EditDistance.DidYouMean(Current.Text, words);

    /// <summary>Skips what is left of the line, and its end.</summary>
    public void SkipLine()
    {
        parentheses = 0;
        while (!At(TokenKind.NewLine) && !At(TokenKind.End)) Take();
        TryTake(TokenKind.NewLine);
    }

    /// <summary>
    /// Skips what is left of a sentence: this line, and the next ones that begin with what can only go on from a line
    /// above. A statement or header broken inside its parentheses goes on up to what clearly begins another sentence.
    /// </summary>
    public void SkipSentence(bool toParenthesis = false)
    {
        int open = parentheses;
        parentheses = 0;
        bool goesOn;
        do
        {
            goesOn = false;
            while (!At(TokenKind.NewLine) && !At(TokenKind.End))
            {
                Token token = Take();
                goesOn = token.Kind == TokenKind.Comma || IsOperator(token);
                if (token.Kind == TokenKind.Open) open++;
                else if (token.Kind == TokenKind.Close) open--;
            }

            TryTake(TokenKind.NewLine);
            goesOn |= toParenthesis && open > 0;
        }
        while (!At(TokenKind.End) && (BeginsInner() || (goesOn && !BeginsSentence(index))));
    }

    /// <summary>Takes the end of the line; reports anything before it and skips it.</summary>
    public bool EndLine(string? suggestion = null)
    {
        if (TryTake(TokenKind.NewLine) || At(TokenKind.End)) return true;
        Expected("the end of the line", suggestion);
        SkipSentence();
        return false;
    }

    /// <summary>
    /// Goes on to the next line where a line may go on (after a comma or an operator, inside parentheses). It stays
    /// when the next line clearly begins something else, so that one slip costs one line.
    /// </summary>
    public void ContinueLine()
    {
        if (At(TokenKind.NewLine) && !BeginsSentence(index + 1)) Continue();
    }

    /// <summary>Goes on to the next line when it begins with one of the words that may stand there.</summary>
    public void ContinueLine(params string[] words)
    {
        if (At(TokenKind.NewLine) && IsAny(Ahead(1), words)) Continue();
    }

    /// <summary>The doc strings that follow, on this line or the next ones.</summary>
    public IReadOnlyList<string> TakeDocs()
    {
        List<string> taken = [];
        while (At(TokenKind.Text) || (At(TokenKind.NewLine) && Ahead(1).Kind == TokenKind.Text))
        {
            if (At(TokenKind.NewLine)) Continue();
            docs.Add(index);
            taken.Add(Take().Text);
        }

        return taken;
    }

    /// <summary>One or more names between commas; null after a complaint. The test stops the list before a comma that is not its own.</summary>
    public IReadOnlyList<Name>? TakeNames(string what, Func<bool>? goesOn = null)
    {
        List<Name> names = [];
        do
        {
            ContinueLine();
            if (TakeName(what) is not { } name) return null;
            names.Add(name);
        }
        while (At(TokenKind.Comma) && (goesOn is null || goesOn()) && TryTake(TokenKind.Comma));

        return names;
    }

    private void Continue() => continued.Add(index++);

    private static bool IsOperator(Token token) =>
        token.Kind is >= TokenKind.Plus and <= TokenKind.GreaterOrEqual || token.IsWord("and") || token.IsWord("or");

    /// <summary>True when the line begins with what begins no sentence.</summary>
    private bool BeginsInner() => AtAny(ReservedWords.Inner) || IsOperator(Current)
        || Current.Kind is TokenKind.Text or TokenKind.Comma or TokenKind.Colon or TokenKind.Close;

    /// <summary>True when a line that begins with this token cannot go on from the line above.</summary>
    private bool BeginsSentence(int first)
    {
        Token token = tokens[Math.Min(first, tokens.Count - 1)];
        if (token.Kind is TokenKind.End or TokenKind.Arrow) return true;
        if (token.IsWord("if")) return !BeginsChoice(first);
        if (token.IsWord("otherwise")) return tokens[first + 1].Kind is TokenKind.NewLine or TokenKind.End;
        return SectionAt(first) is not null || IsAny(token, ReservedWords.Statements);
    }

    /// <summary>
    /// A word alone on its line is a section's when it is nearly one and a declaration stands below it, as no unit or state
    /// has; 'On' is 'on' before a name and 'by' or a parenthesis.
    /// </summary>
    private string? SectionAt(int first)
    {
        Token token = tokens[Math.Min(first, tokens.Count - 1)];
        if (token.Kind != TokenKind.Word) return null;
        if (ReservedWords.Sections.Contains(token.Text)) return token.Text;
        if (first > 0 && tokens[first - 1].Kind != TokenKind.NewLine || ReservedWords.All.Contains(token.Text)) return null;
        if (token.Text.Equals("on", StringComparison.OrdinalIgnoreCase))
            return tokens[first + 1].Kind == TokenKind.Word && (tokens[first + 2].IsWord("by") || tokens[first + 2].Kind == TokenKind.Open) ? "on" : null;
        if (first < 2 || tokens[first - 2].Kind == TokenKind.Comma || tokens[first + 1].Kind != TokenKind.NewLine || !BeginsDeclaration(first + 2)) return null;
        return EditDistance.Nearest(token.Text, ReservedWords.Sections.Where(static s => s != "on"));
    }

    private bool BeginsDeclaration(int first) => first + 1 < tokens.Count && tokens[first].Kind == TokenKind.Word && !ReservedWords.All.Contains(tokens[first].Text)
        && (tokens[first + 1].Kind is TokenKind.Word or TokenKind.Equal or TokenKind.Comma);

    /// <summary>An 'if' in an expression has its 'then' on the same line or at the beginning of the next; a statement has none.</summary>
    private bool BeginsChoice(int first)
    {
        int open = 0, i = first;
        for (; tokens[i].Kind is not (TokenKind.NewLine or TokenKind.End); i++)
        {
            if (tokens[i].Kind == TokenKind.Open) open++;
            else if (tokens[i].Kind == TokenKind.Close) open--;
            else if (open <= 0 && tokens[i].IsWord("then")) return true;
        }

        return tokens[i].Kind == TokenKind.NewLine && tokens[i + 1].IsWord("then");
    }

    private static bool IsAny(Token token, string[] words) => token.Kind == TokenKind.Word && words.Contains(token.Text);

    private static Name ToName(Token token) => new(token.Text, token.Span);
}
