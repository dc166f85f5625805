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
            IntegerType => bytes.Length == sizeof(long) ? new IntegerValue(BinaryPrimitives.ReadInt64BigEndian(bytes)) : null,
            DateType => ReadDate(bytes),
            TextType => ReadText(bytes) is { } text ? new TextValue(text) : null,
            CodeType => ReadText(bytes) is { } text ? new CodeValue(text) : null,
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

/// <summary>An amount: an ISO 4217 code and minor units, which may be negative.</summary>
public sealed record MoneyValue(string Currency, long MinorUnits) : Value
{
    /// <summary>The length of a currency code.</summary>
    public const int CurrencyLength = 3;

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
}

/// <summary>A whole number.</summary>
public sealed record IntegerValue(long Number) : Value
{
    /// <inheritdoc/>
    public override string Written => Number.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override byte[] ToCanonical()
    {
        byte[] bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, Number);
        return bytes;
    }
}

/// <summary>A day of the calendar.</summary>
public sealed record DateValue(DateOnly Date) : Value
{
    /// <summary>The ten characters of an ISO 8601 calendar date.</summary>
    public const int CanonicalLength = 10;

    private const string Format = "yyyy-MM-dd";

    /// <inheritdoc/>
    public override string Written => Date.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>Reads <c>YYYY-MM-DD</c> in ASCII digits, nothing else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DateOnly date) =>
        DateOnly.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out date);

    /// <inheritdoc/>
    public override byte[] ToCanonical() => Encoding.ASCII.GetBytes(Written);
}

/// <summary>A text for people or an external reference.</summary>
public sealed record TextValue(string Text) : Value
{
    /// <inheritdoc/>
    public override string Written => $"\"{Text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <inheritdoc/>
    public override byte[] ToCanonical() => Utf8(Text);
}

/// <summary>A word of capital letters and digits.</summary>
public sealed record CodeValue(string Code) : Value
{
    /// <summary>The longest code.</summary>
    public const int MaxLength = 35;

    private static readonly SearchValues<char> Characters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

    /// <inheritdoc/>
    public override string Written => Code;

    /// <summary>1 to 35 capital ASCII letters and digits.</summary>
    public static bool IsCode(string? text) =>
        text is { Length: >= 1 and <= MaxLength } && !text.AsSpan().ContainsAnyExcept(Characters);

    /// <inheritdoc/>
    public override byte[] ToCanonical() => Utf8(Code);
}
