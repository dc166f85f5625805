using System.Threading.RateLimiting;

namespace Settlement.Host.Api;

/// <summary>
/// How many requests of one token are worked on, in a second and at once. Limiters keep timers until they are disposed, and those of
/// the framework's middleware never are: they would keep a stopped server, so requests are counted here.
/// </summary>
internal sealed class ApiLimiter : IDisposable
{
    private readonly PartitionedRateLimiter<HttpContext> rate;
    private readonly PartitionedRateLimiter<HttpContext> concurrency;
    private readonly PartitionedRateLimiter<HttpContext> both;

    /// <param name="requestsPerSecond">What one token may ask for, sustained.</param>
    public ApiLimiter(int requestsPerSecond)
    {
        rate = PartitionedRateLimiter.Create<HttpContext, string>(context => RateLimitPartition.GetTokenBucketLimiter(NameOf(context), _ => Rate(requestsPerSecond)));
        concurrency = PartitionedRateLimiter.Create<HttpContext, string>(static context => RateLimitPartition.GetConcurrencyLimiter(NameOf(context), static _ => Concurrency()));
        both = PartitionedRateLimiter.CreateChained(rate, concurrency);
    }

    /// <summary>A turn for a request, which is over when the lease is disposed; one that is not acquired where the token has had as many as it may.</summary>
    public RateLimitLease TryTake(HttpContext context) => both.AttemptAcquire(context);

    /// <inheritdoc/>
    public void Dispose()
    {
        both.Dispose();
        concurrency.Dispose();
        rate.Dispose();
    }

    private static string NameOf(HttpContext context) => TokenCheck.TokenOf(context)?.Name ?? "";

    private static TokenBucketRateLimiterOptions Rate(int requestsPerSecond) => new()
    {
        TokenLimit = requestsPerSecond,
        TokensPerPeriod = requestsPerSecond,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        QueueLimit = 0,
    };

    private static ConcurrencyLimiterOptions Concurrency() => new() { PermitLimit = ApiBounds.MaximumConcurrentRequests, QueueLimit = 0 };
}
