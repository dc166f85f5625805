using Settlement.Core.Cryptography;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Channels;

namespace Settlement.Core.Vault;

/// <summary>
/// A member's rows of final batches. Entries are ciphertext as they stand; the reasons of refusals, and the salts that
/// conceal them from observers, are sealed under the vault key and joined again on reading.
/// </summary>
internal static class BatchRows
{
    private const string Part = "Batches/refusals";

    /// <summary>The row's bytes; the row itself stays as it is.</summary>
    public static byte[] Write(VaultRows rows, Digest channel, BatchRow row)
    {
        if (!row.Items.Any(static i => i.ItemCase == BatchItem.ItemOneofCase.Refusal)) return Google.Protobuf.MessageExtensions.ToByteArray(row);
        BatchRow kept = row.Clone();
        RefusalsRow refusals = new();
        foreach (BatchItem item in kept.Items)
        {
            if (item.ItemCase != BatchItem.ItemOneofCase.Refusal) continue;
            refusals.Refusals.Add(item.Refusal);
            item.Refusal = new Refusal { EntryId = item.Refusal.EntryId };
        }

        kept.Refusals = Google.Protobuf.UnsafeByteOperations.UnsafeWrap(rows.SealPart(Part, RowKeys.Batch(channel, row.Sequence), refusals));
        return Google.Protobuf.MessageExtensions.ToByteArray(kept);
    }

    /// <summary>The row with its refusals whole.</summary>
    /// <exception cref="InvalidOperationException">When they do not open, or are not those of the row.</exception>
    public static BatchRow Read(VaultRows rows, Digest channel, byte[] body)
    {
        BatchRow row = BatchRow.Parser.ParseFrom(body);
        RefusalsRow refusals = row.Refusals.Length > 0 ? rows.OpenPart(Part, RowKeys.Batch(channel, row.Sequence), row.Refusals.Span, RefusalsRow.Parser) : new RefusalsRow();
        int next = 0;
        foreach (BatchItem item in row.Items)
        {
            if (item.ItemCase != BatchItem.ItemOneofCase.Refusal) continue;
            if (next >= refusals.Refusals.Count || refusals.Refusals[next].EntryId != item.Refusal.EntryId)
                throw new InvalidOperationException("The sealed refusals of a batch are not those of its row.");
            item.Refusal = refusals.Refusals[next++];
        }

        row.Refusals = Google.Protobuf.ByteString.Empty;
        return row;
    }
}
