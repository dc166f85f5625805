using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Vault;
using Settlement.Wire.Channels;

namespace Settlement.Core.Reading;

/// <summary>Opens entries as a vault keeps them: ciphertext in the batch's row, content keys under the vault key in another.</summary>
internal sealed class KeptEntries(ChannelContext context, VaultKey vault, byte[] keyRow)
{
    private int next;

    /// <summary>The empty code and the entry, or what stands in the way: an erased or missing key, an opening that does not match.</summary>
    public (OpenedEntry? Entry, string Code) Open(SealedEntry entry)
    {
        int first = next;
        int[] place = new int[entry.Envelopes.Count];
        for (int i = 0; i < place.Length; i++) place[i] = entry.Envelopes[i].Ciphertext.Length > 0 ? next++ : -1;
        bool isOpen = EntryOpener.TryOpen(context, entry, (index, binding, _) => place[index] >= 0 ? Unwrap(place[index], binding) : null, out OpenedEntry? opened, out string code);
        return (isOpen ? opened : null, next > ContentKeyRow.Count(keyRow) && first < next ? ChannelCodes.EnvelopeUnreadable : code);
    }

    /// <summary>The position salts of the batch, whose key is the last of the row.</summary>
    public PositionSalts? Salts(long sequence, Digest previous, ReadOnlySpan<byte> ciphertext)
    {
        int last = ContentKeyRow.Count(keyRow) - 1;
        byte[]? key = last < 0 ? null : Unwrap(last, PositionSalts.Binding(context, sequence, previous).AssociatedData());
        return key is not null && PositionSalts.TryOpen(context, sequence, previous, ciphertext, key, out PositionSalts? salts) ? salts : null;
    }

    private byte[]? Unwrap(int index, byte[] aad) =>
        index < ContentKeyRow.Count(keyRow) && vault.TryUnwrapContentKey(ContentKeyRow.Read(keyRow, index), aad, out byte[]? key) ? key : null;
}
