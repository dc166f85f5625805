using System.Collections.Concurrent;
using Google.Protobuf.Reflection;

namespace Settlement.Core.Participants;

/// <summary>
/// Whether bytes have the framing of a message: every tag and number ends, and every length lies within what encloses it.
/// The library adds up lengths before it compares them, and where a sum overflows it reads or allocates beyond the message
/// (protobuf issue 26856): fourteen bytes could ask for two gigabytes. So this is looked at first, for every message inside.
/// </summary>
internal static class WireForm
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int Delimited = 2;
    private const int Fixed32 = 5;
    private const int LongestVarint = 10;

    /// <summary>Texts, byte strings and messages within one message: each becomes an object of some fifty bytes, and can be two bytes long on the
    /// wire. A batch of the most items that anybody may send has a third of it.</summary>
    private const int MaximumParts = 1_000_000;

    private static readonly ConcurrentDictionary<MessageDescriptor, Dictionary<uint, MessageDescriptor>> Inner = new();

    /// <summary>True for the framing of this message, whatever its values are. Groups, which no schema here has, are refused.</summary>
    public static bool Fits(MessageDescriptor message, ReadOnlySpan<byte> bytes) => Fits(message, bytes, MaximumParts);

    /// <summary>The same, with another bound of what it may be made of.</summary>
    public static bool Fits(MessageDescriptor message, ReadOnlySpan<byte> bytes, int parts) => Fits(message, bytes, ref parts);

    private static bool Fits(MessageDescriptor message, ReadOnlySpan<byte> bytes, ref int parts)
    {
        Dictionary<uint, MessageDescriptor> inner = Inner.GetOrAdd(message, static known => MessagesOf(known));
        while (bytes.Length > 0)
        {
            if (!TryTake(ref bytes, out ulong tag) || tag > uint.MaxValue || tag >> 3 == 0) return false;
            ulong length = 0;
            switch ((int)(tag & 7))
            {
                case Varint:
                    if (!TryTake(ref bytes, out _)) return false;
                    continue;
                case Fixed64:
                    length = sizeof(ulong);
                    break;
                case Fixed32:
                    length = sizeof(uint);
                    break;
                case Delimited when --parts >= 0 && TryTake(ref bytes, out length):
                    break;
                default:
                    return false;
            }

            if (length > (ulong)bytes.Length) return false;
            if ((tag & 7) == Delimited && inner.TryGetValue((uint)(tag >> 3), out MessageDescriptor? held) && !Fits(held, bytes[..(int)length], ref parts)) return false;
            bytes = bytes[(int)length..];
        }

        return true;
    }

    private static Dictionary<uint, MessageDescriptor> MessagesOf(MessageDescriptor message) => message.Fields.InFieldNumberOrder()
        .Where(static field => field.FieldType == FieldType.Message).ToDictionary(static field => (uint)field.FieldNumber, static field => field.MessageType);

    private static bool TryTake(ref ReadOnlySpan<byte> bytes, out ulong value)
    {
        value = 0;
        for (int i = 0; i < bytes.Length && i < LongestVarint; i++)
        {
            value |= (ulong)(bytes[i] & 0x7F) << 7 * i;
            if ((bytes[i] & 0x80) != 0) continue;
            bytes = bytes[(i + 1)..];
            return true;
        }

        return false;
    }
}
