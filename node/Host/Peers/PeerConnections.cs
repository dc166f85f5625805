using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Host.Configuration;
using Settlement.Host.Running;

namespace Settlement.Host.Peers;

/// <summary>
/// Gives connections their places at the door (<see cref="PeerSeats"/>), and counts with the strangers each one that ends without
/// a participant having shown itself on it: one without TLS, one that loses its place, one that never asks for anything.
/// </summary>
internal sealed class PeerConnections(PeerConnectionBounds bounds, PeerCaller callers, Strangers strangers, RoleLoop loop, TimeProvider time)
{
    // What one customer of a network usually has of IPv6 is a prefix of 64 bits, and counts as one address.
    private const int BytesOfIpV6 = 8;

    private readonly PeerSeats seats = new(bounds);

    /// <summary>Stands before TLS.</summary>
    public ConnectionDelegate BeforeTls(ConnectionDelegate next) => async connection =>
    {
        PeerSeat seat = seats.Take(AddressOf(connection.RemoteEndPoint), connection.Abort);
        connection.Features.Set(seat);
        try
        {
            await next(connection);
        }
        finally
        {
            seats.GiveBack(seat);
            if (!seat.IsCounted) strangers.Knocked();
        }
    };

    /// <summary>Stands behind TLS, where the caller has proved to hold the key that it shows.</summary>
    public ConnectionDelegate BehindTls(ConnectionDelegate next) => async connection =>
    {
        PeerSeat seat = connection.Features.Get<PeerSeat>()!;
        // Read here, where the connection is open: the server keeps it, and cannot read it for a request whose caller has hung up.
        if (callers.Find(connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate) is { } participant && !seat.TryShow(participant))
        {
            loop.TryPost(new Input.DoorRefused(participant, HostCodes.TooManyAtOnce, string.Create(CultureInfo.InvariantCulture, $"more than {bounds.PerParticipant} connections at once")));
            connection.Abort();
            return;
        }

        // A participant has one too, since its key may be rotated away.
        using StrangerStay stay = new(seat, connection.Features.GetRequiredFeature<IConnectionLifetimeNotificationFeature>().RequestClose, time);
        connection.Features.Set(stay);
        await next(connection);
    };

    /// <summary>The address that counts for a caller's share.</summary>
    internal static IPAddress AddressOf(EndPoint? remote)
    {
        if (remote is not IPEndPoint { Address: { } address }) return IPAddress.None;
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address;
        byte[] prefix = address.GetAddressBytes();
        prefix.AsSpan(BytesOfIpV6).Clear();
        return new IPAddress(prefix);
    }
}
