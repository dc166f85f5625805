using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Settlement.Core.Cryptography;
using PublicKey = Settlement.Core.Cryptography.PublicKey;

namespace Settlement.Host.Keys;

/// <summary>
/// The TLS certificate of a node. It is self-signed and says nothing: others pin the fingerprint of its key, which the
/// participant's root key certifies in the directory.
/// </summary>
internal sealed class TlsIdentity : IDisposable
{
    private const string Subject = "CN=settlement node";

    // Long, because the directory's certificate of this key, not the X.509 date, decides whether it is trusted.
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(3650);
    private static readonly TimeSpan ClockSkew = TimeSpan.FromDays(1);

    private TlsIdentity(X509Certificate2 certificate, PublicKey key)
    {
        Certificate = certificate;
        Key = key;
    }

    /// <summary>The certificate with its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The public key that others know this node by.</summary>
    public PublicKey Key { get; }

    /// <summary>A fresh key and its certificate.</summary>
    public static TlsIdentity Create(IEntropy entropy, DateTimeOffset now)
    {
        using SigningKey drawn = SigningKey.Generate(entropy);
        byte[] scalar = drawn.ToScalar();
        try
        {
            using ECDsa key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = scalar });
            CertificateRequest request = new(Subject, key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
            request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
            SubjectAlternativeNameBuilder names = new();
            names.AddDnsName("localhost");
            names.AddIpAddress(IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
            return new TlsIdentity(request.CreateSelfSigned(now - ClockSkew, now + Lifetime), drawn.PublicKey);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(scalar);
        }
    }

    /// <summary>Reads the two PEM texts; false when they hold no P-256 key with its certificate.</summary>
    public static bool TryRead(string certificatePem, string keyPem, [NotNullWhen(true)] out TlsIdentity? identity)
    {
        identity = null;
        try
        {
            X509Certificate2 certificate = X509Certificate2.CreateFromPem(certificatePem, keyPem);
            if (!TryReadKey(certificate, out PublicKey key))
            {
                certificate.Dispose();
                return false;
            }

            identity = new TlsIdentity(certificate, key);
            return true;
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException or PlatformNotSupportedException)
        {
            return false;
        }
    }

    /// <summary>The point of a certificate's key; false when it is no P-256 key.</summary>
    public static bool TryReadKey(X509Certificate2 certificate, out PublicKey key)
    {
        key = default;
        try
        {
            using ECDsa? platform = certificate.GetECDsaPublicKey();
            if (platform is null || platform.KeySize != 256) return false;
            ECParameters parameters = platform.ExportParameters(includePrivateParameters: false);
            return parameters.Curve.IsNamed && parameters.Curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value
                && parameters.Q is { X.Length: 32, Y.Length: 32 }
                && PublicKey.TryRead([4, .. parameters.Q.X, .. parameters.Q.Y], out key);
        }
        catch (Exception error) when (error is CryptographicException or PlatformNotSupportedException)
        {
            // The second is what the platform throws for a curve that it does not know.
            return false;
        }
    }

    public string CertificatePem() => Certificate.ExportCertificatePem() + "\n";

    public string KeyPem()
    {
        using ECDsa key = Certificate.GetECDsaPrivateKey()!;
        return key.ExportPkcs8PrivateKeyPem() + "\n";
    }

    /// <inheritdoc/>
    public void Dispose() => Certificate.Dispose();
}
