using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>Finds the name that was probably meant.</summary>
internal static class EditDistance
{
    /// <summary>"did you mean 'x'?" for the nearest candidate, the first of equals; null when none is near.</summary>
    public static string? DidYouMean(string written, IEnumerable<string> candidates) => Nearest(written, candidates) is { } nearest ? $"did you mean '{nearest}'?" : null;

    /// <summary>The nearest candidate, the first of equals; null when none is near.</summary>
    public static string? Nearest(string written, IEnumerable<string> candidates)
    {
        // A third of the letters may differ, at least one: beyond that a suggestion misleads.
        if (written.Length > Lexer.MaxNameLength) return null;
        int best = Math.Max(1, written.Length / 3) + 1;
        string? nearest = null;
        foreach (string candidate in candidates.Where(c => c.Length <= Lexer.MaxNameLength))
        {
            if (Math.Abs(written.Length - candidate.Length) >= best) continue;
            int distance = Between(written, candidate, best);
            if (distance >= best) continue;
            best = distance;
            nearest = candidate;
        }

        return nearest;
    }

    /// <summary>The least number of insertions, deletions, replacements and swaps of neighbours; the case of a letter counts nothing.</summary>
    public static int Between(string a, string b) => Between(a, b, int.MaxValue);

    /// <summary>The same, or anything from the bound on as soon as it is clear that it is no less.</summary>
    private static int Between(string one, string other, int bound)
    {
        string a = one.ToLowerInvariant(), b = other.ToLowerInvariant();
        int[,] distance = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++) distance[i, 0] = i;
        for (int j = 0; j <= b.Length; j++) distance[0, j] = j;
        int leastAbove = 0;
        for (int i = 1; i <= a.Length; i++)
        {
            int least = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replace = distance[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                distance[i, j] = Math.Min(replace, Math.Min(distance[i - 1, j], distance[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    distance[i, j] = Math.Min(distance[i, j], distance[i - 2, j - 2] + 1);
                least = Math.Min(least, distance[i, j]);
            }

            // What follows is made of these two rows, and never less.
            if (least >= bound && leastAbove >= bound) return bound;
            leastAbove = least;
        }

        return distance[a.Length, b.Length];
    }
}
