using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Settlement.Tests.EndToEnd.Storage;

/// <summary>
/// Stands between a vault and its server. When told to, it lets the next commit through and drops the connection in
/// place of the answer, as a network or a server does at the worst moment.
/// </summary>
public sealed class AnswerLosingProxy : IAsyncDisposable
{
    private static readonly byte[] Commit = Encoding.ASCII.GetBytes("commit_marker");
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly int serverPort;
    private readonly Task accepting;
    private int armed;

    public AnswerLosingProxy(int serverPort)
    {
        this.serverPort = serverPort;
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public void LoseNextAnswer() => Interlocked.Exchange(ref armed, 1);

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await accepting;
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true) connections.Add(CarryAsync(await listener.AcceptTcpClientAsync(stopping.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using TcpClient server = new();
        using (client)
        {
            await server.ConnectAsync(IPAddress.Loopback, serverPort, stopping.Token);
            using CancellationTokenSource closing = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
            await Task.WhenAny(
                PumpAsync(client.GetStream(), server.GetStream(), losesAnswers: false, closing.Token),
                PumpAsync(server.GetStream(), client.GetStream(), losesAnswers: true, closing.Token));
            await closing.CancelAsync();
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, bool losesAnswers, CancellationToken ct)
    {
        byte[] buffer = new byte[65_536];
        try
        {
            int read;
            while ((read = await from.ReadAsync(buffer, ct)) > 0)
            {
                // A new connection's own greeting is let through: only a server that has answered the commit is armed against.
                if (losesAnswers && Volatile.Read(ref armed) == 2 && Interlocked.CompareExchange(ref armed, 0, 2) == 2) return;
                if (!losesAnswers && Volatile.Read(ref armed) == 1 && (buffer.AsSpan(0, read).IndexOf(Commit) >= 0 || IsPreparedCommit(buffer.AsSpan(0, read))))
                    Interlocked.CompareExchange(ref armed, 2, 1);
                await to.WriteAsync(buffer.AsMemory(0, read), ct);
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The connection ended, which is what a proxy passes on by ending too.
        }
    }

    // Once prepared, statements travel without their text: a Bind ('B') starts the message.
    private static bool IsPreparedCommit(ReadOnlySpan<byte> bytes) => bytes[0] == (byte)'B';
}
