using Settlement.Host.Api;
using Settlement.Host.Configuration;

namespace Settlement.Host.BackOffice;

/// <summary>The key under which a message is answered alike however often it comes.</summary>
/// <param name="Value">The key; null where the request has none.</param>
internal sealed record IdempotencyKey(string? Value)
{
    private const string Header = "Idempotency-Key";

    /// <summary>The request's key; null when it is none and the refusal is written.</summary>
    public static async Task<IdempotencyKey?> ReadAsync(HttpContext context)
    {
        string? key = context.Request.Headers.TryGetValue(Header, out var values) ? values.ToString() : null;
        if (key is null || IsKey(key)) return new IdempotencyKey(key);
        await Problems.WriteAsync(context, StatusCodes.Status400BadRequest, HostCodes.IdempotencyKeyInvalid,
            $"{Header} is 1 to {ApiBounds.MaximumIdempotencyKeyLength} visible ASCII characters.");
        return null;
    }

    private static bool IsKey(string key) => key.Length is > 0 and <= ApiBounds.MaximumIdempotencyKeyLength && key.All(static c => c is > ' ' and <= '~');
}
