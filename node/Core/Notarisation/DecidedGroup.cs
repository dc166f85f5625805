using System.Diagnostics.CodeAnalysis;
using Settlement.Core.Cryptography;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Notarisation;

/// <summary>What became of a group: the finality of all its legs.</summary>
/// <param name="Group">The group's id.</param>
/// <param name="IsCommitted">Whether every leg applies; else every leg is released.</param>
public sealed record DecidedGroup(Digest Group, bool IsCommitted)
{
    /// <summary>Reads the record; false when its id has the wrong length.</summary>
    public static bool TryRead(DecidedRecord record, [NotNullWhen(true)] out DecidedGroup? decided)
    {
        decided = Digest.TryRead(record.Group.Span, out Digest group) ? new DecidedGroup(group, record.IsCommitted) : null;
        return decided is not null;
    }
}
