using System.Security.Cryptography;

namespace Settlement.Core.Cryptography;

/// <summary>
/// A public key imported for ECDSA on P-256 and kept so, because importing costs more than verifying. Safe for use from
/// several threads, which then take turns. Both s and n − s verify, so a signature's bytes never identify what was signed.
/// </summary>
public sealed class VerifyingKey : IDisposable
{
    [ThreadStatic]
    private static long checksOnThisThread;

    private readonly Lock turn = new();
    private readonly ECDsa key;

    /// <summary>Imports the point.</summary>
    public VerifyingKey(PublicKey publicKey)
    {
        PublicKey = publicKey;
        key = ECDsa.Create(publicKey.ToParameters());
    }

    /// <summary>Signatures that this thread has checked with any key: public-key work is what a hostile peer can make a node pay most for,
    /// and tests hold it to a bound.</summary>
    internal static long ChecksOnThisThread => checksOnThisThread;

    /// <summary>The imported point.</summary>
    public PublicKey PublicKey { get; }

    /// <summary>Whether the 64 bytes, r then s, are a signature of the digest; false for any other length or range.</summary>
    public bool Verify(Digest digest, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SigningKey.SignatureLength) return false;
        // FIPS 186-5, 6.4.2: r and s outside [1, n − 1] are refused before any arithmetic.
        if (!P256.IsScalar(signature[..P256.ScalarLength]) || !P256.IsScalar(signature[P256.ScalarLength..])) return false;
        Span<byte> hash = stackalloc byte[Digest.Length];
        digest.CopyTo(hash);
        checksOnThisThread++;
        lock (turn) return key.VerifyHash(hash, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    /// <inheritdoc/>
    public void Dispose() => key.Dispose();
}
