using System.Text;

namespace Settlement.Contracts.Language;

/// <summary>
/// The columns of one section: a name, and for a field its type, its audience and its owner. A column is as wide as its
/// widest entry that has another one behind it, and two spaces.
/// </summary>
internal sealed class DeclarationColumns
{
    private const int Gap = 2;

    private readonly Dictionary<FormatRow, string[]> cells = [];
    private readonly int[] widths = new int[3];

    private DeclarationColumns() { }

    /// <summary>No columns, as in the sections that are not aligned.</summary>
    public static DeclarationColumns None { get; } = new();

    public static DeclarationColumns Of(string section, IEnumerable<FormatRow> rows, IReadOnlyList<Token> tokens, TokenSpacing spacing)
    {
        if (section is not ("codes" or "parties" or "fields")) return None;
        var columns = new DeclarationColumns();
        foreach (FormatRow row in rows.Where(r => !r.IsComment && !r.Continues))
        {
            List<int>[] parts = [[], [], [], []];
            int part = 0;
            foreach (int i in row.Tokens)
            {
                parts[part = Math.Max(part, Part(section, tokens[i]))].Add(i);
                if (part == 0) part = 1;
            }

            columns.Add(row, [.. parts.Select(spacing.Write)]);
        }

        return columns;
    }

    /// <summary>The declaration in its columns; null when the row is none.</summary>
    public string? Write(FormatRow row)
    {
        if (!cells.TryGetValue(row, out string[]? written)) return null;
        StringBuilder line = new();
        for (int i = 0; i <= Last(written); i++)
        {
            line.Append(written[i]);
            if (i < Last(written)) line.Append(' ', widths[i] + Gap - written[i].Length);
        }

        return line.ToString();
    }

    private static int Part(string section, Token token) =>
        section != "fields" || token.Kind != TokenKind.Word ? 0 : token.Text switch { "to" => 2, "personal" => 3, _ => 0 };

    private static int Last(string[] written) => Array.FindLastIndex(written, w => w.Length > 0);

    private void Add(FormatRow row, string[] written)
    {
        cells.Add(row, written);
        for (int i = 0; i < Last(written); i++) widths[i] = Math.Max(widths[i], written[i].Length);
    }
}
