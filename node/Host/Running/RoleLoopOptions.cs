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

    /// <summary>The weight (<see cref="Settlement.Core.Machines.Input.Weight"/>) from which a step gathers no more inputs. With the largest
    /// input above it and four rows an item, a commit stays far below what a vault takes at once.</summary>
    public int WeightPerStep { get; init; } = 20_000;

    /// <summary>Bytes of messages from which a step gathers no more inputs.</summary>
    public long BytesPerStep { get; init; } = 64L * 1024 * 1024;

    /// <summary>How often the machine looks at its timers; infinite for never.</summary>
    public TimeSpan TickInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Calls that may wait for their answers.</summary>
    public int PendingCalls { get; init; } = 16_384;
}
