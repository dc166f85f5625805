namespace Settlement.Core.Monetary;

/// <summary>Why a decimal text is not an amount that can be settled in a currency. In the order in which they are looked for.</summary>
public enum AmountFault
{
    /// <summary>The text is an amount.</summary>
    None,

    /// <summary>Not an xs:decimal: digits with at most one point and an optional sign, in ASCII.</summary>
    NotANumber,

    /// <summary>Below zero.</summary>
    Negative,

    /// <summary>Exactly zero.</summary>
    Zero,

    /// <summary>More than the 18 significant digits that ISO 20022 allows.</summary>
    TooManyDigits,

    /// <summary>A fraction smaller than the currency's minor unit.</summary>
    TooPrecise,

    /// <summary>More minor units than 64 bits hold.</summary>
    TooLarge,
}
