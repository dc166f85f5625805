using Google.Protobuf;
using Settlement.Client;
using Settlement.Core.Identifiers;
using Settlement.Core.Notarisation;
using Settlement.Core.Participants;
using Settlement.Host.Api;
using Settlement.Host.Configuration;
using Settlement.Host.Peers;
using Settlement.Ledger;
using Settlement.Wire.Ledger;

namespace Settlement.Host.Ledger;

/// <summary>The ledger's two doors: requests of nodes, and the operator's question how large the log is.</summary>
internal static class LedgerSlice
{
    /// <summary>Maps the door for nodes. A stranger is let in and gets what the ledger gives strangers: it may list itself.</summary>
    public static void MapLedgerRequests(this IEndpointRouteBuilder routes) => routes.MapPost(PeerRoutes.LedgerRequests, ReceiveAsync);

    /// <summary>Maps the operator's door.</summary>
    public static void MapLedger(this IEndpointRouteBuilder routes) => routes.MapGet("/v1/log/size", SizeAsync).Demands(ApiRole.Operator);

    private static async Task ReceiveAsync(HttpContext context)
    {
        ParticipantId? from = context.RequestServices.GetRequiredService<PeerCaller>().TryIdentify(context, out ParticipantId caller) ? caller : null;
        if (context.Connection.ClientCertificate is null)
        {
            // Without a key there is nobody that could be listed.
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        await PeerDoor.WithBodyAsync(context, from, (http, body) => AnswerAsync(http, from, body));
    }

    private static async Task AnswerAsync(HttpContext context, ParticipantId? from, byte[] body)
    {
        if (!Parsing.TryParse(LedgerRequest.Parser, body, LedgerSettings.MaximumPartsPerRequest, out LedgerRequest? request))
        {
            PeerDoor.Report(context, from, LedgerCodes.Malformed, PeerDoor.Describe(body));
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        await PeerDoor.AnswerAsync<LedgerReply>(context, call => new LedgerRequested(call, from, request), body.Length, static reply => reply.ToByteArray());
    }

    private static async Task SizeAsync(HttpContext context)
    {
        if (await ApiRequest.CallAsync<LogSize>(context, static call => new LogSizeAsked(call)) is { } size)
            await ApiRequest.WriteAsync(context, StatusCodes.Status200OK, size, ApiJson.Default.LogSize);
    }
}
