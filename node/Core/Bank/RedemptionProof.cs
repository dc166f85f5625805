using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Envelopes;
using Settlement.Core.Merkle;
using Settlement.Wire.Agent;
using Settlement.Wire.Channels;

namespace Settlement.Core.Bank;

/// <summary>What a bank shows the settlement agent of an entry that redeems: the header, the amount, and hashes up to the head.</summary>
internal static class RedemptionProof
{
    /// <summary>The request, but for the ledger's receipt and checkpoint.</summary>
    public static RedeemRequest Of(ChannelSide channel, OpenedEntry entry, ExecutedBatch batch)
    {
        Redemption redemption = entry.Action.Redemption ?? throw new ArgumentException("The entry gives nothing back.", nameof(entry));
        MoneyValue amount = (MoneyValue)entry.Values[redemption.Amount.Index]!;
        Digest request = RedemptionText.Request(channel.Terms.Network, channel.Id, entry.Id, channel.Terms.Participants[channel.Context.Own].Id, amount.Currency, amount.MinorUnits);
        return new RedeemRequest
        {
            Channel = Bytes(channel.Id), EntryId = ByteString.CopyFrom(entry.Id.ToArray()), Currency = amount.Currency, MinorUnits = amount.MinorUnits,
            OpeningBody = channel.Opening.Record.Body, Entry = Prove(entry, redemption.Amount, batch),
            Head = new HeadProof { BatchRoot = Bytes(batch.Head.BatchRoot), StateRoot = Bytes(batch.Head.StateRoot), TimeUnixMs = batch.Head.TimeUnixMs },
            Signature = ByteString.CopyFrom(channel.OwnKey.Sign(request)),
        };
    }

    private static EntryProof Prove(OpenedEntry entry, Field amount, ExecutedBatch batch)
    {
        IReadOnlyList<Digest> leaves = batch.Leaves;
        int index = batch.Slots.Select(static (slot, i) => (slot, i)).Single(s => s.slot is BatchSlot.Agreed agreed && agreed.Entry.Id == entry.Id).i;
        Digest[] ofEntry = EntryTree.Leaves(entry.Sealed.Header.Span, entry.Sealed.Commitments.Span);
        EntryProof proof = new()
        {
            Header = entry.Sealed.Header, AmountSalt = ByteString.CopyFrom(SaltOf(entry, amount)), Root = Bytes(entry.Root), Index = (ulong)index, Count = (ulong)leaves.Count,
        };
        proof.HeaderPath.Add(Path(ofEntry, 0));
        proof.AmountPath.Add(Path(ofEntry, 1 + amount.Index));
        proof.BatchPath.Add(Path(leaves, index));
        return proof;
    }

    /// <summary>The salt lies in the envelope beside the value, and nowhere else.</summary>
    private static byte[] SaltOf(OpenedEntry entry, Field field)
    {
        IReadOnlyList<EnvelopeGroup> groups = entry.Plan.GroupsOf(entry.Action);
        for (int i = 0; i < groups.Count; i++)
        {
            if (!groups[i].Fields.Contains(field)) continue;
            if (entry.ContentKeys[i] is { } key && Envelope.TryOpen(key.Binding, key.Secret, entry.Sealed.Envelopes[i].Ciphertext.Span, out IReadOnlyList<FieldOpening>? openings))
                return openings.Single(o => o.FieldIndex == field.Index).Salt;
        }

        throw new InvalidOperationException("An own entry does not open.");
    }

    private static IEnumerable<ByteString> Path(IReadOnlyList<Digest> leaves, int index)
    {
        MerkleTree tree = new();
        foreach (Digest leaf in leaves) tree.Append(leaf);
        return tree.InclusionPath(index, leaves.Count).Select(Bytes);
    }

    private static ByteString Bytes(Digest digest) => ByteString.CopyFrom(digest.ToArray());
}
