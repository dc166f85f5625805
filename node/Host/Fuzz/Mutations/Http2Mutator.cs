using System.Globalization;

namespace Settlement.Host.Fuzz.Mutations;

/// <summary>Changes of what HTTP/2 carries: headers, frames, and the bytes of either.</summary>
internal static class Http2Mutator
{
    private const int MostChanges = 4;
    private const int MostCopies = 200;
    private const int LongestFill = 20_000;
    private const int KnownTypes = 11;
    private static readonly uint[] Streams = [0, 1, 2, 3, 5, 7, 9, 0x7FFFFFFF, 0x80000001];

    private static readonly string[] Values =
    [
        "", " ", "0", "1", "-1", "16777216", "16777217", "33554433", "99999999999999999999", "POST", "GET", "PUT", "CONNECT", "/", "*", "/peer/v1/messages", "/ledger/v1/requests", "/agent/v1/requests",
        "/peer/v1/messages?x=y", "//peer/v1/messages", "/peer/v1/../v1/messages", "http", "https", "application/x-protobuf", "application/x-protobuf; charset=utf-8", "APPLICATION/X-PROTOBUF",
        "application/json", "text/html", "chunked", "gzip", "100-continue", "trailers", "close", "é", "\0", "a\r\nb: c", "200", "202", "100", "101", "103", "204", "301", "304", "401", "500", "503", "999", "2000", "x",
    ];

    private static readonly string[] Names =
    [
        ":method", ":path", ":scheme", ":authority", ":status", ":protocol", "content-type", "content-length", "transfer-encoding", "content-encoding", "connection", "te", "host", "expect", "cookie", "location",
        "retry-after", "Upper-Case", "", "a b", "x\0", "grpc-status", "set-cookie", "alt-svc", "www-authenticate",
    ];

    /// <summary>Changes some headers.</summary>
    public static List<(string Name, string Value)> Headers(IEnumerable<(string Name, string Value)> honest, Chance chance)
    {
        List<(string Name, string Value)> headers = [.. honest];
        for (int changes = chance.Below(MostChanges); changes > 0; changes--)
        {
            int at = chance.Below(headers.Count);
            switch (chance.Below(7))
            {
                case 0 when headers.Count > 0:
                    headers.RemoveAt(at);
                    break;
                case 1 when headers.Count > 0:
                    headers.Insert(chance.Below(headers.Count), headers[at]);
                    break;
                case 2 when headers.Count > 0:
                    headers[at] = (headers[at].Name, TextMutator.Mutate(headers[at].Value, chance, ""));
                    break;
                case 3:
                    headers.Add((chance.Pick(Names), new string('a', chance.From(1, LongestFill))));
                    break;
                case 4:
                    headers.AddRange(Enumerable.Range(0, chance.From(1, MostCopies)).Select(static i => (string.Create(CultureInfo.InvariantCulture, $"x-{i}"), "v")));
                    break;
                case 5 when headers.Count > 0:
                    headers[at] = (headers[at].Name, chance.Pick(Values));
                    break;
                default:
                    headers.Add((chance.Pick(Names), chance.Pick(Values)));
                    break;
            }
        }

        return headers;
    }

    /// <summary>Changes some frames, and now and then the bytes that they are written as.</summary>
    public static byte[] Frames(IEnumerable<Http2Frame> honest, Chance chance)
    {
        List<Http2Frame> frames = [.. honest];
        for (int changes = chance.Below(MostChanges); changes > 0 && frames.Count > 0; changes--) Change(frames, chance);
        byte[] written = Http2Frame.Write(frames);
        return chance.Percent(10) ? ByteMutator.Mutate(written, chance, written) : written.Length <= ByteMutator.MaximumBytes ? written : written[..ByteMutator.MaximumBytes];
    }

    private static void Change(List<Http2Frame> frames, Chance chance)
    {
        int at = chance.Below(frames.Count);
        Http2Frame frame = frames[at];
        switch (chance.Below(9))
        {
            case 0:
                frames.RemoveAt(at);
                break;
            case 1:
                frames.InsertRange(chance.Below(frames.Count + 1), Enumerable.Repeat(frame, ByteMutator.Copies(chance, MostCopies, frame.Payload.Length)));
                break;
            case 2:
                int other = chance.Below(frames.Count);
                (frames[at], frames[other]) = (frames[other], frame);
                break;
            case 3:
                frames[at] = frame with { Flags = (byte)chance.Below(256) };
                break;
            case 4:
                frames[at] = frame with { Stream = chance.Pick(Streams) };
                break;
            case 5:
                frames[at] = frame with { Type = (byte)chance.Below(KnownTypes + 2) };
                break;
            case 6:
                frames[at] = frame with { Payload = ByteMutator.Mutate(frame.Payload, chance, frames[chance.Below(frames.Count)].Payload) };
                break;
            case 7:
                frames.Insert(chance.Below(frames.Count + 1), new Http2Frame((byte)chance.Below(KnownTypes), (byte)chance.Below(256), chance.Pick(Streams), chance.Bytes(chance.From(0, 40))));
                break;
            default:
                frames.InsertRange(at + 1, Enumerable.Repeat(new Http2Frame(Http2Frame.Reset, 0, Math.Max(1, frame.Stream), [0, 0, 0, 8]), chance.From(1, MostCopies)));
                break;
        }
    }
}
