using System.Globalization;
using System.Threading.Channels;
using Settlement.Host.Running;

namespace Settlement.Tests.Running;

/// <summary>What a process with little to do collects, minute by minute.</summary>
public sealed class QuietCollectionTests
{
    /// <summary>
    /// A letter is a minute: b when the process collected by itself, q when it did not. The answer is the oldest generation asked
    /// for at its end, or - for none.
    /// </summary>
    [Theory]
    [InlineData("q", "2")]
    [InlineData("b", "-")]
    [InlineData("bbb", "---")]
    [InlineData("bq", "-2")]
    [InlineData("bqqq", "-200")]
    [InlineData("qqbqqbbq", "20-20--2")]
    public void TheFirstQuietMinuteAfterABusyOneCollectsEverythingAndTheNextOnesTheYoungest(string minutes, string asked)
    {
        QuietCollection quiet = new();
        int collections = 0;
        string seen = "";
        foreach (char minute in minutes)
        {
            if (minute == 'b') collections += 3;
            int? due = quiet.Due(collections);
            seen += due?.ToString(CultureInfo.InvariantCulture) ?? "-";
            if (due is null) continue;
            // A collection may be counted more than once.
            collections += 2;
            quiet.Collected(collections);
        }

        Assert.Equal(asked, seen);
    }

    [Fact]
    public async Task ItLooksOnceAMinuteUntilTheNodeStops()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Minutes time = new();
        Channel<string> done = Channel.CreateUnbounded<string>();
        int collections = 5;
        Task running = QuietCollection.RunAsync(
            time,
            () =>
            {
                done.Writer.TryWrite("count");
                return collections;
            },
            generation =>
            {
                collections++;
                done.Writer.TryWrite(string.Create(CultureInfo.InvariantCulture, $"collect {generation}"));
            },
            stop.Token);
        Assert.Equal(QuietCollection.Interval, time.Period);
        foreach (string[] minute in new string[][] { ["count"], ["count", "collect 2", "count"], ["count", "collect 0", "count"] })
        {
            time.Pass();
            foreach (string expected in minute) Assert.Equal(expected, await done.Reader.ReadAsync(ct));
        }

        await stop.CancelAsync();
        await running;
        Assert.False(done.Reader.TryRead(out _));
    }

    /// <summary>A clock on which a period ends when a test says so.</summary>
    private sealed class Minutes : TimeProvider
    {
        private Action tick = () => { };

        public TimeSpan Period { get; private set; }

        public void Pass() => tick();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Period = period;
            tick = () => callback(state);
            return new Nothing();
        }

        private sealed class Nothing : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
