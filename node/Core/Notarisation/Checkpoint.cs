using Settlement.Core.Cryptography;

namespace Settlement.Core.Notarisation;

/// <summary>What the ledger states of its log at one moment.</summary>
/// <param name="Origin">The log's name.</param>
/// <param name="Size">The number of leaves.</param>
/// <param name="Root">The root over them (RFC 6962).</param>
public sealed record Checkpoint(string Origin, long Size, Digest Root)
{
    /// <summary>The origin of a network's ledger.</summary>
    public static string OriginOf(string network) => $"settlement/{network}";
}
