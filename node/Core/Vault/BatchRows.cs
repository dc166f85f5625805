using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Channels;

namespace Settlement.Core.Vault;

/// <summary>
/// A member's rows of final batches. Entries are ciphertext as they stand, in a row of their own that was written when the
/// batch was proposed; the reasons of refusals, the salts that conceal them from observers, and limits that were changed are sealed under the vault
/// key. Both are joined again on reading.
/// </summary>
internal static class BatchRows
{
    private const string Part = "Batches/refusals";

    /// <summary>The row's bytes, without its entries; the row itself stays as it is.</summary>
    public static byte[] Write(VaultRows rows, Digest channel, BatchRow row)
    {
        BatchRow kept = new()
        {
            Term = row.Term, Sequence = row.Sequence, PreviousHead = row.PreviousHead, TimeUnixMs = row.TimeUnixMs, StateRoot = row.StateRoot, Head = row.Head,
            PositionSalts = row.PositionSalts, LeafIndex = row.LeafIndex, CheckpointSize = row.CheckpointSize,
        };
        kept.NextStates.Add(row.NextStates);
        kept.Outcomes.Add(row.Outcomes);
        kept.Cuts.Add(row.Cuts);
        RefusalsRow refusals = new();
        foreach (BatchItem item in row.Items)
        {
            bool isRefusal = item.ItemCase == BatchItem.ItemOneofCase.Refusal;
            if (isRefusal) refusals.Refusals.Add(item.Refusal);
            kept.Items.Add(isRefusal ? new BatchItem { Refusal = new Refusal { EntryId = item.Refusal.EntryId } } : new BatchItem { Entry = new SealedEntry() });
        }

        refusals.Grants.Add(row.Grants);
        if (refusals.Refusals.Count + refusals.Grants.Count > 0) kept.Refusals = UnsafeByteOperations.UnsafeWrap(rows.SealPart(Part, RowKeys.Batch(channel, row.Sequence), refusals));
        return kept.ToByteArray();
    }

    /// <summary>The bytes of the row of entries.</summary>
    /// <param name="items">All items; of those that are no entries nothing is kept.</param>
    public static byte[] WriteEntries(IEnumerable<SealedEntry?> items)
    {
        EntriesRow row = new();
        row.Entries.Add(items.Select(static entry => entry ?? new SealedEntry()));
        return row.ToByteArray();
    }

    /// <summary>The row whole: with its refusals, and its entries as far as they are there.</summary>
    /// <exception cref="InvalidOperationException">When the refusals do not open, or are not those of the row.</exception>
    public static BatchRow Read(VaultRows rows, Digest channel, byte[] body, byte[]? entries)
    {
        BatchRow row = BatchRow.Parser.ParseFrom(body);
        EntriesRow kept = entries is null ? new EntriesRow() : EntriesRow.Parser.ParseFrom(entries);
        RefusalsRow refusals = row.Refusals.Length > 0 ? rows.OpenPart(Part, RowKeys.Batch(channel, row.Sequence), row.Refusals.Span, RefusalsRow.Parser) : new RefusalsRow();
        int next = 0;
        for (int i = 0; i < row.Items.Count; i++)
        {
            BatchItem item = row.Items[i];
            if (item.ItemCase != BatchItem.ItemOneofCase.Refusal)
            {
                if (i < kept.Entries.Count) item.Entry = kept.Entries[i];
                continue;
            }

            if (next >= refusals.Refusals.Count || refusals.Refusals[next].EntryId != item.Refusal.EntryId)
                throw new InvalidOperationException("The sealed refusals of a batch are not those of its row.");
            item.Refusal = refusals.Refusals[next++];
        }

        row.Grants.Add(refusals.Grants);
        row.Refusals = ByteString.Empty;
        return row;
    }
}
