using System.Text.Json;
using System.Text.Json.Nodes;

namespace Settlement.Contracts.Editor;

/// <summary>
/// A language server over two streams: diagnostics as a contract is written, hovering with the audience, definitions, an
/// outline and formatting. It speaks the Language Server Protocol 3.17, with whole documents and UTF-16 positions.
/// </summary>
public sealed class LanguageServer
{
    private const int ParseError = -32700, InvalidRequest = -32600, UnknownMethod = -32601, InvalidParams = -32602, NotInitialized = -32002;
    private const int MaxDocuments = 256;

    private readonly MessageStream messages;
    private readonly Dictionary<string, ContractDocument> documents = new(StringComparer.Ordinal);
    private bool isInitialized;
    private bool isShutDown;

    /// <param name="input">What the editor sends.</param>
    /// <param name="output">What it receives; nothing else may write to it.</param>
    public LanguageServer(Stream input, Stream output) => messages = new MessageStream(input, output);

    /// <summary>Serves until the editor says exit or hangs up.</summary>
    /// <returns>0 when the editor had said shutdown before, else 1, as the protocol has it.</returns>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        while (true)
        {
            JsonNode? message;
            try
            {
                message = await messages.ReadAsync(ct);
            }
            catch (JsonException)
            {
                await FailAsync(id: null, ParseError, "the content is no JSON in UTF-8, or has a key twice", ct);
                continue;
            }
            catch (Exception broken) when (broken is InvalidDataException or EndOfStreamException)
            {
                return 1;
            }

            if (message is null) return isShutDown ? 0 : 1;
            if (message is not JsonObject request || Text(request["method"]) is not { } method)
            {
                // A response to something never asked, or no message at all.
                if (message is not JsonObject { } other || !other.ContainsKey("result")) await FailAsync(id: null, InvalidRequest, "a message has a method", ct);
                continue;
            }

            if (method == "exit") return isShutDown ? 0 : 1;
            await HandleAsync(method, request["id"], request["params"] as JsonObject ?? [], ct);
        }
    }

    private async Task HandleAsync(string method, JsonNode? id, JsonObject parameters, CancellationToken ct)
    {
        if (id is null)
        {
            if (isInitialized && !isShutDown) await NotifiedAsync(method, parameters, ct);
            return;
        }

        if (isShutDown) await FailAsync(id, InvalidRequest, "the server is shut down", ct);
        else if (method == "initialize" && isInitialized) await FailAsync(id, InvalidRequest, "the server is initialized already", ct);
        else if (method != "initialize" && !isInitialized) await FailAsync(id, NotInitialized, "initialize comes first", ct);
        else await AnswerAsync(method, id, parameters, ct);
    }

    private async Task AnswerAsync(string method, JsonNode id, JsonObject parameters, CancellationToken ct)
    {
        switch (method)
        {
            case "initialize":
                isInitialized = true;
                await ReplyAsync(id, Capabilities(), ct);
                return;
            case "shutdown":
                isShutDown = true;
                await ReplyAsync(id, null, ct);
                return;
            case "textDocument/hover" or "textDocument/definition" or "textDocument/formatting" or "textDocument/documentSymbol":
                if (DocumentOf(parameters) is not { } document)
                {
                    await FailAsync(id, InvalidParams, "the document is not open", ct);
                    return;
                }

                await ReplyAsync(id, method switch
                {
                    "textDocument/formatting" => document.Formatting(),
                    "textDocument/documentSymbol" => document.Symbols(),
                    "textDocument/hover" => PositionOf(parameters) is var (line, character) ? document.Hover(line, character) : null,
                    _ => PositionOf(parameters) is var (line, character) ? document.Definition(line, character) : null,
                }, ct);
                return;
            default:
                await FailAsync(id, UnknownMethod, $"there is no method {method}", ct);
                return;
        }
    }

    private async Task NotifiedAsync(string method, JsonObject parameters, CancellationToken ct)
    {
        if (Text((parameters["textDocument"] as JsonObject)?["uri"]) is not { } uri) return;
        string? text = method switch
        {
            "textDocument/didOpen" => Text((parameters["textDocument"] as JsonObject)?["text"]),
            "textDocument/didChange" => Text(((parameters["contentChanges"] as JsonArray)?.LastOrDefault() as JsonObject)?["text"]),
            _ => null,
        };
        if (method == "textDocument/didClose")
        {
            documents.Remove(uri);
            await PublishAsync(uri, [], ct);
        }
        else if (text is not null && (documents.ContainsKey(uri) || documents.Count < MaxDocuments))
        {
            ContractDocument document = new(uri, text);
            documents[uri] = document;
            await PublishAsync(uri, document.Diagnostics(), ct);
        }
    }

    private static JsonObject Capabilities() => new()
    {
        ["capabilities"] = new JsonObject
        {
            ["positionEncoding"] = "utf-16",
            ["textDocumentSync"] = new JsonObject { ["openClose"] = true, ["change"] = 1 },
            ["hoverProvider"] = true,
            ["definitionProvider"] = true,
            ["documentFormattingProvider"] = true,
            ["documentSymbolProvider"] = true,
        },
        ["serverInfo"] = new JsonObject { ["name"] = "settlement contract language-server" },
    };

    private ContractDocument? DocumentOf(JsonObject parameters) =>
        Text((parameters["textDocument"] as JsonObject)?["uri"]) is { } uri ? documents.GetValueOrDefault(uri) : null;

    private static (int Line, int Character)? PositionOf(JsonObject parameters) =>
        parameters["position"] is JsonObject position && Number(position["line"]) is { } line && Number(position["character"]) is { } character ? (line, character) : null;

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static int? Number(JsonNode? node) => node is JsonValue value && value.TryGetValue(out int number) && number >= 0 ? number : null;

    private Task PublishAsync(string uri, JsonArray diagnostics, CancellationToken ct) => messages.WriteAsync(new JsonObject
    {
        ["jsonrpc"] = "2.0",
        ["method"] = "textDocument/publishDiagnostics",
        ["params"] = new JsonObject { ["uri"] = uri, ["diagnostics"] = diagnostics },
    }, ct);

    private Task ReplyAsync(JsonNode id, JsonNode? result, CancellationToken ct) =>
        messages.WriteAsync(new JsonObject { ["jsonrpc"] = "2.0", ["id"] = id.DeepClone(), ["result"] = result }, ct);

    private Task FailAsync(JsonNode? id, int code, string message, CancellationToken ct) => messages.WriteAsync(new JsonObject
    {
        ["jsonrpc"] = "2.0",
        ["id"] = id?.DeepClone(),
        ["error"] = new JsonObject { ["code"] = code, ["message"] = message },
    }, ct);
}
