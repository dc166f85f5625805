namespace Settlement.Core.Channels;

/// <summary>The key that opens one envelope, and what every wrap of it is bound to.</summary>
/// <param name="Secret">32 bytes.</param>
/// <param name="Binding">The envelope's associated data, 32 bytes.</param>
public sealed record ContentKey(byte[] Secret, byte[] Binding)
{
    /// <summary>Names nothing: a key may not reach a log.</summary>
    public override string ToString() => "content key";
}
