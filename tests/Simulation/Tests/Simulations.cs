using System.Globalization;
using Settlement.Tests.Simulation.Worlds;

namespace Settlement.Tests.Simulation.Tests;

/// <summary>Runs worlds and says how to run a failing one again.</summary>
internal static class Simulations
{
    /// <summary>The first seed of each row of worlds.</summary>
    /// <param name="variable">The environment variable that names another first seed and the number of rows: "5000 100".</param>
    /// <param name="first">The first seed of the suite.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="seedsOfRow">Worlds of a row.</param>
    public static TheoryData<ulong> Rows(string variable, ulong first, int rows, int seedsOfRow)
    {
        string[] asked = (Environment.GetEnvironmentVariable(variable) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (asked.Length > 0) first = ulong.Parse(asked[0], CultureInfo.InvariantCulture);
        if (asked.Length > 1) rows = int.Parse(asked[1], CultureInfo.InvariantCulture);
        TheoryData<ulong> data = [];
        for (int row = 0; row < rows; row++) data.Add(first + (ulong)(row * seedsOfRow));
        return data;
    }

    /// <summary>Runs the world of a seed; a violation says its seed and how to see it again.</summary>
    public static World Run(ulong seed, Func<Swarm, Swarm>? change = null)
    {
        World world = new(seed, change: change);
        try
        {
            world.Run();
            return world;
        }
        catch (Violation violation)
        {
            throw new Violation(violation.Invariant, $"{violation.Message}\n  at {world.Elapsed.TotalSeconds:F3} s of seed {seed}; to see it again:"
                + $"\n  SETTLEMENT_SEED={seed} dotnet run --project tests/Simulation -c Release -- -class '*Replay*' -showliveoutput", violation);
        }
    }
}
