using Microsoft.Extensions.Logging.Abstractions;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Participants;
using Settlement.Core.Store;
using Settlement.Host.Running;
using Settlement.Storage;

namespace Settlement.Tests.EndToEnd.Host;

/// <summary>What the loop owes its machine and those who call it.</summary>
public sealed class RoleLoopTests
{
    private static readonly Destination Somebody = new(Id("BANKDEFFXXX"), new Uri("https://127.0.0.1:1"), Digest.Zero);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EffectsComeOnlyAfterTheCommit()
    {
        RecordingVault vault = new();
        RecordingSends sends = new(vault);
        RoleLoop loop = Loop(new ToyMachine(static (_, inputs) => Writing(inputs)), vault, sends);
        loop.TryPost(new Input.Tick());
        loop.Complete();
        await loop.RunAsync(Ct);
        Assert.Equal([1], sends.CommitsBeforeSend);
    }

    [Fact]
    public async Task AFailingCommitStopsTheLoopAndPerformsNothing()
    {
        RecordingVault vault = new() { Fails = true };
        RecordingSends sends = new(vault);
        RoleLoop loop = Loop(new ToyMachine(static (_, inputs) => Writing(inputs)), vault, sends);
        Assert.True(loop.TryCall(static id => new Asked(id), 0, out Task<string>? call, Ct));
        await Assert.ThrowsAsync<InvalidOperationException>(() => loop.RunAsync(Ct));
        Assert.Empty(sends.CommitsBeforeSend);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.False(loop.TryPost(new Input.Tick()));
        Assert.False(loop.TryCall(static id => new Asked(id), 0, out Task<string>? _, Ct));
    }

    [Fact]
    public async Task AnExceptionOfTheMachineStopsTheLoop()
    {
        RoleLoop loop = Loop(new ToyMachine(static (_, _) => throw new InvalidOperationException("a bug")), new RecordingVault(), new RecordingSends(null));
        loop.TryPost(new Input.Tick());
        await Assert.ThrowsAsync<InvalidOperationException>(() => loop.RunAsync(Ct));
    }

    [Fact]
    public async Task InputsThatOneCommitCouldNotHoldGoIntoSeveralSteps()
    {
        ToyMachine machine = new(static (_, _) => new Step());
        RoleLoop loop = Loop(machine, new RecordingVault(), new RecordingSends(null));
        RoleLoopOptions bounds = new();
        for (int i = 0; i < 16; i++) Assert.True(loop.TryPost(new Heavy(bounds.WeightPerStep / 2)));
        for (int i = 0; i < 3; i++) Assert.True(loop.TryPost(new Input.Tick(), (int)bounds.BytesPerStep));
        loop.Complete();
        await loop.RunAsync(Ct);
        Assert.Equal([2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1], machine.Steps.Select(static step => step.Count));
    }

    private sealed record Heavy(int Items) : Input
    {
        public override int Weight => Items;
    }

    [Fact]
    public async Task SendsKeepTheirOrder()
    {
        RecordingSends sends = new(null);
        RoleLoop loop = Loop(
            new ToyMachine(static (machine, _) =>
            {
                Step step = new();
                for (int i = 0; i < 100; i++) step.Then.Add(new Effect.Send(Somebody, Door.Peer, machine.Steps.Count * 1000 + i, []));
                return step;
            }),
            new RecordingVault(), sends);
        loop.TryPost(new Input.Tick());
        Task running = loop.RunAsync(Ct);
        while (!loop.TryPost(new Input.StrangerKnocked())) await Task.Yield();
        loop.Complete();
        await running;
        Assert.Equal(sends.Tokens.Order(), sends.Tokens);
        Assert.True(sends.Tokens.Count >= 100);
    }

