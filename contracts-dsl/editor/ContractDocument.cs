using System.Text;
using System.Text.Json.Nodes;
using Settlement.Contracts.Language;

namespace Settlement.Contracts.Editor;

/// <summary>A contract as it stands in an editor, and what the editor may ask about it.</summary>
internal sealed class ContractDocument
{
    private readonly string uri;
    private readonly string text;
    private readonly ParsedSource parsed;
    private readonly Compilation compilation;
    private readonly Declarations declarations;

    public ContractDocument(string uri, string text)
    {
        this.uri = uri;
        this.text = text;
        parsed = ParsedSource.Read(uri[(uri.LastIndexOf('/') + 1)..], text);
        compilation = ContractCompiler.Compile(parsed);
        // Names are looked up in the syntax, which is there whatever else is wrong.
        declarations = new Declarations(parsed.Syntax, compilation.Contract);
    }

    /// <summary>What is wrong, as the protocol writes it.</summary>
    public JsonArray Diagnostics() => [.. compilation.Diagnostics.Select(Diagnostic)];

    /// <summary>What the name at the place stands for, or what a keyword there gives or says; null where there is none.</summary>
    public JsonNode? Hover(int line, int character) => WordAt(line, character) is { } token && (declarations.Find(token) ?? declarations.GivenBy(token)) is { } declaration
        ? new JsonObject { ["contents"] = new JsonObject { ["kind"] = "markdown", ["value"] = declaration.Text }, ["range"] = Range(token.Span) }
        : null;

    /// <summary>Where the name at the place is declared; null where there is none.</summary>
    public JsonNode? Definition(int line, int character) => WordAt(line, character) is { } token && declarations.Find(token) is { } declaration
        ? new JsonObject { ["uri"] = uri, ["range"] = Range(declaration.Name.Span) }
        : null;

    /// <summary>One change that replaces everything by the usual layout; none when it is so already, or cannot be read.</summary>
    public JsonNode Formatting()
    {
        if (ContractFormatter.Format(uri, text).Text is not { } formatted || formatted == text) return new JsonArray();
        return new JsonArray(new JsonObject { ["range"] = Range(new TextSpan(0, text.Length)), ["newText"] = formatted });
    }

    /// <summary>The outline: parties, fields, states and actions.</summary>
    public JsonNode Symbols() => new JsonArray([.. declarations.All.Where(d => d.SymbolKind is not null).Select(d => (JsonNode)new JsonObject
    {
        ["name"] = d.Name.Text,
        ["kind"] = d.SymbolKind,
        ["range"] = Range(d.Name.Span),
        ["selectionRange"] = Range(d.Name.Span),
    })]);

    private Token? WordAt(int line, int character)
    {
        if (parsed.Source.OffsetOf(line, character) is not { } offset) return null;
        Token token = parsed.Tokens.FirstOrDefault(t => t.Kind == TokenKind.Word && t.Span.Start <= offset && offset <= t.Span.End);
        return token.Kind == TokenKind.Word && token.Text is not null ? token : null;
    }

    private JsonNode Diagnostic(Diagnostic diagnostic)
    {
        int start = Units(diagnostic.SourceLine, diagnostic.Column - 1), end = Units(diagnostic.SourceLine, diagnostic.Column - 1 + diagnostic.Length);
        return new JsonObject
        {
            ["range"] = new JsonObject { ["start"] = Place(diagnostic.Line - 1, start), ["end"] = Place(diagnostic.Line - 1, Math.Max(end, start + 1)) },
            ["severity"] = diagnostic.Severity == Severity.Error ? 1 : 2,
            ["code"] = diagnostic.Code,
            ["source"] = "settlement",
            ["message"] = diagnostic.Suggestion is { } suggestion ? $"{diagnostic.Message}\n{suggestion}" : diagnostic.Message,
        };
    }

    /// <summary>The UTF-16 units of the first scalar values of a line.</summary>
    private static int Units(string line, int scalars) => line.EnumerateRunes().Take(scalars).Sum(r => r.Utf16SequenceLength);

    private JsonObject Range(TextSpan span)
    {
        (int startLine, int start) = parsed.Source.PlaceOf(span.Start);
        (int endLine, int end) = parsed.Source.PlaceOf(span.End);
        return new JsonObject { ["start"] = Place(startLine, start), ["end"] = Place(endLine, end) };
    }

    private static JsonObject Place(int line, int character) => new() { ["line"] = line, ["character"] = character };
}
