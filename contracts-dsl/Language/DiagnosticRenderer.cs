using System.Globalization;
using System.Text;

namespace Settlement.Contracts;

/// <summary>Shows diagnostics to people.</summary>
public static class DiagnosticRenderer
{
    /// <summary>All of them, one below the other, each ended by an empty line. The text has LF line ends.</summary>
    public static string Render(IEnumerable<Diagnostic> diagnostics)
    {
        ArgumentNullException.ThrowIfNull(diagnostics);
        return string.Concat(diagnostics.Select(d => Render(d) + "\n"));
    }

    /// <summary>Code and message, place, the line with a caret below what is meant, and the suggestion.</summary>
    public static string Render(Diagnostic diagnostic)
    {
        ArgumentNullException.ThrowIfNull(diagnostic);
        string number = diagnostic.Line.ToString(CultureInfo.InvariantCulture);
        string margin = new(' ', number.Length + 1);
        var (line, caret) = Underline(diagnostic);
        StringBuilder text = new();
        text.Append(diagnostic.Severity == Severity.Error ? "error " : "warning ").Append(diagnostic.Code).Append(": ").Append(diagnostic.Message).Append('\n');
        text.Append(margin[1..]).Append("--> ").Append(CultureInfo.InvariantCulture, $"{diagnostic.File}:{diagnostic.Line}:{diagnostic.Column}").Append('\n');
        text.Append(margin).Append("|\n");
        text.Append(number).Append(" | ").Append(line).Append('\n');
        text.Append(margin).Append("| ").Append(caret).Append('\n');
        if (diagnostic.Suggestion is { } suggestion) text.Append(margin).Append("= ").Append(suggestion).Append('\n');
        return text.ToString();
    }

    /// <summary>The line as a terminal may show it, one sign a scalar value, and the carets under the diagnostic's place. Of a long line only what is around them.</summary>
    private static (string Line, string Caret) Underline(Diagnostic diagnostic)
    {
        // So much of a line is shown, so much of it before the carets, and so many carets at most.
        const int Widest = 200, Ahead = 60, MostCarets = 160;
        const string Cut = "…";
        int count = diagnostic.SourceLine.EnumerateRunes().Count(), at = diagnostic.Column - 1;
        int from = count <= Widest ? 0 : Math.Clamp(at - Ahead, 0, count - Widest);
        StringBuilder line = new(from > 0 ? Cut : ""), caret = new();
        foreach (Rune rune in diagnostic.SourceLine.EnumerateRunes().Skip(from).Take(Widest))
        {
            bool invisible = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
            // A tab keeps its width only as a space; what could steer a terminal is never passed on.
            line.Append(rune.Value == '\t' ? " " : invisible ? "\uFFFD" : rune.ToString());
        }

        if (from + Widest < count) line.Append(Cut);
        caret.Append(' ', at - from + (from > 0 ? Cut.Length : 0)).Append('^', Math.Clamp(diagnostic.Length, 1, Math.Clamp(from + Widest - at, 1, MostCarets)));
        return (line.ToString().TrimEnd(), caret.ToString());
    }
}
