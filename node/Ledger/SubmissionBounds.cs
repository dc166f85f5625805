namespace Settlement.Ledger;

/// <summary>
/// What one submitter may have accepted, and what it may cost: signatures that turn out to be wrong are verified at a
/// rate. Strangers, who can be told from each other by nothing, share one bound, and theirs counts the right ones too.
/// </summary>
internal sealed class SubmissionBounds(LedgerSettings settings)
{
    // All strangers share one quota under a name that no participant has.
    private const string Strangers = "";

    private readonly SubmissionQuota openings = new(settings.QuotaWindow);
    private readonly SubmissionQuota records = new(settings.QuotaWindow);
    private readonly SubmissionRate heads = new(settings.HeadsPerSecond, settings.HeadBurst);
    private readonly SubmissionRate vain = new(settings.VainSignaturesPerSecond, settings.VainSignatureBurst);
    private readonly SubmissionRate ofStrangers = new(settings.StrangerSignaturesPerSecond, settings.StrangerSignatureBurst);

    /// <summary>Whether the submitter may have another record looked at. Nothing is read before this is asked, since a flood
    /// costs what each of its records costs.</summary>
    /// <param name="participant">A listed participant; null for a stranger.</param>
    public bool IsHeard(string? participant, DateTimeOffset time) =>
        participant is null ? ofStrangers.HasRoom(Strangers, time) : vain.HasRoom(participant, time);

    /// <summary>Whether the submitter may have such a record accepted.</summary>
    public bool HasRoom(string? participant, LedgerRecord record, DateTimeOffset time) => record switch
    {
        LedgerRecord.Opening => openings.HasRoom(participant ?? Strangers, settings.OpeningsPerWindow, time),
        LedgerRecord.Participant => records.HasRoom(
            participant ?? Strangers, participant is null ? settings.StrangerRecordsPerWindow : settings.ParticipantRecordsPerWindow, time),
        _ => heads.HasRoom(participant ?? Strangers, time),
    };

    /// <summary>Counts a record whose signatures were verified.</summary>
    public void Count(string? participant, LedgerRecord record, bool isAccepted, DateTimeOffset time)
    {
        string submitter = participant ?? Strangers;
        if (participant is null) ofStrangers.Take(submitter, record.Signatures, time);
        else if (!isAccepted) vain.Take(submitter, record.Signatures, time);
        if (!isAccepted) return;
        if (record is LedgerRecord.Opening) openings.Take(submitter, time);
        else if (record is LedgerRecord.Participant) records.Take(submitter, time);
        else heads.Take(submitter, record.Weight, time);
    }
}
