using Settlement.Core.Cryptography;

namespace Settlement.Core.Netting;

/// <summary>
/// What hides the value in a <see cref="PedersenCommitment"/>: an integer modulo the order of P-256, as good as uniform and
/// known to those alone who know the value. Two of them differ like the values that they hide. Never printed.
/// </summary>
public readonly record struct Blinding
{
    /// <summary>The length in bytes.</summary>
    public const int Length = P256.ScalarLength;

    private Blinding(Scalar scalar) => Scalar = scalar;

    /// <summary>Zero, which hides nothing: the sum of no blindings, and what an opening has where all of them cancel.</summary>
    public static Blinding Zero => default;

    /// <summary>The integer itself.</summary>
    internal Scalar Scalar { get; }

    /// <summary>
    /// The 64 bytes of two secret digests, modulo the order. They are twice as long as the order, so the result is uniform
    /// but for one part in 2^256; a single digest would favour small integers.
    /// </summary>
    public static Blinding Derive(Digest first, Digest second) => new(Scalar.Reduce(first, second));

    /// <summary>Reads 32 big-endian bytes; false for another length and for an integer that is not below the order.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Blinding blinding)
    {
        bool isRead = Scalar.TryRead(bytes, out Scalar scalar);
        blinding = new Blinding(scalar);
        return isRead;
    }

    /// <summary>The 32 bytes, big-endian; as secret as the value.</summary>
    public byte[] ToArray()
    {
        byte[] bytes = new byte[Length];
        Scalar.CopyTo(bytes);
        return bytes;
    }

    /// <summary>What blinds the sum of two commitments.</summary>
    public static Blinding operator +(Blinding left, Blinding right) => new(left.Scalar + right.Scalar);

    /// <summary>What blinds the difference of two commitments.</summary>
    public static Blinding operator -(Blinding left, Blinding right) => new(left.Scalar - right.Scalar);

    /// <summary>What blinds the commitment with the other sign.</summary>
    public static Blinding operator -(Blinding blinding) => Zero - blinding;

    /// <summary>Not the integer: it is secret.</summary>
    public override string ToString() => nameof(Blinding);
}
