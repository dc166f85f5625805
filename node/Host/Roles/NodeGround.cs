using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Host.Configuration;
using Settlement.Host.Keys;
using Settlement.Storage;

namespace Settlement.Host.Roles;

/// <summary>What every role is built on.</summary>
internal sealed record NodeGround(
    NodeConfiguration Configuration, KeyFolder Folder, TlsIdentity Tls, IEventVault Vault, IEntropy Entropy, TimeProvider Time)
{
    /// <summary>How the database of the vault is reached; null for a vault without one.</summary>
    public string? Database { get; init; }

    /// <summary>Whose keys the folder must hold.</summary>
    public KeyOwner Owner => new(Configuration.Network, Configuration.Participant);
}
