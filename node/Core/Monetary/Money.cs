using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Settlement.Core.Monetary;

/// <summary>
/// A sum in whole minor units of one currency, positive, negative or zero. Arithmetic is checked: it throws
/// <see cref="OverflowException"/> rather than wrap, and <see cref="InvalidOperationException"/> rather than mix currencies.
/// </summary>
/// <param name="Currency">The currency.</param>
/// <param name="MinorUnits">The sum in minor units, for example cents.</param>
public readonly record struct Money(Currency Currency, long MinorUnits)
{
    /// <summary>The significant digits an ISO 20022 amount may have (totalDigits of ActiveCurrencyAndAmount).</summary>
    public const int MaxDigits = 18;

    // Bounds the work on one amount. The longest text of 18 digits is far shorter; the rest are zeros.
    private const int MaxTextLength = 64;

    /// <summary>True for no money at all.</summary>
    public bool IsZero => MinorUnits == 0;

    /// <summary>True below zero.</summary>
    public bool IsNegative => MinorUnits < 0;

    /// <summary>No money, in a currency.</summary>
    public static Money Zero(Currency currency) => new(currency, 0);

    /// <summary>The sum; both in the same currency.</summary>
    public static Money operator +(Money left, Money right) => new(Same(left, right), checked(left.MinorUnits + right.MinorUnits));

    /// <summary>The difference; both in the same currency.</summary>
    public static Money operator -(Money left, Money right) => new(Same(left, right), checked(left.MinorUnits - right.MinorUnits));

    /// <summary>The opposite.</summary>
    public static Money operator -(Money value) => new(value.Currency, checked(-value.MinorUnits));

    /// <summary>Less, in the same currency.</summary>
    public static bool operator <(Money left, Money right) => Compare(left, right) < 0;

    /// <summary>More, in the same currency.</summary>
    public static bool operator >(Money left, Money right) => Compare(left, right) > 0;

    /// <summary>Not more, in the same currency.</summary>
    public static bool operator <=(Money left, Money right) => Compare(left, right) <= 0;

    /// <summary>Not less, in the same currency.</summary>
    public static bool operator >=(Money left, Money right) => Compare(left, right) >= 0;

    /// <summary>
    /// Reads the decimal text of an ISO 20022 amount. Digits beyond the minor unit are accepted when they are zeros, since
    /// 51.740 USD is the same number as 51.74 USD; anything else below the minor unit is <see cref="AmountFault.TooPrecise"/>.
    /// </summary>
    /// <param name="text">The text without surrounding white space.</param>
    /// <param name="currency">The currency whose exponent applies.</param>
    /// <param name="value">The amount, above zero, when there is no fault.</param>
    public static AmountFault ReadAmount(ReadOnlySpan<char> text, Currency currency, out Money value)
    {
        value = default;
        if (!DecimalDigits.TryRead(text, MaxTextLength, out DecimalDigits digits)) return AmountFault.NotANumber;
        if (digits.IsZero) return AmountFault.Zero;
        if (digits.IsNegative) return AmountFault.Negative;
        if (digits.Significant > MaxDigits) return AmountFault.TooManyDigits;
        if (digits.FractionLength > currency.Exponent) return AmountFault.TooPrecise;
        if (!digits.TryScale(currency.Exponent, out long minorUnits)) return AmountFault.TooLarge;
        value = new Money(currency, minorUnits);
        return AmountFault.None;
    }

    /// <summary>Reads what <see cref="ToString"/> writes, for example <c>51.74 USD</c> or <c>-3 JPY</c>; any sum that fits.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Money value)
    {
        value = default;
        if (text is null || text.Length < 5 || text[^4] != ' ' || !Currency.TryParse(text[^3..], out Currency currency)) return false;
        if (!DecimalDigits.TryRead(text.AsSpan(0, text.Length - 4), MaxTextLength, out DecimalDigits digits)) return false;
        if (digits.FractionLength > currency.Exponent || !digits.TryScale(currency.Exponent, out long minorUnits)) return false;
        value = new Money(currency, minorUnits);
        return true;
    }

    /// <summary>The decimal number with all digits of the minor unit, for example <c>51.74</c> or <c>-0.05</c>; invariant.</summary>
    public string ToDecimalText()
    {
        // The magnitude of the smallest long fits only an unsigned one.
        ulong magnitude = MinorUnits < 0 ? (ulong)-(MinorUnits + 1) + 1 : (ulong)MinorUnits;
        string digits = magnitude.ToString(CultureInfo.InvariantCulture);
        int exponent = Currency.Exponent;
        if (exponent > 0)
        {
            digits = digits.PadLeft(exponent + 1, '0');
            digits = $"{digits[..^exponent]}.{digits[^exponent..]}";
        }

        return MinorUnits < 0 ? "-" + digits : digits;
    }

    /// <summary>The decimal number and the code, for example <c>51.74 USD</c>; invariant.</summary>
    public override string ToString() => $"{ToDecimalText()} {Currency.Code}";

    private static int Compare(Money left, Money right)
    {
        Same(left, right);
        return left.MinorUnits.CompareTo(right.MinorUnits);
    }

    private static Currency Same(Money left, Money right) => left.Currency == right.Currency
        ? left.Currency
        : throw new InvalidOperationException($"{left.Currency.Code} and {right.Currency.Code} do not mix.");
}
