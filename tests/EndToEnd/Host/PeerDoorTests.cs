using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Participants;
using Settlement.Host;
using Settlement.Host.Fuzz.Mutations;
using Settlement.Host.Keys;
using Settlement.Host.Peers;
using Settlement.Host.Running;
using Settlement.Storage;

namespace Settlement.Tests.EndToEnd.Host;

/// <summary>The doors between participants: who gets in, what is refused, and in which order messages go out.</summary>
public sealed class PeerDoorTests : IAsyncLifetime
{
    private readonly Channel<Input> received = Channel.CreateUnbounded<Input>();
    private readonly ParticipantDirectory directory = new();
    private readonly TlsIdentity serverKey = NewIdentity();
    private readonly TlsIdentity member = NewIdentity();
    private RoleLoop loop = null!;
    private Task running = null!;
    private WebApplication server = null!;
    private Destination door = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        directory.Add(TestNodes.Listed("MEMBDEFFXXX", member.Key, new Uri("https://127.0.0.1:1")));
        ToyMachine machine = new((_, inputs) =>
        {
            foreach (Input input in inputs) received.Writer.TryWrite(input);
            return new Step();
        });
        loop = Loop(machine, new NoSends());
        running = loop.RunAsync(Ct);
        server = await ServeAsync(serverKey, directory, loop);
        door = new Destination(TestNodes.Id("SERVDEFFXXX"), AddressOf(server), serverKey.Key.Fingerprint);
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        loop.Complete();
        await running;
        serverKey.Dispose();
        member.Dispose();
    }

    [Fact]
    public async Task AListedParticipantIsKnownByItsKey()
    {
        using PeerClient client = new(door, member, TimeProvider.System);
        PeerAnswer answer = await client.SendAsync(Door.Peer, [1, 2, 3], Ct);
        Assert.Empty(Assert.IsType<PeerAnswer.Received>(answer).Body);
        Input.PeerReceived input = Assert.IsType<Input.PeerReceived>(await received.Reader.ReadAsync(Ct));
        Assert.Equal(TestNodes.Id("MEMBDEFFXXX"), input.From);
        Assert.Equal([1, 2, 3], input.Body);
    }

    [Fact]
    public async Task AStrangerGetsAnEmpty401AndTheMachineIsToldOnce()
    {
        using TlsIdentity stranger = NewIdentity();
        for (int i = 0; i < 10; i++) await RefusedAsync(stranger.Certificate, HttpStatusCode.Unauthorized, Body(3));
        Assert.IsType<Input.StrangerKnocked>(await received.Reader.ReadAsync(Ct));
        Assert.False(received.Reader.TryRead(out _));
    }

    [Fact]
    public async Task AStrangerLearnsNothingOfBodiesOrTypes()
    {
        using TlsIdentity stranger = NewIdentity();
        await RefusedAsync(stranger.Certificate, HttpStatusCode.Unauthorized, Body(PeerBounds.MaximumBodyBytes + 1));
        await RefusedAsync(stranger.Certificate, HttpStatusCode.Unauthorized, Body(1, "text/plain"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AStrangerGetsTheSameAnswerAtEveryPathByEveryMethod(bool hasCertificate)
    {
        using TlsIdentity stranger = NewIdentity();
        Dictionary<string, HashSet<string>> answers = [];
        foreach (string method in new[] { "POST", "GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "WHATEVER", "HEAD", "CONNECT" })
        {
            answers[method] = [];
            foreach (string path in new[] { PeerRoutes.Messages, PeerRoutes.Messages + "/", PeerRoutes.LedgerRequests, PeerRoutes.AgentRequests, "/", "/none", "/a/file.txt", "/v1/instructions?after=1" })
                answers[method].Add(await AnswerAsync(hasCertificate ? stranger.Certificate : null, method, path));
        }

        // An answer to HEAD has no body whose length could be told, and CONNECT with a path is no HTTP/2 (RFC 9113, 8.5): the transport
        // ends the stream before anybody looks where it leads.
        Assert.All(answers, static a => Assert.Equal(a.Key switch { "HEAD" => "401 []", "CONNECT" => "ProtocolError", _ => "401 [Content-Length: 0]" }, Assert.Single(a.Value)));
    }

    [Fact]
    public async Task AStrangerGetsItAlsoWhereThereIsNoPath()
    {
        using TlsIdentity stranger = NewIdentity();
        using TcpClient connection = new();
        await connection.ConnectAsync(door.Endpoint.Host, door.Endpoint.Port, Ct);
        await using SslStream stream = new(connection.GetStream());
        await stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = door.Endpoint.Host, ApplicationProtocols = [SslApplicationProtocol.Http2], ClientCertificates = [stranger.Certificate],
                RemoteCertificateValidationCallback = static (_, _, _, _) => true,
            },
            Ct);
        IEnumerable<Http2Frame> all = Http2Frame.Message(1, [(":method", "OPTIONS"), (":scheme", "https"), (":authority", "127.0.0.1"), (":path", "*")], []);
        IEnumerable<Http2Frame> tunnel = Http2Frame.Message(3, [(":method", "CONNECT"), (":authority", "127.0.0.1:1")], []);
        // No table for headers, so that each answer says its status itself, as the first of them (RFC 9113, 8.3.2).
        Http2Frame settings = new(Http2Frame.Settings, 0, 0, [0, 1, 0, 0, 0, 0]), away = new(Http2Frame.GoAway, 0, 0, new byte[8]);
        await stream.WriteAsync((byte[])[.. Http2Frame.Preface, .. Http2Frame.Write([settings, .. all, .. tunnel, away])], Ct);
        using MemoryStream answer = new();
        await stream.CopyToAsync(answer, Ct);
        List<Http2Frame> answers = [];
        byte[] bytes = answer.ToArray();
        for (int at = 0; Http2Frame.Read(bytes.AsSpan(at), out int length) is { } frame; at += length)
        {
            if (frame.Stream != 0) answers.Add(frame);
        }

        Assert.Equal([(1u, Http2Frame.Headers), (3u, Http2Frame.Headers)], answers.Select(static a => (a.Stream, a.Type)).Order());
        Assert.All(answers, static a => Assert.InRange(a.Payload.AsSpan().IndexOf("401"u8), 2, 3));
    }

    [Fact]
    public async Task KeysOfOtherKindsAreStrangers()
    {
        using RSA rsa = RSA.Create(2048);
        using X509Certificate2 rsaCertificate = SelfSigned(new CertificateRequest("CN=x", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        await RefusedAsync(rsaCertificate, HttpStatusCode.Unauthorized, Body(1));
        using ECDsa p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using X509Certificate2 p384Certificate = SelfSigned(new CertificateRequest("CN=x", p384, HashAlgorithmName.SHA384));
        await RefusedAsync(p384Certificate, HttpStatusCode.Unauthorized, Body(1));
    }

    [Fact]
    public async Task NobodyGetsInWithoutACertificate()
    {
        await RefusedAsync(null, HttpStatusCode.Unauthorized, Body(1));
    }

    [Fact]
    public async Task ThereIsNoHttp1()
    {
        using HttpClient client = Client(member.Certificate);
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(door.Endpoint, PeerRoutes.Messages)) { Content = Body(1), Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        await Assert.ThrowsAsync<HttpRequestException>(() => client.SendAsync(request, Ct));
    }

    [Fact]
    public async Task TooLargeBodiesAndOtherTypesAreRefusedWithNothingButAStatus()
    {
        await RefusedAsync(member.Certificate, HttpStatusCode.RequestEntityTooLarge, Body(PeerBounds.MaximumBodyBytes + 1));
        await RefusedAsync(member.Certificate, HttpStatusCode.UnsupportedMediaType, Body(1, "application/json"));
        using HttpClient client = Client(member.Certificate);
        using HttpResponseMessage elsewhere = await client.PostAsync(new Uri(door.Endpoint, "/v1/instructions"), Body(1), Ct);
        Assert.Equal(HttpStatusCode.NotFound, elsewhere.StatusCode);
        Assert.Empty(await elsewhere.Content.ReadAsByteArrayAsync(Ct));
    }

    [Fact]
    public async Task AFullInboxAnswersBusy()
    {
        RoleLoop full = Loop(new ToyMachine(static (_, _) => new Step()), new NoSends(), new RoleLoopOptions { InboxCapacity = 1 });
        full.TryPost(new Input.Tick());
        await using WebApplication busy = await ServeAsync(serverKey, directory, full);
        using HttpClient client = Client(member.Certificate);
        using HttpResponseMessage response = await client.PostAsync(new Uri(AddressOf(busy), PeerRoutes.Messages), Body(1), Ct);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task AParticipantWithAsMuchWaitingAsItMayIsAnsweredBusyAndOthersAreNot()
    {
        using TlsIdentity other = NewIdentity();
        directory.Add(TestNodes.Listed("OTHRDEFFXXX", other.Key, new Uri("https://127.0.0.1:2")));
        RoleLoop still = Loop(new ToyMachine(static (_, _) => new Step()), new NoSends(), new RoleLoopOptions { PeerMessages = 1 });
        await using WebApplication busy = await ServeAsync(serverKey, directory, still);
        Assert.Equal([HttpStatusCode.Accepted, HttpStatusCode.ServiceUnavailable], [await SayAsync(member), await SayAsync(member)]);
        Assert.Equal([HttpStatusCode.Accepted, HttpStatusCode.ServiceUnavailable], [await SayAsync(other), await SayAsync(other)]);

        async Task<HttpStatusCode> SayAsync(TlsIdentity from)
        {
            using HttpClient client = Client(from.Certificate);
            using HttpResponseMessage response = await client.PostAsync(new Uri(AddressOf(busy), PeerRoutes.Messages), Body(1), Ct);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task ANodeWithAnotherKeyThanThePinnedOneGetsNothing()
    {
        using PeerClient client = new(door with { TlsKeyFingerprint = member.Key.Fingerprint }, member, TimeProvider.System);
        Assert.IsType<PeerAnswer.Failed>(await client.SendAsync(Door.Peer, [1], Ct));
        Assert.False(received.Reader.TryRead(out _));
    }

    [Fact]
    public async Task NobodyListeningIsAFailureAndNoException()
    {
        await server.StopAsync(Ct);
        using PeerClient client = new(door, member, TimeProvider.System);
        Assert.IsType<PeerAnswer.Failed>(await client.SendAsync(Door.Peer, [1], Ct));
    }

    [Fact]
    public async Task MessagesToOneParticipantArriveInOrderAndEachIsAnsweredOnce()
    {
        const int count = 200;
        Channel<Input> answers = Channel.CreateUnbounded<Input>();
        LateSends sends = new();
        RoleLoop own = Loop(
            new ToyMachine((machine, inputs) =>
            {
                foreach (Input input in inputs.Where(static input => input is not Input.Tick)) answers.Writer.TryWrite(input);
                Step step = new();
                if (machine.Steps.Count == 1) step.Then.AddRange(Enumerable.Range(0, count).Select(i => new Effect.Send(door, Door.Peer, i, [(byte)i])));
                return step;
            }),
            sends);
        await using PeerSender sender = new(member, new NodeHealth(), TimeProvider.System, NullLogger.Instance);
        sends.Sender = sender;
        sender.AnswerTo(own);
        own.TryPost(new Input.Tick());
        Task sending = own.RunAsync(Ct);
        for (int i = 0; i < count; i++)
        {
            Assert.Equal((byte)i, Assert.Single(Assert.IsType<Input.PeerReceived>(await received.Reader.ReadAsync(Ct)).Body));
            Assert.Equal(i, Assert.IsType<Input.Answered>(await answers.Reader.ReadAsync(Ct)).Token);
        }

        own.Complete();
        await sending;
    }

    /// <summary>The status and the headers of an answer without a body; or how the server ended the stream.</summary>
    private async Task<string> AnswerAsync(X509Certificate2? certificate, string method, string path)
    {
        using HttpClient client = Client(certificate);
        using HttpRequestMessage request = new(new HttpMethod(method), new Uri(door.Endpoint, path)) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        if (method == "POST") request.Content = Body(3);
        try
        {
            using HttpResponseMessage response = await client.SendAsync(request, Ct);
            Assert.Empty(await response.Content.ReadAsByteArrayAsync(Ct));
            string headers = string.Join(", ", response.Headers.Concat(response.Content.Headers).Where(static header => header.Key != "Date").Select(static header => $"{header.Key}: {string.Join(' ', header.Value)}").Order());
            return $"{(int)response.StatusCode} [{headers}]";
        }
        catch (HttpRequestException error) when (error.InnerException is HttpProtocolException { ErrorCode: 1 })
        {
            return "ProtocolError";
        }
    }

    private async Task RefusedAsync(X509Certificate2? certificate, HttpStatusCode status, HttpContent body)
    {
        using HttpClient client = Client(certificate);
        using HttpResponseMessage response = await client.PostAsync(new Uri(door.Endpoint, PeerRoutes.Messages), body, Ct);
        Assert.Equal(status, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(Ct));
        body.Dispose();
    }

    private static ByteArrayContent Body(int length, string type = PeerBounds.ContentType) =>
        new(new byte[length]) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };

    private static HttpClient Client(X509Certificate2? certificate)
    {
        SocketsHttpHandler handler = new();
        handler.SslOptions.EnabledSslProtocols = SslProtocols.Tls13;
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        if (certificate is not null) handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
        return new HttpClient(handler) { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
    }

    private static X509Certificate2 SelfSigned(CertificateRequest request) =>
        request.CreateSelfSigned(TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(1), TimeProvider.System.GetUtcNow() + TimeSpan.FromDays(1));

    private static TlsIdentity NewIdentity() => TlsIdentity.Create(new SystemEntropy(), TimeProvider.System.GetUtcNow());

    private static RoleLoop Loop(IMachine machine, ISends sends, RoleLoopOptions? options = null) =>
        new(machine, new InMemoryVault(), sends, options ?? new RoleLoopOptions { TickInterval = Timeout.InfiniteTimeSpan }, TimeProvider.System, NullLogger.Instance);

    private static async Task<WebApplication> ServeAsync(TlsIdentity identity, ParticipantDirectory directory, RoleLoop loop)
    {
        WebApplicationBuilder builder = PeerServer.CreateBuilder(TestNodes.AnyPort, identity, NullLoggerFactory.Instance);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(directory);
        builder.Services.AddSingleton(loop);
        WebApplication app = builder.Build();
        app.MapPeerMessages();
        app.MapElsewhere();
        await app.StartAsync(Ct);
        return app;
    }

    private static Uri AddressOf(WebApplication app) =>
        new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    private sealed class LateSends : ISends
    {
        public PeerSender? Sender { get; set; }

        public bool TrySend(Effect.Send send) => Sender!.TrySend(send);
    }
}
