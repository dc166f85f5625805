namespace Settlement.Core.Cryptography;

/// <summary>The suite number that every format carries: suite 1 is P-256, SHA-256, HKDF-SHA-256, AES-256-GCM.</summary>
public static class Suite
{
    /// <summary>The only suite so far.</summary>
    public const ushort Current = 1;
}
