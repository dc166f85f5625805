namespace Settlement.Contracts.Language;

/// <summary>One line that the formatter writes: tokens with the comment behind them, or a comment alone.</summary>
internal sealed class FormatRow
{
    /// <summary>The tokens, by index; empty for a comment alone.</summary>
    public List<int> Tokens { get; } = [];

    /// <summary>The comment with its two hyphens; null when there is none.</summary>
    public string? Comment { get; private set; }

    /// <summary>True when the sentence of the row above goes on.</summary>
    public bool Continues { get; private init; }

    /// <summary>True for doc strings.</summary>
    public bool IsDocs { get; private init; }

    /// <summary>True when the author left an empty line above.</summary>
    public bool BlankAbove { get; private init; }

    public bool IsComment => Tokens.Count == 0;

    /// <summary>The rows of a source: the author's lines, with each doc string on a line of its own.</summary>
    public static IReadOnlyList<FormatRow> Of(ParsedSource parsed)
    {
        List<FormatRow> rows = [];
        int comment = 0, end = 0;
        for (int i = 0; i < parsed.Tokens.Count; i++)
        {
            Token token = parsed.Tokens[i];
            if (token.Kind == TokenKind.NewLine) continue;
            for (; comment < parsed.Comments.Count && parsed.Comments[comment].Span.Start < token.Span.Start; comment++)
                end = Add(rows, parsed.Comments[comment], LineEnds(parsed, end, parsed.Comments[comment].Span));
            // The end of the file has the position of the text's end, behind its last comment.
            if (token.Kind == TokenKind.End) break;
            Add(rows, parsed, i, LineEnds(parsed, end, token.Span));
            end = token.Span.End;
        }

        for (; comment < parsed.Comments.Count; comment++)
            end = Add(rows, parsed.Comments[comment], LineEnds(parsed, end, parsed.Comments[comment].Span));
        return rows;
    }

    private static int LineEnds(ParsedSource parsed, int from, TextSpan to) => parsed.Source.Text.AsSpan(from..to.Start).Count('\n');

    private static int Add(List<FormatRow> rows, Comment comment, int lineEnds)
    {
        if (lineEnds == 0 && rows.Count > 0) rows[^1].Comment = comment.Text;
        else rows.Add(new FormatRow { Comment = comment.Text, BlankAbove = lineEnds > 1 });
        return comment.Span.End;
    }

    private static void Add(List<FormatRow> rows, ParsedSource parsed, int index, int lineEnds)
    {
        IReadOnlySet<int> docs = parsed.Cursor.Docs;
        bool isDocs = docs.Contains(index);
        bool comma = parsed.Tokens[index].Kind == TokenKind.Comma;
        bool afterDocs = rows.Count > 0 && rows[^1].IsDocs && !comma;
        if (rows.Count == 0 || lineEnds > 0 || isDocs || afterDocs)
        {
            bool lineEnd = index > 0 && parsed.Tokens[index - 1].Kind == TokenKind.NewLine;
            bool continues = index > 0 && (!lineEnd || parsed.Cursor.Continued.Contains(index - 1));
            rows.Add(new FormatRow { Continues = continues, IsDocs = isDocs, BlankAbove = lineEnds > 1 });
        }

        rows[^1].Tokens.Add(index);
    }
}
