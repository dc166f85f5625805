using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Settlement.Host.Api;

namespace Settlement.Tests.EndToEnd.BadInput;

/// <summary>One request and how it must end: a status with a code, or for a message that was taken the outcome of its transfer.</summary>
/// <param name="Name">What is wrong with it.</param>
/// <param name="Node">The participant that is asked.</param>
/// <param name="Expected">For example <c>400 FF01</c>, or <c>RJCT AM01</c>.</param>
internal sealed record Case(string Name, string Node, HttpMethod Method, string Path, string? Token, string? ContentType, byte[] Body, string Expected)
{
    /// <summary>Headers beyond the usual ones.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Whether the length of the body is not told beforehand.</summary>
    public bool IsChunked { get; init; }

    /// <summary>The cells of each line of a table.</summary>
    public static IEnumerable<string[]> Rows(string table) =>
        table.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split('|').Select(static cell => cell.Trim()).ToArray());

    /// <summary>How the request ended.</summary>
    public async Task<string> OutcomeAsync(Uri node, CancellationToken ct)
    {
        using HttpClient client = new() { BaseAddress = node };
        using HttpRequestMessage request = new(Method, Path);
        if (ContentType is not null)
        {
            request.Content = new ByteArrayContent(Body);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(ContentType);
        }

        if (Token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        foreach ((string name, string value) in Headers) request.Headers.TryAddWithoutValidation(name, value);
        request.Headers.TransferEncodingChunked = IsChunked;
        using HttpResponseMessage response = await client.SendAsync(request, ct);
        string text = await response.Content.ReadAsStringAsync(ct);
        if (response.StatusCode == HttpStatusCode.Accepted)
        {
            JsonNode status = JsonNode.Parse(text)!["instructions"]!.AsArray()[^1]!;
            return $"{status["status"]} {status["reason"]}".Trim();
        }

        bool isProblem = response.Content.Headers.ContentType?.MediaType == Problems.ContentType;
        return $"{(int)response.StatusCode} {(isProblem ? (string?)JsonNode.Parse(text)!["code"] : "without a code")}";
    }
}
