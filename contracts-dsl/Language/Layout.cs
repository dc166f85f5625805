using System.Text;

namespace Settlement.Contracts.Language;

/// <summary>Indents rows, aligns declarations and decides where an empty line stands.</summary>
internal sealed class Layout(ParsedSource parsed, IReadOnlyList<FormatRow> rows)
{
    private const int Indentation = 2;

    private readonly TokenSpacing spacing = new(parsed);
    private readonly StringBuilder text = new();
    private readonly List<FormatRow> comments = [];
    private DeclarationColumns columns = DeclarationColumns.None;
    private string section = "";
    private int level;
    private int blocks;
    private bool opened;

    /// <summary>The level of what follows in the section or block that has begun.</summary>
    private int BodyLevel => 1 + blocks;

    public string Write()
    {
        for (int i = 0; i < rows.Count; i++)
        {
            FormatRow row = rows[i];
            if (row.IsComment) comments.Add(row);
            else if (row.Continues) Continuation(row);
            else if (IsHeader(row)) Header(i);
            else Sentence(row);
        }

        Remarks(apart: true);
        return text.ToString();
    }

    private string FirstWord(FormatRow row) => parsed.Tokens[row.Tokens[0]].Text;

    private bool IsHeader(FormatRow row) => parsed.Tokens[row.Tokens[0]].Kind == TokenKind.Word
        && (FirstWord(row) == "contract" || ReservedWords.Sections.Contains(FirstWord(row)));

    private void Header(int index)
    {
        FormatRow row = rows[index];
        bool blank = row.BlankAbove || !comments.Exists(c => c.BlankAbove);
        Remarks(apart: row.BlankAbove);
        section = FirstWord(row);
        level = blocks = 0;
        Line(0, row, spacing.Write(row.Tokens), blank && (row.BlankAbove || comments.Count == 0));
        comments.Clear();
        opened = section != "contract";
        columns = DeclarationColumns.Of(section, rows.Skip(index + 1).TakeWhile(r => r.IsComment || r.Continues || !IsHeader(r)), parsed.Tokens, spacing);
    }

    /// <summary>
    /// Comments above a header, or at the end. Those that hang on the line above and not on what follows belong above; all
    /// others belong to what follows, with an empty line before them.
    /// </summary>
    /// <param name="apart">Whether an empty line, or the end of the file, stands between them and what follows.</param>
    private void Remarks(bool apart)
    {
        int hanging = comments.Count > 0 && !comments[0].BlankAbove && text.Length > 0 ? comments.FindIndex(1, c => c.BlankAbove) : 0;
        if (hanging < 0) hanging = apart ? comments.Count : 0;
        bool blank = comments.Exists(c => c.BlankAbove);
        for (int i = 0; i < comments.Count; i++)
            Line(i < hanging ? BodyLevel : 0, comments[i], "", comments[i].BlankAbove || (i == 0 && hanging == 0 && !blank));
    }

    private void Sentence(FormatRow row)
    {
        bool action = section == "on", closes = action && FirstWord(row) is "end" or "otherwise";
        foreach (FormatRow comment in comments)
        {
            Line(BodyLevel, comment, "", comment.BlankAbove && !opened);
            opened = false;
        }

        comments.Clear();
        if (closes) blocks--;
        level = BodyLevel;
        Line(level, row, columns.Write(row) ?? spacing.Write(row.Tokens), row.BlankAbove && !opened && !closes);
        opened = action && FirstWord(row) is "if" or "for" or "otherwise";
        if (opened) blocks++;
    }

    /// <summary>Doc strings stand one level below what they explain, other states beside the first, all else two levels below.</summary>
    private void Continuation(FormatRow row)
    {
        int below = row.IsDocs ? 1 : section == "states" ? 0 : 2;
        foreach (FormatRow comment in comments) Line(level + below, comment, "", blank: false);
        comments.Clear();
        Line(level + below, row, spacing.Write(row.Tokens), blank: false);
    }

    private void Line(int depth, FormatRow row, string content, bool blank)
    {
        if (blank && text.Length > 0) text.Append('\n');
        text.Append(' ', depth * Indentation).Append(content);
        if (row.Comment is { } comment) text.Append(content.Length > 0 ? "  " : "").Append(comment);
        text.Append('\n');
    }
}
