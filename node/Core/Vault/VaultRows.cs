using System.Buffers;
using System.Security.Cryptography;
using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Participants;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;

namespace Settlement.Core.Vault;

/// <summary>
/// Writes and reads the rows of a node's vault. Every confidential row is sealed with a key of its own, wrapped under the
/// vault key and bound to the row's table and key, so that destroying the wrap erases the row and no row passes as another.
/// </summary>
internal sealed class VaultRows(VaultKey key, IEntropy entropy)
{
    private readonly byte[] lookupKey = key.DeriveKey("facts");

    /// <summary>The vault key itself, for content keys.</summary>
    public VaultKey Key => key;

    /// <summary>A sealed row that replaces what is there.</summary>
    public PayloadWrite Replace(PayloadKind kind, byte[] rowKey, IMessage message) => new(kind, rowKey, Seal(kind, rowKey, message), PayloadWriteMode.Replace);

    /// <summary>A sealed row that must be new.</summary>
    public PayloadWrite Insert(PayloadKind kind, byte[] rowKey, IMessage message) => new(kind, rowKey, Seal(kind, rowKey, message), PayloadWriteMode.Insert);

    /// <summary>Reads a sealed row. A row that this node wrote and cannot read is a fault of the vault and stops the node.</summary>
    /// <exception cref="InvalidOperationException">When the row does not open.</exception>
    public T Open<T>(PayloadKind kind, byte[] rowKey, byte[] body, MessageParser<T> parser) where T : class, IMessage<T>
    {
        if (!key.TryOpen(kind.ToString(), rowKey, body, out byte[]? plaintext) || !Parsing.TryParse(parser, plaintext, out T? message))
            throw new InvalidOperationException($"A row of {kind} does not open under this node's vault key.");
        return message;
    }

    /// <summary>The key under which a fact is looked up: a keyed hash, so that the table tells nothing without the vault key.</summary>
    public PayloadKey Fact(string kind, string value) => new(PayloadKind.Facts, LookupKey(kind, value));

    /// <summary>A row key that is found by a value and tells nothing of it without the vault key.</summary>
    public byte[] LookupKey(string kind, string value) => new HashWriter("settlement/fact", lookupKey).Text(kind).Text(value).Finish().ToArray();

    /// <summary>Seals a part of a row whose rest is public.</summary>
    public byte[] SealPart(string name, byte[] rowKey, IMessage part)
    {
        int size = part.CalculateSize();
        byte[] plaintext = ArrayPool<byte>.Shared.Rent(size);
        part.WriteTo(plaintext.AsSpan(0, size));
        byte[] sealedPart = key.Seal(name, rowKey, plaintext.AsSpan(0, size), entropy);
        CryptographicOperations.ZeroMemory(plaintext.AsSpan(0, size));
        ArrayPool<byte>.Shared.Return(plaintext);
        return sealedPart;
    }

    /// <summary>Reads such a part.</summary>
    /// <exception cref="InvalidOperationException">When it does not open.</exception>
    public T OpenPart<T>(string name, byte[] rowKey, ReadOnlySpan<byte> part, MessageParser<T> parser) where T : class, IMessage<T> =>
        key.TryOpen(name, rowKey, part, out byte[]? plaintext) && Parsing.TryParse(parser, plaintext, out T? message)
            ? message
            : throw new InvalidOperationException($"A part of a row, {name}, does not open under this node's vault key.");

    private byte[] Seal(PayloadKind kind, byte[] rowKey, IMessage message) => SealPart(kind.ToString(), rowKey, message);
}
