using System.Diagnostics.CodeAnalysis;
using Settlement.Core.Cryptography;

namespace Settlement.Core.Identifiers;

/// <summary>A unique end-to-end transaction reference: a version 4 UUID (RFC 4122), hyphenated, in lower case.</summary>
public readonly record struct Uetr : IComparable<Uetr>
{
    /// <summary>The number of characters.</summary>
    public const int Length = 36;

    private readonly Guid value;

    private Uetr(Guid value) => this.value = value;

    /// <summary>A fresh reference from random bytes.</summary>
    public static Uetr Create(IEntropy entropy)
    {
        Span<byte> bytes = stackalloc byte[16];
        entropy.Fill(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Uetr(new Guid(bytes, bigEndian: true));
    }

    /// <summary>Reads 36 characters; false for capitals, other versions than 4 and other variants than RFC 4122's.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Uetr value)
    {
        value = default;
        if (text is not { Length: Length } || text[14] != '4' || text[19] is not ('8' or '9' or 'a' or 'b')) return false;
        foreach (char c in text)
            if (!char.IsAsciiHexDigitLower(c) && c != '-') return false;
        if (!Guid.TryParseExact(text, "D", out Guid guid)) return false;
        value = new Uetr(guid);
        return true;
    }

    /// <summary>The order of the text.</summary>
    public int CompareTo(Uetr other) => value.CompareTo(other.value);

    /// <summary>The 36 characters; empty for the default value.</summary>
    public override string ToString() => value == Guid.Empty ? "" : value.ToString("D");
}
