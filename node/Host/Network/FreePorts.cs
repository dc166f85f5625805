using System.Net;
using System.Net.Sockets;
using Settlement.Core.Cryptography;

namespace Settlement.Host.Network;

/// <summary>Ports of 127.0.0.1 that nobody listens on. They lie below the range from which systems take the ports of outgoing
/// connections, so that none of those takes one before its node listens.</summary>
internal static class FreePorts
{
    private const int Lowest = 20_000;
    private const int Highest = 32_000;

    /// <summary>Distinct free ports, from a random place on.</summary>
    /// <exception cref="NetworkException">DM008.</exception>
    public static IReadOnlyList<int> Take(int count, IEntropy entropy)
    {
        Span<byte> random = stackalloc byte[2];
        entropy.Fill(random);
        int start = BitConverter.ToUInt16(random) % (Highest - Lowest);
        List<int> ports = [];
        for (int step = 0; step < Highest - Lowest && ports.Count < count; step++)
        {
            int port = Lowest + ((start + step) % (Highest - Lowest));
            if (IsFree(port)) ports.Add(port);
        }

        return ports.Count == count ? ports : throw new NetworkException(NetworkException.NoPlace, $"127.0.0.1 has no {count} free ports between {Lowest} and {Highest}.");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using TcpListener listener = new(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
