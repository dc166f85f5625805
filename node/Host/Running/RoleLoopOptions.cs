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

    /// <summary>Messages of one participant that wait; its next one is answered "busy". An honest node sends one a step, so that they are
    /// reached only where this node stands still for hundreds of the other's steps.</summary>
    public int PeerMessages { get; init; } = 256;

    /// <summary>The bytes of them: two of the largest bodies.</summary>
    public long PeerBytes { get; init; } = 32L * 1024 * 1024;

    /// <summary>
    /// Messages of one participant that one step handles; the rest waits for the next, so that whatever comes from others and from the
    /// bank itself is handled in between. The worst a participant can say in one of a few bytes is 256 proposals or endorsements of one
    /// channel that nobody signed, some 25 ms of signature checks for each channel that it shares with this bank: 200 ms a step with one.
    /// It meets a payment in another channel once for each step that this takes, which are four to six. What it says of openings is
    /// bounded for the step as a whole, to 16 messages.
    /// </summary>
    public int PeerMessagesPerStep { get; init; } = 8;

    /// <summary>
    /// The same in bytes; the body that goes beyond it is taken, and counts against the steps that follow. The largest body, of 4,000
    /// entries to open, takes some 750 ms, and after it three steps take nothing of the same participant: two of them at most while a
    /// payment in another channel becomes final.
    /// </summary>
    public long PeerBytesPerStep { get; init; } = 4L * 1024 * 1024;

    /// <summary>How often the machine looks at its timers; infinite for never.</summary>
    public TimeSpan TickInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Calls that may wait for their answers.</summary>
    public int PendingCalls { get; init; } = 16_384;
}
