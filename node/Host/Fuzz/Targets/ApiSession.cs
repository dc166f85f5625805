using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Settlement.Client;
using Settlement.Contracts;
using Settlement.Host.Api;
using Settlement.Host.Fuzz.Mutations;
using Settlement.Host.Fuzz.Worlds;

namespace Settlement.Host.Fuzz.Targets;

/// <summary>
/// The API's listeners as a stranger, a program or a person reaches them: bytes on a connection. A case is the name of a node,
/// an end of line, and what is sent there; <c>{channel}</c> and the like stand for ids of the world.
/// </summary>
internal sealed class ApiSession : IFuzzSession
{
    private const int MostRead = 64 * 1024 * 1024;
    private const string Anyone = "alpha";
    private static readonly TimeSpan QuietAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5);
    private static readonly byte[] Last = "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray();

    // What the server's own parser refuses before any door sees it, with a status and nothing else.
    private static readonly int[] Unread =
    [
        StatusCodes.Status400BadRequest, StatusCodes.Status408RequestTimeout, StatusCodes.Status411LengthRequired, StatusCodes.Status413PayloadTooLarge, StatusCodes.Status414UriTooLong,
        StatusCodes.Status431RequestHeaderFieldsTooLarge, StatusCodes.Status501NotImplemented, StatusCodes.Status505HttpVersionNotsupported, StatusCodes.Status405MethodNotAllowed,
    ];

    private readonly DoorWorld world;
    private readonly IReadOnlyList<(string Node, HttpDraft Draft)> drafts;

    private ApiSession(DoorWorld world, IReadOnlyList<byte[]> messages)
    {
        this.world = world;
        drafts = ApiDrafts.Of(messages);
    }

    /// <summary>A world of its own.</summary>
    public static async ValueTask<IFuzzSession> BeginAsync(ulong seed, IReadOnlyList<byte[]> messages, CancellationToken ct) => new ApiSession(await DoorWorld.StartAsync(seed, ct), messages);

    /// <inheritdoc/>
    public byte[] Make(Chance chance)
    {
        (string node, HttpDraft draft) = chance.Pick(drafts);
        byte[] written = chance.Percent(5) ? HttpMutator.Write(draft) : HttpMutator.Mutate(draft, chance, chance.Pick(drafts).Draft);
        return [.. Encoding.ASCII.GetBytes((chance.Percent(5) ? chance.Pick(drafts).Node : node) + "\n"), .. written];
    }

    /// <inheritdoc/>
    public async ValueTask FeedAsync(byte[] input, CancellationToken ct)
    {
        int end = Array.IndexOf(input, (byte)'\n');
        string name = end < 0 ? "" : Encoding.ASCII.GetString(input, 0, end);
        bool isNamed = world.Nodes.ContainsKey(name);
        byte[] sent = isNamed ? input[(end + 1)..] : input;
        _ = world.Log.TakeEntered();
        (byte[] received, bool isCut) = await ExchangeAsync(world.Nodes[isNamed ? name : Anyone].ApiAddress, Filled(sent), ct);
        while (world.Log.IsWorking) await Task.Delay(Poll, TimeProvider.System, ct);
        IReadOnlyList<string> methods = world.Log.TakeEntered();
        world.Log.Check();
        // What was cut, because the server had refused the rest, may have lost its answers.
        if (!isCut) Check(HttpAnswer.ReadAll(received, methods), methods);
    }

    /// <inheritdoc/>
    public async ValueTask EndAsync(CancellationToken ct) => await world.CheckAsync(ct);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => world.DisposeAsync();

    private static void Check(List<HttpAnswer> answers, IReadOnlyList<string> methods)
    {
        BrokenPromise.Unless(answers.Count >= methods.Count, "every request is answered", $"{methods.Count} requests, {answers.Count} answers");
        for (int i = 0; i < answers.Count; i++)
        {
            if (i < methods.Count) CheckAnswer(answers[i], methods[i]);
            else BrokenPromise.Unless(i == methods.Count && answers[i].Body.Length == 0 && Array.IndexOf(Unread, answers[i].Status) >= 0, "what is no request is refused with a status alone", $"{answers[i].Status}");
        }
    }

    private static void CheckAnswer(HttpAnswer answer, string method)
    {
        BrokenPromise.Unless(answer.Headers.GetValueOrDefault("cache-control") == "no-store" && answer.Headers.GetValueOrDefault("x-content-type-options") == "nosniff", "an answer of a door has its headers", $"{answer.Status}");
        BrokenPromise.Unless(!answer.Headers.ContainsKey("server"), "a door does not say what it is made of");
        if (answer.Status < StatusCodes.Status300MultipleChoices) return;
        bool isRefusal = answer.Status is >= StatusCodes.Status400BadRequest and < StatusCodes.Status500InternalServerError or StatusCodes.Status503ServiceUnavailable or StatusCodes.Status504GatewayTimeout;
        BrokenPromise.Unless(isRefusal, "a request is answered or refused", $"{answer.Status}");
        // An answer to HEAD has no body, and readiness says 503 in a body of its own.
        if (method == "HEAD" || (answer.Status == StatusCodes.Status503ServiceUnavailable && answer.Headers.GetValueOrDefault("content-type") == ApiRequest.Json)) return;
        BrokenPromise.Unless(answer.Headers.GetValueOrDefault("content-type") == Problems.ContentType, "a refusal is a problem", $"{answer.Status} {answer.Headers.GetValueOrDefault("content-type")}");
        Problem? problem = JsonSerializer.Deserialize(answer.Body, ApiJson.Default.Problem);
        BrokenPromise.Unless(problem is not null && problem.Status == answer.Status && CodeValue.IsCode(problem.Code), "a refusal has a code", $"{answer.Status} {problem?.Code}");
    }

    private byte[] Filled(byte[] sent)
    {
        string text = Encoding.Latin1.GetString(sent);
        foreach ((string name, string id) in world.Ids) text = text.Replace($"{{{name}}}", id, StringComparison.Ordinal);
        return Encoding.Latin1.GetBytes(text);
    }

    /// <summary>
    /// Sends everything, and behind it a request after which the server closes, so that it answers even what was begun and not
    /// ended. Where it still waits for more, such as the rest of a body, it is told after a while that nothing comes; it then
    /// leaves requests unanswered.
    /// </summary>
    private static async Task<(byte[] Received, bool IsCut)> ExchangeAsync(Uri address, byte[] sent, CancellationToken ct)
    {
        using TcpClient connection = new();
        await connection.ConnectAsync(address.Host, address.Port, ct);
        await using NetworkStream stream = connection.GetStream();
        using MemoryStream received = new();
        using CancellationTokenSource quiet = new(QuietAfter, TimeProvider.System);
        bool isCut = false;
        await using CancellationTokenRegistration leaving = quiet.Token.Register(() =>
        {
            Volatile.Write(ref isCut, true);
            connection.Client.Shutdown(SocketShutdown.Send);
        });
        try
        {
            await stream.WriteAsync((byte[])[.. sent, .. Last], ct);
            byte[] buffer = new byte[64 * 1024];
            for (int read = await stream.ReadAsync(buffer, ct); read > 0; read = await stream.ReadAsync(buffer, ct))
            {
                await received.WriteAsync(buffer.AsMemory(0, read), ct);
                BrokenPromise.Unless(received.Length <= MostRead, "an answer is bounded");
            }

            return (received.ToArray(), Volatile.Read(ref isCut));
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            return (received.ToArray(), true);
        }
    }
}
