using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Settlement.Host.Keys;

namespace Settlement.Tests.EndToEnd.Hostile;

/// <summary>HTTP/2 with a participant's or a stranger's certificate, and no manners of its own.</summary>
internal static class RawClient
{
    /// <param name="identity">Whose certificate it shows; null shows none.</param>
    /// <param name="from">The address that it calls from.</param>
    /// <param name="onConnect">What is done whenever it opens a connection from there.</param>
    public static HttpClient Create(TlsIdentity? identity, IPAddress? from = null, Action? onConnect = null) => Showing(identity?.Certificate, from, onConnect);

    /// <param name="certificate">The certificate that it shows; null shows none.</param>
    /// <param name="from">The address that it calls from.</param>
    /// <param name="onConnect">What is done whenever it opens a connection from there.</param>
    public static HttpClient Showing(X509Certificate2? certificate, IPAddress? from = null, Action? onConnect = null)
    {
        SocketsHttpHandler handler = new();
        if (from is not null)
        {
            handler.ConnectCallback = async (context, ct) =>
            {
                Socket socket = new(from.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                socket.Bind(new IPEndPoint(from, 0));
                await socket.ConnectAsync(context.DnsEndPoint, ct);
                onConnect?.Invoke();
                return new NetworkStream(socket, ownsSocket: true);
            };
        }

        handler.SslOptions.EnabledSslProtocols = SslProtocols.Tls13;
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        if (certificate is not null) handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
        return new HttpClient(handler) { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
    }

    /// <summary>Begins a request whose body may take its time.</summary>
    public static Task<HttpResponseMessage> BeginAsync(HttpClient client, Uri door, HttpContent body, CancellationToken ct)
    {
        HttpRequestMessage request = new(HttpMethod.Post, door) { Content = body, Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        return client.SendAsync(request, ct);
    }
}
