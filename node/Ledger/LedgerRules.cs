using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;

namespace Settlement.Ledger;

/// <summary>What the rules say of a record.</summary>
/// <param name="Code">The refusal; empty otherwise.</param>
/// <param name="ExistingLeaf">The leaf that already holds the record; null when it is to be appended.</param>
internal readonly record struct Judgement(string Code, long? ExistingLeaf)
{
    public static Judgement Append => new("", null);

    public static Judgement Refuse(string code) => new(code, null);

    public static Judgement Existing(long leaf) => new("", leaf);

    public bool IsAppend => Code.Length == 0 && ExistingLeaf is null;
}

/// <summary>
/// The rules of the log, as a function of the log and one record. The machine asks before it appends, and verification
/// asks again for each leaf. Cheap comparisons come before signatures.
/// </summary>
/// <param name="state">The log so far.</param>
/// <param name="takeoverInterval">The shortest time between takeovers; a verifier, who does not know it, passes zero.</param>
internal sealed class LedgerRules(LedgerState state, TimeSpan takeoverInterval)
{
    /// <summary>Judges a record at a time.</summary>
    public Judgement Judge(LedgerRecord record, DateTimeOffset time) => record switch
    {
        LedgerRecord.Participant(ListedParticipant participant, Digest hash) => Judge(participant, hash),
        LedgerRecord.Opening(OpenedChannel opened) => state.Channel(opened.Id) is { } channel
            ? Judgement.Existing(channel.OpeningLeaf)
            : Judgement.Append,
        LedgerRecord.Head(EndorsedHead head) => Judge(head, time),
        LedgerRecord.Takeover(SignedTakeover takeover) => Judge(takeover, time),
        _ => throw new InvalidOperationException($"No rule for {record.GetType().Name}."),
    };

    private Judgement Judge(ListedParticipant participant, Digest hash)
    {
        LedgerState.ListedEntry? listed = state.Participant(participant.Id.ToString());
        if (listed is null) return Judgement.Append;
        if (listed.RootKey != participant.RootKey) return Judgement.Refuse(LedgerCodes.RootChanged);
        if (listed.BodyHash == hash) return Judgement.Existing(listed.Leaf);
        return participant.Version > listed.Version ? Judgement.Append : Judgement.Refuse(LedgerCodes.ParticipantVersion);
    }

    private Judgement Judge(EndorsedHead head, DateTimeOffset time)
    {
        HeadFields fields = head.Fields;
        if (state.Channel(fields.Channel) is not { } channel) return Judgement.Refuse(LedgerCodes.UnknownChannel);
        // A retry must learn its receipt however far the channel has moved and however late it is.
        if (channel.LeafOf(fields) is { } leaf) return Judgement.Existing(leaf);
        if (fields.Term != channel.Term) return Judgement.Refuse(LedgerCodes.WrongTerm);
        if (fields.Sequence != channel.Sequence + 1 || fields.PreviousHead != channel.Head || channel.Has(fields.Head)) return Judgement.Refuse(LedgerCodes.NotNext);
        if (head.IsExpiredAt(time)) return Judgement.Refuse(LedgerCodes.EndorsementExpired);
        return head.IsEndorsedBy(state.Network, channel.MemberKeys) ? Judgement.Append : Judgement.Refuse(LedgerCodes.EndorsementSignature);
    }

    private Judgement Judge(SignedTakeover takeover, DateTimeOffset time)
    {
        if (state.Channel(takeover.Channel) is not { } channel) return Judgement.Refuse(LedgerCodes.UnknownChannel);
        if (channel.LeafOf(takeover) is { } leaf) return Judgement.Existing(leaf);
        if (takeover.Head != channel.Head) return Judgement.Refuse(LedgerCodes.TakeoverHead);
        if (takeover.NewTerm != channel.Term + 1) return Judgement.Refuse(LedgerCodes.TakeoverTerm);
        if (takeover.Member != TermOfOffice.SequencerOf(takeover.NewTerm, channel.MemberKeys.Count)) return Judgement.Refuse(LedgerCodes.NotSequencer);
        if (time - channel.LastTakeover < takeoverInterval) return Judgement.Refuse(LedgerCodes.TakeoverTooSoon);
        return takeover.IsSignedBy(state.Network, channel.MemberKeys[takeover.Member]) ? Judgement.Append : Judgement.Refuse(LedgerCodes.TakeoverSignature);
    }
}
