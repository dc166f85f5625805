using Settlement.Core.Machines;

namespace Settlement.Host.Peers;

/// <summary>The paths of the doors between participants.</summary>
internal static class PeerRoutes
{
    public const string Messages = "/peer/v1/messages";
    public const string LedgerRequests = "/ledger/v1/requests";
    public const string AgentRequests = "/agent/v1/requests";

    public static string Of(Door door) => door switch
    {
        Door.Peer => Messages,
        Door.Ledger => LedgerRequests,
        Door.Agent => AgentRequests,
        _ => throw new ArgumentOutOfRangeException(nameof(door), door, "There is no such door."),
    };
}
