using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Settlement.Core.Machines;
using Settlement.Host.Configuration;
using Settlement.Host.Keys;
using Settlement.Host.Peers;
using Settlement.Tests.EndToEnd.Host;

namespace Settlement.Tests.EndToEnd.Hostile;

/// <summary>A door with few places, flooded from many addresses: who is ended, who is counted, and who gets in meanwhile.</summary>
public sealed class DoorFloodTests : IAsyncLifetime
{
    private static readonly PeerConnectionBounds Bounds = new(Known: 6, Unknown: 4, UnknownPerAddress: 2, PerParticipant: 3);

    private readonly List<IDisposable> clients = [];
    private readonly List<Task<int>> open = [];
    private int addresses;
    private int connects;
    private long counted;
    private TestDoor door = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => door = await TestDoor.OpenAsync(static services => services.AddSingleton(Bounds));

    public async ValueTask DisposeAsync()
    {
        foreach (IDisposable client in clients) client.Dispose();
        await door.DisposeAsync();
    }

    [Fact]
    public async Task AFloodOfHalfOpenConnectionsDisplacesItselfAndNobodyElse()
    {
        HttpClient first = Client(door.Honest);
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(first));
        int flood = 0;
        for (; flood < Bounds.Unknown; flood++) await HalfOpenAsync();
        // Each further one takes the place of another.
        for (; flood < 4 * Bounds.Unknown; flood++)
        {
            await HalfOpenAsync();
            await OneEndedAsync();
        }

