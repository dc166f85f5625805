using System.Net;
using System.Net.Http.Headers;
using Settlement.Host.Peers;

namespace Settlement.Tests.EndToEnd.Hostile;

/// <summary>A body that begins and then says nothing more.</summary>
internal sealed class SlowContent : HttpContent
{
    private static readonly byte[] First = new byte[10];
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SlowContent() => Headers.ContentType = new MediaTypeHeaderValue(PeerBounds.ContentType);

    /// <summary>The first bytes have gone.</summary>
    public Task Begun => begun.Task;

    public void End() => ended.TrySetResult();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.WriteAsync(First, TestContext.Current.CancellationToken);
        await stream.FlushAsync(TestContext.Current.CancellationToken);
        begun.TrySetResult();
        await ended.Task;
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
