namespace Settlement.Tests.Simulation.Models;

/// <summary>Offsetting of two queues as its definition says it, by trying every pair of prefixes.</summary>
internal static class PrefixSearch
{
    /// <summary>The greatest prefixes that cover each other, where both are something; else nothing of either.</summary>
    /// <param name="room">What the first bank may take.</param>
    /// <param name="own">What it has waiting, in order.</param>
    /// <param name="cover">What covers the other.</param>
    /// <param name="theirs">What that one has waiting, in order.</param>
    public static (int Own, int Theirs) Greatest(long room, IReadOnlyList<long> own, long cover, IReadOnlyList<long> theirs)
    {
        (int Own, int Theirs) greatest = (0, 0);
        long paid = 0;
        for (int i = 0; i <= own.Count; i++)
        {
            if (i > 0) paid += own[i - 1];
            long received = 0;
            for (int j = 0; j <= theirs.Count; j++)
            {
                if (j > 0) received += theirs[j - 1];
                // A bank that pays nothing need not keep anything.
                bool isFeasible = (i == 0 || room + received - paid >= 0) && (j == 0 || cover + paid - received >= 0);
                if (isFeasible && i + j > greatest.Own + greatest.Theirs) greatest = (i, j);
            }
        }

        return greatest is { Own: > 0, Theirs: > 0 } ? greatest : (0, 0);
    }
}
