using System.Buffers.Binary;
using System.Text;
using Settlement.Core.Cryptography;

namespace Settlement.Core.Vault;

/// <summary>The keys of rows.</summary>
internal static class RowKeys
{
    /// <summary>A channel and a sequence: rows of one channel lie side by side in the order of the log.</summary>
    public static byte[] Batch(Digest channel, long sequence)
    {
        byte[] key = new byte[Digest.Length + sizeof(long)];
        channel.CopyTo(key);
        BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(Digest.Length), sequence);
        return key;
    }

    /// <summary>A number whose order is the order of rows.</summary>
    public static byte[] Number(long number)
    {
        byte[] key = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(key, number);
        return key;
    }

    /// <summary>A name.</summary>
    public static byte[] Name(string name) => Encoding.UTF8.GetBytes(name);
}
