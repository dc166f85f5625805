using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Settlement.Core.Participants;

/// <summary>Reads messages of others: what is no message of the type is a false, never an exception. Fields that the type does not have
/// are dropped as they are read: nobody keeps, waits with or passes on what another put there. What is hashed or signed as bytes stays
/// in its field as bytes.</summary>
public static class Parsing
{
    /// <summary>Parses all of <paramref name="bytes"/>.</summary>
    public static bool TryParse<T>(MessageParser<T> parser, ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out T? message)
        where T : class, IMessage<T>
    {
        message = null;
        return WireForm.Fits(Shape<T>.Descriptor, bytes) && TryParseFitting(parser, bytes, out message);
    }

    /// <summary>The same for a message that may be made of at most so many texts, byte strings and messages.</summary>
    public static bool TryParse<T>(MessageParser<T> parser, ReadOnlySpan<byte> bytes, int parts, [NotNullWhen(true)] out T? message)
        where T : class, IMessage<T>
    {
        message = null;
        return WireForm.Fits(Shape<T>.Descriptor, bytes, parts) && TryParseFitting(parser, bytes, out message);
    }

    /// <summary>The same for bytes that are hashed or signed as they are, and kept or passed on so: they are as their message is written by anybody
    /// who follows the order of its fields, and not one byte longer. Who signs them can hide nothing in them that others then carry.</summary>
    public static bool TryParseExact<T>(MessageParser<T> parser, ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out T? message)
        where T : class, IMessage<T>
    {
        if (TryParse(parser, bytes, out message) && message.CalculateSize() == bytes.Length && bytes.SequenceEqual(message.ToByteArray())) return true;
        message = null;
        return false;
    }

    private static bool TryParseFitting<T>(MessageParser<T> parser, ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out T? message)
        where T : class, IMessage<T>
    {
        message = null;
        try
        {
            message = (Shape<T>.Known ??= parser.WithDiscardUnknownFields(true)).ParseFrom(bytes);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }

    private static class Shape<T> where T : class, IMessage<T>
    {
        public static readonly MessageDescriptor Descriptor = Activator.CreateInstance<T>().Descriptor;

        /// <summary>The type's parser as it drops what it does not know; whoever is first makes it.</summary>
        public static MessageParser<T>? Known { get; set; }
    }
}
