using System.Globalization;

namespace Settlement.Tests.Simulation.Tests;

/// <summary>Seeds that once failed run again with every build.</summary>
public sealed class KnownSeedTests
{
    public static TheoryData<ulong, string> Known
    {
        get
        {
            using Stream stream = typeof(KnownSeedTests).Assembly.GetManifestResourceStream("known-seeds.txt")!;
            using StreamReader reader = new(stream);
            TheoryData<ulong, string> data = [];
            while (reader.ReadLine() is { } line)
            {
                if (line.Length == 0 || line[0] == '#') continue;
                int end = line.IndexOf(' ', StringComparison.Ordinal);
                data.Add(ulong.Parse(line.AsSpan(0, end), CultureInfo.InvariantCulture), line[end..].Trim());
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Known))]
    public void What_once_failed_holds(ulong seed, string sentence)
    {
        Assert.NotEqual("", sentence);
        Simulations.Run(seed);
    }
}
