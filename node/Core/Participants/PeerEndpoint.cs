using System.Diagnostics.CodeAnalysis;

namespace Settlement.Core.Participants;

/// <summary>Where a participant says that its node is reached.</summary>
public static class PeerEndpoint
{
    /// <summary>Reads an https address that can be connected to. Not every text that is an address names a host: one in letters beyond ASCII
    /// may have no form that the domain name system knows (RFC 5891, section 4.2), and would fail only where somebody sends to it.</summary>
    public static bool TryRead(string text, [NotNullWhen(true)] out Uri? endpoint) =>
        Uri.TryCreate(text, UriKind.Absolute, out endpoint) && endpoint.Scheme == Uri.UriSchemeHttps && HasHost(endpoint);

    private static bool HasHost(Uri endpoint)
    {
        try
        {
            return endpoint.HostNameType is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6 && endpoint.IdnHost.Length > 0;
        }
        catch (UriFormatException)
        {
            return false;
        }
    }
}
