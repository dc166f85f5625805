using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Settlement.Contracts;

/// <summary>
/// A value of a field or parameter. A closed hierarchy, one record for each <see cref="FieldType"/>. The canonical bytes
/// are what commitments cover: one value has exactly one encoding under its type. An absent value is null and has none.
/// </summary>
public abstract record Value
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private protected Value() { }

    /// <summary>The only encoding of this value; README.md lists the form of each type.</summary>
    /// <exception cref="InvalidOperationException">When the value is not one of its type (see <see cref="FieldType.Refusal"/>).</exception>
    public abstract byte[] ToCanonical();

    /// <summary>The value as a person reads it, and as scenarios write it.</summary>
    public abstract string Written { get; }

    /// <summary>Reads one value of the type; false for any bytes that <see cref="ToCanonical"/> would not have written.</summary>
    public static bool TryReadCanonical(FieldType type, ReadOnlySpan<byte> bytes, out Value? value)
    {
        ArgumentNullException.ThrowIfNull(type);
        value = bytes.Length > type.MaxCanonicalLength ? null : type switch
        {
            MoneyType => ReadMoney(bytes),
            IntegerType => ReadNumber(bytes) is { } number ? new IntegerValue(number) : null,
            DateType => ReadDate(bytes),
            TextType => ReadText(bytes) is { } text ? new TextValue(text) : null,
            CodeType or CodeSetType => ReadText(bytes) is { } text ? new CodeValue(text) : null,
            QuantityType quantity => ReadNumber(bytes) is { } units ? new QuantityValue(quantity.Unit.Name, units) : null,
            RateType rate => ReadNumber(bytes) is { } digits ? new RateValue(digits, rate.Scale) : null,
            RatioType => bytes.Length == 2 * sizeof(long)
                ? new RatioValue(BinaryPrimitives.ReadInt64BigEndian(bytes), BinaryPrimitives.ReadInt64BigEndian(bytes[sizeof(long)..])) : null,
            BooleanType => bytes is [0 or 1] ? BooleanValue.Of(bytes[0] == 1) : null,
            DateTimeType => DateTimeValue.TryParse(Encoding.Latin1.GetString(bytes), out DateTimeValue? time) ? time : null,
            DurationType => ReadNumber(bytes) is { } seconds ? new DurationValue(seconds) : null,
            PartyType => PartyValue.TryReadCanonical(bytes),
            ListType list => ListValue.TryReadCanonical(list.Element, bytes),
            EachType each => ListValue.TryReadCanonical(each.Element, bytes),
            _ => throw new InvalidOperationException($"There is no canonical form of {type}."),
        };
        if (value is not null && type.Refusal(value) is not null) value = null;
        return value is not null;
    }

    /// <inheritdoc/>
    public sealed override string ToString() => Written;

    private protected static byte[] Utf8(string text)
    {
        try
        {
            return StrictUtf8.GetBytes(text);
        }
        catch (EncoderFallbackException e)
        {
            throw new InvalidOperationException("A text with an unpaired surrogate has no canonical form.", e);
        }
    }

    private protected static byte[] BigEndian(long number)
    {
        byte[] bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        return bytes;
    }

    private static long? ReadNumber(ReadOnlySpan<byte> bytes) => bytes.Length == sizeof(long) ? BinaryPrimitives.ReadInt64BigEndian(bytes) : null;

    private static MoneyValue? ReadMoney(ReadOnlySpan<byte> bytes) => bytes.Length != MoneyValue.CurrencyLength + sizeof(long) ? null
        : new MoneyValue(Encoding.Latin1.GetString(bytes[..MoneyValue.CurrencyLength]), BinaryPrimitives.ReadInt64BigEndian(bytes[MoneyValue.CurrencyLength..]));

    private static DateValue? ReadDate(ReadOnlySpan<byte> bytes) =>
        DateValue.TryParse(Encoding.Latin1.GetString(bytes), out DateOnly date) ? new DateValue(date) : null;

    private static string? ReadText(ReadOnlySpan<byte> bytes)
    {
        // Invalid UTF-8, overlong forms included, decodes to replacement characters; only valid UTF-8 comes back as itself.
        if (!System.Text.Unicode.Utf8.IsValid(bytes)) return null;
        return StrictUtf8.GetString(bytes);
    }
}

/// <summary>Something that a position can hold: money of a currency, or units of what a contract declares.</summary>
public abstract record AmountValue : Value
{
    private protected AmountValue() { }

    /// <summary>What is counted: three capital letters for money, else the name of a unit.</summary>
    public abstract string Unit { get; }

    /// <summary>How much, in the smallest units; may be negative.</summary>
    public abstract long Units { get; }

    /// <summary>As much of the same.</summary>
    internal abstract AmountValue With(long units);
}

/// <summary>An amount: an ISO 4217 code and minor units, which may be negative.</summary>
public sealed record MoneyValue(string Currency, long MinorUnits) : AmountValue
{
    /// <summary>The length of a currency code.</summary>
    public const int CurrencyLength = 3;

    /// <inheritdoc/>
    public override string Unit => Currency;

    /// <inheritdoc/>
    public override long Units => MinorUnits;

    /// <inheritdoc/>
    public override string Written => string.Create(CultureInfo.InvariantCulture, $"{Currency} {MinorUnits}");

    /// <summary>Three capital letters. Whether the currency exists is not the language's business.</summary>
    public static bool IsCurrency(string? text) =>
        text is { Length: CurrencyLength } && char.IsAsciiLetterUpper(text[0]) && char.IsAsciiLetterUpper(text[1]) && char.IsAsciiLetterUpper(text[2]);

    /// <inheritdoc/>
    public override byte[] ToCanonical()
    {
        if (!IsCurrency(Currency)) throw new InvalidOperationException("A currency is three capital letters.");
        byte[] bytes = new byte[CurrencyLength + sizeof(long)];
        Encoding.ASCII.GetBytes(Currency, bytes);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(CurrencyLength), MinorUnits);
        return bytes;
    }

    internal override AmountValue With(long units) => new MoneyValue(Currency, units);
}
