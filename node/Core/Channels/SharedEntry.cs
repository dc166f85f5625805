using Settlement.Core.Participants;
using Settlement.Wire.Channels;

namespace Settlement.Core.Channels;

/// <summary>What of an entry goes to whom: an envelope to its audience alone. To everybody else its place goes, empty, and the hash
/// in the header says what was sealed.</summary>
public static class SharedEntry
{
    /// <summary>The entry without the envelopes that the header does not address to the participant; itself where it has none of them,
    /// and where its header cannot be read, so that nobody is addressed.</summary>
    public static SealedEntry With(SealedEntry entry, int participant)
    {
        if (!Parsing.TryParse(EntryHeader.Parser, entry.Header.Span, out EntryHeader? header)) return entry;
        SealedEntry? shared = null;
        for (int i = 0; i < entry.Envelopes.Count && i < header.Envelopes.Count; i++)
        {
            if (new AudienceMask(header.Envelopes[i].Audience).Contains(participant) || IsEmpty(entry.Envelopes[i])) continue;
            shared ??= entry.Clone();
            shared.Envelopes[i] = new SealedEnvelope();
        }

        return shared ?? entry;
    }

    /// <summary>Whether nothing was handed over in the place of an envelope.</summary>
    public static bool IsEmpty(SealedEnvelope envelope) => envelope.CalculateSize() == 0;
}
