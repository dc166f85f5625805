using Settlement.Tests.Simulation.Worlds;

namespace Settlement.Tests.Simulation.Tests;

/// <summary>Runs worlds and says how to run a failing one again.</summary>
internal static class Simulations
{
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
