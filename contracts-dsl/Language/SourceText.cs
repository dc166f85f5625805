namespace Settlement.Contracts.Language;

/// <summary>A piece of the source in UTF-16 units.</summary>
internal readonly record struct TextSpan(int Start, int Length)
{
    public int End => Start + Length;

    public TextSpan To(TextSpan last) => new(Start, Math.Max(Length, last.End - Start));
}

/// <summary>A file's text with its lines; a line ends at LF or CR LF.</summary>
internal sealed class SourceText
{
    private readonly List<int> lineStarts = [0];

    public SourceText(string file, string text)
    {
        File = file;
        Text = text;
        for (int i = 0; i < text.Length; i++)
            if (text[i] == '\n') lineStarts.Add(i + 1);
    }

    public string File { get; }

    public string Text { get; }

    /// <summary>The line of a position, from 1.</summary>
    public int LineOf(int position)
    {
        int found = lineStarts.BinarySearch(position);
        return found >= 0 ? found + 1 : ~found;
    }

    /// <summary>The line and column of a span, and the part of it on its first line, in Unicode scalar values.</summary>
    public (int Line, int Column, int Length, string SourceLine) Locate(TextSpan span)
    {
        int line = LineOf(span.Start);
        int start = lineStarts[line - 1];
        int end = line < lineStarts.Count ? lineStarts[line] - 1 : Text.Length;
        if (end < Text.Length && end > start && Text[end - 1] == '\r') end--;
        int from = Math.Clamp(span.Start, start, end);
        int to = Math.Clamp(span.End, from, end);
        return (line, Scalars(start, from) + 1, Math.Max(1, Scalars(from, to)), Text[start..end]);
    }

    /// <summary>The line and character of a position, both from 0 and in UTF-16 units, as editors count.</summary>
    public (int Line, int Character) PlaceOf(int position)
    {
        int line = LineOf(Math.Min(position, Text.Length)) - 1;
        return (line, Math.Min(position, Text.Length) - lineStarts[line]);
    }

    /// <summary>The position of an editor's place; null when there is no such line.</summary>
    public int? OffsetOf(int line, int character)
    {
        if (line >= lineStarts.Count) return null;
        int end = line + 1 < lineStarts.Count ? lineStarts[line + 1] - 1 : Text.Length;
        return (int)Math.Min((long)lineStarts[line] + character, end);
    }

    private int Scalars(int start, int end)
    {
        int count = 0;
        foreach (System.Text.Rune _ in Text.AsSpan(start, end - start).EnumerateRunes()) count++;
        return count;
    }
}
