using System.Buffers;
using System.IO.Pipelines;

namespace Settlement.Host.Peers;

/// <summary>Reads a request's body within a bound.</summary>
internal static class RequestBody
{
    /// <summary>The whole body; null when it is larger than <paramref name="maximumBytes"/>.</summary>
    public static ValueTask<byte[]?> ReadAsync(HttpContext context, int maximumBytes) => ReadAsync(context, maximumBytes, context.RequestAborted);

    /// <summary>The same, until a token ends it.</summary>
    /// <exception cref="BadHttpRequestException">The body is not sent as HTTP says, or too slowly.</exception>
    public static async ValueTask<byte[]?> ReadAsync(HttpContext context, int maximumBytes, CancellationToken ct)
    {
        if (context.Request.ContentLength > maximumBytes) return null;
        PipeReader reader = context.Request.BodyReader;
        while (true)
        {
            ReadResult result = await NextAsync(reader, ct);
            if (result.Buffer.Length > maximumBytes)
            {
                // Given back, so that the server can read past the rest of the body and the caller gets to see the answer.
                reader.AdvanceTo(result.Buffer.End);
                return null;
            }

            if (result.IsCompleted)
            {
                byte[] body = result.Buffer.ToArray();
                reader.AdvanceTo(result.Buffer.End);
                return body;
            }

            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    // For some broken bodies, such as a chunk whose length is no number that fits, the server has no exception of its own.
    private static async ValueTask<ReadResult> NextAsync(PipeReader reader, CancellationToken ct)
    {
        try
        {
            return await reader.ReadAsync(ct);
        }
        catch (IOException broken) when (broken is not BadHttpRequestException)
        {
            throw new BadHttpRequestException(broken.Message, StatusCodes.Status400BadRequest, broken);
        }
    }
}
