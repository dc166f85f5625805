using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Settlement.Core.Cryptography;
using Settlement.Core.Netting;
using Settlement.Host.Fuzz.Mutations;
using Settlement.Host.Keys;
using PublicKey = Settlement.Core.Cryptography.PublicKey;

namespace Settlement.Host.Fuzz.Targets;

/// <summary>Points, commitments, scalars, signatures, and the certificates that a caller presents to a door.</summary>
internal sealed class KeyTarget : Reader
{
    private readonly SigningKey key = SigningKey.Generate(new SeededEntropy(4));
    private readonly VerifyingKey verifier;
    private readonly Digest signed = Digest.Of([4]);
    private readonly byte[][] corpus;
    private readonly string[] pems;

    public KeyTarget()
    {
        verifier = new VerifyingKey(key.PublicKey);
        corpus = [key.PublicKey.ToArray(), key.ToScalar(), KeySamples.Signature, KeySamples.Identity, KeySamples.Identity, KeySamples.Rsa, KeySamples.P384];
        string certificate = Pem(KeySamples.Identity), secret = IdentityKey();
        pems = [certificate, secret, certificate + secret, Pem(KeySamples.Rsa)];
        BrokenPromise.Unless(verifier.Verify(signed, KeySamples.Signature), "the signature that cases start from is honest");
        if (!TlsIdentity.TryRead(certificate, secret, out TlsIdentity? identity)) throw new BrokenPromise("the certificate that cases start from is that of its key", "it is not");
        identity.Dispose();
    }

    /// <inheritdoc/>
    public override byte[] Make(Chance chance) => chance.Percent(25)
        ? Encoding.UTF8.GetBytes(TextMutator.Mutate(chance.Pick(pems), chance, chance.Pick(pems)))
        : ByteMutator.Mutate(chance.Pick(corpus), chance, chance.Pick(corpus));

    /// <inheritdoc/>
    public override void Feed(byte[] input)
    {
        if (PedersenCommitment.TryRead(input, out PedersenCommitment? commitment)) BrokenPromise.Unless(commitment.ToArray().AsSpan().SequenceEqual(input), "a commitment has one form");
        if (PublicKey.TryRead(input, out PublicKey read))
        {
            BrokenPromise.Unless(read.ToArray().AsSpan().SequenceEqual(input), "a point has one form");
            using VerifyingKey other = new(read);
            _ = other.Verify(signed, KeySamples.Signature);
            _ = read.Fingerprint;
        }

        if (verifier.Verify(signed, input)) BrokenPromise.Unless(input.Length == SigningKey.SignatureLength, "a signature has one length");
        Scalar(input);
        Certificate(input);
        string text = Encoding.UTF8.GetString(input);
        if (TlsIdentity.TryRead(text, pems[1], out TlsIdentity? identity)) identity.Dispose();
        if (TlsIdentity.TryRead(pems[0], text, out identity)) identity.Dispose();
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        verifier.Dispose();
        key.Dispose();
        return base.DisposeAsync();
    }

    private static string Pem(byte[] certificate)
    {
        using X509Certificate2 read = X509CertificateLoader.LoadCertificate(certificate);
        return read.ExportCertificatePem() + "\n";
    }

    private static string IdentityKey()
    {
        using SigningKey drawn = SigningKey.Generate(new SeededEntropy(5));
        using ECDsa platform = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = drawn.ToScalar() });
        return platform.ExportPkcs8PrivateKeyPem() + "\n";
    }

    private static void Scalar(byte[] input)
    {
        try
        {
            using SigningKey read = SigningKey.FromScalar(input);
            BrokenPromise.Unless(read.ToScalar().AsSpan().SequenceEqual(input), "a scalar has one form");
        }
        catch (ArgumentException)
        {
            // How a scalar that is none is refused.
        }
    }

    // The platform parses what a caller presents; what it takes for a certificate comes here.
    private static void Certificate(byte[] input)
    {
        X509Certificate2 presented;
        try
        {
            presented = X509CertificateLoader.LoadCertificate(input);
        }
        catch (CryptographicException)
        {
            return;
        }

        using (presented) _ = TlsIdentity.TryReadKey(presented, out _);
    }
}
