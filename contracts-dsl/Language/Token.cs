namespace Settlement.Contracts.Language;

internal enum TokenKind
{
    Word, Number, Date, Text, Comma, Open, Close, Arrow, Plus, Minus,
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
}

/// <summary>The words that have a fixed meaning and so cannot name anything but an action, which only 'on' introduces.</summary>
internal static class ReservedWords
{
    /// <summary>The words that begin a section or an action.</summary>
    public static readonly string[] Sections = ["parties", "fields", "states", "on"];

    /// <summary>The words that begin a statement.</summary>
    public static readonly string[] Statements = ["require", "move", "issue"];

    public static readonly IReadOnlySet<string> All = new HashSet<string>(
        [.. Sections, .. Statements, "contract", "version", "observes", "optional", "to", "personal", "of", "may", "rest", "by", "agreed",
            "when", "else", "from", "citing", "and", "or", "not", "present"],
        StringComparer.Ordinal);
}
