using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Settlement.Host.Fuzz.Mutations;
using Settlement.Host.Keys;

namespace Settlement.Host.Fuzz.Worlds;

/// <summary>Whoever answers at a participant's address, with the right key: it takes one request a connection, says what it is told to, and hangs up.</summary>
internal sealed class ForeignServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly TlsIdentity identity;
    private readonly Task running;
    private volatile byte[] answer = [];

    public ForeignServer(TlsIdentity identity)
    {
        this.identity = identity;
        listener.Start();
        running = Task.Run(() => RunAsync(stop.Token), CancellationToken.None);
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => new($"https://{listener.LocalEndpoint}");

    /// <summary>What the next callers are answered with.</summary>
    public void Answer(byte[] bytes) => answer = bytes;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await running;
        stop.Dispose();
    }

    private async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                using TcpClient connection = await listener.AcceptTcpClientAsync(ct);
                await TalkAsync(connection, ct);
            }
            catch (Exception error) when (error is IOException or SocketException or OperationCanceledException or AuthenticationException or ObjectDisposedException)
            {
                // The client hung up first, or this server is being stopped.
            }
        }
    }

    private async Task TalkAsync(TcpClient connection, CancellationToken ct)
    {
        await using SslStream stream = new(connection.GetStream());
        await stream.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificate = identity.Certificate,
                EnabledSslProtocols = SslProtocols.Tls13,
                ApplicationProtocols = [SslApplicationProtocol.Http2],
                ClientCertificateRequired = true,
                RemoteCertificateValidationCallback = static (_, _, _, _) => true,
            },
            ct);
        if (!await ReadRequestAsync(stream, ct)) return;
        await stream.WriteAsync(answer, ct);
        await stream.ShutdownAsync();
        byte[] rest = new byte[16 * 1024];
        while (await stream.ReadAsync(rest, ct) > 0) { }
    }

    private static async Task<bool> ReadRequestAsync(SslStream stream, CancellationToken ct)
    {
        byte[] preface = new byte[Http2Frame.Preface.Length];
        await stream.ReadExactlyAsync(preface, ct);
        byte[] head = new byte[Http2Frame.HeadBytes];
        while (true)
        {
            await stream.ReadExactlyAsync(head, ct);
            byte[] frame = [.. head, .. new byte[head[0] << 16 | head[1] << 8 | head[2]]];
            await stream.ReadExactlyAsync(frame.AsMemory(head.Length), ct);
            if (Http2Frame.Read(frame, out _) is { Type: Http2Frame.Data or Http2Frame.Headers } read && (read.Flags & Http2Frame.EndStream) != 0) return true;
        }
    }
}
