using System.Diagnostics.CodeAnalysis;
using Settlement.Core.Cryptography;

namespace Settlement.Core.Commitments;

/// <summary>The name of an entry: 32 random bytes, so that it tells nothing, written in lower-case hexadecimal.</summary>
public readonly record struct EntryId : IComparable<EntryId>
{
    /// <summary>The length in bytes.</summary>
    public const int Length = Digest.Length;

    /// <param name="value">The 32 bytes.</param>
    public EntryId(Digest value) => Value = value;

    /// <summary>The 32 bytes.</summary>
    public Digest Value { get; }

    /// <summary>A fresh name.</summary>
    public static EntryId Generate(IEntropy entropy)
    {
        Span<byte> bytes = stackalloc byte[Length];
        entropy.Fill(bytes);
        return new EntryId(new Digest(bytes));
    }

    /// <summary>Reads 64 hexadecimal digits.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out EntryId value)
    {
        bool read = Digest.TryParse(text, out Digest digest);
        value = new EntryId(digest);
        return read;
    }

    /// <summary>Reads 32 bytes; false when the length differs.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out EntryId value)
    {
        bool read = Digest.TryRead(bytes, out Digest digest);
        value = new EntryId(digest);
        return read;
    }

    /// <summary>A new array of the 32 bytes.</summary>
    public byte[] ToArray() => Value.ToArray();

    /// <inheritdoc/>
    public int CompareTo(EntryId other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString();
}
