namespace Settlement.Host.Running;

/// <summary>The bounds of a role's loop.</summary>
internal sealed record RoleLoopOptions
{
    /// <summary>Inputs that may wait; a door answers "busy" beyond that.</summary>
    public int InboxCapacity { get; init; } = 8_192;

    /// <summary>Bytes of the messages that wait.</summary>
    public long InboxBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>Inputs that one step handles.</summary>
    public int InputsPerStep { get; init; } = 4_096;

    /// <summary>How often the machine looks at its timers; infinite for never.</summary>
    public TimeSpan TickInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Calls that may wait for their answers.</summary>
    public int PendingCalls { get; init; } = 16_384;
}
