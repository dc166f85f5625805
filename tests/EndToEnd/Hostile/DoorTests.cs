using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Settlement.Core.Machines;
using Settlement.Core.Participants;
using Settlement.Host.Api;
using Settlement.Host.Configuration;
using Settlement.Host.Keys;
using Settlement.Host.Peers;
using Settlement.Host.Running;
using Settlement.Storage;
using Settlement.Tests.EndToEnd.Host;

namespace Settlement.Tests.EndToEnd.Hostile;

/// <summary>
/// What only the wire can show: bodies that are too large, of another type, too slow or too many, and another key at a
/// participant's address. Each is refused, the machine is told who did it, and others get in meanwhile.
/// </summary>
public sealed class DoorTests : IAsyncLifetime
{
    private readonly TaskCompletionSource answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TestDoor door = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => door = await TestDoor.OpenAsync();

    public async ValueTask DisposeAsync() => await door.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ABodyThatIsTooLargeIsRefusedAndItsSenderNamed(bool isDeclared)
    {
        using HttpClient client = RawClient.Create(door.Hostile);
        using HttpContent body = isDeclared ? TestDoor.Body(new byte[PeerBounds.MaximumBodyBytes + 1]) : new EndlessContent();
        using HttpResponseMessage response = await client.PostAsync(door.Messages, body, Ct);
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, 0), (response.StatusCode, (await response.Content.ReadAsByteArrayAsync(Ct)).Length));
        await ToldAsync(HostCodes.BodyTooLarge);
        await HonestGetsInAsync();
    }

    [Fact]
    public async Task ABodyOfAnotherTypeIsRefusedAndItsSenderNamed()
    {
        using HttpClient client = RawClient.Create(door.Hostile);
        using ByteArrayContent body = new(new byte[3]) { Headers = { ContentType = new MediaTypeHeaderValue("text/plain") } };
        using HttpResponseMessage response = await client.PostAsync(door.Messages, body, Ct);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        await ToldAsync(HostCodes.ContentTypeUnknown);
        await HonestGetsInAsync();
    }

    [Fact]
    public async Task ABodyThatComesInTooSlowlyIsEndedAndItsSenderNamed()
    {
        using HttpClient client = RawClient.Create(door.Hostile);
        using SlowContent body = new();
        Task<HttpResponseMessage> request = RawClient.BeginAsync(client, door.Messages, body, Ct);
        await body.Begun;
        await TestDoor.UntilAsync(() => door.Time.WaitingFor(PeerBounds.BodyTimeout) == 1);
        // Others come and go while it trickles.
        await HonestGetsInAsync();
        Assert.False(request.IsCompleted);
        door.Time.Advance(PeerBounds.BodyTimeout);
        using HttpResponseMessage response = await request;
        Assert.Equal((HttpStatusCode.RequestTimeout, 0), (response.StatusCode, (await response.Content.ReadAsByteArrayAsync(Ct)).Length));
        body.End();
        await ToldAsync(HostCodes.BodyTooSlow);
        await HonestGetsInAsync();
    }

    [Fact]
    public async Task SlowBodiesOfOneParticipantAreBoundedInNumberAndLeaveRoomToOthers()
    {
        List<(HttpClient Client, SlowContent Body, Task<HttpResponseMessage> Request)> open = [];
        for (int i = 0; i < PeerBounds.MaximumAtOncePerParticipant; i++)
        {
            HttpClient client = RawClient.Create(door.Hostile);
            SlowContent body = new();
            open.Add((client, body, RawClient.BeginAsync(client, door.Messages, body, Ct)));
            await body.Begun;
        }

        await TestDoor.UntilAsync(() => door.Time.WaitingFor(PeerBounds.BodyTimeout) == PeerBounds.MaximumAtOncePerParticipant);
        using HttpClient one = RawClient.Create(door.Hostile);
        using (HttpResponseMessage more = await one.PostAsync(door.Messages, TestDoor.Body([1]), Ct)) Assert.Equal(HttpStatusCode.ServiceUnavailable, more.StatusCode);
        await ToldAsync(HostCodes.TooManyAtOnce);
        await HonestGetsInAsync();
        door.Time.Advance(PeerBounds.BodyTimeout);
        foreach ((HttpClient client, SlowContent body, Task<HttpResponseMessage> request) in open)
        {
            using HttpResponseMessage response = await request;
            Assert.Equal(HttpStatusCode.RequestTimeout, response.StatusCode);
            body.End();
            body.Dispose();
            client.Dispose();
        }

        // Its turns are given back.
        using HttpResponseMessage after = await one.PostAsync(door.Messages, TestDoor.Body([1]), Ct);
        Assert.Equal(HttpStatusCode.Accepted, after.StatusCode);
    }

    [Fact]
    public async Task AStormOfStrangersIsCountedAndToldToTheMachineOnceAnInterval()
    {
        using HttpClient client = RawClient.Create(door.Stranger);
        const int storm = 200;
        for (int i = 0; i < storm; i++)
        {
            using HttpResponseMessage response = await client.PostAsync(door.Messages, TestDoor.Body([1]), Ct);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        }

        Assert.Equal(new Input.StrangerKnocked(1), await door.NextToldAsync());
        Assert.False(door.Told.Reader.TryRead(out _));
        // The rest of it, whether anybody comes then or not.
        door.Time.Advance(PeerBounds.StrangerInterval);
        Assert.Equal(new Input.StrangerKnocked(storm - 1), await door.NextToldAsync());
        await HonestGetsInAsync();
    }

    [Fact]
    public async Task ACallerWithoutACertificateIsRefusedAndCounted()
    {
        using HttpClient client = RawClient.Create(null);
        using HttpResponseMessage response = await client.PostAsync(door.Messages, TestDoor.Body([1]), Ct);
        Assert.Equal((HttpStatusCode.Unauthorized, 0), (response.StatusCode, (await response.Content.ReadAsByteArrayAsync(Ct)).Length));
        Assert.Equal(new Input.StrangerKnocked(1), await door.NextToldAsync());
        await HonestGetsInAsync();
    }

    [Theory]
    // Nothing, no TLS, and a greeting that promises more than ever comes.
    [InlineData("")]
    [InlineData("474554202f20485454502f312e310d0a0d0a")]
    [InlineData("160301")]
    public async Task AConnectionWithoutTlsIsEndedAndCounted(string sent)
    {
        using (TcpClient client = new())
        {
            await client.ConnectAsync(IPAddress.Loopback, door.Messages.Port, Ct);
            NetworkStream stream = client.GetStream();
            await stream.WriteAsync(Convert.FromHexString(sent), Ct);
            client.Client.Shutdown(SocketShutdown.Send);
            byte[] answer = new byte[1024];
            while (await stream.ReadAsync(answer, Ct).AsTask().WaitAsync(TestDoor.Patience, Ct) > 0) { }
        }

        Assert.Equal(new Input.StrangerKnocked(1), await door.NextToldAsync());
        await HonestGetsInAsync();
    }

    [Fact]
    public async Task OneAddressHasItsShareOfTheConnectionsAndKeepsOutNobodyWhoSharesIt()
    {
        List<TcpClient> held = [];
        List<Task> open = [];
        for (int i = 0; i < 2 * PeerBounds.MaximumConnectionsPerAddress; i++)
        {
            TcpClient client = new();
            held.Add(client);
            await client.ConnectAsync(IPAddress.Loopback, door.Messages.Port, Ct);
            open.Add(EndAsync(client));
        }

        while (open.Count > PeerBounds.MaximumConnectionsPerAddress) open.Remove(await Task.WhenAny(open).WaitAsync(TestDoor.Patience, Ct));
        Assert.Equal(new Input.StrangerKnocked(1), await door.NextToldAsync());
        await HonestGetsInAsync();
        open.Remove(await Task.WhenAny(open).WaitAsync(TestDoor.Patience, Ct));
        using (HttpClient elsewhere = RawClient.Create(door.Honest, IPAddress.Parse("127.0.0.2")))
        using (HttpResponseMessage response = await elsewhere.PostAsync(door.Messages, TestDoor.Body([7]), Ct)) Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.All(open, static one => Assert.False(one.IsCompleted));
        foreach (TcpClient client in held) client.Dispose();
    }

    /// <summary>Waits until the door ends the connection, in order or by a reset.</summary>
    private static async Task EndAsync(TcpClient client)
    {
        try
        {
            Assert.Equal(0, await client.GetStream().ReadAsync(new byte[1], Ct));
        }
        catch (Exception reset) when (reset is IOException or SocketException or ObjectDisposedException) { }
    }

    [Fact]
    public async Task AnotherKeyAtAParticipantsAddressIsNamedAndGetsNothing()
    {
        Input.DoorRefused refused = await AnsweredAsync(new Destination(TestDoor.HonestId, new Uri(door.Messages, "/"), door.Honest.Key.Fingerprint), static () => Task.CompletedTask);
        Assert.Equal((TestDoor.HonestId, HostCodes.AnotherKey), (refused.From, refused.Code));
        Assert.Contains(door.Server.Key.Fingerprint.ToString(), refused.Detail, StringComparison.Ordinal);
        Assert.False(door.Told.Reader.TryRead(out _));
    }

    [Theory]
    [InlineData(true, HostCodes.BodyTooLarge)]
    [InlineData(false, HostCodes.BodyTooSlow)]
    public async Task AnAnswerWithoutEndIsCutOffAndWhoGaveItIsNamed(bool isLarge, string code)
    {
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        WebApplicationBuilder builder = TestNodes.PeerServerAlone(door.Hostile);
        await using WebApplication lying = builder.Build();
        lying.MapPost(PeerRoutes.Messages, async (HttpContext context) =>
        {
            byte[] piece = new byte[64 * 1024];
            do await context.Response.Body.WriteAsync(piece, context.RequestAborted);
            while (isLarge);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            begun.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
        });
        await lying.StartAsync(Ct);
        Uri at = new(lying.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Input.DoorRefused refused = await AnsweredAsync(new Destination(TestDoor.HostileId, at, door.Hostile.Key.Fingerprint), async () =>
        {
            if (isLarge) return;
            await begun.Task.WaitAsync(TestDoor.Patience, Ct);
            // The answer's first bytes are on their way to whoever waits for the rest.
            while (!answered.Task.IsCompleted)
            {
                door.Time.Advance(PeerBounds.RequestTimeout);
                await Task.Delay(TimeSpan.FromMilliseconds(50), Ct);
            }
        });
        Assert.Equal((TestDoor.HostileId, code), (refused.From, refused.Code));
    }

    /// <summary>What a node is told of whoever answers a message at an address.</summary>
    private async Task<Input.DoorRefused> AnsweredAsync(Destination at, Func<Task> meanwhile)
    {
        List<Input> heard = [];
        LateSends sends = new();
        RoleLoop own = new(
            new ToyMachine((machine, inputs) =>
            {
                lock (heard) heard.AddRange(inputs);
                Step step = new();
                // A clock that was moved before the answer began saw no answer at all: it is asked again.
                if (inputs.OfType<Input.DoorRefused>().Any()) answered.TrySetResult();
                else if (machine.Steps.Count == 1 || inputs.OfType<Input.SendFailed>().Any()) step.Then.Add(new Effect.Send(at, Door.Peer, machine.Steps.Count, [1, 2, 3]));
                return step;
            }),
            new InMemoryVault(), sends, new RoleLoopOptions { TickInterval = Timeout.InfiniteTimeSpan }, TimeProvider.System, NullLogger.Instance);
        await using PeerSender sender = new(door.Hostile, new NodeHealth(), door.Time, NullLogger.Instance);
        sends.Sender = sender;
        sender.AnswerTo(own);
        own.TryPost(new Input.Tick());
        Task sending = own.RunAsync(Ct);
        await meanwhile();
        await answered.Task.WaitAsync(TestDoor.Patience, Ct);
        own.Complete();
        await sending;
        lock (heard) return heard.OfType<Input.DoorRefused>().First();
    }

    [Fact]
    public void EveryTimeAndSizeOfTheListenersIsSetAndNamed()
    {
        KestrelServerLimits limits = door.App.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits;
        Assert.Equal((PeerBounds.MinimumBytesPerSecond, PeerBounds.SlowGrace), (limits.MinRequestBodyDataRate!.BytesPerSecond, limits.MinRequestBodyDataRate.GracePeriod));
        Assert.Equal((PeerBounds.MinimumBytesPerSecond, PeerBounds.SlowGrace), (limits.MinResponseDataRate!.BytesPerSecond, limits.MinResponseDataRate.GracePeriod));
        Assert.Equal((PeerBounds.HeadersTimeout, PeerBounds.IdleTimeout, (long?)PeerBounds.ConnectionAllowance * PeerBounds.MaximumConnections), (limits.RequestHeadersTimeout, limits.KeepAliveTimeout, limits.MaxConcurrentConnections));
        Assert.Equal((PeerBounds.MaximumStreamsPerConnection, PeerBounds.ConnectionWindowBytes, PeerBounds.StreamWindowBytes, PeerBounds.PingInterval),
            (limits.Http2.MaxStreamsPerConnection, limits.Http2.InitialConnectionWindowSize, limits.Http2.InitialStreamWindowSize, limits.Http2.KeepAlivePingTimeout));
        // Who is slow is known before the connection is ended for it.
        Assert.True(PeerBounds.SlowGrace > PeerBounds.BodyTimeout);

        WebApplicationBuilder api = ApiServer.CreateBuilder(new ApiConfiguration(TestNodes.AnyPort, null, null, 1, []), 1, NullLoggerFactory.Instance);
        using WebApplication built = api.Build();
        KestrelServerLimits ofApi = built.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits;
        Assert.Equal((ApiBounds.MinimumBytesPerSecond, ApiBounds.SlowGrace, ApiBounds.HeadersTimeout),
            (ofApi.MinRequestBodyDataRate!.BytesPerSecond, ofApi.MinRequestBodyDataRate.GracePeriod, ofApi.RequestHeadersTimeout));
    }

    private async Task ToldAsync(string code)
    {
        while (true)
        {
            Input input = await door.NextToldAsync();
            if (input is not Input.DoorRefused refused) continue;
            Assert.Equal((TestDoor.HostileId, code), (refused.From, refused.Code));
            return;
        }
    }

    private async Task HonestGetsInAsync()
    {
        using HttpClient client = RawClient.Create(door.Honest);
        using HttpResponseMessage response = await client.PostAsync(door.Messages, TestDoor.Body([7]), Ct);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    /// <summary>A body of untold length that is too large.</summary>
    private sealed class EndlessContent : HttpContent
    {
        public EndlessContent() => Headers.ContentType = new MediaTypeHeaderValue(PeerBounds.ContentType);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            byte[] piece = new byte[64 * 1024];
            for (long sent = 0; sent <= PeerBounds.MaximumBodyBytes; sent += piece.Length) await stream.WriteAsync(piece, Ct);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    private sealed class LateSends : ISends
    {
        public PeerSender? Sender { get; set; }

        public bool TrySend(Effect.Send send) => Sender!.TrySend(send);
    }
}