        // So does a participant, which then leaves that place to whoever comes.
        HttpClient second = Client(door.Honest);
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(second));
        await OneEndedAsync();
        await HalfOpenAsync();
        await HalfOpenAsync();
        await OneEndedAsync();
        flood += 2;
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(first));
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(second));
        Assert.Equal(Bounds.Unknown, open.Count);
        // Over two connections, as at the beginning: neither was displaced.
        Assert.Equal(2, connects);
        await AssertCountedAsync(flood - Bounds.Unknown);
        await AssertCountedInTheEndAsync(flood);
    }

    [Fact]
    public async Task StrangersWithTlsAreDisplacedAsWellAndCountedOnce()
    {
        HttpClient asking = Client(door.Stranger);
        for (int i = 0; i < 2; i++) Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(asking));
        for (int i = 0; i < Bounds.Unknown; i++) await HalfOpenAsync();
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(Client(door.Honest)));
        Assert.Equal(2, connects);
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(asking));
        Assert.Equal(3, connects);
        // Three questions of one, and the connections of those that asked nothing.
        await AssertCountedInTheEndAsync(3 + Bounds.Unknown);
    }

    [Fact]
    public async Task OneParticipantCannotFillTheDoorFromManyAddressesAndIsNamed()
    {
        for (int i = 0; i < Bounds.PerParticipant; i++) Assert.Equal(HttpStatusCode.Accepted, await PostAsync(Client(door.Hostile)));
        for (int i = 0; i < 4 * Bounds.PerParticipant; i++) await Assert.ThrowsAsync<HttpRequestException>(() => PostAsync(Client(door.Hostile)));
        for (int i = 0; i < Bounds.PerParticipant; i++) Assert.Equal(HttpStatusCode.Accepted, await PostAsync(Client(door.Honest)));
        List<Input.DoorRefused> refusals = [];
        while (refusals.Count < 4 * Bounds.PerParticipant)
        {
            if (await door.NextToldAsync() is Input.DoorRefused refused) refusals.Add(refused);
        }

        Assert.All(refusals, refused =>
            Assert.Equal((TestDoor.HostileId, HostCodes.TooManyAtOnce, $"more than {Bounds.PerParticipant} connections at once"), (refused.From, refused.Code, refused.Detail)));
        // What it gives back it may have again.
        clients[0].Dispose();
        await UntilAcceptedAsync(Client(door.Hostile));
        // It is no stranger.
        await AssertCountedInTheEndAsync(0);
    }

    [Fact]
    public async Task WhoIsListedAfterItConnectedKeepsItsConnectionFromThenOn()
    {
        HttpClient late = Client(door.Stranger);
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(late));
        door.Directory.Add(TestNodes.Listed("LATEDEFFXXX", door.Stranger.Key, new Uri("https://127.0.0.1:3")));
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(late));
        for (int i = 0; i < Bounds.Unknown; i++) await HalfOpenAsync();
        for (int i = 0; i < Bounds.Unknown; i++)
        {
            await HalfOpenAsync();
            await OneEndedAsync();
        }

        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(late));
        Assert.Equal(1, connects);
    }

    [Fact]
    public async Task WhereParticipantsHaveAllTheirPlacesAnotherIsServedAllTheSame()
    {
        door.Directory.Add(TestNodes.Listed("LATEDEFFXXX", door.Stranger.Key, new Uri("https://127.0.0.1:3")));
        foreach (TlsIdentity identity in new[] { door.Hostile, door.Honest })
        {
            for (int i = 0; i < Bounds.PerParticipant; i++) Assert.Equal(HttpStatusCode.Accepted, await PostAsync(Client(identity)));
        }

        HttpClient late = Client(door.Stranger);
        for (int i = 0; i < 2; i++) Assert.Equal(HttpStatusCode.Accepted, await PostAsync(late));
        Assert.Equal(Bounds.Known + 1, connects);
        // It stays with the unknown, so a flood ends it; then it comes anew.
        for (int i = 0; i <= Bounds.Unknown; i++) await HalfOpenAsync();
        await OneEndedAsync();
        await UntilAcceptedAsync(late);
        Assert.Equal(Bounds.Known + 2, connects);
        // Served or ended, it is no stranger.
        await AssertCountedInTheEndAsync(1 + Bounds.Unknown);
    }

    [Fact]
    public async Task AFloodFromAParticipantsOwnAddressKeepsItOutNoMore()
    {
        IPAddress shared = NextAddress();
        for (int i = 0; i < 2 * Bounds.UnknownPerAddress; i++) await HalfOpenAsync(shared);
        for (int i = 0; i < Bounds.UnknownPerAddress; i++) await OneEndedAsync();
        HttpClient client = Client(door.Honest, shared);
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(client));
        await OneEndedAsync();
        for (int i = 0; i < 2 * Bounds.UnknownPerAddress; i++) await HalfOpenAsync(shared);
        for (int i = 0; i < (2 * Bounds.UnknownPerAddress) - 1; i++) await OneEndedAsync();
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(client));
        Assert.Equal((1, Bounds.UnknownPerAddress), (connects, open.Count));
        await AssertCountedInTheEndAsync(4 * Bounds.UnknownPerAddress);
    }

    /// <summary>A client with an address of its own, unless it is told one.</summary>
    private HttpClient Client(TlsIdentity identity, IPAddress? address = null)
    {
        HttpClient client = RawClient.Create(identity, address ?? NextAddress(), () => Interlocked.Increment(ref connects));
        clients.Add(client);
        return client;
    }

    /// <summary>Until either side has seen that a connection is over.</summary>
    private Task UntilAcceptedAsync(HttpClient client) => TestDoor.UntilAsync(async () =>
    {
        try
        {
            return await PostAsync(client) == HttpStatusCode.Accepted;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    });

    private async Task<HttpStatusCode> PostAsync(HttpClient client)
    {
        using ByteArrayContent content = new([7]) { Headers = { ContentType = new MediaTypeHeaderValue(PeerBounds.ContentType) } };
        using HttpResponseMessage response = await client.PostAsync(door.Messages, content, Ct);
        return response.StatusCode;
    }

    /// <summary>A connection from an address of its own, unless it is told one, on which nothing is said.</summary>
    private async Task HalfOpenAsync(IPAddress? address = null)
    {
        TcpClient client = new(new IPEndPoint(address ?? NextAddress(), 0));
        clients.Add(client);
        await client.ConnectAsync(IPAddress.Loopback, door.Messages.Port, Ct);
        open.Add(EndAsync(client));
    }

    private IPAddress NextAddress() => new([127, 0, 2, (byte)++addresses]);

    /// <summary>Waits until the door has ended one of the half-open connections; which of those that came together is oldest only it knows.</summary>
    private async Task OneEndedAsync()
    {
        Task<int> ended = await Task.WhenAny(open).WaitAsync(TestDoor.Patience, Ct);
        Assert.Equal(0, await ended);
        open.Remove(ended);
    }

    private static async Task<int> EndAsync(TcpClient client)
    {
        try
        {
            return await client.GetStream().ReadAsync(new byte[1], Ct);
        }
        catch (Exception reset) when (reset is IOException or SocketException or ObjectDisposedException)
        {
            // Which ends it as well.
            return 0;
        }
    }

    /// <summary>Everybody leaves, and then so many strangers were counted from the beginning on.</summary>
    private async Task AssertCountedInTheEndAsync(long strangers)
    {
        foreach (IDisposable client in clients) client.Dispose();
        await door.App.StopAsync(Ct);
        await AssertCountedAsync(strangers);
    }

    /// <summary>Waits until so many strangers were counted from the beginning on, and fails where they are more.</summary>
    private async Task AssertCountedAsync(long strangers)
    {
        bool hasKnocked = false;
        await TestDoor.UntilAsync(() =>
        {
            while (door.Told.Reader.TryRead(out Input? input)) counted += input is Input.StrangerKnocked knocked ? knocked.Times : 0;
            Assert.True(counted <= strangers, $"{counted} were counted, of {strangers}.");
            if (hasKnocked && counted == strangers) return Task.FromResult(true);
            // What was not told yet is told when the interval is over. The test itself comes last, and does not count.
            door.Time.Advance(PeerBounds.StrangerInterval);
            if (hasKnocked) return Task.FromResult(false);
            door.App.Services.GetRequiredService<Strangers>().Knocked();
            counted--;
            hasKnocked = true;
            return Task.FromResult(false);
        });
    }
}
