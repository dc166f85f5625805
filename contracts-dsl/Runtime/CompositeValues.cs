using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Settlement.Contracts;

/// <summary>One participant, by the part it plays in the contract.</summary>
/// <param name="Party">The party's name.</param>
/// <param name="Number">Which of several, from 1.</param>
public sealed record PartyValue(string Party, int Number = 1) : Value
{
    private const char Separator = '/';

    /// <inheritdoc/>
    public override string Written => Number == 1 ? Party : string.Create(CultureInfo.InvariantCulture, $"{Party}{Separator}{Number}");

    /// <summary>An ASCII letter or underscore, then letters, digits and underscores.</summary>
    public static bool IsName(string? text) =>
        text is { Length: > 0 } && !char.IsAsciiDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    /// <summary>Reads <c>NAME</c> or <c>NAME/NUMBER</c>.</summary>
    public static PartyValue? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int cut = text.IndexOf(Separator, StringComparison.Ordinal);
        string name = cut < 0 ? text : text[..cut];
        if (!IsName(name)) return null;
        if (cut < 0) return new PartyValue(name);
        string digits = text[(cut + 1)..];
        // The library's parser passes over noughts of the string kind at the end.
        return digits.All(char.IsAsciiDigit) && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 && digits[0] != '0' ? new PartyValue(name, number) : null;
    }

    /// <inheritdoc/>
    public override byte[] ToCanonical() => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Party}{Separator}{Number}"));

    internal static PartyValue? TryReadCanonical(ReadOnlySpan<byte> bytes)
    {
        string text = Encoding.Latin1.GetString(bytes);
        return text.Contains(Separator, StringComparison.Ordinal) ? TryParse(text) : null;
    }
}

/// <summary>Several values of one type, in their order.</summary>
/// <param name="Items">The values.</param>
public sealed record ListValue(IReadOnlyList<Value> Items) : Value
{
    internal const int CountLength = sizeof(ushort);
    internal const int ElementLengthLength = sizeof(uint);

    /// <inheritdoc/>
    public override string Written => $"[{string.Join(", ", Items.Select(i => i.Written))}]";

    /// <summary>Equal when all values are, in their order.</summary>
    public bool Equals(ListValue? other) => other is not null && Items.SequenceEqual(other.Items);

    /// <inheritdoc/>
    public override int GetHashCode() => Items.Aggregate(Items.Count, HashCode.Combine);

    /// <inheritdoc/>
    public override byte[] ToCanonical()
    {
        using MemoryStream bytes = new();
        Span<byte> length = stackalloc byte[ElementLengthLength];
        BinaryPrimitives.WriteUInt16BigEndian(length, checked((ushort)Items.Count));
        bytes.Write(length[..CountLength]);
        foreach (Value item in Items)
        {
            byte[] canonical = item.ToCanonical();
            BinaryPrimitives.WriteUInt32BigEndian(length, (uint)canonical.Length);
            bytes.Write(length);
            bytes.Write(canonical);
        }

        return bytes.ToArray();
    }

    internal static string? RefusalOf(Value value, FieldType element, int least, int most)
    {
        if (value is not ListValue list) return PlatformCodes.WrongType;
        if (list.Items.Count < least || list.Items.Count > most) return PlatformCodes.OutOfBounds;
        foreach (Value item in list.Items)
        {
            if (element.Refusal(item) is { } code) return code;
        }

        return null;
    }

    internal static ListValue? TryReadCanonical(FieldType element, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < CountLength) return null;
        int count = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        bytes = bytes[CountLength..];
        List<Value> items = [];
        for (int i = 0; i < count; i++)
        {
            if (bytes.Length < ElementLengthLength) return null;
            uint length = BinaryPrimitives.ReadUInt32BigEndian(bytes);
            bytes = bytes[ElementLengthLength..];
            if (length > bytes.Length || !TryReadCanonical(element, bytes[..(int)length], out Value? item)) return null;
            items.Add(item!);
            bytes = bytes[(int)length..];
        }

        return bytes.IsEmpty ? new ListValue(items) : null;
    }
}
