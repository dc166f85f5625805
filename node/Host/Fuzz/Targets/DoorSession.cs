using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Settlement.Host.Fuzz.Mutations;
using Settlement.Host.Fuzz.Worlds;
using Settlement.Host.Keys;
using Settlement.Host.Peers;

namespace Settlement.Host.Fuzz.Targets;

/// <summary>
/// The doors between participants as HTTP/2 reaches them, over TLS with a key of a participant's or a stranger's. A case is the
/// name of a node, a space, the name of the caller, an end of line, and the bytes that follow the handshake; behind the caller
/// may stand that it hangs up as soon as it has said them.
/// </summary>
internal sealed class DoorSession : IFuzzSession
{
    private const string Stranger = "stranger";
    private const string HangsUp = "hangs-up";
    private const int MostRequests = 4;
    private const int MostRead = 64 * 1024 * 1024;
    private static readonly TimeSpan QuietAfter = TimeSpan.FromSeconds(1.2);

    // No table for headers, so that a status can be read out of each answer by itself.
    private static readonly Http2Frame Settings = new(Http2Frame.Settings, 0, 0, [0, 1, 0, 0, 0, 0]);

    // The server closes once what was asked before is answered.
    private static readonly byte[] GoAway = Http2Frame.Write([new Http2Frame(Http2Frame.GoAway, 0, 0, new byte[8])]);

    private static readonly int[] Known =
    [
        StatusCodes.Status200OK, StatusCodes.Status202Accepted, StatusCodes.Status400BadRequest, StatusCodes.Status401Unauthorized, StatusCodes.Status404NotFound,
        StatusCodes.Status408RequestTimeout, StatusCodes.Status413PayloadTooLarge, StatusCodes.Status414UriTooLong, StatusCodes.Status415UnsupportedMediaType, StatusCodes.Status431RequestHeaderFieldsTooLarge,
        StatusCodes.Status503ServiceUnavailable,
    ];

    private readonly DoorWorld world;
    private readonly (string Node, string Path, byte[][] Bodies)[] doors;
    private readonly Dictionary<string, TlsIdentity> callers = [];

    private DoorSession(DoorWorld world, ulong seed, IReadOnlyDictionary<Travel, List<Traveller>> seen)
    {
        this.world = world;
        doors =
        [
            ("alpha", PeerRoutes.Messages, Bodies(seen, Travel.PeerBatch)), ("beta", PeerRoutes.Messages, Bodies(seen, Travel.PeerBatch)), ("regulator", PeerRoutes.Messages, Bodies(seen, Travel.PeerBatch)),
            ("ledger", PeerRoutes.LedgerRequests, Bodies(seen, Travel.LedgerRequest)), ("agent", PeerRoutes.AgentRequests, Bodies(seen, Travel.AgentRequest)),
        ];
        foreach (string name in world.Nodes.Keys) callers[name] = world.IdentityOf(name);
        callers[Stranger] = TlsIdentity.Create(new SeededEntropy(seed), FuzzNetwork.Start);
    }

    /// <summary>A world of its own.</summary>
    public static async ValueTask<IFuzzSession> BeginAsync(ulong seed, IReadOnlyDictionary<Travel, List<Traveller>> seen, CancellationToken ct) =>
        new DoorSession(await DoorWorld.StartAsync(seed, ct), seed, seen);

    /// <inheritdoc/>
    public byte[] Make(Chance chance)
    {
        (string node, _, _) = chance.Pick(doors);
        List<Http2Frame> frames = [Settings];
        for (int request = 0, requests = chance.From(1, MostRequests); request < requests; request++)
        {
            (_, string path, byte[][] bodies) = chance.Percent(10) ? chance.Pick(doors) : doors.First(door => door.Node == node);
            byte[] body = chance.Pick(bodies);
            if (chance.Percent(40)) body = WireMutator.Mutate(body, chance, chance.Pick(bodies));
            (string, string)[] headers = [(":method", "POST"), (":scheme", "https"), (":authority", "127.0.0.1"), (":path", path), ("content-type", PeerBounds.ContentType), ("content-length", $"{body.Length}")];
            frames.AddRange(Http2Frame.Message((uint)(2 * request + 1), Http2Mutator.Headers(headers, chance), body));
        }

        byte[] written = Http2Mutator.Frames(frames, chance);
        byte[] preface = chance.Percent(98) ? Http2Frame.Preface.ToArray() : ByteMutator.Mutate(Http2Frame.Preface.ToArray(), chance, written);
        string caller = chance.Percent(20) ? Stranger : chance.Pick(doors).Node;
        return [.. Encoding.ASCII.GetBytes($"{node} {caller}{(chance.Percent(15) ? " " + HangsUp : "")}\n"), .. preface, .. written];
    }

