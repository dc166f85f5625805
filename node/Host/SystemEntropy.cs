using System.Security.Cryptography;
using Settlement.Core.Cryptography;

namespace Settlement.Host;

/// <summary>The operating system's random generator.</summary>
public sealed class SystemEntropy : IEntropy
{
    /// <inheritdoc/>
    public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
}
