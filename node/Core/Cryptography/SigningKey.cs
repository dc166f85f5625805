using System.Security.Cryptography;

namespace Settlement.Core.Cryptography;

/// <summary>
/// A private key for ECDSA on P-256. Safe for use from several threads, which then take turns. The platform draws each
/// signature's nonce itself: two signatures of one digest differ, so what was signed is stored and resent as bytes.
/// </summary>
public sealed class SigningKey : IDisposable
{
    /// <summary>The length of a private key in bytes.</summary>
    public const int ScalarLength = P256.ScalarLength;

    /// <summary>The length of a signature in bytes: r and s, 32 bytes each (IEEE P1363).</summary>
    public const int SignatureLength = 2 * P256.ScalarLength;

    private readonly Lock turn = new();
    private readonly ECDsa key;

    private SigningKey(ECDsa key)
    {
        this.key = key;
        PublicKey = PublicKey.FromPlatform(key.ExportParameters(includePrivateParameters: false));
    }

    /// <summary>The point that verifies this key's signatures.</summary>
    public PublicKey PublicKey { get; }

    /// <summary>A fresh key whose scalar comes from <paramref name="entropy"/> alone.</summary>
    public static SigningKey Generate(IEntropy entropy)
    {
        Span<byte> scalar = stackalloc byte[ScalarLength];
        P256.DrawScalar(entropy, scalar);
        SigningKey generated = FromScalar(scalar);
        CryptographicOperations.ZeroMemory(scalar);
        return generated;
    }

    /// <param name="scalar">32 big-endian bytes, from 1 to the curve's order − 1.</param>
    /// <exception cref="ArgumentException">When the bytes are no such scalar.</exception>
    public static SigningKey FromScalar(ReadOnlySpan<byte> scalar)
    {
        ECParameters parameters = P256.Private(scalar);
        try
        {
            return new SigningKey(ECDsa.Create(parameters));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(parameters.D);
        }
    }

    /// <summary>The 32 bytes of the private key; the caller zeroes them after use.</summary>
    public byte[] ToScalar()
    {
        lock (turn) return key.ExportParameters(includePrivateParameters: true).D!;
    }

    /// <summary>Signs a digest; 64 bytes, r then s.</summary>
    public byte[] Sign(Digest digest)
    {
        Span<byte> hash = stackalloc byte[Digest.Length];
        digest.CopyTo(hash);
        lock (turn) return key.SignHash(hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    /// <inheritdoc/>
    public void Dispose() => key.Dispose();
}
