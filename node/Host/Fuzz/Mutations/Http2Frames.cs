using System.Buffers.Binary;
using System.Text;

namespace Settlement.Host.Fuzz.Mutations;

/// <summary>A frame of HTTP/2 (RFC 9113).</summary>
/// <param name="Type">What it is.</param>
/// <param name="Flags">Its flags.</param>
/// <param name="Stream">The stream that it belongs to.</param>
/// <param name="Payload">What it carries.</param>
internal sealed record Http2Frame(byte Type, byte Flags, uint Stream, byte[] Payload)
{
    public const byte Data = 0;
    public const byte Headers = 1;
    public const byte Reset = 3;
    public const byte Settings = 4;
    public const byte Ping = 6;
    public const byte GoAway = 7;
    public const byte EndStream = 1;
    public const byte Acknowledged = 1;
    public const byte EndHeaders = 4;

    /// <summary>The bytes of a frame's head.</summary>
    public const int HeadBytes = 9;

    private const int LargestPayload = 16_384;
    private const int SmallestPrefix = 127;

    /// <summary>What a client says first.</summary>
    public static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <summary>A request or an answer: a block of headers, and the frames of a body.</summary>
    public static IEnumerable<Http2Frame> Message(uint stream, IEnumerable<(string Name, string Value)> headers, byte[] body)
    {
        yield return new Http2Frame(Headers, (byte)(EndHeaders | (body.Length == 0 ? EndStream : 0)), stream, Encode(headers));
        for (int at = 0; at < body.Length; at += LargestPayload)
        {
            int length = Math.Min(LargestPayload, body.Length - at);
            yield return new Http2Frame(Data, at + length == body.Length ? EndStream : (byte)0, stream, body[at..(at + length)]);
        }
    }

    /// <summary>The bytes of frames.</summary>
    public static byte[] Write(IEnumerable<Http2Frame> frames)
    {
        using MemoryStream written = new();
        Span<byte> head = stackalloc byte[HeadBytes];
        foreach (Http2Frame frame in frames)
        {
            BinaryPrimitives.WriteInt32BigEndian(head, frame.Payload.Length << 8);
            head[3] = frame.Type;
            head[4] = frame.Flags;
            BinaryPrimitives.WriteUInt32BigEndian(head[5..], frame.Stream);
            written.Write(head);
            written.Write(frame.Payload);
        }

        return written.ToArray();
    }

    /// <summary>The next whole frame; null where there is none.</summary>
    public static Http2Frame? Read(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 0;
        if (bytes.Length < HeadBytes) return null;
        int payload = bytes[0] << 16 | bytes[1] << 8 | bytes[2];
        if (bytes.Length - HeadBytes < payload) return null;
        length = HeadBytes + payload;
        return new Http2Frame(bytes[3], bytes[4], BinaryPrimitives.ReadUInt32BigEndian(bytes[5..]), bytes[HeadBytes..length].ToArray());
    }

    // HPACK (RFC 7541) as simple as it gets: literals that nobody remembers, and no Huffman code.
    private static byte[] Encode(IEnumerable<(string Name, string Value)> headers)
    {
        List<byte> block = [];
        foreach ((string name, string value) in headers)
        {
            block.Add(0);
            AddText(block, name);
            AddText(block, value);
        }

        return [.. block];
    }

    private static void AddText(List<byte> block, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int rest = bytes.Length - SmallestPrefix;
        block.Add((byte)Math.Min(bytes.Length, SmallestPrefix));
        if (rest >= 0)
        {
            for (; rest >= 128; rest >>= 7) block.Add((byte)(rest | 128));
            block.Add((byte)rest);
        }

        block.AddRange(bytes);
    }
}
