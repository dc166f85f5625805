using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Settlement.Core.Machines;
using Settlement.Core.Participants;
using Settlement.Host.Configuration;
using Settlement.Host.Keys;

namespace Settlement.Host.Peers;

/// <summary>What came of a request to a participant.</summary>
internal abstract record PeerAnswer
{
    /// <summary>The other side answered with these bytes; none where it only acknowledges.</summary>
    internal sealed record Received(byte[] Body) : PeerAnswer;

    /// <summary>It did not, or its answer cannot be used. The reason holds no body.</summary>
    /// <param name="Reason">Why.</param>
    /// <param name="Offence">What whoever answered did that no honest node does; null where the network may be the cause.</param>
    internal sealed record Failed(string Reason, PeerOffence? Offence = null) : PeerAnswer;
}

/// <summary>
/// Speaks HTTP/2 with one participant's node. The node is who it claims to be when it proves to hold the key that the
/// directory, or the configuration, pins; names and dates of its certificate mean nothing.
/// </summary>
internal sealed class PeerClient : IDisposable
{
    private readonly Destination destination;
    private readonly TimeProvider time;
    private readonly HttpClient http;
    private volatile string? presentedKey;

    public PeerClient(Destination destination, TlsIdentity identity, TimeProvider time)
    {
        this.destination = destination;
        this.time = time;
        SocketsHttpHandler handler = new()
        {
            ConnectTimeout = PeerBounds.ConnectTimeout,
            PooledConnectionIdleTimeout = PeerBounds.IdleTimeout,
            KeepAlivePingDelay = PeerBounds.PingInterval,
            KeepAlivePingTimeout = PeerBounds.PingInterval,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            MaxResponseHeadersLength = PeerBounds.MaximumHeaderBytes / 1024,
            MaxConnectionsPerServer = 1,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            SslOptions = new SslClientAuthenticationOptions
            {
                EnabledSslProtocols = SslProtocols.Tls13,
                ClientCertificates = [identity.Certificate],
                LocalCertificateSelectionCallback = (_, _, _, _, _) => identity.Certificate,
                RemoteCertificateValidationCallback = (_, certificate, _, _) => IsPinned(certificate),
            },
        };
        http = new HttpClient(handler)
        {
            BaseAddress = destination.Endpoint,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Sends one body and waits for the answer; a failure of network or peer is an answer too.</summary>
    public async Task<PeerAnswer> SendAsync(Door door, byte[] body, CancellationToken ct)
    {
        using CancellationTokenSource timer = new(PeerBounds.RequestTimeout, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, ct);
        bool hasBegun = false;
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Post, PeerRoutes.Of(door))
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(PeerBounds.ContentType) } },
            };
            using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.Accepted)) return new PeerAnswer.Failed($"status {(int)response.StatusCode}");
            hasBegun = true;
            await response.Content.LoadIntoBufferAsync(PeerBounds.MaximumBodyBytes, either.Token);
            return new PeerAnswer.Received(await response.Content.ReadAsByteArrayAsync(either.Token));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new PeerAnswer.Failed($"no answer within {PeerBounds.RequestTimeout}",
                hasBegun ? new PeerOffence(HostCodes.BodyTooSlow, $"an answer that did not come in within {PeerBounds.RequestTimeout}") : null);
        }
        catch (HttpRequestException error)
        {
            bool isImpostor = error.HttpRequestError == HttpRequestError.SecureConnectionError && presentedKey is { } shown && shown != destination.TlsKeyFingerprint.ToString();
            if (isImpostor) return new PeerAnswer.Failed("the key presented is not the one listed", new PeerOffence(HostCodes.AnotherKey, $"{presentedKey} in place of {destination.TlsKeyFingerprint}"));
            bool isTooLarge = error.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded;
            return new PeerAnswer.Failed(error.HttpRequestError.ToString(),
                isTooLarge ? new PeerOffence(HostCodes.BodyTooLarge, $"an answer of more than {PeerBounds.MaximumBodyBytes} bytes") : null);
        }
        catch (UriFormatException)
        {
            return new PeerAnswer.Failed("an address whose host has no name");
        }
        catch (Exception error) when (IsOfTheClient(error))
        {
            return new PeerAnswer.Failed(nameof(HttpRequestError.InvalidResponse));
        }
    }

    /// <summary>Whether the platform's client found something wrong in an answer that it does not wrap: an undecodable header that arrives before
    /// the request has left can come out as an exception that nobody else can name.</summary>
    internal static bool IsOfTheClient(Exception error) => error.GetType().Assembly == typeof(HttpClient).Assembly;

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private bool IsPinned(X509Certificate? certificate)
    {
        if (certificate is X509Certificate2 presented && TlsIdentity.TryReadKey(presented, out Core.Cryptography.PublicKey key))
        {
            presentedKey = key.Fingerprint.ToString();
            return key.Fingerprint == destination.TlsKeyFingerprint;
        }

        presentedKey = "a key of another kind";
        return false;
    }
}
