using Microsoft.Extensions.Logging.Abstractions;
using Settlement.Core.Machines;
using Settlement.Host.Running;
using Settlement.Storage;

namespace Settlement.Tests.EndToEnd.Host;

/// <summary>What one participant may have of a loop that many use: how much of its messages waits, and how much of them a step takes.</summary>
public sealed class PeerSharesTests
{
    private const string A = "ALPHDEFFXXX";
    private const string B = "BETAFRPPXXX";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AStepTakesSoManyMessagesOfOneParticipantAndTheOthersInBetween()
    {
        Assert.Equal(["A1 A2 B6 tick", "A3 A4", "A5"], await StepsAsync(
            new RoleLoopOptions { PeerMessagesPerStep = 2 }, [Of(A, 1), Of(A, 2), Of(A, 3), Of(A, 4), Of(A, 5), Of(B, 6), new Input.Tick()]));
    }

    [Fact]
    public async Task ALargeBodyIsPaidForByTheStepsThatFollow()
    {
        Input own = new Input.SendFailed(1);
        Assert.Equal(["A35 own", "own own", "own own", "A1 own", "own"], await StepsAsync(
            new RoleLoopOptions { PeerBytesPerStep = 10, InputsPerStep = 2 }, [Of(A, 35), Of(A, 1), own, own, own, own, own, own, own]));
    }

    [Fact]
    public async Task WhereNothingElseWaitsNoStepIsEmpty()
    {
        Assert.Equal(["A35", "A34", "A1", "A2"], await StepsAsync(new RoleLoopOptions { PeerBytesPerStep = 10 }, [Of(A, 35), Of(A, 34), Of(A, 1), Of(A, 2)]));
    }

    [Fact]
    public async Task TheOrderOfAParticipantsMessagesStays()
    {
        // The second does not fit into what is left of the step, and the third, which would, stays behind it.
        Assert.Equal(["A8 A9", "A1 A12", "A2"], await StepsAsync(new RoleLoopOptions { PeerBytesPerStep = 10 }, [Of(A, 8), Of(A, 9), Of(A, 1), Of(A, 12), Of(A, 2)]));
    }

    [Fact]
    public void NobodyHasMoreWaitingThanItMayAndOthersHaveRoom()
    {
        RoleLoop loop = Loop(new ToyMachine(static (_, _) => new Step()), new RoleLoopOptions { PeerMessages = 3, PeerBytes = 100 });
        Assert.True(Post(loop, Of(A, 60)));
        Assert.False(Post(loop, Of(A, 41)));
        Assert.True(Post(loop, Of(A, 20)));
        Assert.True(Post(loop, Of(A, 20)));
        Assert.False(Post(loop, Of(A, 0)));
        Assert.True(Post(loop, Of(B, 100)));
        Assert.True(Post(loop, new Input.Tick()));
    }

    [Fact]
    public async Task WhatAFullInboxRefusedDoesNotCount()
    {
        RoleLoop loop = Loop(new ToyMachine(static (_, _) => new Step()), new RoleLoopOptions { PeerMessages = 1, InboxCapacity = 1 });
        Assert.True(Post(loop, new Input.Tick()));
        Assert.False(Post(loop, Of(A, 1)));
        Task running = loop.RunAsync(Ct);
        while (!Post(loop, Of(A, 1))) await Task.Yield();
        loop.Complete();
        await running;
    }

    [Fact]
    public async Task APlaceIsFreeAgainOnceTheMessageIsInAStepAndNotBefore()
    {
        List<bool> taken = [];
        RoleLoop loop = null!;
        loop = Loop(
            new ToyMachine((machine, _) =>
            {
                // Two of three are still waiting, although they were taken out of the inbox.
                if (machine.Steps.Count == 1) taken.AddRange([Post(loop, Of(A, 4)), Post(loop, Of(A, 5))]);
                if (machine.Steps.Count == 2) loop.Complete();
                return new Step();
            }),
            new RoleLoopOptions { PeerMessages = 3, PeerMessagesPerStep = 1 });
        for (int i = 1; i <= 3; i++) Assert.True(Post(loop, Of(A, i)));
        await loop.RunAsync(Ct);
        Assert.Equal([true, false], taken);
    }

    [Fact]
    public async Task WhatIsPutOffIsNoMoreThanTheInboxHolds()
    {
        const int capacity = 4;
        int waiting = 0, most = 0;
        RoleLoop loop = null!;
        loop = Loop(
            new ToyMachine((machine, inputs) =>
            {
                // A participant that has always more to say than a step takes of it.
                waiting -= inputs.Count;
                while (Post(loop, Of(A, 1))) waiting++;
                most = Math.Max(most, waiting);
                if (machine.Steps.Count == 5 * capacity) loop.Complete();
                return new Step();
            }),
            new RoleLoopOptions { InboxCapacity = capacity, PeerMessages = 100 * capacity, PeerMessagesPerStep = 1 });
        Assert.True(Post(loop, Of(A, 1)));
        waiting++;
        await loop.RunAsync(Ct);
        Assert.Equal(2 * capacity, most);
        Assert.Equal(0, waiting);
    }

    private static Input.PeerReceived Of(string from, int bytes) => new(TestNodes.Id(from), new byte[bytes]);

    private static bool Post(RoleLoop loop, Input input) => loop.TryPost(input, (input as Input.PeerReceived)?.Body.Length ?? 0);

    private static async Task<IEnumerable<string>> StepsAsync(RoleLoopOptions options, IReadOnlyList<Input> inputs)
    {
        ToyMachine machine = new(static (_, _) => new Step());
        RoleLoop loop = Loop(machine, options);
        Assert.All(inputs, input => Assert.True(Post(loop, input)));
        loop.Complete();
        await loop.RunAsync(Ct);
        return machine.Steps.Select(static step => string.Join(' ', step.Select(Name)));
    }

    private static string Name(Input input) => input switch
    {
        Input.PeerReceived received => (received.From == TestNodes.Id(A) ? "A" : "B") + received.Body.Length,
        Input.Tick => "tick",
        _ => "own",
    };

    private static RoleLoop Loop(IMachine machine, RoleLoopOptions options) =>
        new(machine, new InMemoryVault(), new NoSends(), options with { TickInterval = Timeout.InfiniteTimeSpan }, TimeProvider.System, NullLogger.Instance);
}
