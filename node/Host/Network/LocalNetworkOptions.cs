using Settlement.Contracts;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;

namespace Settlement.Host.Network;

/// <summary>What a network of processes consists of.</summary>
internal sealed record LocalNetworkOptions
{
    /// <summary>The banks, each a node.</summary>
    public required IReadOnlyList<ParticipantId> Banks { get; init; }

    /// <summary>The contracts that channels are opened with: names of the library, or paths of files.</summary>
    public IReadOnlyList<string> Contracts { get; init; } = ["GrossPayment", "PoolFunding"];

    /// <summary>Contracts that banks take part in beside those, for channels whose plan names them.</summary>
    public IReadOnlyList<string> AlsoAccepted { get; init; } = [];

    /// <summary>What orders to open a channel call those contracts.</summary>
    public IReadOnlyList<string> ContractNames => [.. Contracts.Select(static contract => !File.Exists(contract)
        ? contract
        : ContractCompiler.Compile(Path.GetFileName(contract), File.ReadAllText(contract)).Contract?.Name ?? contract)];

    /// <summary>Whether each node's peer door is listed under another port than the one it listens on, for something in between.</summary>
    public bool SeparatePeerPorts { get; init; }

    /// <summary>Connections to the database server beyond those of the nodes.</summary>
    public int DatabaseConnectionsSpare { get; init; } = 20;

    /// <summary>How long nodes may take from their start until they are ready.</summary>
    public TimeSpan ReadyWithin { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a node may take to stop before it is killed.</summary>
    public TimeSpan StopWithin { get; init; } = TimeSpan.FromSeconds(10);

    public required IEntropy Entropy { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Hears how long each phase took.</summary>
    public required Action<string, TimeSpan> Phase { get; init; }
}
