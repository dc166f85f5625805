using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Settlement.Host.Ledger;
using Settlement.Host.Peers;
using Settlement.Tests.EndToEnd.Host;

namespace Settlement.Tests.EndToEnd.Hostile;

/// <summary>A ledger's door with few turns for strangers, all of them held by bodies that trickle: a newcomer gets one all the same,
/// and it is the slowest of them that loses its own.</summary>
public sealed class StrangerTurnTests : IAsyncLifetime
{
    private static readonly StrangerBounds Bounds = new(AtOnce: 4, PerAddress: 2);

    private readonly List<(HttpClient Client, SlowContent Body, Task<HttpResponseMessage> Request)> slow = [];
    private TestDoor door = null!;
    private int addresses;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => door = await TestDoor.OpenAsync(static services => services.AddSingleton(Bounds));

    public async ValueTask DisposeAsync()
    {
        foreach ((HttpClient client, SlowContent body, _) in slow)
        {
            body.End();
            body.Dispose();
            client.Dispose();
        }

        await door.DisposeAsync();
    }

    [Fact]
    public async Task SlowBodiesFromManyAddressesKeepNoNewcomerOut()
    {
        for (int i = 0; i < Bounds.AtOnce; i++) await TrickleAsync(NextAddress());
        for (int i = 0; i < Bounds.AtOnce; i++)
        {
            await AssertHeardAsync(NextAddress());
            await AssertDisplacedAsync(i);
            // The flood goes on where the newcomer was.
            await TrickleAsync(NextAddress());
        }

        // Of all turns, also those that were taken away, none is lost.
        Assert.Equal(Bounds.AtOnce, slow.Count(static s => !s.Request.IsCompleted));
    }

    [Fact]
    public async Task SlowBodiesFromANewcomersOwnAddressGiveWayToIt()
    {
        IPAddress shared = NextAddress();
        await TrickleAsync(NextAddress());
        for (int i = 0; i < Bounds.PerAddress; i++) await TrickleAsync(shared);
        await AssertHeardAsync(shared);
        // There is room at the door, and yet it was one of its own address that gave way, and not the slowest of all.
        await AssertDisplacedAsync(1);
        Assert.Equal([false, true, false], slow.Select(static s => s.Request.IsCompleted));
    }

    [Fact]
    public async Task WhoTricklesIsStillEndedInTime()
    {
        await TrickleAsync(NextAddress());
        door.Time.Advance(PeerBounds.BodyTimeout);
        using HttpResponseMessage response = await slow[0].Request.WaitAsync(TestDoor.Patience, Ct);
        Assert.Equal(HttpStatusCode.RequestTimeout, response.StatusCode);
    }

    [Fact]
    public async Task WhatTheNodeWorksOnIsNotMadeMoreByNewcomers()
    {
        door.IsSilent = true;
        List<(HttpClient Client, Task<HttpResponseMessage> Request)> asked = [];
        for (int i = 0; i < Bounds.AtOnce; i++)
        {
            HttpClient client = RawClient.Create(door.Stranger, NextAddress());
            asked.Add((client, RawClient.BeginAsync(client, door.LedgerRequests, TestDoor.Body(), Ct)));
            // Its body has come in, and the machine has it.
            while (await door.NextToldAsync() is not LedgerRequested) { }
        }

        using HttpClient newcomer = RawClient.Create(door.Stranger, NextAddress());
        using HttpResponseMessage response = await newcomer.PostAsync(door.LedgerRequests, TestDoor.Body(), Ct).WaitAsync(TestDoor.Patience, Ct);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.All(asked, static a => Assert.False(a.Request.IsCompleted));
        foreach ((HttpClient client, Task<HttpResponseMessage> request) in asked)
        {
            client.CancelPendingRequests();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
            client.Dispose();
        }
    }

    [Fact]
    public void WhatHasComeInKeepsItsTurnUntilItIsAnswered()
    {
        StrangerTurns turns = new(Bounds);
        List<PeerTurn> kept = [];
        for (int i = 0; i < Bounds.AtOnce; i++)
        {
            kept.Add(turns.TryTake(NextAddress())!);
            Assert.True(kept[i].TryKeep());
        }

        Assert.Null(turns.TryTake(NextAddress()));
        Assert.All(kept, static turn => Assert.False(turn.Displaced.IsCancellationRequested));
        kept[0].Dispose();
        kept[0].Dispose();
        PeerTurn reading = turns.TryTake(NextAddress())!;
        using PeerTurn next = turns.TryTake(NextAddress())!;
        Assert.True(reading.Displaced.IsCancellationRequested);
        // It came in too late, and giving back what was taken away frees nothing.
        Assert.False(reading.TryKeep());
        reading.Dispose();
        Assert.True(next.TryKeep());
        Assert.Null(turns.TryTake(NextAddress()));
    }

    /// <summary>A stranger begins a body, and says no more.</summary>
    private async Task TrickleAsync(IPAddress from)
    {
        HttpClient client = RawClient.Create(door.Stranger, from);
        SlowContent body = new();
        int before = door.Time.WaitingFor(PeerBounds.BodyTimeout);
        slow.Add((client, body, RawClient.BeginAsync(client, door.LedgerRequests, body, Ct)));
        await body.Begun;
        // Its body's time runs, which begins once it has its turn.
        await TestDoor.UntilAsync(() => door.Time.WaitingFor(PeerBounds.BodyTimeout) > before);
    }

    /// <summary>A stranger lists itself: its body is there at once, and it gets its answer.</summary>
    private async Task AssertHeardAsync(IPAddress from)
    {
        using HttpClient client = RawClient.Create(door.Stranger, from);
        using HttpContent content = TestDoor.Body();
        using HttpResponseMessage response = await client.PostAsync(door.LedgerRequests, content, Ct);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private async Task AssertDisplacedAsync(int of)
    {
        using HttpResponseMessage response = await slow[of].Request.WaitAsync(TestDoor.Patience, Ct);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, 0), (response.StatusCode, (await response.Content.ReadAsByteArrayAsync(Ct)).Length));
    }

    private IPAddress NextAddress() => new([127, 0, 3, (byte)++addresses]);
}
