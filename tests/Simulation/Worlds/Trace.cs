using System.Globalization;
using System.Text;
using Settlement.Core.Cryptography;

namespace Settlement.Tests.Simulation.Worlds;

/// <summary>
/// What happened, line by line, without signatures and hashes: two runs of one seed give the same lines. Lines are kept
/// only where they will be printed; their hash always.
/// </summary>
internal sealed class Trace(bool isKept)
{
    private readonly List<string> lines = [];
    private Digest hash;

    /// <summary>How many lines there were.</summary>
    public int Count { get; private set; }

    /// <summary>A hash over all lines.</summary>
    public Digest Hash => hash;

    /// <summary>The lines, when they are kept.</summary>
    public IReadOnlyList<string> Lines => lines;

    /// <summary>Adds a line.</summary>
    public void Add(TimeSpan at, string who, string what)
    {
        string line = string.Create(CultureInfo.InvariantCulture, $"{at.TotalSeconds,9:F3} {who,-6} {what}");
        hash = Digest.Of([.. hash.ToArray(), .. Encoding.UTF8.GetBytes(line)]);
        Count++;
        if (isKept) lines.Add(line);
    }
}
