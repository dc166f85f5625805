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
/// asks again for each leaf. Comparisons are apart from signatures, so that the machine can ask in between whether the
/// submitter may have its signatures verified at all.
/// </summary>
/// <param name="state">The log so far.</param>
/// <param name="takeoverInterval">The shortest time between takeovers; a verifier, who does not know it, passes zero.</param>
internal sealed class LedgerRules(LedgerState state, TimeSpan takeoverInterval)
{
    /// <summary>Judges a record at a time by all but its signatures.</summary>
    public Judgement Judge(LedgerRecord record, DateTimeOffset time) => record switch
    {
        LedgerRecord.Participant(SignedListing listing) => Judge(listing),
        LedgerRecord.Opening opening => state.Channel(opening.Value.Channel.Id) is { } channel
            ? Judgement.Existing(channel.OpeningLeaf)
            : Judgement.Append,
        LedgerRecord.Head(EndorsedHead head) => Judge(head, time),
        LedgerRecord.Takeover(SignedTakeover takeover) => Judge(takeover, time),
        LedgerRecord.Reservation(SignedReservation reservation) => GroupRules.Judge(state, reservation, time),
        LedgerRecord.Decision(DecidedGroup decided) => GroupRules.Judge(state, decided, time),
        LedgerRecord.Close(SignedClose close) => Judge(close),
        _ => throw new InvalidOperationException($"No rule for {record.GetType().Name}."),
    };

    /// <summary>Verifies the signatures of a record that was judged.</summary>
    /// <returns>The refusal; empty when all are valid.</returns>
    public string Verify(LedgerRecord record) => record switch
    {
        LedgerRecord.Participant(SignedListing listing) => listing.TryVerify(out _, out string code) ? "" : code,
        LedgerRecord.Opening(SignedOpening opening) => opening.IsSigned() ? "" : LedgerCodes.OpeningSignature,
        LedgerRecord.Head(EndorsedHead head) => head.IsEndorsedBy(state.Network, MembersOf(record)) ? "" : LedgerCodes.EndorsementSignature,
        LedgerRecord.Takeover(SignedTakeover takeover) => takeover.IsSignedBy(state.Network, MembersOf(record)[takeover.Member]) ? "" : LedgerCodes.TakeoverSignature,
        LedgerRecord.Reservation(SignedReservation reservation) => reservation.IsSignedBy(state.Network, MembersOf(record)) ? "" : LedgerCodes.ReservationSignature,
        LedgerRecord.Decision => "",
        LedgerRecord.Close(SignedClose close) => close.IsSignedBy(state.Network, MembersOf(record)[close.Member]) ? "" : LedgerCodes.CloseSignature,
        _ => throw new InvalidOperationException($"No rule for {record.GetType().Name}."),
    };

    private IReadOnlyList<VerifyingKey> MembersOf(LedgerRecord judged) => state.Channel(judged.Channel!.Value)!.MemberKeys;

    private Judgement Judge(SignedListing listing)
    {
        LedgerState.ListedEntry? listed = state.Participant(listing.Id.ToString());
        if (listed is null) return Judgement.Append;
        if (listed.RootKey != listing.RootKey) return Judgement.Refuse(LedgerCodes.RootChanged);
        if (listed.BodyHash == listing.BodyHash) return Judgement.Existing(listed.Leaf);
        return listing.Version > listed.Version ? Judgement.Append : Judgement.Refuse(LedgerCodes.ParticipantVersion);
    }

    private Judgement Judge(EndorsedHead head, DateTimeOffset time)
    {
        HeadFields fields = head.Fields;
        if (state.Channel(fields.Channel) is not { } channel) return Judgement.Refuse(LedgerCodes.UnknownChannel);
        // A retry must learn its receipt however far the channel has moved and however late it is.
        if (channel.LeafOf(fields) is { } leaf) return Judgement.Existing(leaf);
        if (channel.CloseLeaf is not null) return Judgement.Refuse(LedgerCodes.ChannelClosed);
        if (fields.Term != channel.Term) return Judgement.Refuse(LedgerCodes.WrongTerm);
        if (fields.Sequence != channel.Sequence + 1 || fields.PreviousHead != channel.Head || channel.Has(fields.Head)) return Judgement.Refuse(LedgerCodes.NotNext);
        return head.IsExpiredAt(time) ? Judgement.Refuse(LedgerCodes.EndorsementExpired) : Judgement.Append;
    }

    private Judgement Judge(SignedTakeover takeover, DateTimeOffset time)
    {
        if (state.Channel(takeover.Channel) is not { } channel) return Judgement.Refuse(LedgerCodes.UnknownChannel);
        if (channel.LeafOf(takeover) is { } leaf) return Judgement.Existing(leaf);
        if (channel.CloseLeaf is not null) return Judgement.Refuse(LedgerCodes.ChannelClosed);
        if (takeover.Head != channel.Head) return Judgement.Refuse(LedgerCodes.TakeoverHead);
        if (takeover.NewTerm != channel.Term + 1) return Judgement.Refuse(LedgerCodes.TakeoverTerm);
        if (takeover.Member != TermOfOffice.SequencerOf(takeover.NewTerm, channel.MemberKeys.Count)) return Judgement.Refuse(LedgerCodes.NotSequencer);
        return time - channel.LastTakeover < takeoverInterval ? Judgement.Refuse(LedgerCodes.TakeoverTooSoon) : Judgement.Append;
    }

    private Judgement Judge(SignedClose close)
    {
        if (state.Channel(close.Channel) is not { } channel) return Judgement.Refuse(LedgerCodes.UnknownChannel);
        bool isHere = (close.Term, close.Sequence, close.Head) == (channel.Term, channel.Sequence, channel.Head);
        // Both members may want it at once: there is one close, whoever signed it.
        if (channel.CloseLeaf is { } leaf) return isHere ? Judgement.Existing(leaf) : Judgement.Refuse(LedgerCodes.ChannelClosed);
        if (!isHere) return Judgement.Refuse(LedgerCodes.CloseHead);
        return close.Member < channel.MemberKeys.Count ? Judgement.Append : Judgement.Refuse(LedgerCodes.CloseSignature);
    }
}
