using Settlement.Core.Cryptography;

namespace Settlement.Core.Commitments;

/// <summary>
/// The salted hash that stands for one field of one entry. It hides the value as long as the salt is secret, and binds
/// it: HMAC-SHA-256 under a key of fixed length is collision resistant in key and message together.
/// </summary>
public static class FieldCommitment
{
    /// <summary>The length of a salt in bytes. HMAC would take any length, and pads short ones, so this is checked.</summary>
    public const int SaltLength = 32;

    /// <summary>A fresh salt. It travels beside the value inside the envelope; it is never derived, logged or reused.</summary>
    public static byte[] NewSalt(IEntropy entropy)
    {
        byte[] salt = new byte[SaltLength];
        entropy.Fill(salt);
        return salt;
    }

    /// <summary>The commitment of a value, or of its absence, at one place.</summary>
    /// <param name="salt">Exactly 32 bytes.</param>
    /// <param name="network">The network's name.</param>
    /// <param name="channel">The channel's id.</param>
    /// <param name="entry">The entry's id.</param>
    /// <param name="fieldIndex">The field's index in the pinned contract, not negative.</param>
    /// <param name="version">The version of the field's value, not negative.</param>
    /// <param name="canonicalValue">The canonical form of the value; null when an optional field is absent.</param>
    /// <exception cref="ArgumentException">When the salt has another length or a number is negative.</exception>
    public static Digest Compute(
        ReadOnlySpan<byte> salt, string network, Digest channel, EntryId entry, int fieldIndex, int version, byte[]? canonicalValue)
    {
        if (salt.Length != SaltLength) throw new ArgumentException("A salt has 32 bytes.", nameof(salt));
        ArgumentOutOfRangeException.ThrowIfNegative(fieldIndex);
        ArgumentOutOfRangeException.ThrowIfNegative(version);
        using var writer = new HashWriter("settlement/field", salt);
        writer.Text(network).Digest(channel).Digest(entry.Value).UInt32((uint)fieldIndex).UInt32((uint)version);
        // The presence byte, then the value: an absent value differs from an empty one.
        if (canonicalValue is null) writer.Byte(0);
        else writer.Byte(1).Bytes(canonicalValue);
        return writer.Finish();
    }

    /// <summary>Whether an opening, perhaps hostile, is the one committed to; false also for a salt of another length.</summary>
    public static bool Matches(
        Digest commitment, ReadOnlySpan<byte> salt, string network, Digest channel, EntryId entry, int fieldIndex, int version, byte[]? canonicalValue) =>
        salt.Length == SaltLength && fieldIndex >= 0 && version >= 0
        && Compute(salt, network, channel, entry, fieldIndex, version, canonicalValue) == commitment;
}
