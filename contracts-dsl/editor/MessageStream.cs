using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Text.Unicode;

namespace Settlement.Contracts.Editor;

/// <summary>
/// Messages of JSON-RPC as the Language Server Protocol frames them: a header that gives the length, an empty line, and
/// the content in UTF-8. What breaks the framing ends the conversation, because nothing after it can be told apart.
/// </summary>
internal sealed partial class MessageStream(Stream input, Stream output)
{
    /// <summary>The largest message, in bytes: a contract of the largest size, escaped, fits several times.</summary>
    public const int MaxMessageBytes = 8 << 20;

    private const int MaxHeaderBytes = 4096;
    private const string LengthHeader = "Content-Length:";

    // Of a key that comes twice it is not known which is meant.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private readonly byte[] one = new byte[1];

    /// <summary>The next message; null at the end of the input.</summary>
    /// <exception cref="InvalidDataException">When the framing is broken.</exception>
    /// <exception cref="JsonException">When the content is no JSON, is no UTF-8 or has a key twice; the next message can still be read.</exception>
    public async Task<JsonNode?> ReadAsync(CancellationToken ct)
    {
        int? length = null;
        while (await ReadLineAsync(ct) is { } line)
        {
            if (line.Length == 0)
            {
                if (length is null) throw new InvalidDataException("A message without Content-Length.");
                byte[] content = new byte[length.Value];
                await input.ReadExactlyAsync(content, ct);
                return Parse(content);
            }

            if (!line.StartsWith(LengthHeader, StringComparison.OrdinalIgnoreCase)) continue;
            bool read = int.TryParse(line[LengthHeader.Length..].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int bytes);
            if (!read || bytes > MaxMessageBytes) throw new InvalidDataException("A message that is too long, or of no length.");
            length = bytes;
        }

        return null;
    }

    /// <summary>
    /// All strings in what comes of it can be read. Half of a surrogate pair, which an editor may hold and JSON can write, becomes the
    /// sign that stands for what is no character: it counts one unit as well, so that no place moves.
    /// </summary>
    private static JsonNode Parse(byte[] content)
    {
        if (!Utf8.IsValid(content)) throw new JsonException("The content is no UTF-8.");
        string text = Escape().Replace(Encoding.UTF8.GetString(content), static e => e.ValueSpan is ['\\', 'u', 'd' or 'D', >= '8', _, _] ? "\\ufffd" : e.Value);
        return JsonNode.Parse(text, documentOptions: Strict) ?? throw new JsonException("null is no message.");
    }

    /// <summary>A pair of surrogates, any other unit, or any other escape.</summary>
    [GeneratedRegex(@"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", RegexOptions.CultureInvariant)]
    private static partial Regex Escape();

    /// <summary>Sends a message.</summary>
    public async Task WriteAsync(JsonNode message, CancellationToken ct)
    {
        byte[] content = Encoding.UTF8.GetBytes(message.ToJsonString());
        await output.WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{LengthHeader} {content.Length}\r\n\r\n")), ct);
        await output.WriteAsync(content, ct);
        await output.FlushAsync(ct);
    }

    /// <summary>A line of the header without its end; null when the input has ended.</summary>
    private async Task<string?> ReadLineAsync(CancellationToken ct)
    {
        StringBuilder line = new();
        while (await input.ReadAsync(one, ct) > 0)
        {
            char c = (char)one[0];
            if (c == '\n') return line.Length > 0 && line[^1] == '\r' ? line.ToString(0, line.Length - 1) : line.ToString();
            if (line.Append(c).Length > MaxHeaderBytes) throw new InvalidDataException("A header without end.");
        }

        return line.Length == 0 ? null : throw new InvalidDataException("The input ends within a header.");
    }
}
