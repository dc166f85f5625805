using System.Text.Json;
using Settlement.Client;
using Settlement.Host.Configuration;
using Settlement.Host.Running;

namespace Settlement.Host.Api;

/// <summary>Refusals of the API as problem details (RFC 9457) with a stable code. None repeats a value of the request.</summary>
internal static class Problems
{
    public const string ContentType = "application/problem+json";
    private const string RetryAfterSeconds = "1";

    public static Task UnauthorizedAsync(HttpContext context)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return WriteAsync(context, StatusCodes.Status401Unauthorized, HostCodes.TokenRefused, "A known token is needed.");
    }

    public static Task ForbiddenAsync(HttpContext context) =>
        WriteAsync(context, StatusCodes.Status403Forbidden, HostCodes.RoleMissing, "The token has no role that may do this.");

    public static Task NotFoundAsync(HttpContext context) =>
        WriteAsync(context, StatusCodes.Status404NotFound, HostCodes.NotFound, "There is no such thing here.");

    public static Task MalformedAsync(HttpContext context, string detail) =>
        WriteAsync(context, StatusCodes.Status400BadRequest, HostCodes.RequestMalformed, detail);

    public static Task TooLargeAsync(HttpContext context, int maximumBytes) =>
        WriteAsync(context, StatusCodes.Status413PayloadTooLarge, HostCodes.BodyTooLarge, $"The body may have {maximumBytes} bytes.");

    /// <summary>The body came too slowly, or not as HTTP says, such as with a chunk that is not as long as it says.</summary>
    public static Task BrokenAsync(HttpContext context, int status) => status switch
    {
        StatusCodes.Status408RequestTimeout => WriteAsync(context, status, HostCodes.BodyTooSlow, "The body came too slowly."),
        StatusCodes.Status413PayloadTooLarge => WriteAsync(context, status, HostCodes.BodyTooLarge, "The body is larger than any may be."),
        _ => MalformedAsync(context, "The body is not sent as HTTP says."),
    };

    public static Task UnknownContentTypeAsync(HttpContext context, string expected) =>
        WriteAsync(context, StatusCodes.Status415UnsupportedMediaType, HostCodes.ContentTypeUnknown, $"The body must be {expected}.");

    public static Task TooManyAsync(HttpContext context) =>
        RetryAsync(context, StatusCodes.Status429TooManyRequests, HostCodes.TooManyRequests, "Too many requests; send it again later.");

    public static Task BusyAsync(HttpContext context) =>
        RetryAsync(context, StatusCodes.Status503ServiceUnavailable, HostCodes.Busy, "The node has as much to do as it may hold; send it again later.");

    public static Task StoppingAsync(HttpContext context) =>
        RetryAsync(context, StatusCodes.Status503ServiceUnavailable, HostCodes.Stopping, "The node is stopping; send it again, with the same idempotency key.");

    /// <summary>What was asked for was refused by a rule of the network; its own code is in the answer.</summary>
    public static Task RefusedAsync(HttpContext context, string code, string? place = null) =>
        WriteAsync(context, StatusCodes.Status422UnprocessableEntity, code, "The order was refused; the code names the rule.", place);

    /// <summary>Writes a problem.</summary>
    public static Task WriteAsync(HttpContext context, int status, string code, string detail, string? place = null, int? line = null, int? column = null)
    {
        context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(Problems)).RequestRefused(code);
        Problem problem = new()
        {
            Type = $"urn:settlement:problem:{code}",
            Title = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status),
            Status = status,
            Detail = detail,
            Code = code,
            Place = place,
            Line = line,
            Column = column,
        };
        context.Response.StatusCode = status;
        context.Response.ContentType = ContentType;
        return context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(problem, ApiJson.Default.Problem), context.RequestAborted).AsTask();
    }

    private static Task RetryAsync(HttpContext context, int status, string code, string detail)
    {
        context.Response.Headers.RetryAfter = RetryAfterSeconds;
        return WriteAsync(context, status, code, detail);
    }
}
