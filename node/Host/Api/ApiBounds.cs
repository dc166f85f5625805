namespace Settlement.Host.Api;

/// <summary>The bounds of the API.</summary>
internal static class ApiBounds
{
    /// <summary>The largest body of any request but a message, in bytes.</summary>
    public const int MaximumJsonBytes = 64 * 1024;

    /// <summary>How many times the largest body the listener reads past, so that a body that is too large gets an answer with
    /// its code, and not a connection that breaks while it is sent. The doors check their own bounds.</summary>
    public const int BodyAllowance = 2;

    /// <summary>The longest token, in characters.</summary>
    public const int MaximumTokenLength = 512;

    /// <summary>Connections to the API.</summary>
    public const int MaximumConnections = 1_024;

    /// <summary>Requests of one token that are worked on at once, those that wait for a status included.</summary>
    public const int MaximumConcurrentRequests = 512;

    /// <summary>Headers of one request, in bytes.</summary>
    public const int MaximumHeaderBytes = 16 * 1024;

    /// <summary>The longest idempotency key, in characters.</summary>
    public const int MaximumIdempotencyKeyLength = 128;

    /// <summary>Items of one page, where the caller does not say or asks for more.</summary>
    public const int MaximumPageSize = 1_000;

    /// <summary>Items of one page where the caller does not say.</summary>
    public const int DefaultPageSize = 100;

    /// <summary>Bytes a second below which a connection is ended, once it has been slower for <see cref="SlowGrace"/>.</summary>
    public const double MinimumBytesPerSecond = 240;

    /// <summary>The longest that a request may wait for a status.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    /// <summary>How long an operator's order, such as an opening, is waited for.</summary>
    public static readonly TimeSpan LongestOrder = TimeSpan.FromMinutes(2);

    /// <summary>How long a request's headers may take to come in.</summary>
    public static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);

    /// <summary>See <see cref="MinimumBytesPerSecond"/>.</summary>
    public static readonly TimeSpan SlowGrace = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may be idle.</summary>
    public static readonly TimeSpan IdleTimeout = TimeSpan.FromMinutes(2);
}
