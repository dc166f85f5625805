using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Settlement.Host.Configuration;
using Settlement.Host.Keys;
using Settlement.Host.Peers;
using Settlement.Host.Running;

namespace Settlement.Host.Api;

/// <summary>The listener for the participant's own programs and people.</summary>
internal static class ApiServer
{
    /// <summary>A server that is not started.</summary>
    public static WebApplicationBuilder CreateBuilder(ApiConfiguration configuration, int maximumBodyBytes, ILoggerFactory loggers)
    {
        if (configuration.CertificateFile is null && !IPAddress.IsLoopback(configuration.Listen.Address))
            throw new HostException(HostCodes.ListenBeyondLoopback, "Without a certificate the API listens on a loopback address only.");
        X509Certificate2? certificate = ReadCertificate(configuration);
        WebApplicationBuilder builder = DoorServer.CreateBuilder(loggers);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            KestrelServerLimits limits = kestrel.Limits;
            limits.MaxRequestBodySize = (long)ApiBounds.BodyAllowance * maximumBodyBytes;
            limits.MaxConcurrentConnections = ApiBounds.MaximumConnections;
            limits.MaxRequestHeadersTotalSize = ApiBounds.MaximumHeaderBytes;
            limits.KeepAliveTimeout = ApiBounds.IdleTimeout;
            limits.RequestHeadersTimeout = ApiBounds.HeadersTimeout;
            limits.MinRequestBodyDataRate = new MinDataRate(ApiBounds.MinimumBytesPerSecond, ApiBounds.SlowGrace);
            limits.MinResponseDataRate = new MinDataRate(ApiBounds.MinimumBytesPerSecond, ApiBounds.SlowGrace);
            kestrel.Listen(configuration.Listen, door =>
            {
                // Without TLS a client cannot agree on HTTP/2 by itself.
                door.Protocols = certificate is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
                if (certificate is not null)
                    door.UseHttps(new HttpsConnectionAdapterOptions { ServerCertificate = certificate, SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13, HandshakeTimeout = PeerBounds.ConnectTimeout });
            });
        });
        builder.Services.AddSingleton(configuration);
        builder.Services.AddSingleton(_ => new ApiLimiter(configuration.RequestsPerSecond));
        return builder;
    }

    /// <summary>Puts the checks in front of the endpoints; what they do not answer gets a problem.</summary>
    public static void UseChecks(this WebApplication app)
    {
        app.Use(static async (context, next) =>
        {
            context.Response.Headers.CacheControl = "no-store";
            context.Response.Headers.XContentTypeOptions = "nosniff";
            try
            {
                await next(context);
            }
            catch (Microsoft.AspNetCore.Http.BadHttpRequestException broken) when (!context.Response.HasStarted)
            {
                // The server finds out what is wrong with a body only while a door reads it.
                await Problems.BrokenAsync(context, broken.StatusCode);
            }
        });
        app.UseRouting();
        app.UseMiddleware<TokenCheck>();
        ApiLimiter limiter = app.Services.GetRequiredService<ApiLimiter>();
        app.Use(async (context, next) =>
        {
            using RateLimitLease lease = limiter.TryTake(context);
            if (lease.IsAcquired) await next(context);
            else await Problems.TooManyAsync(context);
        });
        app.Use(static async (context, next) =>
        {
            await next(context);
            if (context.Response.HasStarted || context.Response.ContentType is not null) return;
            if (context.Response.StatusCode == StatusCodes.Status404NotFound) await Problems.NotFoundAsync(context);
            else if (context.Response.StatusCode == StatusCodes.Status405MethodNotAllowed)
                await Problems.WriteAsync(context, StatusCodes.Status405MethodNotAllowed, HostCodes.MethodUnknown, "The path takes another method.");
        });
    }

    private static X509Certificate2? ReadCertificate(ApiConfiguration configuration)
    {
        if (configuration.CertificateFile is not { } file) return null;
        try
        {
            return X509Certificate2.CreateFromPemFile(file, configuration.KeyFile);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new HostException(HostCodes.KeyMalformed, $"{file} and {configuration.KeyFile} hold no certificate with its key: {error.Message}", error);
        }
    }
}
