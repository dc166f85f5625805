namespace Settlement.Tests.Simulation.Worlds;

/// <summary>An invariant does not hold.</summary>
/// <param name="invariant">Its short name.</param>
/// <param name="detail">What was seen.</param>
public sealed class Violation(string invariant, string detail, Exception? cause = null) : Exception($"{invariant}: {detail}", cause)
{
    /// <summary>The invariant's short name.</summary>
    public string Invariant { get; } = invariant;

    /// <summary>Throws unless the condition holds.</summary>
    public static void Unless(bool holds, string invariant, string detail)
    {
        if (!holds) throw new Violation(invariant, detail);
    }
}
