namespace Settlement.Core.Alarms;

/// <summary>What alarms may cost a node, however long and whoever raises them: rows, bytes, lines of the log.</summary>
public static class AlarmBounds
{
    /// <summary>Records, one a participant and code. What comes beyond is counted under <see cref="AlarmParties.Others"/>.</summary>
    public const int MaxRecords = 16_384;

    /// <summary>Records of participants that this node has no business with, who may be as many as list themselves.</summary>
    public const int MaxRecordsOfOthers = 1_024;

    /// <summary>Pieces of evidence of one code. The first of each code is kept before any second one.</summary>
    public const int MaxPiecesOfCode = 4;

    /// <summary>Pieces of one participant beyond the first of each code.</summary>
    public const int MaxMorePieces = 16;

    /// <summary>Pieces of one participant that this node has no business with.</summary>
    public const int MaxPiecesOfOther = 4;

    /// <summary>Pieces of all participants.</summary>
    public const int MaxPieces = 4_096;

    /// <summary>Pieces of all participants that this node has no business with.</summary>
    public const int MaxPiecesOfOthers = 256;

    /// <summary>Bytes of one part of a piece. Of a larger one its size and SHA-256 are kept.</summary>
    public const int MaxPartBytes = 32 * 1024;

    /// <summary>Alarms of one participant that the operator is told of at once; after them one each <see cref="TellInterval"/>.</summary>
    public const int TellBurst = 32;

    /// <summary>How often an alarm that also honest nodes raise now and then may come within <see cref="CommonWindow"/> before the
    /// operator is told of it.</summary>
    public const int CommonTimes = 16;

    /// <summary>Counts that are written again within <see cref="WriteInterval"/>, so that many who storm at once do not wear the disk
    /// and the vault key.</summary>
    public const int MaxCountsWritten = 64;

    /// <summary>See <see cref="TellBurst"/>.</summary>
    public static readonly TimeSpan TellInterval = TimeSpan.FromSeconds(1);

    /// <summary>See <see cref="CommonTimes"/>.</summary>
    public static readonly TimeSpan CommonWindow = TimeSpan.FromMinutes(1);

    /// <summary>How long a flood must be over before the operator is told the rest of it.</summary>
    public static readonly TimeSpan QuietAfter = TimeSpan.FromMinutes(1);

    /// <summary>How often a count that rises is written again: what a crash may lose of it.</summary>
    public static readonly TimeSpan WriteInterval = TimeSpan.FromSeconds(1);
}
