using System.Globalization;
using System.Text;

namespace Settlement.Host.Fuzz.Targets;

/// <summary>An answer of an HTTP/1.1 server, read from the bytes of a connection.</summary>
/// <param name="Status">The status.</param>
/// <param name="Headers">The headers, by lower-case name.</param>
/// <param name="Body">The body.</param>
internal sealed record HttpAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    private const int SwitchingProtocols = 101;
    private static readonly byte[] HeadEnd = "\r\n\r\n"u8.ToArray();
    private static readonly byte[] LineEnd = "\r\n"u8.ToArray();

    /// <summary>Every whole answer of a connection, but for those that only say to go on.</summary>
    /// <param name="bytes">All that came.</param>
    /// <param name="methods">The methods of the requests that a door answered, in order: an answer to HEAD has no body.</param>
    public static List<HttpAnswer> ReadAll(byte[] bytes, IReadOnlyList<string> methods)
    {
        List<HttpAnswer> answers = [];
        for (int at = 0; at < bytes.Length;)
        {
            bool isHead = answers.Count < methods.Count && methods[answers.Count] == "HEAD";
            HttpAnswer answer = Read(bytes, isHead, ref at);
            BrokenPromise.Unless(answer.Status != SwitchingProtocols, "a door speaks one protocol");
            if (answer.Status >= StatusCodes.Status200OK) answers.Add(answer);
        }

        return answers;
    }

    private static HttpAnswer Read(byte[] bytes, bool isHead, ref int at)
    {
        int end = bytes.AsSpan(at).IndexOf(HeadEnd);
        BrokenPromise.Unless(end > 0, "an answer has a head", $"{bytes.Length - at} bytes without an end");
        string[] lines = Encoding.ASCII.GetString(bytes, at, end).Split("\r\n");
        at += end + HeadEnd.Length;
        string[] first = lines[0].Split(' ');
        BrokenPromise.Unless(first is ["HTTP/1.1", { Length: 3 }, ..] && int.TryParse(first[1], NumberStyles.None, CultureInfo.InvariantCulture, out _), "an answer begins with a status", lines[0]);
        int status = int.Parse(first[1], NumberStyles.None, CultureInfo.InvariantCulture);
        Dictionary<string, string> headers = new(StringComparer.Ordinal);
        foreach (string line in lines[1..])
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            BrokenPromise.Unless(colon > 0 && headers.TryAdd(line[..colon].ToLowerInvariant(), line[(colon + 1)..].Trim()), "an answer has each header once", line);
        }

        bool hasBody = !isHead && status is >= StatusCodes.Status200OK and not StatusCodes.Status204NoContent and not StatusCodes.Status304NotModified;
        return new HttpAnswer(status, headers, hasBody ? ReadBody(bytes, headers, ref at) : []);
    }

    private static byte[] ReadBody(byte[] bytes, Dictionary<string, string> headers, ref int at)
    {
        if (headers.ContainsKey("transfer-encoding")) return ReadChunks(bytes, ref at);
        if (!headers.TryGetValue("content-length", out string? text)) return Take(bytes, bytes.Length - at, ref at);
        BrokenPromise.Unless(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int length), "a length is a number", text);
        return Take(bytes, length, ref at);
    }

    private static byte[] ReadChunks(byte[] bytes, ref int at)
    {
        List<byte> body = [];
        while (true)
        {
            int end = bytes.AsSpan(at).IndexOf(LineEnd);
            BrokenPromise.Unless(end > 0 && int.TryParse(Encoding.ASCII.GetString(bytes, at, end), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _), "a chunk has a length");
            int length = int.Parse(Encoding.ASCII.GetString(bytes, at, end), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            at += end + LineEnd.Length;
            body.AddRange(Take(bytes, length, ref at));
            _ = Take(bytes, LineEnd.Length, ref at);
            if (length == 0) return [.. body];
        }
    }

    private static byte[] Take(byte[] bytes, int length, ref int at)
    {
        BrokenPromise.Unless(length >= 0 && length <= bytes.Length - at, "an answer is whole", $"{bytes.Length - at} bytes of {length}");
        byte[] taken = bytes[at..(at + length)];
        at += length;
        return taken;
    }
}
