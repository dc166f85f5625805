namespace Settlement.Tests.Properties.Contracts.Generation;

/// <summary>A way to tell what somebody may not know. Each is refused by a report of its own, one for observers and one for members.</summary>
internal enum Leak
{
    /// <summary>A field is set to a hidden value, or to something of it.</summary>
    Store,

    /// <summary>A window opens or closes at a hidden time.</summary>
    Window,

    /// <summary>Something happens as often as a hidden list has values.</summary>
    Count,

    /// <summary>A hidden field says who acts.</summary>
    Actor,

    /// <summary>A name is given to a value that does not fit for some hidden values.</summary>
    Fit,

    /// <summary>A hidden amount moves.</summary>
    Amount,

    /// <summary>A hidden field says who pays.</summary>
    Payer,
}
