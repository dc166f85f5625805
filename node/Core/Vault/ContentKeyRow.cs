using Settlement.Core.Cryptography;

namespace Settlement.Core.Vault;

/// <summary>
/// The content keys of one batch under the vault key, side by side in the order of its entries and their envelopes; the
/// last belongs to the position salts. Overwriting one with zeros erases one envelope.
/// </summary>
internal static class ContentKeyRow
{
    /// <summary>Joins the wraps.</summary>
    public static byte[] Write(IReadOnlyList<byte[]> wraps)
    {
        byte[] row = new byte[wraps.Count * WrappingKey.WrapLength];
        for (int i = 0; i < wraps.Count; i++) wraps[i].CopyTo(row.AsSpan(i * WrappingKey.WrapLength));
        return row;
    }

    /// <summary>How many wraps a row holds.</summary>
    public static int Count(byte[] row) => row.Length / WrappingKey.WrapLength;

    /// <summary>One wrap.</summary>
    public static ReadOnlySpan<byte> Read(byte[] row, int index) => row.AsSpan(index * WrappingKey.WrapLength, WrappingKey.WrapLength);
}
