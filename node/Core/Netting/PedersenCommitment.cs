using System.Diagnostics.CodeAnalysis;
using Org.BouncyCastle.Math.EC;
using Settlement.Core.Cryptography;

namespace Settlement.Core.Netting;

/// <summary>
/// A commitment to an amount that can be added up unopened: the point v·G + r·H of P-256 for the value v and the blinding r
/// (T. P. Pedersen, Crypto '91). It hides the value from everybody who does not know the blinding, whatever they compute, and binds
/// to it whoever cannot take logarithms on the curve. The sum of commitments is one to the sum of values, by the sum of blindings.
/// It binds an integer modulo the group's order: sums stay integers as long as fewer than 2^192 are added.
/// </summary>
public sealed class PedersenCommitment : IEquatable<PedersenCommitment>
{
    /// <summary>The length in bytes: an uncompressed point (SEC 1, 2.3.3).</summary>
    public const int Length = PublicKey.Length;

    private readonly ECPoint point;
    private readonly byte[] bytes;

    private PedersenCommitment(ECPoint point, byte[] bytes)
    {
        this.point = point;
        this.bytes = bytes;
    }

    /// <summary>Commits to a value, which may be negative.</summary>
    /// <exception cref="ArgumentException">When the value and the blinding are zero: the point at infinity has no 65 bytes.</exception>
    public static PedersenCommitment Commit(long value, Blinding blinding)
    {
        ECPoint committed = CommitmentGroup.Combine(value, blinding.Scalar);
        if (committed.IsInfinity) throw new ArgumentException("Zero under a blinding of zero has no commitment.", nameof(blinding));
        return new PedersenCommitment(committed, committed.GetEncoded(compressed: false));
    }

    /// <summary>Reads 65 bytes, perhaps hostile; false for any other length or form, and for what is no point of the curve.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out PedersenCommitment? commitment)
    {
        // The reader of keys is the project's one strict reader of points, before the library sees any (decision 0002).
        commitment = PublicKey.TryRead(bytes, out PublicKey read) ? new PedersenCommitment(CommitmentGroup.Read(read), bytes.ToArray()) : null;
        return commitment is not null;
    }

    /// <summary>
    /// Whether the sum of the commitments, each with its sign, opens to the value under the blinding. Commitments may cancel,
    /// also to the point at infinity, which opens to zero under zero, as does the sum of none.
    /// </summary>
    public static bool SumOpens(IEnumerable<(PedersenCommitment Commitment, bool IsNegative)> parts, long value, Blinding blinding)
    {
        ECPoint sum = CommitmentGroup.Infinity;
        foreach ((PedersenCommitment commitment, bool isNegative) in parts) sum = isNegative ? sum.Subtract(commitment.point) : sum.Add(commitment.point);
        return sum.Equals(CommitmentGroup.Combine(value, blinding.Scalar));
    }

    /// <summary>A new array of the 65 bytes.</summary>
    public byte[] ToArray() => [.. bytes];

    /// <inheritdoc/>
    public bool Equals(PedersenCommitment? other) => other is not null && bytes.AsSpan().SequenceEqual(other.bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PedersenCommitment);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(bytes);
        return hash.ToHashCode();
    }

    /// <summary>The point in lower-case hexadecimal.</summary>
    public override string ToString() => Convert.ToHexStringLower(bytes);
}
