using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Participants;
using Settlement.Host.Fuzz;
using Settlement.Host.Fuzz.Mutations;
using Settlement.Host.Keys;
using Settlement.Host.Peers;

namespace Settlement.Tests.Unit.Peers;

/// <summary>A header that nobody can decode arrives while another request has not left yet. The platform's client sometimes throws then what it does
/// not wrap, and the sending side must take it for the peer's failure, which it is.</summary>
public sealed class UndecodableAnswerTests
{
    // More than the buffers of a connection hold, so that what is sent after it waits for somebody to read.
    private const int MoreThanBuffers = 64 << 20;
    private const byte WindowUpdate = 8;
    private const int MostPolls = 1_000;

    // RFC 7541, 6.1: the index of 0 is not used.
    private static readonly byte[] Undecodable = [0x80];
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_fails_both_requests_and_names_nothing_of_it()
    {
        SeededEntropy entropy = new(1);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using TlsIdentity served = TlsIdentity.Create(entropy, now), own = TlsIdentity.Create(entropy, now);
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Assert.True(ParticipantId.TryParse("LEDGDEFFXXX", out ParticipantId ledger));
        using PeerClient client = new(new Destination(ledger, new Uri($"https://{listener.LocalEndpoint}"), served.Key.Fingerprint), own, TimeProvider.System);

        Task<PeerAnswer> large = client.SendAsync(Door.Ledger, new byte[MoreThanBuffers], Ct);
        using TcpClient connection = await listener.AcceptTcpClientAsync(Ct);
        await using SslStream stream = await SecureAsync(connection, served);
        await stream.ReadExactlyAsync(new byte[Http2Frame.Preface.Length], Ct);
        await stream.WriteAsync(Http2Frame.Write([new Http2Frame(Http2Frame.Settings, 0, 0, [0, 4, .. Number(int.MaxValue)]), new Http2Frame(WindowUpdate, 0, 0, Number(int.MaxValue - ushort.MaxValue))]), Ct);
        await StallAsync(connection);
        Task<PeerAnswer> next = client.SendAsync(Door.Ledger, [1, 2, 3], Ct);
        await stream.WriteAsync(Http2Frame.Write([new Http2Frame(Http2Frame.Headers, Http2Frame.EndHeaders, 1, Undecodable)]), Ct);
        AssertFailed(await large);
        // Only now is there room for the next request, of which nothing has left.
        Task drained = DrainAsync(stream);
        AssertFailed(await next);
        client.Dispose();
        await drained;
    }

    // Whether the client wraps it is a race within the platform, so what it throws then is made here.
    [Fact]
    public void What_the_client_does_not_wrap_is_the_peers_failure_and_a_bug_of_ours_is_not()
    {
        Type undecodable = typeof(HttpClient).Assembly.GetType("System.Net.Http.HPack.HPackDecodingException", throwOnError: true)!;
        Assert.True(PeerClient.IsOfTheClient((Exception)Activator.CreateInstance(undecodable, "an index of nothing")!));
        Assert.False(PeerClient.IsOfTheClient(new InvalidOperationException()));
        Assert.False(PeerClient.IsOfTheClient(new FormatException()));
    }

    private static void AssertFailed(PeerAnswer answer) => Assert.Matches("^[A-Za-z]{1,40}$", Assert.IsType<PeerAnswer.Failed>(answer).Reason);

    private static async Task DrainAsync(SslStream stream)
    {
        byte[] read = new byte[1 << 16];
        try
        {
            while (await stream.ReadAsync(read, Ct) > 0) { }
        }
        catch (IOException)
        {
            // The client has hung up.
        }
    }

    private static byte[] Number(int value)
    {
        byte[] bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    /// <summary>Until the client has filled the connection and waits.</summary>
    private static async Task StallAsync(TcpClient connection)
    {
        for ((int polls, int same, int before) = (0, 0, 0); same < 10 && polls < MostPolls; polls++)
        {
            await Task.Delay(Poll, Ct);
            same = connection.Available > 0 && connection.Available == before ? same + 1 : 0;
            before = connection.Available;
        }
    }

    private static async Task<SslStream> SecureAsync(TcpClient connection, TlsIdentity identity)
    {
        SslStream stream = new(connection.GetStream());
        await stream.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificate = identity.Certificate,
                EnabledSslProtocols = SslProtocols.Tls13,
                ApplicationProtocols = [SslApplicationProtocol.Http2],
                ClientCertificateRequired = true,
                RemoteCertificateValidationCallback = static (_, _, _, _) => true,
            },
            Ct);
        return stream;
    }
}
