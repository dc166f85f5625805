using System.Net;
using Settlement.Core.Machines;
using Settlement.Core.Participants;
using Settlement.Host.Peers;
using Settlement.Tests.EndToEnd.Host;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.EndToEnd.Hostile;

/// <summary>Strangers at a ledger's door that ask and take no answer: what they leave there is bounded, and so is their stay.</summary>
public sealed class StrangerStayTests : IAsyncLifetime
{
    private const int Bound = PeerBounds.MaximumRequestsPerStrangerConnection;

    private TestDoor door = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        door = await TestDoor.OpenAsync();
        door.Reply = new LedgerReply { Checkpoint = new string('x', 1024) };
    }

    public async ValueTask DisposeAsync() => await door.DisposeAsync();

    [Fact]
    public async Task WhoTakesNoAnswersHoldsFewOfThemAndIsEnded()
    {
        await using StingyClient client = await StingyClient.ConnectAsync(door.Stranger, door.LedgerRequests, Ct);
        for (int i = 0; i < 4 * Bound; i++) await client.AskAsync(door.LedgerRequests, Ct);
        Assert.True(await client.ReadUntilAsync(() => client.Held + client.Refused == 4 * Bound, Ct).WaitAsync(TestDoor.Patience, Ct));
        Assert.Equal((Bound, 3 * Bound, true), (client.Held, client.Refused, client.IsAskedToClose));
        // It was asked to, and stays. What it asks for now is not worked on either.
        await client.AskAsync(door.LedgerRequests, Ct);
        await client.ReadUntilAsync(() => client.Refused > 3 * Bound, Ct).WaitAsync(TestDoor.Patience, Ct);
        Assert.Equal(Bound, client.Held);
        door.Time.Advance(PeerBounds.StrangerGrace);
        Assert.False(await client.ReadUntilAsync(static () => false, Ct).WaitAsync(TestDoor.Patience, Ct));
    }

    [Fact]
    public async Task WhoAsksForLittleIsEndedInTimeAsWellAndAParticipantIsNot()
    {
        await using StingyClient participant = await StingyClient.ConnectAsync(door.Honest, door.LedgerRequests, Ct);
        await using StingyClient client = await StingyClient.ConnectAsync(door.Stranger, door.LedgerRequests, Ct);
        foreach (StingyClient asking in new[] { participant, client })
        {
            await asking.AskAsync(door.LedgerRequests, Ct);
            Assert.True(await asking.ReadUntilAsync(() => asking.Held == 1, Ct).WaitAsync(TestDoor.Patience, Ct));
        }

        door.Time.Advance(PeerBounds.StrangerLife);
        Assert.False(await client.ReadUntilAsync(static () => false, Ct).WaitAsync(TestDoor.Patience, Ct));
        await participant.AskAsync(door.LedgerRequests, Ct);
        Assert.True(await participant.ReadUntilAsync(() => participant.Held == 2, Ct).WaitAsync(TestDoor.Patience, Ct));
        Assert.False(participant.IsAskedToClose);
    }

    [Fact]
    public async Task ANewcomerThatGoesOnConnectsAgainAndIsHeardEveryTime()
    {
        using PeerClient client = new(new Destination(TestDoor.HonestId, new Uri(door.LedgerRequests, "/"), door.Server.Key.Fingerprint), door.Stranger, TimeProvider.System);
        for (int i = 0; i < (3 * Bound) + 1; i++) Assert.IsType<PeerAnswer.Received>(await client.SendAsync(Door.Ledger, [], Ct));
        // It was ended while nothing was asked.
        door.Time.Advance(PeerBounds.StrangerLife);
        await TestDoor.UntilAsync(async () => await client.SendAsync(Door.Ledger, [], Ct) is PeerAnswer.Received);
    }

    [Theory]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
    [InlineData("2001:db8:1:2:ffff::1", "2001:db8:1:2::")]
    [InlineData("2001:db8:1:3::1", "2001:db8:1:3::")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("192.0.2.7", "192.0.2.7")]
    public void AnAddressOfIpV6CountsByItsFirst64Bits(string remote, string counted) =>
        Assert.Equal(IPAddress.Parse(counted), PeerConnections.AddressOf(new IPEndPoint(IPAddress.Parse(remote), 1)));
}
