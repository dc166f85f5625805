using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Settlement.Core.Cryptography;

/// <summary>
/// Hashes a sequence of typed values under a domain tag. Every variable-length value is prefixed by its length as
/// four big-endian bytes and integers have fixed width, so two different sequences never feed the same bytes. The values
/// are gathered first and hashed in one call, because a call into the platform costs more than the few bytes it hashes.
/// </summary>
public sealed class HashWriter : IDisposable
{
    private const int FirstLength = 256;

    private readonly byte[]? key;
    private byte[] buffer;
    private int length;

    /// <param name="domain">The purpose, for example <c>settlement/head</c>; it and the suite come first.</param>
    public HashWriter(string domain) : this(domain, null) { }

    /// <summary>The same sequence under HMAC-SHA-256 with <paramref name="key"/>.</summary>
    public HashWriter(string domain, ReadOnlySpan<byte> key) : this(domain, key.ToArray()) { }

    private HashWriter(string domain, byte[]? key)
    {
        this.key = key;
        buffer = ArrayPool<byte>.Shared.Rent(FirstLength);
        Text(domain).UInt16(Suite.Current);
    }

    /// <summary>A digest, without a length: it is always 32 bytes.</summary>
    public HashWriter Digest(Digest value)
    {
        value.CopyTo(Next(Cryptography.Digest.Length));
        return this;
    }

    /// <summary>Length-prefixed bytes.</summary>
    public HashWriter Bytes(ReadOnlySpan<byte> value)
    {
        UInt32((uint)value.Length);
        value.CopyTo(Next(value.Length));
        return this;
    }

    /// <summary>Length-prefixed UTF-8.</summary>
    public HashWriter Text(string value)
    {
        int bytes = Encoding.UTF8.GetByteCount(value);
        UInt32((uint)bytes);
        Encoding.UTF8.GetBytes(value, Next(bytes));
        return this;
    }

    /// <summary>One byte.</summary>
    public HashWriter Byte(byte value)
    {
        Next(1)[0] = value;
        return this;
    }

    /// <summary>Two big-endian bytes.</summary>
    public HashWriter UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(Next(sizeof(ushort)), value);
        return this;
    }

    /// <summary>Four big-endian bytes.</summary>
    public HashWriter UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(Next(sizeof(uint)), value);
        return this;
    }

    /// <summary>Eight big-endian bytes, two's complement.</summary>
    public HashWriter Int64(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(Next(sizeof(long)), value);
        return this;
    }

    /// <summary>The digest of everything written; the writer may not be used afterwards.</summary>
    public Digest Finish()
    {
        Span<byte> hash = stackalloc byte[Cryptography.Digest.Length];
        if (key is null) SHA256.HashData(buffer.AsSpan(0, length), hash);
        else HMACSHA256.HashData(key, buffer.AsSpan(0, length), hash);
        Dispose();
        return new Digest(hash);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (buffer.Length == 0) return;
        Release();
        buffer = [];
        if (key is not null) CryptographicOperations.ZeroMemory(key);
    }

    private Span<byte> Next(int count)
    {
        int end = checked(length + count);
        if (end > buffer.Length)
        {
            ObjectDisposedException.ThrowIf(buffer.Length == 0, this);
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(end, buffer.Length * 2));
            buffer.AsSpan(0, length).CopyTo(larger);
            Release();
            buffer = larger;
        }

        Span<byte> next = buffer.AsSpan(length, count);
        length = end;
        return next;
    }

    // What was hashed may be confidential, and the next renter is anybody.
    private void Release()
    {
        CryptographicOperations.ZeroMemory(buffer.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(buffer);
    }
}
