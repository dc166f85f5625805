using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Host.Keys;
using Settlement.Host.Peers;
using Settlement.Host.Running;
using Settlement.Tests.EndToEnd.Host;
using Settlement.Wire.Channels;

namespace Settlement.Tests.EndToEnd.Hostile;

/// <summary>A member sends a bank more than the bank can check, as fast as it takes it: the bank's other channels go on, and so does
/// the member's own once it is over.</summary>
[Collection(HostileNetworkGroup.Name)]
public sealed class MessageFloodTests(HostileNetwork network)
{
    private const string A = HostNetwork.BankA;
    private const string B = HostNetwork.BankB;
    private const string C = HostNetwork.BankC;
    private const string Settled = "ACSC";

    // Fewer than are read at once, so that what is said is bounded by what waits.
    private const int Connections = PeerBounds.MaximumAtOncePerParticipant - 1;

    // The most signed messages of one channel that a body may have.
    private const int SignedOfChannel = 256;

    private long accepted;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AFloodOfBatchesThatNobodySignedStopsNoOtherChannel()
    {
        Uri door = new(network.Nodes.Node(A).PeerAddress, PeerRoutes.Messages);
        byte[] body = Unsigned().ToByteArray();
        using TlsIdentity identity = network.Nodes.IdentityOf(B);
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        TaskCompletionSource isFull = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task flood = Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(() => FloodAsync(door, identity, body, isFull, over.Token), Ct)));
        await Task.WhenAny(isFull.Task, flood);
        Assert.False(flood.IsCompleted, "The flood ended by itself.");

        for (int i = 0; i < 2; i++)
        {
            long before = Interlocked.Read(ref accepted);
            Assert.Equal(Settled, await network.PayAsync(A, C, Ct));
            // A payment takes some steps, each of which lets a few bodies in; if one step took all that wait, it would be all of them a step.
            Assert.InRange(Interlocked.Read(ref accepted) - before, 0, 2 * new RoleLoopOptions().PeerMessages);
        }

        await over.CancelAsync();
        await flood;
        // What still waits is of the same participant, and is done before this.
        Assert.Equal(Settled, await network.PayAsync(A, B, Ct));
        await network.AlarmAsync(A, B, ChannelCodes.ProposalSignature, Ct, new RoleLoopOptions().PeerMessages);
    }

    private async Task FloodAsync(Uri door, TlsIdentity identity, byte[] body, TaskCompletionSource isFull, CancellationToken over)
    {
        using HttpClient client = RawClient.Create(identity);
        try
        {
            while (true)
            {
                using ByteArrayContent content = new(body) { Headers = { ContentType = new MediaTypeHeaderValue(PeerBounds.ContentType) } };
                using HttpResponseMessage response = await client.PostAsync(door, content, over);
                if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
                {
                    isFull.TrySetResult();
                    continue;
                }

                Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
                Interlocked.Increment(ref accepted);
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // It is over.
        }
    }

    /// <summary>As many signed messages of a channel as one body may have, each for a place that is free, so that its signature is looked at.</summary>
    private PeerBatch Unsigned()
    {
        PeerBatch batch = new() { Suite = 1, Network = TestNodes.Network };
        for (int i = 0; i < SignedOfChannel; i++)
        {
            batch.Messages.Add(new PeerMessage
            {
                Proposal = new Proposal
                {
                    Channel = ByteString.CopyFrom(Convert.FromHexString(network.Channel)),
                    Term = 50,
                    Sequence = (ulong)(100_000 + i),
                    PreviousHead = ByteString.CopyFrom(new byte[32]),
                    Body = ByteString.CopyFrom([1, 2, 3]),
                    Signature = ByteString.CopyFrom([.. Enumerable.Repeat((byte)1, 64)]),
                },
            });
        }

        return batch;
    }
}
