namespace Settlement.Core.Store;

/// <summary>What a write expects of the key.</summary>
public enum PayloadWriteMode
{
    /// <summary>The key must not exist yet; otherwise the whole transaction is refused.</summary>
    Insert,

    /// <summary>Writes whether or not the key exists.</summary>
    Replace,
}

/// <summary>Writes one payload.</summary>
/// <param name="Kind">The table.</param>
/// <param name="Key">A hash or a random id: 1 to 512 bytes.</param>
/// <param name="Body">The payload.</param>
/// <param name="Mode">Whether the key may exist already.</param>
public sealed record PayloadWrite(PayloadKind Kind, byte[] Key, byte[] Body, PayloadWriteMode Mode);

/// <summary>Erases one payload; nothing happens when the key does not exist.</summary>
public sealed record PayloadDelete(PayloadKind Kind, byte[] Key);
