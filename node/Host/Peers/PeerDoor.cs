using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Host.Running;

namespace Settlement.Host.Peers;

/// <summary>The door for messages between members and to observers: 202 once a message waits for the machine.</summary>
internal static class PeerDoor
{
    /// <summary>Maps the door.</summary>
    public static void MapPeerMessages(this IEndpointRouteBuilder routes) => routes.MapPost(PeerRoutes.Messages, ReceiveAsync);

    private static async Task ReceiveAsync(HttpContext context)
    {
        if (await ReadAsync(context) is not { } request) return;
        RoleLoop loop = context.RequestServices.GetRequiredService<RoleLoop>();
        if (loop.TryPost(new Input.PeerReceived(request.From, request.Body), request.Body.Length)) context.Response.StatusCode = StatusCodes.Status202Accepted;
        else Busy(context);
    }

    /// <summary>Who calls and what is said; null when the request was refused, with an empty body in every case.</summary>
    public static async ValueTask<(ParticipantId From, byte[] Body)?> ReadAsync(HttpContext context)
    {
        PeerCaller callers = context.RequestServices.GetRequiredService<PeerCaller>();
        if (!callers.TryIdentify(context, out ParticipantId caller))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return null;
        }

        return await ReadBodyAsync(context) is { } body ? (caller, body) : null;
    }

    /// <summary>The body, when it is of the right type and size.</summary>
    public static async ValueTask<byte[]?> ReadBodyAsync(HttpContext context)
    {
        if (!string.Equals(context.Request.ContentType, PeerBounds.ContentType, StringComparison.OrdinalIgnoreCase))
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return null;
        }

        byte[]? body = await RequestBody.ReadAsync(context, PeerBounds.MaximumBodyBytes);
        if (body is null) context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
        return body;
    }

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
}
