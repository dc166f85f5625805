using Settlement.Core.Machines;

namespace Settlement.Tests.Machines;

/// <summary>When something is tried again, as a table: waits in seconds.</summary>
public sealed class RetryTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    // Nothing is known, or answers come at once: from the shortest wait on, doubling.
    [InlineData("", "1 2 4 8 15 15")]
    [InlineData("0.01 0.01 0.01", "1 2 4 8 15 15")]
    // Twice as long as answers took lately, of which the newest counts most.
    [InlineData("2", "2 4 8 15 15")]
    [InlineData("2 2 2 2 2 2 2 2", "3.984375 7.96875 15 15")]
    [InlineData("2 2 2 2 2 2 2 2 0 0 0", "1 2 4")]
    // Never more than five times the shortest.
    [InlineData("60", "5 10 15 15")]
    public void WhatIsUnansweredIsTriedAgainWhenAnAnswerIsOverdue(string answersAfter, string waits)
    {
        Pace pace = new();
        DateTimeOffset now = Noon;
        foreach (string seconds in answersAfter.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            // Each of them its own, as each batch has its own.
            Retry earlier = New(pace);
            earlier.Tried(now);
            now += Seconds(seconds);
            earlier.Answered(now);
            Assert.True(earlier.IsDue(now));
        }

        Retry retry = New(pace);
        Assert.True(retry.IsDue(now));
        foreach (string seconds in waits.Split(' '))
        {
            retry.Tried(now);
            Assert.False(retry.IsDue(now + Seconds(seconds) - TimeSpan.FromTicks(1)));
            now += Seconds(seconds);
            Assert.True(retry.IsDue(now), seconds);
        }
    }

    [Fact]
    public void WhatChangedForOtherReasonsTellsNothingOfAnswers()
    {
        Pace pace = new();
        Retry retry = New(pace);
        retry.Tried(Noon);
        retry.Reset();
        Assert.Equal((0, TimeSpan.Zero), (retry.Tries, pace.Lately));
        retry.Answered(Noon.AddHours(1));
        Assert.Equal(TimeSpan.Zero, pace.Lately);
    }

    private static Retry New(Pace pace) => new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15), pace);

    private static TimeSpan Seconds(string text) => TimeSpan.FromTicks((long)(decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture) * TimeSpan.TicksPerSecond));
}
