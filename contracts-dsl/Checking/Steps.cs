namespace Settlement.Contracts.Checking;

/// <summary>
/// How much a check may still do. A contract comes from whoever proposes a channel, so that its check must end soon whatever it says;
/// steps are counted, never time, so that every member comes to the same end.
/// </summary>
internal sealed class Steps(int most)
{
    private int left = most;

    /// <summary>True when the check has to give up: nothing that it finds from now on counts.</summary>
    public bool AreSpent => left <= 0;

    public void Take(int count) => left = Math.Max(0, left - count);
}
