using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Settlement.Host.Fuzz.Mutations;

/// <summary>A field as the wire format has it.</summary>
internal sealed class WireField(uint number, int type)
{
    public const int Varint = 0;
    public const int Fixed64 = 1;
    public const int Delimited = 2;
    public const int Fixed32 = 5;

    private const int DeepestChild = 8;

    public uint Number { get; set; } = number;

    public int Type { get; } = type;

    /// <summary>The value of a number.</summary>
    public ulong Value { get; set; }

    /// <summary>The value of a length-delimited field, unless it has children.</summary>
    public byte[] Bytes { get; set; } = [];

    /// <summary>The fields of a value that can be read as a message.</summary>
    public List<WireField>? Children { get; set; }

    /// <summary>The length that is written instead of the real one.</summary>
    public long? ClaimedLength { get; set; }

    /// <summary>Whether the bytes are written without tag and length.</summary>
    public bool IsUnframed { get; init; }

    public WireField Copy() => new(Number, Type)
    {
        Value = Value, Bytes = Bytes, Children = Children?.ConvertAll(static child => child.Copy()), ClaimedLength = ClaimedLength, IsUnframed = IsUnframed,
    };

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out List<WireField>? fields) => TryRead(bytes, 0, out fields);

    public static byte[] Write(List<WireField> fields)
    {
        List<byte> bytes = [];
        foreach (WireField field in fields) field.Write(bytes);
        return [.. bytes];
    }

    private static bool TryRead(ReadOnlySpan<byte> bytes, int depth, [NotNullWhen(true)] out List<WireField>? fields)
    {
        fields = null;
        List<WireField> read = [];
        while (bytes.Length > 0)
        {
            if (!TryReadVarint(ref bytes, out ulong tag) || tag > uint.MaxValue || tag >> 3 == 0) return false;
            WireField field = new((uint)(tag >> 3), (int)(tag & 7));
            if (!field.TryReadValue(ref bytes, depth)) return false;
            read.Add(field);
        }

        fields = read;
        return true;
    }

    private bool TryReadValue(ref ReadOnlySpan<byte> bytes, int depth)
    {
        ulong value = 0;
        switch (Type)
        {
            case Varint when TryReadVarint(ref bytes, out value):
                break;
            case Fixed64 when bytes.Length >= sizeof(ulong):
                value = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
                bytes = bytes[sizeof(ulong)..];
                break;
            case Fixed32 when bytes.Length >= sizeof(uint):
                value = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
                bytes = bytes[sizeof(uint)..];
                break;
            case Delimited when TryReadVarint(ref bytes, out ulong length) && length <= (ulong)bytes.Length:
                Bytes = bytes[..(int)length].ToArray();
                bytes = bytes[(int)length..];
                if (depth < DeepestChild && Bytes.Length > 1 && TryRead(Bytes, depth + 1, out List<WireField>? children)) Children = children;
                break;
            default:
                return false;
        }

        Value = value;
        return true;
    }

    private void Write(List<byte> bytes)
    {
        if (IsUnframed)
        {
            bytes.AddRange(Bytes);
            return;
        }

        WriteVarint(bytes, (ulong)Number << 3 | (uint)Type);
        switch (Type)
        {
            case Varint:
                WriteVarint(bytes, Value);
                break;
            case Fixed64:
                for (int i = 0; i < sizeof(ulong); i++) bytes.Add((byte)(Value >> 8 * i));
                break;
            case Fixed32:
                for (int i = 0; i < sizeof(uint); i++) bytes.Add((byte)(Value >> 8 * i));
                break;
            default:
                byte[] value = Children is { } children ? Write(children) : Bytes;
                WriteVarint(bytes, (ulong)(ClaimedLength ?? value.Length));
                bytes.AddRange(value);
                break;
        }
    }

    private static bool TryReadVarint(ref ReadOnlySpan<byte> bytes, out ulong value)
    {
        value = 0;
        for (int i = 0; i < bytes.Length && i < 10; i++)
        {
            value |= (ulong)(bytes[i] & 0x7F) << 7 * i;
            if ((bytes[i] & 0x80) != 0) continue;
            bytes = bytes[(i + 1)..];
            return true;
        }

        return false;
    }

    private static void WriteVarint(List<byte> bytes, ulong value)
    {
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
    }
}