    /// <inheritdoc/>
    public async ValueTask FeedAsync(byte[] input, CancellationToken ct)
    {
        int end = Array.IndexOf(input, (byte)'\n');
        string[] names = end < 0 ? [] : Encoding.ASCII.GetString(input, 0, end).Split(' ');
        if (names is not [string node, string caller, ..] || !world.Nodes.TryGetValue(node, out Host.Running.Node? of) || !callers.TryGetValue(caller, out TlsIdentity? identity)) return;
        Check(caller == Stranger, await ExchangeAsync(of.PeerAddress, identity, input[(end + 1)..], hangsUp: names is [_, _, HangsUp], ct));
        world.Log.Check();
    }

    /// <inheritdoc/>
    public async ValueTask EndAsync(CancellationToken ct) => await world.CheckAsync(ct);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (TlsIdentity identity in callers.Values) identity.Dispose();
        await world.DisposeAsync();
    }

    private static byte[][] Bodies(IReadOnlyDictionary<Travel, List<Traveller>> seen, Travel kind) => [.. seen[kind].Select(static traveller => traveller.Body)];

    private static void Check(bool isStranger, byte[] received)
    {
        Dictionary<uint, int> statuses = [];
        for (int at = 0; Http2Frame.Read(received.AsSpan(at), out int length) is { } frame; at += length)
        {
            if (frame.Type == Http2Frame.Headers && StatusOf(frame.Payload) is { } status)
            {
                BrokenPromise.Unless(Array.IndexOf(Known, status) >= 0, "a door answers, or refuses with a status that it knows", $"{status}");
                BrokenPromise.Unless(!isStranger || status != StatusCodes.Status404NotFound, "a stranger does not learn which doors there are", $"{status}");
                statuses[frame.Stream] = status;
            }

            bool isRefusal = statuses.GetValueOrDefault(frame.Stream) >= StatusCodes.Status300MultipleChoices;
            BrokenPromise.Unless(frame.Type != Http2Frame.Data || frame.Payload.Length == 0 || !isRefusal, "whoever is refused learns nothing but a status", $"{frame.Payload.Length} bytes");
        }
    }

    /// <summary>The status that a block of headers begins with (RFC 7541, 6); null where it is written in a way that this client did not ask for.</summary>
    private static int? StatusOf(byte[] block)
    {
        ReadOnlySpan<int> indexed = [200, 204, 206, 304, 400, 404, 500];
        const int indexedField = 0x80, sizeUpdate = 0x20, firstStatus = 8;
        int at = 0;
        while (at < block.Length && (block[at] & 0xE0) == sizeUpdate) at++;
        if (at >= block.Length) return null;
        if ((block[at] & indexedField) != 0) return (block[at] & 0x7F) - firstStatus is >= 0 and < 7 and int i ? indexed[i] : null;
        bool isStatus = block[at] is 0x08 or 0x18 or 0x48 && block.Length >= at + 5 && block[at + 1] == 3;
        return isStatus && int.TryParse(Encoding.ASCII.GetString(block, at + 2, 3), out int status) ? status : null;
    }

    /// <summary>Sends everything and a farewell, and reads until the server has closed, or waits for what never comes.</summary>
    private static async Task<byte[]> ExchangeAsync(Uri address, TlsIdentity identity, byte[] sent, bool hangsUp, CancellationToken ct)
    {
        using TcpClient connection = new();
        // Whoever does not linger resets the connection when it leaves.
        if (hangsUp) connection.LingerState = new LingerOption(enable: true, 0);
        await connection.ConnectAsync(address.Host, address.Port, ct);
        await using SslStream stream = new(connection.GetStream());
        await stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = address.Host,
                EnabledSslProtocols = SslProtocols.Tls13,
                ApplicationProtocols = [SslApplicationProtocol.Http2],
                ClientCertificates = [identity.Certificate],
                LocalCertificateSelectionCallback = (_, _, _, _, _) => identity.Certificate,
                RemoteCertificateValidationCallback = static (_, _, _, _) => true,
            },
            ct);
        using MemoryStream received = new();
        using CancellationTokenSource quiet = new(QuietAfter, TimeProvider.System);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(quiet.Token, ct);
        try
        {
            await stream.WriteAsync((byte[])[.. sent, .. GoAway], either.Token);
            if (hangsUp) return [];
            byte[] buffer = new byte[64 * 1024];
            for (int read = await stream.ReadAsync(buffer, either.Token); read > 0; read = await stream.ReadAsync(buffer, either.Token))
            {
                await received.WriteAsync(buffer.AsMemory(0, read), ct);
                BrokenPromise.Unless(received.Length <= MostRead, "an answer is bounded");
            }
        }
        catch (Exception error) when (error is IOException or SocketException || (error is OperationCanceledException && !ct.IsCancellationRequested))
        {
            // The server ended the connection, or it waits for the rest of a frame.
        }

        return received.ToArray();
    }
}
