using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Settlement.Core.Commitments;

namespace Settlement.Core.Envelopes;

/// <summary>
/// The bytes inside an envelope. Form: the count (2 bytes); for each field in ascending order of its index: index (4),
/// version (4), salt (32), presence (1, zero or one), and if present the length (4) and the value; then zeros up to the
/// padded length. Integers are big-endian. A list and a padded length have exactly one encoding.
/// </summary>
public static class EnvelopePlaintext
{
    /// <summary>The largest number of fields in one envelope.</summary>
    public const int MaximumFields = 1024;

    /// <summary>The largest padded length in bytes.</summary>
    public const int MaximumLength = 1 << 20;

    private const int CountLength = 2;
    private const int FixedFieldLength = 4 + 4 + FieldCommitment.SaltLength + 1;
    private const int PrefixLength = 4;

    /// <summary>
    /// The padded length for fields whose canonical values have at most these lengths in bytes: it depends on the contract
    /// alone, so the length of an envelope tells nothing about its values.
    /// </summary>
    public static int LengthFor(IEnumerable<int> maximumValueLengths)
    {
        int length = CountLength;
        foreach (int maximum in maximumValueLengths) length = checked(length + FixedFieldLength + PrefixLength + maximum);
        return length;
    }

    /// <summary>Encodes the openings, padded with zeros to the given length.</summary>
    /// <exception cref="ArgumentException">
    /// When they do not fit, are not in strictly ascending order of their index, or a salt is not 32 bytes: values are
    /// checked against their contract before, so this is a bug.
    /// </exception>
    public static byte[] Encode(IReadOnlyList<FieldOpening> openings, int paddedLength)
    {
        if (openings.Count > MaximumFields) throw new ArgumentException("An envelope has at most 1024 fields.", nameof(openings));
        if (paddedLength is < CountLength or > MaximumLength) throw new ArgumentOutOfRangeException(nameof(paddedLength));
        long needed = CountLength;
        int last = -1;
        foreach (FieldOpening opening in openings)
        {
            if (opening.FieldIndex <= last) throw new ArgumentException("The fields of an envelope ascend by index.", nameof(openings));
            if (opening.Version < 0) throw new ArgumentException("A version is not negative.", nameof(openings));
            if (opening.Salt.Length != FieldCommitment.SaltLength) throw new ArgumentException("A salt has 32 bytes.", nameof(openings));
            last = opening.FieldIndex;
            needed += FixedFieldLength + (opening.Value is null ? 0 : PrefixLength + opening.Value.Length);
        }

        if (needed > paddedLength) throw new ArgumentException($"The fields need {needed} bytes, more than {paddedLength}.", nameof(openings));
        byte[] bytes = new byte[paddedLength];
        Write(openings, bytes);
        return bytes;
    }

    /// <summary>Decodes; false unless the bytes are exactly what <see cref="Encode"/> makes of some list.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out IReadOnlyList<FieldOpening>? openings)
    {
        openings = null;
        if (bytes.Length is < CountLength or > MaximumLength) return false;
        int count = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        ReadOnlySpan<byte> rest = bytes[CountLength..];
        // Both bounds come before the allocation, so a hostile count costs nothing.
        if (count > MaximumFields || count > rest.Length / FixedFieldLength) return false;
        var decoded = new List<FieldOpening>(count);
        int last = -1;
        for (int i = 0; i < count; i++)
        {
            if (!TryTake(ref rest, out FieldOpening? opening) || opening.FieldIndex <= last) return false;
            last = opening.FieldIndex;
            decoded.Add(opening);
        }

        if (rest.ContainsAnyExcept((byte)0)) return false;
        openings = decoded;
        return true;
    }

    private static void Write(IReadOnlyList<FieldOpening> openings, Span<byte> rest)
    {
        BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)openings.Count);
        rest = rest[CountLength..];
        foreach (FieldOpening opening in openings)
        {
            BinaryPrimitives.WriteInt32BigEndian(rest, opening.FieldIndex);
            BinaryPrimitives.WriteInt32BigEndian(rest[4..], opening.Version);
            opening.Salt.CopyTo(rest[8..]);
            rest[FixedFieldLength - 1] = opening.Value is null ? (byte)0 : (byte)1;
            rest = rest[FixedFieldLength..];
            if (opening.Value is null) continue;
            BinaryPrimitives.WriteInt32BigEndian(rest, opening.Value.Length);
            opening.Value.CopyTo(rest[PrefixLength..]);
            rest = rest[(PrefixLength + opening.Value.Length)..];
        }
    }

    private static bool TryTake(ref ReadOnlySpan<byte> rest, [NotNullWhen(true)] out FieldOpening? opening)
    {
        opening = null;
        if (rest.Length < FixedFieldLength) return false;
        int index = BinaryPrimitives.ReadInt32BigEndian(rest);
        int version = BinaryPrimitives.ReadInt32BigEndian(rest[4..]);
        byte[] salt = rest.Slice(8, FieldCommitment.SaltLength).ToArray();
        byte presence = rest[FixedFieldLength - 1];
        rest = rest[FixedFieldLength..];
        if (index < 0 || version < 0 || presence > 1) return false;
        byte[]? value = null;
        if (presence == 1)
        {
            if (rest.Length < PrefixLength) return false;
            uint length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (length > (uint)(rest.Length - PrefixLength)) return false;
            value = rest.Slice(PrefixLength, (int)length).ToArray();
            rest = rest[(PrefixLength + (int)length)..];
        }

        opening = new FieldOpening(index, version, salt, value);
        return true;
    }
}
