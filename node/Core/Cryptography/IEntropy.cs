namespace Settlement.Core.Cryptography;

/// <summary>
/// Where random bytes come from. Core takes it as a parameter, so a simulation with a seed replays exactly; a running
/// node passes the operating system's generator.
/// </summary>
public interface IEntropy
{
    /// <summary>Fills <paramref name="destination"/> with unpredictable bytes.</summary>
    void Fill(Span<byte> destination);
}
