using System.Text;

namespace Settlement.Contracts;

/// <summary>Cuts the lines of a scenario table.</summary>
internal static class ScenarioText
{
    /// <summary>Cuts at a separator outside quotes and brackets, and trims.</summary>
    /// <exception cref="ScenarioProblemException">When a text has no closing quote.</exception>
    public static List<string> Split(string line, char separator)
    {
        List<string> cells = [];
        StringBuilder cell = new();
        bool quoted = false, escaped = false;
        int depth = 0;
        foreach (char c in line)
        {
            if (quoted)
            {
                quoted = escaped || c != '"';
                escaped = !escaped && c == '\\';
            }
            else if (c == '"') quoted = true;
            else if (c == '[') depth++;
            else if (c == ']') depth--;
            else if (c == separator && depth <= 0)
            {
                cells.Add(cell.ToString().Trim());
                cell.Clear();
                continue;
            }

            cell.Append(c);
        }

        if (quoted) throw new ScenarioProblemException("a text has no closing quote");
        cells.Add(cell.ToString().Trim());
        return cells;
    }

    /// <summary>What a list between separators has, without the empty pieces.</summary>
    public static List<string> Pieces(string cell, char separator) => [.. Split(cell, separator).Where(p => p.Length > 0)];

    /// <summary>The first word, and the rest.</summary>
    public static (string Word, string Remainder) FirstWord(string line)
    {
        int end = line.AsSpan().IndexOfAny(' ', '\t');
        return end < 0 ? (line, "") : (line[..end], line[end..].Trim());
    }
}
