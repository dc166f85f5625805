using System.Security.Cryptography;
using System.Text;
using Settlement.Core.Cryptography;
using Settlement.Host.Configuration;

namespace Settlement.Host.Api;

/// <summary>What an endpoint demands of its caller. An endpoint without it answers nobody.</summary>
/// <param name="Roles">Any of these; none at all for everybody, without a token.</param>
internal sealed record Demand(params ApiRole[] Roles);

/// <summary>Lets only known tokens with the right role through to an endpoint.</summary>
internal sealed class TokenCheck(RequestDelegate next, ApiConfiguration configuration)
{
    private const string Scheme = "Bearer ";
    private static readonly object TokenItem = new();

    /// <summary>The token that the request came with, after the check.</summary>
    public static ApiToken? TokenOf(HttpContext context) => context.Items[TokenItem] as ApiToken;

    public Task InvokeAsync(HttpContext context)
    {
        Demand? demand = context.GetEndpoint()?.Metadata.GetMetadata<Demand>();
        if (demand is { Roles.Length: 0 }) return next(context);
        ApiToken? token = Find(context.Request.Headers.Authorization);
        // Whoever has no token learns not even which paths there are.
        if (token is null) return Problems.UnauthorizedAsync(context);
        context.Items[TokenItem] = token;
        // What is no route of ours is the framework's answer to a wrong path or method. A route that demands nothing was
        // forgotten, and answers nobody.
        if (demand is null) return context.GetEndpoint() is RouteEndpoint ? Problems.NotFoundAsync(context) : next(context);
        return demand.Roles.Any(token.Roles.Contains) ? next(context) : Problems.ForbiddenAsync(context);
    }

    private ApiToken? Find(string? header)
    {
        if (header is null || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return null;
        string text = header[Scheme.Length..].Trim();
        if (text.Length is 0 or > ApiBounds.MaximumTokenLength) return null;
        byte[] presented = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        Span<byte> known = stackalloc byte[Digest.Length];
        ApiToken? found = null;
        // All are compared, in the same time, so that an answer's delay says nothing about which one is close.
        foreach (ApiToken token in configuration.Tokens)
        {
            token.Hash.CopyTo(known);
            if (CryptographicOperations.FixedTimeEquals(presented, known)) found = token;
        }

        return found;
    }
}
