using System.Diagnostics.CodeAnalysis;
using Settlement.Core.Cryptography;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Notarisation;

/// <summary>What became of a group: the finality of all its legs.</summary>
/// <param name="Group">The group's id.</param>
/// <param name="IsCommitted">Whether every leg applies; else every leg is released.</param>
/// <param name="Body">The group itself, where the record has it because no channel has reserved; else null.</param>
public sealed record DecidedGroup(Digest Group, bool IsCommitted, ChannelGroup? Body)
{
    /// <summary>Reads the record's fields.</summary>
    /// <param name="code">The refusal; empty when there is something to judge.</param>
    public static bool TryRead(DecidedRecord record, string network, [NotNullWhen(true)] out DecidedGroup? decided, out string code)
    {
        decided = null;
        code = LedgerCodes.Malformed;
        if (!Digest.TryRead(record.Group.Span, out Digest id)) return false;
        ChannelGroup? group = null;
        if (!record.GroupBody.IsEmpty)
        {
            if (!ChannelGroup.TryRead(record.GroupBody, network, out group, out code)) return false;
            code = LedgerCodes.Malformed;
            if (group.Id != id) return false;
        }

        decided = new DecidedGroup(id, record.IsCommitted, group);
        code = "";
        return true;
    }
}
