namespace Settlement.Core.Envelopes;

/// <summary>What opens one field's commitment; compared by content.</summary>
/// <param name="FieldIndex">The field's index in the pinned contract.</param>
/// <param name="Version">The version of the field's value.</param>
/// <param name="Salt">32 bytes.</param>
/// <param name="Value">The canonical form; null when an optional field is absent.</param>
public sealed record FieldOpening(int FieldIndex, int Version, byte[] Salt, byte[]? Value)
{
    /// <inheritdoc/>
    public bool Equals(FieldOpening? other) =>
        other is not null && FieldIndex == other.FieldIndex && Version == other.Version && Salt.AsSpan().SequenceEqual(other.Salt)
        && (Value is null) == (other.Value is null) && Value.AsSpan().SequenceEqual(other.Value);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        // The salt is random: its first bytes already spread openings.
        var hash = new HashCode();
        hash.Add(FieldIndex);
        hash.AddBytes(Salt);
        return hash.ToHashCode();
    }

    /// <summary>Names the field only: neither value nor salt may reach a log.</summary>
    public override string ToString() => $"field {FieldIndex} version {Version}";
}
