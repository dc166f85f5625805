namespace Settlement.Core.Machines;

/// <summary>
/// How long the other side took lately. Under load an answer takes longer, and whoever then asks again too soon makes both
/// sides do everything twice, which makes it longer still.
/// </summary>
internal sealed class Pace
{
    /// <summary>The newest answers count most.</summary>
    public TimeSpan Lately { get; private set; }

    /// <summary>Notes how long one answer took.</summary>
    public void Took(TimeSpan elapsed) => Lately = (Lately + elapsed) / 2;
}
