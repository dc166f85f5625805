using System.Buffers.Binary;
using System.Security.Cryptography;
using Settlement.Core.Cryptography;

namespace Settlement.Host.Fuzz;

/// <summary>Randomness for worlds that must come out the same again: SHA-256 over a seed and a counter. Never a node's.</summary>
internal sealed class SeededEntropy : IEntropy
{
    private readonly byte[] input = new byte[2 * sizeof(ulong)];
    private readonly byte[] block = new byte[Digest.Length];
    private int used = Digest.Length;
    private ulong counter;

    public SeededEntropy(ulong seed) => BinaryPrimitives.WriteUInt64BigEndian(input, seed);

    /// <inheritdoc/>
    public void Fill(Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            if (used == block.Length)
            {
                BinaryPrimitives.WriteUInt64BigEndian(input.AsSpan(sizeof(ulong)), counter++);
                SHA256.HashData(input, block);
                used = 0;
            }

            int length = Math.Min(destination.Length, block.Length - used);
            block.AsSpan(used, length).CopyTo(destination);
            used += length;
            destination = destination[length..];
        }
    }
}
