namespace Settlement.Core.Store;

/// <summary>The name of one payload, compared by the value of its bytes.</summary>
public sealed record PayloadKey(PayloadKind Kind, byte[] Key)
{
    /// <inheritdoc/>
    public bool Equals(PayloadKey? other) => other is not null && Kind == other.Kind && Key.AsSpan().SequenceEqual(other.Key);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = new();
        hash.Add(Kind);
        hash.AddBytes(Key);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Kind}/{Convert.ToHexStringLower(Key)}";
}
