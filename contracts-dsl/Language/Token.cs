namespace Settlement.Contracts.Language;

internal enum TokenKind
{
    Word, Number, Decimal, Date, Text, Comma, Colon, Open, Close, Arrow, Plus, Minus, Times, Over,
    Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual,
    NewLine, End,

    /// <summary>Something that the lexer has complained about; nobody complains again.</summary>
    Bad,
}

/// <param name="Kind">What it is.</param>
/// <param name="Text">As written; for a text the content, without quotes and escapes.</param>
/// <param name="Span">Where it stands.</param>
internal readonly record struct Token(TokenKind Kind, string Text, TextSpan Span)
{
    /// <summary>How a diagnostic calls it.</summary>
    public string Called => Kind switch
    {
        TokenKind.End => "the end of the file",
        TokenKind.NewLine => "the end of the line",
        TokenKind.Text => "a text in quotes",
        _ => $"'{Text}'",
    };

    public bool IsWord(string word) => Kind == TokenKind.Word && Text == word;
}

/// <summary>A comment with its two hyphens, which no token stands for: only the formatter looks at it.</summary>
internal readonly record struct Comment(string Text, TextSpan Span);
