namespace Settlement.Host.Peers;

/// <summary>The bounds of what passes between participants.</summary>
internal static class PeerBounds
{
    /// <summary>The largest body of a request or an answer, in bytes.</summary>
    public const int MaximumBodyBytes = 16 * 1024 * 1024;

    /// <summary>Messages that wait for one participant; more are reported to the machine as failed.</summary>
    public const int MaximumQueuedPerParticipant = 1_024;

    /// <summary>The bytes of their bodies, with the one that is being sent: four of the largest.</summary>
    public const long MaximumQueuedBytesPerParticipant = 4L * MaximumBodyBytes;

    /// <summary>Participants that messages wait for; a participant beyond that is reported as failed.</summary>
    public const int MaximumDestinations = 4_096;

    /// <summary>Connections to the peer door of listed participants. Those of 64 that have as many as they may; the next ones stay
    /// with the unknown and are served there.</summary>
    public const int MaximumKnownConnections = 2_048;

    /// <summary>Connections to the peer door whose caller has not shown itself to be a listed participant.</summary>
    public const int MaximumUnknownConnections = 2_048;

    /// <summary>Connections to the peer door.</summary>
    public const int MaximumConnections = MaximumKnownConnections + MaximumUnknownConnections;

    /// <summary>The same, from one address. An honest node needs one for a handshake, and many nodes may share an address.</summary>
    public const int MaximumConnectionsPerAddress = 64;

    /// <summary>Connections of one participant, from wherever they come. An honest node has one or two, and perhaps some that it lost.</summary>
    public const int MaximumConnectionsPerParticipant = 32;

    /// <summary>How many times as many connections the server takes as the door lets stay.</summary>
    public const int ConnectionAllowance = 2;

    /// <summary>Requests at once on one connection.</summary>
    public const int MaximumStreamsPerConnection = 128;

    /// <summary>Headers of one request or answer, in bytes.</summary>
    public const int MaximumHeaderBytes = 16 * 1024;

    /// <summary>How much larger a body may be before the server ends the connection, of which it tells nobody.</summary>
    public const int BodyAllowance = 2;

    /// <summary>The largest body of a stranger, in bytes: it may list itself, and say what else it waited to say.</summary>
    public const int MaximumStrangerBodyBytes = 1024 * 1024;

    /// <summary>Requests of one participant that are read or worked on at once. An honest node has one at a time, and perhaps a
    /// person who verifies the ledger with its keys.</summary>
    public const int MaximumAtOncePerParticipant = 8;

    /// <summary>The same, of all strangers together.</summary>
    public const int MaximumStrangersAtOnce = 64;

    /// <summary>The same, of the strangers of one address. Many newcomers may share one, and each is done with its turn at once.</summary>
    public const int MaximumStrangersAtOncePerAddress = 16;

    /// <summary>Requests of a stranger on one connection that are worked on, before it is asked to close. An honest newcomer that
    /// needs more connects again; one that takes no answers leaves no more of them with the node.</summary>
    public const int MaximumRequestsPerStrangerConnection = 8;

    /// <summary>Bytes a second below which a connection is ended, once it has been slower for <see cref="SlowGrace"/>.</summary>
    public const double MinimumBytesPerSecond = 1024;

    /// <summary>What a connection may have sent that no request has taken yet, in bytes.</summary>
    public const int ConnectionWindowBytes = 1024 * 1024;

    /// <summary>The same, of one request.</summary>
    public const int StreamWindowBytes = 768 * 1024;

    /// <summary>How long a connection may take to open, TLS included.</summary>
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>How long a request may take, its answer included.</summary>
    public static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(20);

    /// <summary>How long a request's body may take to come in.</summary>
    public static readonly TimeSpan BodyTimeout = TimeSpan.FromSeconds(20);

    /// <summary>How long a request's headers may take to come in.</summary>
    public static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);

    /// <summary>See <see cref="MinimumBytesPerSecond"/>. Longer than <see cref="BodyTimeout"/>, which knows who is slow and records it.</summary>
    public static readonly TimeSpan SlowGrace = TimeSpan.FromSeconds(25);

    /// <summary>How long a stranger's connection stays after it was asked to close. Longer than <see cref="BodyTimeout"/>, which answers who is slow.</summary>
    public static readonly TimeSpan StrangerGrace = TimeSpan.FromSeconds(30);

    /// <summary>How long a connection stays on which no participant shows itself.</summary>
    public static readonly TimeSpan StrangerLife = TimeSpan.FromMinutes(1);

    /// <summary>How long an idle connection is kept.</summary>
    public static readonly TimeSpan IdleTimeout = TimeSpan.FromMinutes(2);

    /// <summary>How often an idle connection is tried while a request waits on it, and how long the answer may take.</summary>
    public static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(10);

    /// <summary>How often at most the machine is told of strangers.</summary>
    public static readonly TimeSpan StrangerInterval = TimeSpan.FromSeconds(1);

    /// <summary>What a caller of a busy node is told to wait.</summary>
    public const string RetryAfterSeconds = "1";

    /// <summary>The type of every body.</summary>
    public const string ContentType = "application/x-protobuf";
}
