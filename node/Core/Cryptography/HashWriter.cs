using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Settlement.Core.Cryptography;

/// <summary>
/// Hashes a sequence of typed values under a domain tag. Every variable-length value is prefixed by its length as
/// four big-endian bytes and integers have fixed width, so two different sequences never feed the same bytes.
/// </summary>
public sealed class HashWriter : IDisposable
{
    private readonly IncrementalHash hash;

    /// <param name="domain">The purpose, for example <c>settlement/head</c>; it and the suite come first.</param>
    public HashWriter(string domain) : this(IncrementalHash.CreateHash(HashAlgorithmName.SHA256), domain) { }

    /// <summary>The same sequence under HMAC-SHA-256 with <paramref name="key"/>.</summary>
    public HashWriter(string domain, ReadOnlySpan<byte> key) : this(IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key), domain) { }

    private HashWriter(IncrementalHash hash, string domain)
    {
        this.hash = hash;
        Text(domain).UInt16(Suite.Current);
    }

    /// <summary>A digest, without a length: it is always 32 bytes.</summary>
    public HashWriter Digest(Digest value)
    {
        Span<byte> bytes = stackalloc byte[Cryptography.Digest.Length];
        value.CopyTo(bytes);
        hash.AppendData(bytes);
        return this;
    }

    /// <summary>Length-prefixed bytes.</summary>
    public HashWriter Bytes(ReadOnlySpan<byte> value)
    {
        UInt32((uint)value.Length);
        hash.AppendData(value);
        return this;
    }

    /// <summary>Length-prefixed UTF-8.</summary>
    public HashWriter Text(string value) => Bytes(Encoding.UTF8.GetBytes(value));

    /// <summary>One byte.</summary>
    public HashWriter Byte(byte value)
    {
        hash.AppendData([value]);
        return this;
    }

    /// <summary>Two big-endian bytes.</summary>
    public HashWriter UInt16(ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        hash.AppendData(bytes);
        return this;
    }

    /// <summary>Four big-endian bytes.</summary>
    public HashWriter UInt32(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        hash.AppendData(bytes);
        return this;
    }

    /// <summary>Eight big-endian bytes, two's complement.</summary>
    public HashWriter Int64(long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        hash.AppendData(bytes);
        return this;
    }

    /// <summary>The digest of everything written; the writer may not be used afterwards.</summary>
    public Digest Finish()
    {
        Span<byte> bytes = stackalloc byte[Cryptography.Digest.Length];
        hash.GetHashAndReset(bytes);
        hash.Dispose();
        return new Digest(bytes);
    }

    /// <inheritdoc/>
    public void Dispose() => hash.Dispose();
}
