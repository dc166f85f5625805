using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Participants;
using Settlement.Host.Keys;
using Settlement.Host.Peers;
using Settlement.Tests.EndToEnd.Host;

namespace Settlement.Tests.EndToEnd.Hostile;

/// <summary>
/// Stands in front of one node with the node's own key, and speaks to it with the keys of whoever calls: what passes can be
/// changed, repeated, held back or cut, in the caller's name. So it is a member that lies, a forged ledger, or a network that
/// loses things, whichever a test makes of it. Unchanged, it passes everything on.
/// </summary>
internal sealed class Interposer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly TlsIdentity own;
    private readonly Destination behind;
    private readonly Func<Digest, (string Id, TlsIdentity Identity)?> find;
    private readonly ConcurrentDictionary<Digest, (string Id, PeerClient Client)> clients = new();

    private Interposer(WebApplication app, TlsIdentity own, Destination behind, Func<Digest, (string Id, TlsIdentity Identity)?> find)
    {
        this.app = app;
        this.own = own;
        this.behind = behind;
        this.find = find;
    }

    /// <summary>Where it listens: the directory lists this address for the node.</summary>
    public Uri Address => new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>What becomes of a request of a participant: itself, another, none, or several.</summary>
    public Func<string, byte[], IEnumerable<byte[]>>? OnRequest { get; set; }

    /// <summary>What becomes of the answer; null breaks the connection before it.</summary>
    public Func<string, byte[], byte[]?>? OnReply { get; set; }

    public static async Task<Interposer> StartAsync(TlsIdentity own, Destination behind, Func<Digest, (string Id, TlsIdentity Identity)?> find, CancellationToken ct)
    {
        WebApplicationBuilder builder = TestNodes.PeerServerAlone(own);
        WebApplication front = builder.Build();
        Interposer interposer = new(front, own, behind, find);
        foreach (Door door in Enum.GetValues<Door>()) front.MapPost(PeerRoutes.Of(door), (HttpContext context) => interposer.PassAsync(context, door));
        await front.StartAsync(ct);
        return interposer;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        foreach ((_, PeerClient client) in clients.Values) client.Dispose();
        own.Dispose();
    }

    private async Task PassAsync(HttpContext context, Door door)
    {
        byte[]? body = await RequestBody.ReadAsync(context, PeerBounds.MaximumBodyBytes);
        if (body is null || !TlsIdentity.TryReadKey(context.Connection.ClientCertificate!, out PublicKey key) || ClientOf(key.Fingerprint) is not { } caller)
        {
            context.Abort();
            return;
        }

        byte[]? reply = [];
        foreach (byte[] passed in OnRequest?.Invoke(caller.Id, body) ?? [body])
        {
            if (await caller.Client.SendAsync(door, passed, context.RequestAborted) is PeerAnswer.Received received) reply = received.Body;
            else reply = null;
        }

        if (reply is not null && OnReply is { } change) reply = change(caller.Id, reply);
        if (reply is null)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = door == Door.Peer ? (int)HttpStatusCode.Accepted : (int)HttpStatusCode.OK;
        await context.Response.Body.WriteAsync(reply, context.RequestAborted);
    }

    private (string Id, PeerClient Client)? ClientOf(Digest fingerprint)
    {
        if (clients.TryGetValue(fingerprint, out (string Id, PeerClient Client) known)) return known;
        if (find(fingerprint) is not { } found) return null;
        return clients.GetOrAdd(fingerprint, (found.Id, new PeerClient(behind, found.Identity, TimeProvider.System)));
    }
}
