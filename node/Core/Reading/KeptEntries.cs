using Settlement.Contracts;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Vault;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Channels;

namespace Settlement.Core.Reading;

/// <summary>Opens entries as a vault keeps them: ciphertext in the batch's row, content keys under the vault key in another.</summary>
internal sealed class KeptEntries(ChannelContext context, VaultKey vault, byte[] keyRow)
{
    private int next;

    /// <summary>One entry of a member's final batch, and the state that it led to; null where the batch has no such entry, or it does not
    /// open any more. Nothing else of the batch is opened.</summary>
    public static (OpenedEntry Entry, State State, long Sequence, int Item)? Find(VaultRows rows, ChannelContext context, EntryId id, byte[] batch, byte[] entries, byte[] contentKeys)
    {
        BatchRow row = BatchRow.Parser.ParseFrom(batch);
        EntriesRow all = EntriesRow.Parser.ParseFrom(entries);
        KeptEntries kept = new(context, rows.Key, contentKeys);
        for (int i = 0; i < row.Items.Count && i < all.Entries.Count; i++)
        {
            if (row.Items[i].ItemCase == BatchItem.ItemOneofCase.Refusal) continue;
            SealedEntry entry = all.Entries[i];
            if (!EntryHeader.Parser.ParseFrom(entry.Header).EntryId.Span.SequenceEqual(id.ToArray()))
            {
                kept.Skip(entry);
                continue;
            }

            if (kept.Open(entry).Entry is not { } opened) return null;
            return (opened, StateAfter(opened, row, i), row.Sequence, i);
        }

        return null;
    }

    /// <summary>The state that an entry of a final batch led to.</summary>
    public static State StateAfter(OpenedEntry entry, BatchRow row, int item) =>
        entry.Action.Outcomes.Count == 1 ? entry.Action.Outcomes[0] : entry.Plan.Contract.States[(int)row.NextStates[item]];

    /// <summary>The empty code and the entry, or what stands in the way: an erased or missing key, an opening that does not match.</summary>
    public (OpenedEntry? Entry, string Code) Open(SealedEntry entry)
    {
        int first = next;
        int[] place = new int[entry.Envelopes.Count];
        for (int i = 0; i < place.Length; i++) place[i] = entry.Envelopes[i].Ciphertext.Length > 0 ? next++ : -1;
        bool isOpen = EntryOpener.TryOpen(context, entry, (index, binding, _) => place[index] >= 0 ? Unwrap(place[index], binding) : null, out OpenedEntry? opened, out string code);
        return (isOpen ? opened : null, next > ContentKeyRow.Count(keyRow) && first < next ? ChannelCodes.EnvelopeUnreadable : code);
    }

    /// <summary>Passes an entry that is not opened, and its keys.</summary>
    public void Skip(SealedEntry entry)
    {
        foreach (SealedEnvelope envelope in entry.Envelopes)
        {
            if (envelope.Ciphertext.Length > 0) next++;
        }
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