    [Fact]
    public async Task ASendThatCannotBeQueuedIsToldToTheMachineInTheNextStep()
    {
        RecordingSends sends = new(null) { IsFull = true };
        ToyMachine machine = new(static (machine, _) =>
        {
            Step step = new();
            if (machine.Steps.Count == 1) step.Then.Add(new Effect.Send(Somebody, Door.Peer, 7, []));
            return step;
        });
        RoleLoop loop = Loop(machine, new RecordingVault(), sends);
        loop.TryPost(new Input.Tick());
        loop.Complete();
        await loop.RunAsync(Ct);
        Assert.Equal(2, machine.Steps.Count);
        Assert.Equal(new Input.SendFailed(7), Assert.Single(machine.Steps[1]));
    }

    [Fact]
    public async Task ACallIsAnsweredOnceByItsOwnReply()
    {
        RoleLoop loop = Loop(
            new ToyMachine(static (_, inputs) =>
            {
                Step step = new();
                // In reverse, and twice: the first reply of each call counts.
                foreach (Asked asked in inputs.OfType<Asked>().Reverse())
                {
                    step.Then.Add(new Effect.Reply(asked.CallId, $"answer {asked.CallId}"));
                    step.Then.Add(new Effect.Reply(asked.CallId, "a second answer"));
                }

                return step;
            }),
            new RecordingVault(), new RecordingSends(null));
        List<(long Id, Task<string> Call)> calls = [];
        for (int i = 0; i < 50; i++)
        {
            long number = 0;
            Assert.True(loop.TryCall(id => new Asked(number = id), 0, out Task<string>? call, Ct));
            calls.Add((number, call));
        }

        loop.Complete();
        await loop.RunAsync(Ct);
        foreach ((long id, Task<string> call) in calls) Assert.Equal($"answer {id}", await call);
    }

    [Fact]
    public async Task ACallerThatLeavesIsForgotten()
    {
        RoleLoop loop = Loop(new ToyMachine(static (_, _) => new Step()), new RecordingVault(), new RecordingSends(null));
        using CancellationTokenSource leaving = new();
        Assert.True(loop.TryCall(static id => new Asked(id), 0, out Task<string>? call, leaving.Token));
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(0, loop.PendingCalls);
    }

    [Fact]
    public async Task EverythingThatWaitsGoesIntoOneStepUpToTheBound()
    {
        ToyMachine machine = new(static (_, _) => new Step());
        RoleLoop loop = Loop(machine, new RecordingVault(), new RecordingSends(null), new RoleLoopOptions { InputsPerStep = 4, TickInterval = Timeout.InfiniteTimeSpan });
        for (int i = 0; i < 10; i++) loop.TryPost(new Input.StrangerKnocked());
        loop.Complete();
        await loop.RunAsync(Ct);
        Assert.Equal([4, 4, 2], machine.Steps.Select(static inputs => inputs.Count));
    }

    [Fact]
    public void AFullInboxRefuses()
    {
        RoleLoop loop = Loop(
            new ToyMachine(static (_, _) => new Step()), new RecordingVault(), new RecordingSends(null),
            new RoleLoopOptions { InboxCapacity = 2, InboxBytes = 100, TickInterval = Timeout.InfiniteTimeSpan });
        Assert.False(loop.TryPost(new Input.Tick(), 101));
        Assert.True(loop.TryPost(new Input.Tick(), 100));
        Assert.False(loop.TryPost(new Input.Tick(), 1));
        Assert.True(loop.TryPost(new Input.Tick()));
        Assert.False(loop.TryPost(new Input.Tick()));
        Assert.False(loop.TryCall(static id => new Asked(id), 0, out Task<string>? _, Ct));
        Assert.Equal(0, loop.PendingCalls);
    }

    [Fact]
    public async Task AMachineWithMoreIsSteppedAgainWithoutInputs()
    {
        ToyMachine machine = new(static (machine, _) =>
        {
            machine.HasMore = machine.Steps.Count < 3;
            return new Step();
        });
        RoleLoop loop = Loop(machine, new RecordingVault(), new RecordingSends(null));
        loop.TryPost(new Input.Tick());
        loop.Complete();
        await loop.RunAsync(Ct);
        Assert.Equal([1, 0, 0], machine.Steps.Select(static inputs => inputs.Count));
    }

