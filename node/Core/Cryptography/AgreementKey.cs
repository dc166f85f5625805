using System.Security.Cryptography;

namespace Settlement.Core.Cryptography;

/// <summary>
/// A private key for Diffie–Hellman on P-256, the receiving end of HPKE. Safe for use from several threads, which then
/// take turns.
/// </summary>
public sealed class AgreementKey : IDisposable
{
    /// <summary>The length of a private key in bytes.</summary>
    public const int ScalarLength = P256.ScalarLength;

    private readonly Lock turn = new();
    private readonly ECDiffieHellman key;

    private AgreementKey(ECDiffieHellman key)
    {
        this.key = key;
        PublicKey = PublicKey.FromPlatform(key.ExportParameters(includePrivateParameters: false));
    }

    /// <summary>The point that others seal to.</summary>
    public PublicKey PublicKey { get; }

    /// <summary>A fresh key whose scalar comes from <paramref name="entropy"/> alone.</summary>
    public static AgreementKey Generate(IEntropy entropy)
    {
        Span<byte> scalar = stackalloc byte[ScalarLength];
        P256.DrawScalar(entropy, scalar);
        AgreementKey generated = FromScalar(scalar);
        CryptographicOperations.ZeroMemory(scalar);
        return generated;
    }

    /// <param name="scalar">32 big-endian bytes, from 1 to the curve's order − 1.</param>
    /// <exception cref="ArgumentException">When the bytes are no such scalar.</exception>
    public static AgreementKey FromScalar(ReadOnlySpan<byte> scalar)
    {
        ECParameters parameters = P256.Private(scalar);
        try
        {
            return new AgreementKey(ECDiffieHellman.Create(parameters));
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

    /// <summary>
    /// The x coordinate of the shared point, 32 bytes (SEC 1, 3.3.1). Not uniform: feed it to a key derivation, never to a
    /// cipher. The caller zeroes it after use.
    /// </summary>
    public byte[] RawSharedSecret(PublicKey other)
    {
        using ECDiffieHellman peer = ECDiffieHellman.Create(other.ToParameters());
        using ECDiffieHellmanPublicKey point = peer.PublicKey;
        lock (turn) return key.DeriveRawSecretAgreement(point);
    }

    /// <inheritdoc/>
    public void Dispose() => key.Dispose();
}
