using System.Globalization;
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
}
