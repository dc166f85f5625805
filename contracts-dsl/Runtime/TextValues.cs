using System.Buffers;

namespace Settlement.Contracts;

/// <summary>A text for people or an external reference.</summary>
public sealed record TextValue(string Text) : Value
{
    /// <inheritdoc/>
    public override string Written => $"\"{Text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <inheritdoc/>
    public override byte[] ToCanonical() => Utf8(Text);
}

/// <summary>A word of capital letters and digits.</summary>
public sealed record CodeValue(string Code) : Value
{
    /// <summary>The longest code.</summary>
    public const int MaxLength = 35;

    private static readonly SearchValues<char> Characters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

    /// <inheritdoc/>
    public override string Written => Code;

    /// <summary>1 to 35 capital ASCII letters and digits.</summary>
    public static bool IsCode(string? text) =>
        text is { Length: >= 1 and <= MaxLength } && !text.AsSpan().ContainsAnyExcept(Characters);

    /// <inheritdoc/>
    public override byte[] ToCanonical() => Utf8(Code);
}
