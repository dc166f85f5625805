using Settlement.Core.Vault.Records;

namespace Settlement.Core.Alarms;

/// <summary>What is known of one participant and code.</summary>
internal sealed class AlarmRecord(AlarmRow row, long number)
{
    private DateTimeOffset windowBegan;
    private long inWindow;

    /// <summary>As the vault keeps it.</summary>
    public AlarmRow Row { get; } = row;

    /// <summary>Its place among all records, in the order of their last change; 0 before it was written.</summary>
    public long Number { get; set; } = number;

    /// <summary>The count that the operator was told.</summary>
    public long Told { get; set; } = row.Count;

    /// <summary>When it was written last in this life.</summary>
    public DateTimeOffset Written { get; set; } = DateTimeOffset.MinValue;

    /// <summary>The count that was written.</summary>
    public long WrittenCount { get; set; } = row.Count;

    /// <summary>Whether it waits for its turn to be written.</summary>
    public bool IsWaiting { get; set; }

    /// <summary>Whether it has come more often of late than honest nodes bring it about.</summary>
    public bool IsUncommon(DateTimeOffset now, long times)
    {
        if (now - windowBegan >= AlarmBounds.CommonWindow) (windowBegan, inWindow) = (now, 0);
        inWindow += times;
        return inWindow > AlarmBounds.CommonTimes;
    }
}
