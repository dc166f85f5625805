using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.Features;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Host.Configuration;
using Settlement.Host.Running;

namespace Settlement.Host.Peers;

/// <summary>The door for messages between members and to observers: 202 once a message waits for the machine.</summary>
internal static class PeerDoor
{
    /// <summary>Maps the door.</summary>
    public static void MapPeerMessages(this IEndpointRouteBuilder routes) => routes.MapPost(PeerRoutes.Messages, ReceiveAsync);

    /// <summary>Maps every other path and method: a stranger is answered there as it is at a door, so that it does not learn which doors
    /// there are, and is counted. A participant is told that there is none.</summary>
    public static void MapElsewhere(this IEndpointRouteBuilder routes) => routes.Map("/{**path}", static context =>
    {
        bool isKnown = context.RequestServices.GetRequiredService<PeerCaller>().TryIdentify(context, out _);
        context.Response.StatusCode = isKnown ? StatusCodes.Status404NotFound : StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    });

    private static async Task ReceiveAsync(HttpContext context) => await WithCallerAsync(context, static (http, caller, body) =>
    {
        RoleLoop loop = http.RequestServices.GetRequiredService<RoleLoop>();
        if (loop.TryPost(new Input.PeerReceived(caller, body), body.Length)) http.Response.StatusCode = StatusCodes.Status202Accepted;
        else Busy(http);
        return Task.CompletedTask;
    });

    /// <summary>Lets a listed participant in and reads what it says; whoever is refused gets a status and an empty body.</summary>
    public static async Task WithCallerAsync(HttpContext context, Func<HttpContext, ParticipantId, byte[], Task> answer)
    {
        if (!context.RequestServices.GetRequiredService<PeerCaller>().TryIdentify(context, out ParticipantId caller))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        await WithBodyAsync(context, caller, (http, body) => answer(http, caller, body));
    }

    /// <summary>Reads the body of a participant, or of a stranger, when it is its turn, and the body of the right type, size and speed.
    /// What a participant is refused for, the machine is told.</summary>
    public static async Task WithBodyAsync(HttpContext context, ParticipantId? caller, Func<HttpContext, byte[], Task> answer)
    {
        using PeerTurn? turn = TryTakeTurn(context, caller);
        if (turn is null)
        {
            Report(context, caller, HostCodes.TooManyAtOnce, $"more than {PeerBounds.MaximumAtOncePerParticipant} requests at once");
            Busy(context);
        }
        else if (!string.Equals(context.Request.ContentType, PeerBounds.ContentType, StringComparison.OrdinalIgnoreCase))
        {
            Report(context, caller, HostCodes.ContentTypeUnknown, "a body of another type");
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
        }
        else if (await ReadAsync(context, caller, turn) is { } body)
        {
            await answer(context, body);
        }
    }

    private static PeerTurn? TryTakeTurn(HttpContext context, ParticipantId? caller) => caller is { } id
        ? context.RequestServices.GetRequiredService<PeerTurns>().TryTake(id)
        : !context.Features.GetRequiredFeature<StrangerStay>().TryAsk() ? null
        : context.RequestServices.GetRequiredService<StrangerTurns>().TryTake(context.Features.GetRequiredFeature<PeerSeat>().From);

    /// <summary>Tells the machine what a participant was refused for; a stranger is counted already.</summary>
    public static void Report(HttpContext context, ParticipantId? caller, string code, string detail)
    {
        // A full inbox holds enough of the participant already.
        if (caller is { } id) context.RequestServices.GetRequiredService<RoleLoop>().TryPost(new Input.DoorRefused(id, code, detail));
    }

    /// <summary>What a door says of bytes that are no message.</summary>
    public static string Describe(byte[] body) => string.Create(CultureInfo.InvariantCulture, $"{body.Length} bytes, SHA-256 {Convert.ToHexStringLower(SHA256.HashData(body))}");

    /// <summary>Answers that the node holds as much as it may.</summary>
    public static void Busy(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.Headers.RetryAfter = PeerBounds.RetryAfterSeconds;
    }

    /// <summary>Answers with what the machine replied to a call.</summary>
    public static async Task AnswerAsync<T>(HttpContext context, Func<long, Input> ask, int bytes, Func<T, byte[]> write) where T : class
    {
        RoleLoop loop = context.RequestServices.GetRequiredService<RoleLoop>();
        if (!loop.TryCall(ask, bytes, out Task<T>? call, context.RequestAborted))
        {
            Busy(context);
            return;
        }

        try
        {
            byte[] reply = write(await call);
            context.Response.ContentType = PeerBounds.ContentType;
            context.Response.ContentLength = reply.Length;
            await context.Response.BodyWriter.WriteAsync(reply, context.RequestAborted);
        }
        catch (OperationCanceledException) when (!context.Response.HasStarted)
        {
            // The caller left, or the node stops; who is still there asks again.
            Busy(context);
        }
    }

    private static async ValueTask<byte[]?> ReadAsync(HttpContext context, ParticipantId? caller, PeerTurn turn)
    {
        int maximumBytes = caller is null ? PeerBounds.MaximumStrangerBodyBytes : PeerBounds.MaximumBodyBytes;
        using CancellationTokenSource timer = new(PeerBounds.BodyTimeout, context.RequestServices.GetRequiredService<TimeProvider>());
        using CancellationTokenSource any = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, turn.Displaced, context.RequestAborted);
        try
        {
            byte[]? body = await RequestBody.ReadAsync(context, maximumBytes, any.Token);
            if (body is not null && turn.TryKeep()) return body;
            if (body is not null)
            {
                Busy(context);
                return null;
            }

            Report(context, caller, HostCodes.BodyTooLarge, string.Create(CultureInfo.InvariantCulture, $"a body of more than {maximumBytes} bytes; declared: {context.Request.ContentLength?.ToString(CultureInfo.InvariantCulture) ?? "nothing"}"));
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
        }
        catch (OperationCanceledException) when (turn.Displaced.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            // An honest stranger comes again.
            Busy(context);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            Report(context, caller, HostCodes.BodyTooSlow, $"a body that did not come in within {PeerBounds.BodyTimeout}");
            context.Response.StatusCode = StatusCodes.Status408RequestTimeout;
        }

        return null;
    }
}
