using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Participants;
using Settlement.Host;
using Settlement.Host.Keys;
using Settlement.Host.Peers;
using Settlement.Host.Running;
using Settlement.Storage;
using Settlement.Tests.EndToEnd.Hostile;

namespace Settlement.Tests.EndToEnd.Host;

/// <summary>The queues of the sending side, where there are more participants than it may hold queues for.</summary>
public sealed class PeerSenderTests
{
    private const int Queues = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AQueueWithoutAnUnansweredMessageMakesRoomAndEveryMessageIsAnsweredOnce()
    {
        Channel<Input> told = Channel.CreateUnbounded<Input>();
        ManualTime time = new();
        RoleLoop loop = Loop(told, time);
        Task running = loop.RunAsync(Ct);
        using TlsIdentity own = TlsIdentity.Create(new SystemEntropy(), TimeProvider.System.GetUtcNow());
        // It takes connections, and says nothing on them.
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        Uri at = new($"https://{silent.LocalEndpoint}");
        List<long> answered = [];
        await using (PeerSender sender = new(own, new NodeHealth(), time, NullLogger.Instance, Queues))
        {
            sender.AnswerTo(loop);
            for (int round = 0; round < 3; round++)
            {
                long first = 10 * round;
                await SendAsync(sender, To($"BAN{(char)('A' + round)}DEFFXXX", at, first));
                await SendAsync(sender, To($"BAN{(char)('A' + round)}FRPPXXX", at, first + 1));
                // Both wait for an answer, so there is no room, but for more to the same.
                Assert.False(sender.TrySend(To("BANKGB2LXXX", at, -1)));
                Assert.True(sender.TrySend(To($"BAN{(char)('A' + round)}DEFFXXX", at, first + 2)));
                while (answered.Count < 3 * (round + 1))
                {
                    time.Advance(PeerBounds.RequestTimeout);
                    while (told.Reader.TryRead(out Input? input)) answered.Add(Assert.IsType<Input.SendFailed>(input).Token);
                    await Task.Delay(TimeSpan.FromMilliseconds(5), Ct);
                }
            }

            await SendAsync(sender, To("BANKGB2LXXX", at, 100));
        }

        loop.Complete();
        await running.WaitAsync(Patience, Ct);
        Assert.Equal([0, 1, 2, 10, 11, 12, 20, 21, 22], answered.Order());
    }

    [Fact]
    public async Task AQueueHoldsNoMoreBytesThanItsBoundAndOthersAreAnsweredMeanwhile()
    {
        Channel<Input> told = Channel.CreateUnbounded<Input>();
        ManualTime time = new();
        RoleLoop loop = Loop(told, time);
        Task running = loop.RunAsync(Ct);
        using TlsIdentity own = TlsIdentity.Create(new SystemEntropy(), TimeProvider.System.GetUtcNow());
        // It takes connections, and says nothing on them.
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        Uri at = new($"https://{silent.LocalEndpoint}");
        byte[] largest = new byte[PeerBounds.MaximumBodyBytes];
        const int most = (int)(PeerBounds.MaximumQueuedBytesPerParticipant / PeerBounds.MaximumBodyBytes);
        await using (PeerSender sender = new(own, new NodeHealth(), time, NullLogger.Instance, Queues))
        {
            sender.AnswerTo(loop);
            for (int i = 0; i < most; i++) Assert.True(sender.TrySend(To("BANADEFFXXX", at, i) with { Body = largest }));
            Assert.False(sender.TrySend(To("BANADEFFXXX", at, -1)));
            Assert.True(sender.TrySend(To("BANBDEFFXXX", at, most) with { Body = largest }));
            HashSet<long> answered = [];
            while (answered.Count <= most)
            {
                time.Advance(PeerBounds.RequestTimeout);
                while (told.Reader.TryRead(out Input? input)) Assert.True(answered.Add(Assert.IsType<Input.SendFailed>(input).Token));
                await Task.Delay(TimeSpan.FromMilliseconds(5), Ct);
            }

            // What was answered has made room.
            await SendAsync(sender, To("BANADEFFXXX", at, 100) with { Body = largest });
        }

        loop.Complete();
        await running.WaitAsync(Patience, Ct);
    }

    /// <summary>No listing names such an address; a pinned one might.</summary>
    [Fact]
    public async Task AnAddressThatCannotBeConnectedToIsAFailureLikeAnyOther()
    {
        Channel<Input> told = Channel.CreateUnbounded<Input>();
        RoleLoop loop = Loop(told, TimeProvider.System);
        Task running = loop.RunAsync(Ct);
        using TlsIdentity own = TlsIdentity.Create(new SystemEntropy(), TimeProvider.System.GetUtcNow());
        await using (PeerSender sender = new(own, new NodeHealth(), TimeProvider.System, NullLogger.Instance))
        {
            sender.AnswerTo(loop);
            for (int i = 0; i < 2; i++)
            {
                Assert.True(sender.TrySend(To("BANADEFFXXX", new Uri("https://xn--ä:1"), i)));
                Assert.Equal(new Input.SendFailed(i), await told.Reader.ReadAsync(Ct).AsTask().WaitAsync(Patience, Ct));
            }
        }

        loop.Complete();
        await running.WaitAsync(Patience, Ct);
    }

    [Fact]
    public async Task ABugInAQueueEndsTheLoopAndWhatRunsIsDisposed()
    {
        Channel<Input> told = Channel.CreateUnbounded<Input>();
        RoleLoop loop = Loop(told, TimeProvider.System);
        Task running = loop.RunAsync(Ct);
        using TlsIdentity own = TlsIdentity.Create(new SystemEntropy(), TimeProvider.System.GetUtcNow());
        await using (PeerSender sender = new(own, new NodeHealth(), new BrokenTime(), NullLogger.Instance))
        {
            sender.AnswerTo(loop);
            Assert.True(sender.TrySend(To("BANADEFFXXX", new Uri("https://127.0.0.1:1"), 1)));
            InvalidOperationException bug = await Assert.ThrowsAsync<InvalidOperationException>(() => running.WaitAsync(Patience, Ct));
            Assert.Equal(BrokenTime.Bug, bug.Message);
        }

        Assert.False(told.Reader.TryRead(out _));
        Assert.False(loop.TryPost(new Input.Tick()));
    }

    private static RoleLoop Loop(Channel<Input> told, TimeProvider time) => new(
        new ToyMachine((_, inputs) =>
        {
            foreach (Input input in inputs) told.Writer.TryWrite(input);
            return new Step();
        }),
        new InMemoryVault(), new NoSends(), new RoleLoopOptions { TickInterval = Timeout.InfiniteTimeSpan }, time, NullLogger.Instance);

    /// <summary>A queue is idle a moment after the machine has heard its last answer.</summary>
    private static async Task SendAsync(PeerSender sender, Effect.Send send)
    {
        long began = TimeProvider.System.GetTimestamp();
        while (!sender.TrySend(send))
        {
            if (TimeProvider.System.GetElapsedTime(began) > Patience) throw new TimeoutException($"No room came about within {Patience}.");
            await Task.Delay(TimeSpan.FromMilliseconds(5), Ct);
        }
    }

    private static Effect.Send To(string participant, Uri at, long token) => new(new Destination(TestNodes.Id(participant), at, Digest.Of([1])), Door.Peer, token, [1]);

    private sealed class BrokenTime : TimeProvider
    {
        public const string Bug = "A bug of the sending side.";

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => throw new InvalidOperationException(Bug);
    }
}
