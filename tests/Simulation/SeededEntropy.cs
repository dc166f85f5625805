using System.Buffers.Binary;
using System.Security.Cryptography;
using Settlement.Core.Cryptography;

namespace Settlement.Tests.Simulation;

/// <summary>
/// Entropy for tests: SHA-256 over a seed and a counter. The same seed gives the same bytes, however they are asked for.
/// </summary>
internal sealed class SeededEntropy : IEntropy
{
    private const int CounterLength = sizeof(ulong);

    private readonly byte[] input;
    private readonly byte[] block = new byte[Digest.Length];
    private int used = Digest.Length;
    private ulong counter;

    public SeededEntropy(long seed)
    {
        input = new byte[sizeof(long) + CounterLength];
        BinaryPrimitives.WriteInt64BigEndian(input, seed);
    }

    /// <inheritdoc/>
    public void Fill(Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            if (used == block.Length) NextBlock();
            int length = Math.Min(destination.Length, block.Length - used);
            block.AsSpan(used, length).CopyTo(destination);
            used += length;
            destination = destination[length..];
        }
    }

    private void NextBlock()
    {
        BinaryPrimitives.WriteUInt64BigEndian(input.AsSpan(sizeof(long)), counter++);
        SHA256.HashData(input, block);
        used = 0;
    }
}
