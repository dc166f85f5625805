using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;

namespace Settlement.Core.Channels;

/// <summary>How an entry cites a posting of the settlement agent: its id in hexadecimal, a full stop, the agent's signature in base64url.</summary>
public static class PostingText
{
    /// <summary>The length of a posting's id in bytes.</summary>
    public const int IdLength = 16;

    /// <summary>The text.</summary>
    public static string Write(ReadOnlySpan<byte> id, ReadOnlySpan<byte> signature) => $"{Convert.ToHexStringLower(id)}.{Base64Url.EncodeToString(signature)}";

    /// <summary>Reads a text; false when it is no citation.</summary>
    public static bool TryRead(string text, [NotNullWhen(true)] out byte[]? id, [NotNullWhen(true)] out byte[]? signature)
    {
        id = null;
        signature = null;
        const int idDigits = 2 * IdLength;
        if (text.Length <= idDigits + 1 || text[idDigits] != '.' || !Base64Url.IsValid(text.AsSpan(idDigits + 1))) return false;
        byte[] read = new byte[IdLength];
        if (Convert.FromHexString(text.AsSpan(0, idDigits), read, out _, out int written) != System.Buffers.OperationStatus.Done || written != IdLength) return false;
        signature = Base64Url.DecodeFromChars(text.AsSpan(idDigits + 1));
        id = read;
        return signature.Length == SigningKey.SignatureLength;
    }

    /// <summary>What the agent signs.</summary>
    public static Digest Digest(string network, ReadOnlySpan<byte> id, Digest channel, ParticipantId beneficiary, string currency, long minorUnits) =>
        new HashWriter("settlement/posting").Text(network).Bytes(id).Digest(channel).Text(beneficiary.ToString()).Text(currency).Int64(minorUnits).Finish();
}