    [Fact]
    public async Task WhatTheMachineNeedsIsReadFromTheVault()
    {
        PayloadKey there = new(PayloadKind.Facts, [1]), absent = new(PayloadKind.Facts, [2]);
        RecordingVault vault = new();
        StoreTransaction given = new();
        given.Writes.Add(new PayloadWrite(there.Kind, there.Key, [42], PayloadWriteMode.Insert));
        await vault.CommitAsync(given, Ct);
        ToyMachine machine = new(static (_, _) => new Step()) { NeededKeys = [there, absent] };
        RoleLoop loop = Loop(machine, vault, new RecordingSends(null));
        loop.TryPost(new Input.Tick());
        loop.Complete();
        await loop.RunAsync(Ct);
        (PayloadKey key, byte[] body) = Assert.Single(machine.Found!);
        Assert.Equal((there, 42), (key, Assert.Single(body)));
    }

    [Fact]
    public async Task AWaiterHearsOfAChangeThatCameBeforeItLooked()
    {
        StatusWatch watch = new();
        using StatusWatch.Waiter waiter = watch.Watch(["a", "b"]);
        watch.Changed("c");
        watch.Changed("b");
        watch.Changed("a");
        await waiter.ChangedAsync(Ct);
        Assert.False(waiter.ChangedAsync(Ct).IsCompleted);
    }

    private static ParticipantId Id(string text) => ParticipantId.TryParse(text, out ParticipantId id) ? id : throw new ArgumentException(text);

    private static RoleLoop Loop(IMachine machine, IEventVault vault, ISends sends, RoleLoopOptions? options = null) =>
        new(machine, vault, sends, options ?? new RoleLoopOptions { TickInterval = Timeout.InfiniteTimeSpan }, TimeProvider.System, NullLogger.Instance);

    private static Step Writing(IReadOnlyList<Input> inputs)
    {
        Step step = new();
        step.Commit.Writes.Add(new PayloadWrite(PayloadKind.Facts, [1, 2, 3], [], PayloadWriteMode.Insert));
        step.Then.Add(new Effect.Send(Somebody, Door.Peer, 1, []));
        foreach (Asked asked in inputs.OfType<Asked>()) step.Then.Add(new Effect.Reply(asked.CallId, "done"));
        return step;
    }

    private sealed class RecordingVault : IEventVault
    {
        private readonly InMemoryVault inner = new();

        public int Commits { get; private set; }

        public bool Fails { get; init; }

        public async ValueTask CommitAsync(StoreTransaction transaction, CancellationToken ct)
        {
            await Task.Yield();
            if (Fails) throw new InvalidOperationException("the vault is gone");
            await inner.CommitAsync(transaction, ct);
            Commits++;
        }

        public ValueTask<IReadOnlyList<StoredEvent>> ReadStreamAsync(string stream, long afterVersion, int limit, CancellationToken ct) => inner.ReadStreamAsync(stream, afterVersion, limit, ct);

        public ValueTask<IReadOnlyList<StoredEvent>> ReadAllAsync(long afterSequenceId, int limit, CancellationToken ct) => inner.ReadAllAsync(afterSequenceId, limit, ct);

        public ValueTask<IReadOnlyDictionary<PayloadKey, byte[]>> GetAsync(IReadOnlyCollection<PayloadKey> keys, CancellationToken ct) => inner.GetAsync(keys, ct);

        public ValueTask<IReadOnlyList<StoredPayload>> ScanAsync(PayloadKind kind, byte[]? afterKey, int limit, CancellationToken ct) => inner.ScanAsync(kind, afterKey, limit, ct);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private sealed class RecordingSends(RecordingVault? vault) : ISends
    {
        public List<int> CommitsBeforeSend { get; } = [];

        public List<long> Tokens { get; } = [];

        public bool IsFull { get; init; }

        public bool TrySend(Effect.Send send)
        {
            if (IsFull) return false;
            CommitsBeforeSend.Add(vault?.Commits ?? 0);
            Tokens.Add(send.Token);
            return true;
        }
    }
}
