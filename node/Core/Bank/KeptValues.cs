using Google.Protobuf;
using Settlement.Contracts;

namespace Settlement.Core.Bank;

/// <summary>Values as a sealed row keeps them: canonical, and empty where absent, because no value has an empty form.</summary>
internal static class KeptValues
{
    /// <summary>Money where the unit is a currency, else a quantity.</summary>
    public static AmountValue Amount(string unit, long units) => MoneyValue.IsCurrency(unit) ? new MoneyValue(unit, units) : new QuantityValue(unit, units);

    /// <summary>The values in their order.</summary>
    public static IEnumerable<ByteString> Write(IEnumerable<Value?> values) => values.Select(static v => v is null ? ByteString.Empty : UnsafeByteOperations.UnsafeWrap(v.ToCanonical()));

    /// <summary>The values of fields.</summary>
    /// <exception cref="InvalidOperationException">When the row does not fit them.</exception>
    public static IReadOnlyList<Value?> Read(IEnumerable<Field> fields, IReadOnlyList<ByteString> kept)
    {
        Field[] all = [.. fields];
        if (all.Length != kept.Count) throw new InvalidOperationException("Stored values are not those of their contract.");
        return [.. all.Select((field, i) => kept[i].IsEmpty ? null
            : Value.TryReadCanonical(field.Type, kept[i].Span, out Value? value) ? value : throw new InvalidOperationException($"A stored value of {field.Name} cannot be read."))];
    }
}
