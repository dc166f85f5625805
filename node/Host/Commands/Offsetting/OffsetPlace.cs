using System.Globalization;
using System.Text;

namespace Settlement.Host.Commands.Offsetting;

/// <summary>A place in a file: the byte where a token begins, and the path to it, which is written only when it is told.</summary>
/// <param name="Offset">The byte.</param>
/// <param name="List">The list in the file's object; null for that object itself.</param>
/// <param name="Index">Which of the list; below zero for the list itself.</param>
/// <param name="Member">Which member; null for the whole object.</param>
internal readonly record struct OffsetPlace(long Offset, string? List = null, int Index = -1, string? Member = null)
{
    /// <summary>Line and column, counted from 1 in characters, and the JSON path.</summary>
    public string Describe(ReadOnlySpan<byte> file)
    {
        ReadOnlySpan<byte> before = file[..(int)Math.Min(Offset, file.Length)];
        int line = before.Count((byte)'\n') + 1;
        int column = Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1;
        StringBuilder path = new("$");
        if (List is not null) path.Append(CultureInfo.InvariantCulture, $".{List}");
        if (Index >= 0) path.Append(CultureInfo.InvariantCulture, $"[{Index}]");
        if (Member is not null) path.Append(CultureInfo.InvariantCulture, $".{Member}");
        return string.Create(CultureInfo.InvariantCulture, $"line {line}, column {column} ({path})");
    }
}

/// <summary>What is wrong at a place; becomes an error that names the file.</summary>
internal sealed class OffsetFault(string code, OffsetPlace place, string reason) : Exception(reason)
{
    public string Code => code;

    public OffsetPlace Place => place;
}
