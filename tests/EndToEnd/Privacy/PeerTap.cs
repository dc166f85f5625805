using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using Settlement.Host.Network;

namespace Settlement.Tests.EndToEnd.Privacy;

/// <summary>
/// Stands between all nodes of a network with their own TLS keys, which only a test has, forwards every request, and keeps what each
/// party received: the requests at its door, and the answers to its own requests.
/// </summary>
internal sealed class PeerTap : IAsyncDisposable
{
    private readonly LocalNetwork network;
    private readonly Dictionary<int, LocalNode> byPort;
    private readonly Dictionary<string, (LocalNode Node, HttpClient Client)> byThumbprint = [];
    private readonly ConcurrentDictionary<LocalNode, ConcurrentQueue<byte[]>> received = new();
    private readonly WebApplication proxy;

    private PeerTap(LocalNetwork network)
    {
        this.network = network;
        byPort = network.Nodes.ToDictionary(static node => node.AdvertisedPort);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(options =>
        {
            options.Limits.MaxRequestBodySize = null;
            foreach (LocalNode node in network.Nodes)
            {
                X509Certificate2 certificate = X509Certificate2.CreateFromPemFile(Path.Combine(node.Folder, "tls.crt"), Path.Combine(node.Folder, "tls.key"));
                byThumbprint[certificate.Thumbprint] = (node, ClientOf(certificate));
                options.ListenLocalhost(node.AdvertisedPort, listen => Accept(listen, certificate));
            }
        });
        proxy = builder.Build();
        proxy.Run(ForwardAsync);
    }

    /// <summary>Everything that a party received from others.</summary>
    public IReadOnlyCollection<byte[]> ReceivedBy(LocalNode node) => received.TryGetValue(node, out ConcurrentQueue<byte[]>? bodies) ? bodies : [];

    public static async Task<PeerTap> StartAsync(LocalNetwork network, CancellationToken ct)
    {
        PeerTap tap = new(network);
        await tap.proxy.StartAsync(ct);
        return tap;
    }

    public async ValueTask DisposeAsync()
    {
        await proxy.DisposeAsync();
        foreach ((_, HttpClient client) in byThumbprint.Values) client.Dispose();
    }

    private static void Accept(ListenOptions listen, X509Certificate2 certificate)
    {
        listen.Protocols = HttpProtocols.Http2;
        listen.UseHttps(https =>
        {
            https.ServerCertificate = certificate;
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.AllowAnyClientCertificate();
        });
    }

    private static HttpClient ClientOf(X509Certificate2 certificate) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        SslOptions = new SslClientAuthenticationOptions
        {
            ClientCertificates = [certificate],
            LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate,
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
        },
    });

    private async Task ForwardAsync(HttpContext context)
    {
        LocalNode target = byPort[context.Connection.LocalPort];
        (LocalNode sender, HttpClient client) = byThumbprint[context.Connection.ClientCertificate!.Thumbprint];
        byte[] body = await ReadAsync(context.Request.Body, context.RequestAborted);
        Keep(target, body);
        using HttpRequestMessage request = new(
            new HttpMethod(context.Request.Method),
            new Uri(string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{target.PeerPort}{context.Request.Path}{context.Request.QueryString}")))
        {
            Content = new ByteArrayContent(body),
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (context.Request.ContentType is { } type) request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        try
        {
            using HttpResponseMessage answer = await client.SendAsync(request, context.RequestAborted);
            byte[] answered = await answer.Content.ReadAsByteArrayAsync(context.RequestAborted);
            Keep(sender, answered);
            context.Response.StatusCode = (int)answer.StatusCode;
            context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
            await context.Response.Body.WriteAsync(answered, context.RequestAborted);
        }
        catch (HttpRequestException)
        {
            // The node behind is not there yet: the sender tries again.
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        }
    }

    private void Keep(LocalNode node, byte[] body) => received.GetOrAdd(node, static _ => new ConcurrentQueue<byte[]>()).Enqueue(body);

    private static async Task<byte[]> ReadAsync(Stream body, CancellationToken ct)
    {
        using MemoryStream copy = new();
        await body.CopyToAsync(copy, ct);
        return copy.ToArray();
    }
}
