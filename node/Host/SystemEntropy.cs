using System.Security.Cryptography;
using Settlement.Core.Cryptography;

namespace Settlement.Host;

/// <summary>
/// The operating system's random generator. Small draws are cut from a block that was drawn at once, because a payment takes
/// dozens of them and each call costs more than its bytes; what was handed out is zeroed in the block. Safe for use from
/// several threads.
/// </summary>
public sealed class SystemEntropy : IEntropy
{
    private const int BlockLength = 4096;
    private const int LargestFromBlock = 128;

    private readonly Lock turn = new();
    private readonly byte[] block = new byte[BlockLength];
    private int used = BlockLength;

    /// <inheritdoc/>
    public void Fill(Span<byte> destination)
    {
        if (destination.Length > LargestFromBlock)
        {
            RandomNumberGenerator.Fill(destination);
            return;
        }

        lock (turn)
        {
            if (used + destination.Length > BlockLength)
            {
                RandomNumberGenerator.Fill(block);
                used = 0;
            }

            Span<byte> next = block.AsSpan(used, destination.Length);
            next.CopyTo(destination);
            next.Clear();
            used += destination.Length;
        }
    }
}
