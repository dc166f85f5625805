namespace Settlement.Core.Alarms;

/// <summary>Who an alarm is about where it is no participant. No participant is written like these.</summary>
public static class AlarmParties
{
    /// <summary>This node itself.</summary>
    public const string Own = "";

    /// <summary>Whoever presents a TLS key that nobody lists: they are counted together, and nothing of theirs is kept.</summary>
    public const string Strangers = "strangers";

    /// <summary>Participants beyond the bound on records.</summary>
    public const string Others = "others";
}
