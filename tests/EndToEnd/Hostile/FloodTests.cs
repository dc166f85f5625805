using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Google.Protobuf;
using Settlement.Client;
using Settlement.Core.Cryptography;
using Settlement.Core.Nodes;
using Settlement.Host.Keys;
using Settlement.Host.Peers;
using Settlement.Tests.EndToEnd.Host;
using Settlement.Wire.Channels;

namespace Settlement.Tests.EndToEnd.Hostile;

/// <summary>A stranger with many addresses takes every place at a running bank's door that it can have: payments go on, a
/// participant connects anew, and the operator reads that strangers were there, and nothing of theirs is kept.</summary>
[Collection(HostileNetworkGroup.Name)]
public sealed class FloodTests(HostileNetwork network)
{
    private const string A = HostNetwork.BankA;
    private const string B = HostNetwork.BankB;
    private const string C = HostNetwork.BankC;
    private const string Settled = "ACSC";
    private const string Strangers = "strangers";

    // Fewer than one address may have, so that the door's own places are what runs out.
    private const int PerAddress = PeerBounds.MaximumConnectionsPerAddress / 2;
    private const int Held = PeerBounds.MaximumUnknownConnections + PerAddress;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AFloodOfHalfOpenConnectionsFromManyAddressesKeepsNoParticipantOut()
    {
        Uri door = new(network.Nodes.Node(A).PeerAddress, PeerRoutes.Messages);
        long before = (await StrangersAsync())?.Count ?? 0;
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        TaskCompletionSource isFull = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<long> flood = Task.Run(() => FloodAsync(door.Port, isFull, over.Token), Ct);
        await Task.WhenAny(isFull.Task, flood);
        Assert.False(flood.IsCompleted, "The flood ended by itself.");

        Assert.Equal(Settled, await network.PayAsync(A, B, Ct));
        Assert.Equal(Settled, await network.PayAsync(A, C, Ct));
        using TlsIdentity known = network.Nodes.IdentityOf(B);
        for (int i = 0; i < 3; i++)
        {
            using HttpClient anew = RawClient.Create(known);
            using ByteArrayContent content = new(new PeerBatch { Suite = Suite.Current, Network = TestNodes.Network }.ToByteArray()) { Headers = { ContentType = new MediaTypeHeaderValue(PeerBounds.ContentType) } };
            using HttpResponseMessage response = await anew.PostAsync(door, content, Ct);
            Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        }

        await over.CancelAsync();
        long opened = await flood;
        // Every one of them is counted, and told though nobody comes any more.
        AlarmInfo? alarm = null;
        await network.Nodes.UntilAsync(async () =>
        {
            alarm = await StrangersAsync();
            return alarm?.Count >= before + opened;
        }, Ct);
        Assert.Empty(alarm!.Evidence);
        Assert.Equal(Settled, await network.PayAsync(A, B, Ct));
    }

    private async Task<AlarmInfo?> StrangersAsync() =>
        (await network.AlarmsAsync(A, Ct)).SingleOrDefault(static a => a.Party == Strangers && a.Code == NodeCodes.Stranger);

    /// <summary>Opens connections, one after the other, and lets go of none that is not displaced, until it is over.</summary>
    /// <returns>How many it opened.</returns>
    private static async Task<long> FloodAsync(int port, TaskCompletionSource isFull, CancellationToken over)
    {
        Queue<TcpClient> held = new();
        long opened = 0;
        try
        {
            while (!over.IsCancellationRequested)
            {
                TcpClient client = new(new IPEndPoint(Address(opened / PerAddress), 0));
                held.Enqueue(client);
                await client.ConnectAsync(IPAddress.Loopback, port, CancellationToken.None);
                if (++opened == Held) isFull.SetResult();
                // Those that came so long ago are gone.
                if (held.Count > Held) held.Dequeue().Dispose();
            }
        }
        finally
        {
            foreach (TcpClient client in held) client.Dispose();
        }

        return opened;
    }

    private static IPAddress Address(long number) => new([127, 1, (byte)(number >> 8), (byte)number]);
}
