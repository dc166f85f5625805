using Settlement.Contracts.Checking;

namespace Settlement.Contracts.Language;

/// <summary>Walks over the tokens and complains at most once about a line.</summary>
internal sealed class TokenCursor(IReadOnlyList<Token> tokens, DiagnosticBag diagnostics)
{
    private int index;

    public Token Current => tokens[index];

    public Token Previous => tokens[Math.Max(0, index - 1)];

    public DiagnosticBag Diagnostics => diagnostics;

    public Token Ahead(int count) => tokens[Math.Min(index + count, tokens.Count - 1)];

    public bool At(TokenKind kind) => Current.Kind == kind;

    public bool AtWord(string word) => IsWord(Current, word);

    public bool AtAny(string[] words) => Current.Kind == TokenKind.Word && words.Contains(Current.Text);

    public Token Take()
    {
        Token token = Current;
        if (token.Kind != TokenKind.End) index++;
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

    /// <summary>Takes the word or reports that it was expected.</summary>
    public bool ExpectWord(string word)
    {
        if (TryTakeWord(word)) return true;
        Expected($"'{word}'");
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
        Expected(what);
        return null;
    }

    /// <summary>Takes a name that is declared here, where a reserved word deserves its own explanation.</summary>
    public Name? TakeNewName(string what)
    {
        if (!At(TokenKind.Word) || !ReservedWords.All.Contains(Current.Text)) return TakeName(what);
        diagnostics.Report(Rules.ReservedWord, Current.Span, $"'{Current.Text}' is a word of the language and cannot name {what}", $"write {Current.Text}_ or another word");
        return null;
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
        diagnostics.Report(Rules.Expected, Current.Span, $"expected {what}, found {Current.Called}", suggestion);
    }

    /// <summary>Skips what is left of the line, and its end.</summary>
    public void SkipLine()
    {
        while (!At(TokenKind.NewLine) && !At(TokenKind.End)) Take();
        TryTake(TokenKind.NewLine);
    }

    /// <summary>Takes the end of the line; reports anything before it and skips it.</summary>
    public bool EndLine()
    {
        if (TryTake(TokenKind.NewLine) || At(TokenKind.End)) return true;
        Expected("the end of the line");
        SkipLine();
        return false;
    }

    /// <summary>
    /// Goes on to the next line where a line may go on (after a comma or an operator, inside parentheses). It stays
    /// when the next line clearly begins something else, so that one slip costs one line.
    /// </summary>
    public void ContinueLine()
    {
        if (!At(TokenKind.NewLine)) return;
        Token next = Ahead(1);
        bool begins = next.Kind is TokenKind.End or TokenKind.Arrow
            || (next.Kind == TokenKind.Word && (ReservedWords.Sections.Contains(next.Text) || ReservedWords.Statements.Contains(next.Text)));
        if (!begins) Take();
    }

    /// <summary>The doc strings that follow, on this line or the next ones.</summary>
    public IReadOnlyList<string> TakeDocs()
    {
        List<string> docs = [];
        while (At(TokenKind.Text) || (At(TokenKind.NewLine) && Ahead(1).Kind == TokenKind.Text))
        {
            TryTake(TokenKind.NewLine);
            docs.Add(Take().Text);
        }

        return docs;
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

    private static Name ToName(Token token) => new(token.Text, token.Span);

    private static bool IsWord(Token token, string word) => token.Kind == TokenKind.Word && token.Text == word;
}
