using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Settlement.Core.Cryptography;

/// <summary>A SHA-256 value: 32 bytes, compared by value and written in lower-case hexadecimal.</summary>
public readonly record struct Digest : IComparable<Digest>
{
    /// <summary>The length in bytes.</summary>
    public const int Length = 32;

    private readonly ulong a, b, c, d;

    /// <param name="bytes">Exactly 32 bytes.</param>
    /// <exception cref="ArgumentException">When the length differs.</exception>
    public Digest(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length) throw new ArgumentException("A digest has 32 bytes.", nameof(bytes));
        a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        c = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        d = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    /// <summary>The digest of 32 zero bytes: "none", for example the head before a channel's first.</summary>
    public static Digest Zero => default;

    /// <summary>SHA-256 of the bytes.</summary>
    public static Digest Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[Length];
        SHA256.HashData(bytes, hash);
        return new Digest(hash);
    }

    /// <summary>Reads 64 hexadecimal digits.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Digest value)
    {
        value = default;
        if (text is not { Length: Length * 2 }) return false;
        Span<byte> bytes = stackalloc byte[Length];
        if (Convert.FromHexString(text, bytes, out _, out int written) != System.Buffers.OperationStatus.Done || written != Length) return false;
        value = new Digest(bytes);
        return true;
    }

    /// <summary>Reads 32 bytes; false when the length differs.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Digest value)
    {
        value = bytes.Length == Length ? new Digest(bytes) : default;
        return bytes.Length == Length;
    }

    /// <summary>Writes the 32 bytes to the start of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], b);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], c);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], d);
    }

    /// <summary>A new array of the 32 bytes.</summary>
    public byte[] ToArray()
    {
        byte[] bytes = new byte[Length];
        CopyTo(bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public int CompareTo(Digest other)
    {
        int order = a.CompareTo(other.a);
        if (order == 0) order = b.CompareTo(other.b);
        if (order == 0) order = c.CompareTo(other.c);
        return order != 0 ? order : d.CompareTo(other.d);
    }

    // Ids come from others, who could choose such that collide if every process hashed alike. No order of anything follows from it.
    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(a, b, c, d);

    /// <inheritdoc/>
    public override string ToString() => Convert.ToHexStringLower(ToArray());
}
