using Settlement.Client;

namespace Settlement.Host.Network;

/// <summary>
/// Requests to the nodes of a network that are sent again while a node is busy, or not there: only such that may be answered
/// twice, as those with an idempotency key.
/// </summary>
/// <param name="network">The network.</param>
/// <param name="patience">How long an answer may take, kills and restarts included.</param>
/// <param name="time">What waiting is measured by.</param>
internal sealed class NetworkCalls(LocalNetwork network, TimeSpan patience, TimeProvider time)
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Asks a node what it must not refuse.</summary>
    /// <exception cref="NetworkException">DM006, DM007.</exception>
    public async Task<T> AskAsync<T>(LocalNode node, string what, Func<SettlementClient, Task<T>> request, CancellationToken ct)
    {
        try
        {
            return await RetryAsync(node, request, ct);
        }
        catch (SettlementApiException refused)
        {
            throw new NetworkException(NetworkException.Refused, $"{node.Name} refused to {what}. {refused.Message}", refused);
        }
    }

    /// <summary>Sends a request until it is answered by something else than "busy".</summary>
    /// <exception cref="SettlementApiException">The node refused.</exception>
    /// <exception cref="NetworkException">DM006.</exception>
    public async Task<T> RetryAsync<T>(LocalNode node, Func<SettlementClient, Task<T>> request, CancellationToken ct)
    {
        long began = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await request(network.Client(node));
            }
            catch (Exception error) when (IsPassing(error))
            {
                if (time.GetElapsedTime(began) > patience)
                {
                    throw new NetworkException(
                        NetworkException.TimedOut, $"{node.Name} does not answer after {patience.TotalSeconds} seconds: {error.Message}\n{node.LogTail()}", error);
                }
            }

            await Task.Delay(RetryPause, time, ct);
        }
    }

    // A node that was killed in the middle of an answer breaks the connection; one that starts is not there, or says "busy". The
    // client's own bound of one answer looks like a cancellation.
    private static bool IsPassing(Exception error) => error is HttpRequestException or IOException or TaskCanceledException { InnerException: TimeoutException }
        || error is SettlementApiException { Status: StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests };
}
