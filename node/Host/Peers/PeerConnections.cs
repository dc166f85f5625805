using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Settlement.Host.Peers;

/// <summary>
/// Holds each address to its share of the door's connections, and counts who does not get as far as a request: a connection
/// without TLS, or one that is ended in the handshake, is nobody's that is known.
/// </summary>
internal sealed class PeerConnections(Strangers strangers)
{
    // What one customer of a network usually has of IPv6 is a prefix of 64 bits, and counts as one address.
    private const int BytesOfIpV6 = 8;

    private static readonly object IsSecure = new();

    private readonly ConcurrentDictionary<IPAddress, int> open = new();

    /// <summary>Stands before TLS.</summary>
    public ConnectionDelegate BeforeTls(ConnectionDelegate next) => async connection =>
    {
        IPAddress from = AddressOf(connection.RemoteEndPoint);
        try
        {
            if (open.AddOrUpdate(from, 1, static (_, before) => before + 1) > PeerBounds.MaximumConnectionsPerAddress) connection.Abort();
            else await next(connection);
        }
        finally
        {
            Leave(from);
            if (!connection.Items.ContainsKey(IsSecure)) strangers.Knocked();
        }
    };

    /// <summary>Stands behind TLS.</summary>
    public static ConnectionDelegate BehindTls(ConnectionDelegate next) => connection =>
    {
        connection.Items[IsSecure] = true;
        // Read here, where the connection is open: the server keeps it, and cannot read it for a request whose caller has hung up.
        _ = connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate;
        return next(connection);
    };

    private void Leave(IPAddress from)
    {
        // Only where it is still zero: somebody may have come meanwhile.
        if (open.AddOrUpdate(from, 0, static (_, before) => before - 1) == 0) open.TryRemove(new KeyValuePair<IPAddress, int>(from, 0));
    }

    private static IPAddress AddressOf(EndPoint? remote)
    {
        if (remote is not IPEndPoint { Address: { } address }) return IPAddress.None;
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address;
        byte[] prefix = address.GetAddressBytes();
        prefix.AsSpan(BytesOfIpV6).Clear();
        return new IPAddress(prefix);
    }
}
