using System.Globalization;
using System.Text;

namespace Settlement.Host.Fuzz.Mutations;

/// <summary>One request as an honest program would send it.</summary>
/// <param name="Method">The method.</param>
/// <param name="Target">Path and query; <c>{name}</c> stands for an id of the world.</param>
/// <param name="Headers">All but the length of the body.</param>
/// <param name="Body">The body, or nothing.</param>
internal sealed record HttpDraft(string Method, string Target, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body);

/// <summary>Changes of requests: what stands in front of the body, piece by piece, and the bytes that it is written as.</summary>
internal static class HttpMutator
{
    private const int LongestFill = 20_000;
    private const int LargestChunk = 4_000;
    private const string LineEnd = "\r\n";

    private static readonly string[] Methods =
        ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT", "get", "PRI", "POST\t", "G\0T", "", "QUERY", "AVERYLONGMETHODTHATNOBODYHASEVERHEARDOF"];

    private static readonly string[] Versions = ["HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "http/1.1", "", "HTTP/1.1 "];

    private static readonly string[] Numbers =
        ["0", "1", "2", "100", "1000", "1001", "-1", "+1", "0x1", "1e3", " 1", "1 ", "٣", "2147483647", "2147483648", "9223372036854775806", "9223372036854775807", "9223372036854775808", "18446744073709551616", "", "null", "1,1", "%31", "%00", "1%"];

    private static readonly string[] Queries = ["after", "limit", "documents", "After", "after[]", "%61fter", "", "wait", "\0"];

    private static readonly (string Name, string[] Values)[] Telling =
    [
        ("Authorization", ["Bearer", "Bearer ", "Bearer\t", "bearer operator", "BEARER audit", "Bearer  back-office ", "Bearer operator, Bearer audit", "Basic b3BlcmF0b3I6", "Bearer operator\0", "Bearer é", "Negotiate", "Digest username=\"a\""]),
        ("Idempotency-Key", ["", "key", "a b", "é", "\t", "a,b", "\"quoted\"", "\u007F", "~", new string('k', 128), new string('k', 129)]),
        ("Prefer", ["wait=0", "wait=1", "wait=30", "wait=31", "wait=-1", "wait=2147483648", "wait=99999999999999999999", "wait", "wait=", "wait=\"1\"", "respond-async, wait=1", "wait=1;wait=2", "WAIT=1", "return=minimal", ",;,;", "wait=1,,,"]),
        ("Content-Type", ["application/json", "application/xml", "APPLICATION/JSON", "application/json; charset=utf-16", "application/json;charset=\"", "application/json;;;", "application/json,application/xml", "application/*", "*/*", "text/plain", "/", "application/", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/x-protobuf", "", " ", "application/json; q=é"]),
        ("Accept", ["application/xml", "application/json", "*/*", "application/xml;q=0", "application/xml;q=2", "application/xml;q=-1", "application/xml;q=NaN", "application/xml;q=0.5,application/json;q=0.4", "application/*;q=", ",,,", "/", "", "application/xml, \0", "application/xml;q=\"1\""]),
        ("Content-Length", ["0", "1", "-1", "+5", "5,5", "5, 6", "1e3", "0x10", "65537", "16777217", "999999999", "9223372036854775807", "9223372036854775808", "", " 1"]),
        ("Transfer-Encoding", ["chunked", "Chunked", "gzip, chunked", "chunked, gzip", "identity", "chunked, chunked", "", "\tchunked", "x"]),
        ("Expect", ["100-continue", "200-ok", ""]),
        ("Connection", ["close", "keep-alive", "upgrade", "Upgrade, HTTP2-Settings", "content-length", ""]),
        ("Upgrade", ["h2c", "websocket", "TLS/1.0"]),
        ("HTTP2-Settings", ["AAMAAABkAARAAAAAAAIAAAAA"]),
        ("Host", ["localhost", "", "a b", "a,b", "[::1", "127.0.0.1:99999", "é", "//", "user@host"]),
        ("Content-Encoding", ["gzip", "br", "deflate"]),
        ("Range", ["bytes=0-1", "bytes=-1", "x"]),
        ("If-None-Match", ["*", "\"a\""]),
        ("Cookie", ["a=b", "=", ";;;;", "a=\0"]),
        ("Trailer", ["Authorization", "Content-Length"]),
        ("TE", ["trailers"]),
        ("X-HTTP-Method-Override", ["DELETE"]),
        ("X-Forwarded-For", ["127.0.0.1"]),
        ("Date", ["Mon, 02 Mar 2026 09:00:00 GMT", "never"]),
        (":authority", ["localhost"]),
    ];

    /// <summary>Changes a request and writes it; <paramref name="other"/> lends targets, headers and bodies.</summary>
    public static byte[] Mutate(HttpDraft draft, Chance chance, HttpDraft other)
    {
        (string method, string target, byte[] body) = (draft.Method, draft.Target, draft.Body);
        List<(string Name, string Value)> headers = [.. draft.Headers];
        string version = Versions[0];
        for (int changes = chance.Below(4); changes > 0; changes--)
        {
            switch (chance.Below(12))
            {
                case 0:
                    method = chance.Pick(Methods);
                    break;
                case 1:
                    target = ChangeTarget(target, chance, other.Target);
                    break;
                case < 4:
                    target = ChangeQuery(target, chance);
                    break;
                case < 9:
                    ChangeHeaders(headers, chance, other.Headers);
                    break;
                case 9:
                    body = chance.Percent(30) ? other.Body : ByteMutator.Mutate(body, chance, other.Body);
                    break;
                case 10 when body.Length > 0 && body[0] == '{':
                    body = JsonMutator.Mutate(body, chance, other.Body.Length > 0 && other.Body[0] == '{' ? other.Body : body);
                    break;
                default:
                    if (chance.Percent(20)) version = chance.Pick(Versions);
                    break;
            }
        }

        bool isChunked = body.Length > 0 && chance.Percent(20);
        if (isChunked) headers.Add(("Transfer-Encoding", "chunked"));
        else if (body.Length > 0 || chance.Percent(10)) headers.Add(("Content-Length", body.Length.ToString(CultureInfo.InvariantCulture)));
        byte[] written = Write($"{method} {target} {version}", headers, isChunked ? Chunks(body, chance) : body);
        if (chance.Percent(10)) written = ByteMutator.Mutate(written, chance, body);
        return chance.Percent(5) ? [.. written, .. Write($"{other.Method} {other.Target} {version}", other.Headers, [])] : written;
    }

    /// <summary>The draft as it is.</summary>
    public static byte[] Write(HttpDraft draft) => Write(
        $"{draft.Method} {draft.Target} {Versions[0]}", [.. draft.Headers, ("Content-Length", draft.Body.Length.ToString(CultureInfo.InvariantCulture))], draft.Body);

    private static byte[] Write(string line, IEnumerable<(string Name, string Value)> headers, byte[] body)
    {
        StringBuilder text = new();
        text.Append(line).Append(LineEnd);
        foreach ((string name, string value) in headers) text.Append(name).Append(": ").Append(value).Append(LineEnd);
        return [.. Encoding.UTF8.GetBytes(text.Append(LineEnd).ToString()), .. body];
    }

    private static string ChangeTarget(string target, Chance chance, string other) => chance.Below(8) switch
    {
        0 => other,
        1 => target.Replace("/v1/", chance.Pick(["/V1/", "//v1//", "/v1/../v1/", "/v1/./", "/%76%31/", "/v1%2f", "/v1\\"]), StringComparison.Ordinal),
        2 => target + chance.Pick(["/", "//", "#", ";a=b", "%", "%2e%2e", "%00", "/../", "é", "\t", "?", "?&&&=", "/" + new string('a', 300)]),
        3 => chance.Pick(["*", "", "/", "http://localhost/v1/channels", "http://other:1/v1/books", "//other/v1/channels", "localhost:80", "\\", "/v1/channels/%zz", "?after=1"]),
        4 => target.Replace("{", chance.Pick(["00{", "%7b", "", "{{"]), StringComparison.Ordinal),
        5 => target.Replace("{channel}", chance.Pick([new string('a', 64), new string('A', 64), new string('g', 64), new string('0', 63), "{instruction}", "%00", "..", " "]), StringComparison.Ordinal),
        6 => new string('/', chance.From(1, LongestFill)),
        _ => TextMutator.Mutate(target, chance, other).ReplaceLineEndings(" "),
    };

    private static string ChangeQuery(string target, Chance chance)
    {
        string pair = $"{chance.Pick(Queries)}={(chance.Percent(15) ? Uri.EscapeDataString(Scalars(chance.Pick(TextMutator.Telling))) : chance.Pick(Numbers))}";
        int query = target.IndexOf('?', StringComparison.Ordinal);
        if (query < 0) return $"{target}?{pair}";
        return chance.Percent(50) ? $"{target}&{pair}" : $"{target[..query]}?{pair}";
    }

    // What lone surrogates become when they are written as UTF-8.
    private static string Scalars(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static void ChangeHeaders(List<(string Name, string Value)> headers, Chance chance, IReadOnlyList<(string Name, string Value)> other)
    {
        int at = chance.Below(headers.Count);
        (string name, string[] values) = chance.Pick(Telling);
        switch (chance.Below(9))
        {
            case 0 when headers.Count > 0:
                headers.RemoveAt(at);
                break;
            case 1 when headers.Count > 0:
                headers.Add(headers[at]);
                break;
            case 2 when other.Count > 0:
                headers.Add(chance.Pick(other));
                break;
            case 3 when headers.Count > 0:
                headers[at] = (headers[at].Name, TextMutator.Mutate(headers[at].Value, chance, "").ReplaceLineEndings(chance.Percent(80) ? " " : "\r\n"));
                break;
            case 4:
                headers.Add((name, new string(chance.Pick(['a', ',', ' ', ';', '=', '/']), chance.From(1, LongestFill))));
                break;
            case 5:
                headers.AddRange(Enumerable.Range(0, chance.From(1, 200)).Select(i => ($"X-{i}", "v")));
                break;
            default:
                headers.RemoveAll(header => header.Name == name);
                headers.Add((name, chance.Pick(values)));
                break;
        }
    }

    private static byte[] Chunks(byte[] body, Chance chance)
    {
        List<byte> written = [];
        for (int at = 0; at < body.Length;)
        {
            int length = Math.Min(chance.From(1, LargestChunk), body.Length - at);
            string size = chance.Percent(1) ? chance.Pick(["-1", "FFFFFFFFFFFFFFFF", "x", "", "0", "7fffffff"]) : length.ToString(chance.Percent(50) ? "x" : "X4", CultureInfo.InvariantCulture);
            written.AddRange(Encoding.ASCII.GetBytes(size + chance.Pick(["", "", ";a=b", ";"]) + LineEnd));
            written.AddRange(body.AsSpan(at, length));
            written.AddRange(Encoding.ASCII.GetBytes(chance.Percent(1) ? "" : LineEnd));
            at += length;
        }

        written.AddRange(Encoding.ASCII.GetBytes(chance.Pick(["0\r\n\r\n", "0\r\n\r\n", "0\r\n\r\n", "0\r\n\r\n", "0\r\n\r\n", "0\r\n\r\n", "0\r\nX: y\r\n\r\n", "0\r\nContent-Length: 5\r\n\r\n", "", "0", "0\r\n: \r\n\r\n"])));
        return [.. written];
    }
}
