using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Settlement.Client;
using Settlement.Core.Nodes;
using Settlement.Host.Peers;
using Settlement.Tests.EndToEnd.Host;

namespace Settlement.Tests.EndToEnd.Hostile;

/// <summary>Callers with a certificate that is no participant's, at the door of a bank that runs and pays meanwhile: each is a stranger, learns
/// nothing, and leaves nothing but a count.</summary>
[Collection(HostileNetworkGroup.Name)]
public sealed class CertificateTests(HostileNetwork network)
{
    private const string A = HostNetwork.BankA;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("none")]
    [InlineData("a key that nobody lists, with the name of a participant")]
    [InlineData("a key that nobody lists, which is no more valid")]
    [InlineData("a key on another curve")]
    [InlineData("a key of another kind")]
    public async Task ACallerWithAWrongCertificateIsAStranger(string wrong)
    {
        (long _, long evidence) = await network.RowsAsync(A, Ct);
        using X509Certificate2? certificate = Certificate(wrong);
        using HttpClient client = RawClient.Showing(certificate);
        foreach (string path in new[] { PeerRoutes.Messages, "/", "/v1/positions" })
        {
            using ByteArrayContent content = new([1, 2, 3]) { Headers = { ContentType = new MediaTypeHeaderValue(PeerBounds.ContentType) } };
            using HttpResponseMessage response = await client.PostAsync(new Uri(network.Nodes.Node(A).PeerAddress, path), content, Ct);
            Assert.Equal((HttpStatusCode.Unauthorized, 0), (response.StatusCode, (await response.Content.ReadAsByteArrayAsync(Ct)).Length));
        }

        Assert.Equal("ACSC", await network.PayAsync(A, HostNetwork.BankC, Ct));
        AlarmInfo counted = await network.AlarmAsync(A, "strangers", NodeCodes.Stranger, Ct);
        Assert.Empty(counted.Evidence);
        Assert.Equal(evidence, (await network.RowsAsync(A, Ct)).Evidence);
    }

    private static X509Certificate2? Certificate(string wrong)
    {
        if (wrong == "none") return null;
        X500DistinguishedName name = new(wrong.Contains("participant", StringComparison.Ordinal) ? $"CN={HostNetwork.BankB}" : "CN=settlement node");
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        DateTimeOffset until = wrong.Contains("no more valid", StringComparison.Ordinal) ? now.AddDays(-1) : now.AddDays(10);
        if (wrong == "a key of another kind")
        {
            using RSA rsa = RSA.Create(2048);
            return new CertificateRequest(name, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(now.AddDays(-2), until);
        }

        using ECDsa key = ECDsa.Create(wrong == "a key on another curve" ? ECCurve.NamedCurves.nistP384 : ECCurve.NamedCurves.nistP256);
        return new CertificateRequest(name, key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-2), until);
    }
}
