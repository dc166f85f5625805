using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Settlement.Host.Keys;
using Settlement.Host.Peers;

namespace Settlement.Tests.EndToEnd.Hostile;

/// <summary>A connection of HTTP/2 whose windows are shut: it asks, and takes none of the answers, which then lie with the server.</summary>
internal sealed class StingyClient : IAsyncDisposable
{
    private const byte Headers = 1, Reset = 3, Settings = 4, Ping = 6, GoAway = 7;
    private const byte Acknowledges = 1, EndsStream = 1, EndsHeaders = 4;
    private const int HeaderLength = 9;

    private readonly TcpClient tcp;
    private readonly SslStream tls;
    private int asked;

    private StingyClient(TcpClient tcp, SslStream tls)
    {
        this.tcp = tcp;
        this.tls = tls;
    }

    /// <summary>Answers that began, and wait for a window to be opened.</summary>
    public int Held { get; private set; }

    /// <summary>Answers that had no body, and requests that were given up.</summary>
    public int Refused { get; private set; }

    /// <summary>Whether the server has asked to close.</summary>
    public bool IsAskedToClose { get; private set; }

    public static async Task<StingyClient> ConnectAsync(TlsIdentity identity, Uri door, CancellationToken ct)
    {
        TcpClient connection = new();
        await connection.ConnectAsync(IPAddress.Loopback, door.Port, ct);
        SslStream secured = new(connection.GetStream());
        await secured.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "door", EnabledSslProtocols = SslProtocols.Tls13, ApplicationProtocols = [SslApplicationProtocol.Http2],
            LocalCertificateSelectionCallback = (_, _, _, _, _) => identity.Certificate, RemoteCertificateValidationCallback = static (_, _, _, _) => true,
        }, ct);
        StingyClient client = new(connection, secured);
        // SETTINGS_INITIAL_WINDOW_SIZE is 4 (RFC 9113, section 6.5.2), and zero here.
        await secured.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), ct);
        await client.WriteAsync(Settings, 0, 0, [0, 4, 0, 0, 0, 0], ct);
        return client;
    }

    /// <summary>Asks once more, with an empty body.</summary>
    public Task AskAsync(Uri door, CancellationToken ct)
    {
        List<byte> block = [];
        Literal(block, ":method", "POST");
        Literal(block, ":scheme", "https");
        Literal(block, ":authority", door.Authority);
        Literal(block, ":path", door.AbsolutePath);
        Literal(block, "content-type", PeerBounds.ContentType);
        return WriteAsync(Headers, EndsHeaders | EndsStream, (2 * asked++) + 1, [.. block], ct);
    }

    /// <summary>Reads on until something holds; false where the server ends the connection before.</summary>
    public async Task<bool> ReadUntilAsync(Func<bool> holds, CancellationToken ct)
    {
        byte[] header = new byte[HeaderLength];
        try
        {
            while (!holds())
            {
                await tls.ReadExactlyAsync(header, ct);
                byte[] payload = new byte[(header[0] << 16) | (header[1] << 8) | header[2]];
                await tls.ReadExactlyAsync(payload, ct);
                (byte type, byte flags) = (header[3], header[4]);
                if (type == Headers && (flags & EndsStream) == 0) Held++;
                else if (type is Headers or Reset) Refused++;
                else if (type == GoAway) IsAskedToClose = true;
                else if (type is Settings or Ping && (flags & Acknowledges) == 0) await WriteAsync(type, Acknowledges, 0, type == Ping ? payload : [], ct);
            }

            return true;
        }
        catch (Exception ended) when (ended is IOException or SocketException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await tls.DisposeAsync();
        tcp.Dispose();
    }

    private async Task WriteAsync(byte type, int flags, int stream, byte[] payload, CancellationToken ct)
    {
        byte[] frame = new byte[HeaderLength + payload.Length];
        (frame[0], frame[1], frame[2], frame[3], frame[4]) = ((byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, type, (byte)flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, HeaderLength);
        await tls.WriteAsync(frame, ct);
    }

    // A header that is not kept in the table (RFC 7541, section 6.2.2); none here is as long as 127 bytes.
    private static void Literal(List<byte> block, string name, string value)
    {
        block.Add(0);
        block.Add((byte)name.Length);
        block.AddRange(Encoding.ASCII.GetBytes(name));
        block.Add((byte)value.Length);
        block.AddRange(Encoding.ASCII.GetBytes(value));
    }
}
