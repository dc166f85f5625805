using System.Globalization;
using System.Text;

namespace Settlement.Contracts;

/// <summary>What a field or parameter holds. A closed hierarchy: the types are the ones in this folder.</summary>
public abstract record FieldType
{
    private protected FieldType() { }

    /// <summary>True when the values have an order.</summary>
    internal virtual bool IsOrdered => false;

    /// <summary>The most bytes that <see cref="Value.ToCanonical"/> gives for a value of this type.</summary>
    public abstract int MaxCanonicalLength { get; }

    /// <summary>The type as it is written in a contract.</summary>
    public abstract string Written { get; }

    /// <summary>
    /// Null when the value is one of this type; else <see cref="PlatformCodes.WrongType"/> or
    /// <see cref="PlatformCodes.OutOfBounds"/>.
    /// </summary>
    public abstract string? Refusal(Value value);

    /// <inheritdoc/>
    public sealed override string ToString() => Written;
}

/// <summary>An amount in the minor units of one currency.</summary>
public sealed record MoneyType : FieldType
{
    internal override bool IsOrdered => true;

    /// <inheritdoc/>
    public override int MaxCanonicalLength => MoneyValue.CurrencyLength + sizeof(long);

    /// <inheritdoc/>
    public override string Written => "money";

    /// <inheritdoc/>
    public override string? Refusal(Value value) => value is not MoneyValue money ? PlatformCodes.WrongType
        : MoneyValue.IsCurrency(money.Currency) ? null : PlatformCodes.OutOfBounds;
}

/// <summary>A whole number of 64 bits with a sign.</summary>
public sealed record IntegerType : FieldType
{
    internal override bool IsOrdered => true;

    /// <inheritdoc/>
    public override int MaxCanonicalLength => sizeof(long);

    /// <inheritdoc/>
    public override string Written => "integer";

    /// <inheritdoc/>
    public override string? Refusal(Value value) => value is IntegerValue ? null : PlatformCodes.WrongType;
}

/// <summary>A day of the calendar, without a time or a zone.</summary>
public sealed record DateType : FieldType
{
    internal override bool IsOrdered => true;

    /// <inheritdoc/>
    public override int MaxCanonicalLength => DateValue.CanonicalLength;

    /// <inheritdoc/>
    public override string Written => "date";

    /// <inheritdoc/>
    public override string? Refusal(Value value) => value is DateValue ? null : PlatformCodes.WrongType;
}

/// <summary>Between one and <paramref name="MaxLength"/> Unicode scalar values, none of them a control character.</summary>
public sealed record TextType(int MaxLength) : FieldType
{
    /// <summary>The largest length a contract may ask for.</summary>
    public const int LengthLimit = 4096;

    private const int Utf8BytesOfOneScalar = 4;

    /// <inheritdoc/>
    public override int MaxCanonicalLength => MaxLength * Utf8BytesOfOneScalar;

    /// <inheritdoc/>
    public override string Written => string.Create(CultureInfo.InvariantCulture, $"text({MaxLength})");

    /// <inheritdoc/>
    public override string? Refusal(Value value) => value is not TextValue text ? PlatformCodes.WrongType
        : IsText(text.Text) ? null : PlatformCodes.OutOfBounds;

    private bool IsText(string text)
    {
        int scalars = 0;
        ReadOnlySpan<char> rest = text;
        while (!rest.IsEmpty)
        {
            // DecodeFromUtf16 refuses unpaired surrogates, which have no UTF-8 form.
            if (Rune.DecodeFromUtf16(rest, out Rune rune, out int consumed) != System.Buffers.OperationStatus.Done) return false;
            if (Rune.IsControl(rune) || ++scalars > MaxLength) return false;
            rest = rest[consumed..];
        }

        return scalars > 0;
    }
}

/// <summary>A word of 1 to 35 capital letters and digits, for example an ISO 20022 external code.</summary>
public sealed record CodeType : FieldType
{
    /// <inheritdoc/>
    public override int MaxCanonicalLength => CodeValue.MaxLength;

    /// <inheritdoc/>
    public override string Written => "code";

    /// <inheritdoc/>
    public override string? Refusal(Value value) => value is not CodeValue code ? PlatformCodes.WrongType
        : CodeValue.IsCode(code.Code) ? null : PlatformCodes.OutOfBounds;
}
