using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Net.Http.Headers;
using Settlement.Client;
using Settlement.Core.Machines;
using Settlement.Core.Monetary;
using Settlement.Host.Peers;
using Settlement.Host.Running;

namespace Settlement.Host.Api;

/// <summary>What the API's endpoints share: reading a request, asking the machine, writing an answer.</summary>
internal static class ApiRequest
{
    public const string Json = "application/json";
    public const string Xml = "application/xml";

    /// <summary>The body as JSON; null when it was refused and the answer is written.</summary>
    public static async Task<T?> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type) where T : class => (await ReadWithBodyAsync(context, type))?.Value;

    /// <summary>The same, and the bytes as they came.</summary>
    public static async Task<(T Value, byte[] Body)?> ReadWithBodyAsync<T>(HttpContext context, JsonTypeInfo<T> type) where T : class
    {
        if (!HasContentType(context, Json))
        {
            await Problems.UnknownContentTypeAsync(context, Json);
            return null;
        }

        byte[]? body = await RequestBody.ReadAsync(context, ApiBounds.MaximumJsonBytes);
        if (body is null)
        {
            await Problems.TooLargeAsync(context, ApiBounds.MaximumJsonBytes);
            return null;
        }

        try
        {
            if (JsonSerializer.Deserialize(body, type) is { } value) return (value, body);
            await Problems.MalformedAsync(context, "The body must be an object.");
        }
        catch (JsonException error)
        {
            string[] absent = Absent(body, type);
            await Problems.WriteAsync(context, StatusCodes.Status400BadRequest, Configuration.HostCodes.RequestMalformed,
                absent.Length > 0 ? $"The body lacks {string.Join(", ", absent)}." : "The body is not JSON of the expected form.",
                error.Path, (int?)error.LineNumber + 1, (int?)error.BytePositionInLine + 1);
        }

        return null;
    }

    /// <summary>The members that an object must have and does not; none where the body is no object.</summary>
    private static string[] Absent(byte[] body, JsonTypeInfo type)
    {
        Utf8JsonReader reader = new(body);
        try
        {
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return [];
            return [.. type.Properties.Where(member => member.IsRequired && !document.RootElement.TryGetProperty(member.Name, out _)).Select(static member => member.Name)];
        }
        catch (JsonException)
        {
            // It is no JSON at all, which the answer says with the place.
            return [];
        }
    }

    /// <summary>Whether the body is of a media type, whatever its parameters.</summary>
    public static bool HasContentType(HttpContext context, string mediaType) =>
        MediaTypeHeaderValue.TryParse(context.Request.ContentType, out MediaTypeHeaderValue? type)
        && string.Equals(type.MediaType.Value, mediaType, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the caller asks for ISO 20022 XML rather than JSON.</summary>
    public static bool WantsXml(HttpContext context)
    {
        IList<MediaTypeHeaderValue> accepted = context.Request.GetTypedHeaders().Accept;
        MediaTypeHeaderValue? best = accepted
            .Where(static type => type.MediaType.Value is Xml or Json)
            .OrderByDescending(static type => type.Quality ?? 1)
            .FirstOrDefault();
        return best?.MediaType.Value is Xml;
    }

    /// <summary>Asks the machine; null when there is no answer and the refusal is written.</summary>
    public static async Task<T?> CallAsync<T>(HttpContext context, Func<long, Input> ask, int bytes = 0) where T : class
    {
        RoleLoop loop = context.RequestServices.GetRequiredService<RoleLoop>();
        using CancellationTokenSource timer = new(ApiBounds.LongestOrder, context.RequestServices.GetRequiredService<TimeProvider>());
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, context.RequestAborted, Stopping(context));
        if (!loop.TryCall(ask, bytes, out Task<T>? call, either.Token))
        {
            await Problems.BusyAsync(context);
            return null;
        }

        try
        {
            return await call;
        }
        catch (OperationCanceledException)
        {
            if (context.RequestAborted.IsCancellationRequested) return null;
            if (timer.IsCancellationRequested)
                await Problems.WriteAsync(context, StatusCodes.Status504GatewayTimeout, Configuration.HostCodes.OutcomeUnknown, "The outcome is not known yet; ask for it again.");
            else await Problems.StoppingAsync(context);
            return null;
        }
    }

    /// <summary>Cancelled when the node begins to stop: whoever still waits then is answered at once.</summary>
    public static CancellationToken Stopping(HttpContext context) =>
        context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;

    /// <summary>Writes a JSON answer.</summary>
    public static Task WriteAsync<T>(HttpContext context, int status, T value, JsonTypeInfo<T> type) =>
        WriteAsync(context, status, Json, JsonSerializer.SerializeToUtf8Bytes(value, type));

    /// <summary>Writes an answer of another type.</summary>
    public static Task WriteAsync(HttpContext context, int status, string contentType, byte[] body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    /// <summary>An amount above zero in a currency, or what is wrong with it.</summary>
    public static bool TryReadMoney(string? currency, string? amount, out Money money)
    {
        money = default;
        return Currency.TryParse(currency, out Currency read) && amount is not null && Money.ReadAmount(amount, read, out money) == AmountFault.None;
    }

    /// <summary>A whole number of the query, at least zero; the default where it is absent.</summary>
    public static bool TryReadNumber(HttpContext context, string name, long otherwise, out long value)
    {
        value = otherwise;
        string? text = context.Request.Query[name];
        return text is null || long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    /// <summary><c>true</c> or <c>false</c> of the query; the default where it is absent.</summary>
    public static bool TryReadFlag(HttpContext context, string name, bool otherwise, out bool value)
    {
        value = otherwise;
        string? text = context.Request.Query[name];
        return text is null || bool.TryParse(text, out value);
    }

    /// <summary>How many items the caller wants, within the bound.</summary>
    public static bool TryReadLimit(HttpContext context, out int limit)
    {
        bool read = TryReadNumber(context, "limit", ApiBounds.DefaultPageSize, out long value);
        limit = (int)Math.Min(value, ApiBounds.MaximumPageSize);
        return read && limit > 0;
    }

    /// <summary>Demands one of these roles of the caller.</summary>
    public static TBuilder Demands<TBuilder>(this TBuilder builder, params Configuration.ApiRole[] roles) where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new Demand(roles));
}
