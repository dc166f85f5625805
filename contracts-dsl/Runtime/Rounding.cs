namespace Settlement.Contracts;

/// <summary>How an exact result that is no whole number becomes one.</summary>
public enum Rounding
{
    /// <summary>Away from zero.</summary>
    Up,

    /// <summary>Towards zero.</summary>
    Down,

    /// <summary>Towards the larger number.</summary>
    Ceiling,

    /// <summary>Towards the smaller number.</summary>
    Floor,

    /// <summary>To the nearest; the middle away from zero.</summary>
    HalfUp,

    /// <summary>To the nearest; the middle towards zero.</summary>
    HalfDown,

    /// <summary>To the nearest; the middle to the even neighbour.</summary>
    HalfEven,
}
