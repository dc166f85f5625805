namespace Settlement.Core.Regulator;

/// <summary>The bounds and waits of a regulator's machine.</summary>
public sealed record RegulatorSettings
{
    /// <summary>How often the ledger's log is read when nothing hurries. Default 1 second.</summary>
    public TimeSpan LogInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long certificates of its channel keys are good for. Default 5 years.</summary>
    public TimeSpan ChannelKeyLife { get; init; } = TimeSpan.FromDays(5 * 365);

    /// <summary>Batches of a channel that wait for their head or a predecessor. Default 64.</summary>
    public int MaxPending { get; init; } = 64;

    /// <summary>What of one channel waits so is at most so large, in bytes: as much as one message. What comes beyond is asked for again
    /// when its turn has come, so that batches which nobody ever notarises take no more. Default 16 MiB.</summary>
    public long MaxPendingBytes { get; init; } = 16 << 20;

    /// <summary>The same of one member, in all its channels together. Default 64 MiB.</summary>
    public long MaxPendingBytesOfMember { get; init; } = 64 << 20;

    /// <summary>Openings that were acknowledged and are not known to be open, beyond which only a proposer that has none gets one: with
    /// those they are fewer than twice as many. Default 5,000.</summary>
    public int MaxOpenings { get; init; } = 5_000;

    /// <summary>The same, of one proposer: nobody takes all the room. Default 256.</summary>
    public int MaxOpeningsOfProposer { get; init; } = 256;
}
