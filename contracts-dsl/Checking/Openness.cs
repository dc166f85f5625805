namespace Settlement.Contracts.Checking;

/// <summary>How often a window is open in the long run, from never to always.</summary>
internal enum Openness
{
    /// <summary>At no time, whatever the values are.</summary>
    Never,

    /// <summary>It closes for good, or may never open: the compiler cannot tell.</summary>
    Uncertain,

    /// <summary>On every business day: from its beginning on where it closes, up to its end where it opens.</summary>
    Recurs,

    /// <summary>From some time on for ever.</summary>
    Lasts,
}
