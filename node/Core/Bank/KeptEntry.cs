using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Wire.Channels;

namespace Settlement.Core.Bank;

/// <summary>
/// What a member keeps of an entry for good: header, commitments, and the envelopes that it can open, without their transport
/// wraps. While the batch is in flight the proposal's row holds the rest, so that together they are what was sent. An envelope that
/// the actor keeps to itself is kept here and was never sent: the rest has nothing in its place, not even a wrapped key.
/// </summary>
internal static class KeptEntry
{
    /// <summary>The entry as it is kept.</summary>
    public static SealedEntry Of(OpenedEntry entry)
    {
        SealedEntry kept = new() { Header = entry.Sealed.Header, Commitments = entry.Sealed.Commitments };
        for (int i = 0; i < entry.ContentKeys.Count; i++)
            kept.Envelopes.Add(entry.ContentKeys[i] is null ? new SealedEnvelope() : new SealedEnvelope { Ciphertext = entry.Sealed.Envelopes[i].Ciphertext });
        return kept;
    }

    /// <summary>The proposal's body without what is kept of its entries; the proposal itself stays as it is.</summary>
    /// <param name="proposal">As it was sent.</param>
    /// <param name="kept">By item; null where nothing is kept.</param>
    public static ProposalBody Without(ProposalBody proposal, IReadOnlyList<SealedEntry?> kept)
    {
        ProposalBody rest = HeadOf(proposal);
        for (int i = 0; i < proposal.Items.Count; i++) rest.Items.Add(kept[i] is { } part ? new BatchItem { Entry = Rest(proposal.Items[i].Entry, part) } : proposal.Items[i]);
        // One that has more than what is put together again, such as fields that no version knows, stays whole: its bytes were signed.
        return With(rest, kept).Equals(proposal) ? rest : proposal;
    }

    /// <summary>The body as it was sent.</summary>
    /// <param name="rest">What <see cref="Without"/> left.</param>
    /// <param name="kept">The entries that are kept, by item; null or empty where nothing is.</param>
    public static ProposalBody With(ProposalBody rest, IReadOnlyList<SealedEntry?> kept)
    {
        bool IsSplit(int i) => rest.Items[i] is { ItemCase: BatchItem.ItemOneofCase.Entry, Entry.Header.Length: 0 } && i < kept.Count && kept[i] is { Header.Length: > 0 };
        if (!Enumerable.Range(0, rest.Items.Count).Any(IsSplit)) return rest;
        ProposalBody proposal = HeadOf(rest);
        for (int i = 0; i < rest.Items.Count; i++) proposal.Items.Add(IsSplit(i) ? new BatchItem { Entry = Join(rest.Items[i].Entry, kept[i]!) } : rest.Items[i]);
        return proposal;
    }

    private static SealedEntry Rest(SealedEntry entry, SealedEntry kept)
    {
        SealedEntry rest = new();
        for (int i = 0; i < entry.Envelopes.Count; i++)
        {
            SealedEnvelope envelope = entry.Envelopes[i];
            rest.Envelopes.Add(new SealedEnvelope { WrappedKey = envelope.WrappedKey, Ciphertext = kept.Envelopes[i].Ciphertext.Length > 0 ? ByteString.Empty : envelope.Ciphertext });
        }

        return rest;
    }

    private static SealedEntry Join(SealedEntry rest, SealedEntry kept)
    {
        SealedEntry entry = new() { Header = kept.Header, Commitments = kept.Commitments };
        for (int i = 0; i < rest.Envelopes.Count; i++)
        {
            SealedEnvelope envelope = rest.Envelopes[i];
            bool isElsewhere = envelope is { Ciphertext.Length: 0, WrappedKey.Length: > 0 };
            entry.Envelopes.Add(new SealedEnvelope { WrappedKey = envelope.WrappedKey, Ciphertext = isElsewhere ? kept.Envelopes[i].Ciphertext : envelope.Ciphertext });
        }

        return entry;
    }

    private static ProposalBody HeadOf(ProposalBody of) => new() { TimeUnixMs = of.TimeUnixMs, PositionSalts = of.PositionSalts, Outcomes = { of.Outcomes }, Cuts = { of.Cuts }, Grants = { of.Grants } };
}
