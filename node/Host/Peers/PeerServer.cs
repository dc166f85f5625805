using System.Net;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Settlement.Host.Configuration;
using Settlement.Host.Keys;
using Settlement.Host.Running;

namespace Settlement.Host.Peers;

/// <summary>The listener for other participants: HTTP/2 with mutual TLS and nothing else.</summary>
internal static class PeerServer
{
    /// <summary>A server that is not started. Whoever presents any certificate, or none, gets a connection; what it may do there
    /// is decided per request, so that whoever is refused learns nothing from the handshake and is counted.</summary>
    public static WebApplicationBuilder CreateBuilder(IPEndPoint listen, TlsIdentity identity, ILoggerFactory loggers)
    {
        WebApplicationBuilder builder = DoorServer.CreateBuilder(loggers);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            KestrelServerLimits limits = kestrel.Limits;
            // The door refuses what is too large first, because it knows whom to name.
            limits.MaxRequestBodySize = (long)PeerBounds.BodyAllowance * PeerBounds.MaximumBodyBytes;
            // The door decides who of them stays, because it knows who is a participant and counts who is not; those that it has ended take a moment to leave.
            limits.MaxConcurrentConnections = (long)PeerBounds.ConnectionAllowance * PeerBounds.MaximumConnections;
            limits.MaxRequestHeadersTotalSize = PeerBounds.MaximumHeaderBytes;
            limits.Http2.MaxStreamsPerConnection = PeerBounds.MaximumStreamsPerConnection;
            limits.Http2.InitialConnectionWindowSize = PeerBounds.ConnectionWindowBytes;
            limits.Http2.InitialStreamWindowSize = PeerBounds.StreamWindowBytes;
            limits.Http2.KeepAlivePingDelay = PeerBounds.PingInterval;
            limits.Http2.KeepAlivePingTimeout = PeerBounds.PingInterval;
            limits.KeepAliveTimeout = PeerBounds.IdleTimeout;
            limits.RequestHeadersTimeout = PeerBounds.HeadersTimeout;
            limits.MinRequestBodyDataRate = new MinDataRate(PeerBounds.MinimumBytesPerSecond, PeerBounds.SlowGrace);
            limits.MinResponseDataRate = new MinDataRate(PeerBounds.MinimumBytesPerSecond, PeerBounds.SlowGrace);
            kestrel.Listen(listen, door =>
            {
                door.Protocols = HttpProtocols.Http2;
                PeerConnections connections = door.ApplicationServices.GetRequiredService<PeerConnections>();
                door.Use(connections.BeforeTls);
                door.UseHttps(new HttpsConnectionAdapterOptions
                {
                    ServerCertificate = identity.Certificate,
                    SslProtocols = SslProtocols.Tls13,
                    ClientCertificateMode = ClientCertificateMode.AllowCertificate,
                    ClientCertificateValidation = static (_, _, _) => true,
                    HandshakeTimeout = PeerBounds.ConnectTimeout,
                });
                door.Use(connections.BehindTls);
            });
        });
        builder.Services.AddSingleton<Strangers>();
        builder.Services.AddSingleton(PeerConnectionBounds.Default);
        builder.Services.AddSingleton<PeerConnections>();
        builder.Services.AddSingleton<PeerCaller>();
        builder.Services.AddSingleton<PeerTurns>();
        builder.Services.AddSingleton(StrangerBounds.Default);
        builder.Services.AddSingleton<StrangerTurns>();
        return builder;
    }
}
