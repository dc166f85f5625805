using System.Diagnostics.CodeAnalysis;
using Settlement.Core.Cryptography;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Notarisation;

/// <summary>A channel as its opening record states it.</summary>
/// <param name="Id">The channel's id.</param>
/// <param name="TermsHash">The salted hash of its terms.</param>
/// <param name="EpochHash">The hash of the first epoch's sealed keys.</param>
/// <param name="MemberKeys">The members' channel keys, in the order of the terms.</param>
public sealed record OpenedChannel(Digest Id, Digest TermsHash, Digest EpochHash, IReadOnlyList<PublicKey> MemberKeys)
{
    /// <summary>The most members of a channel.</summary>
    public const int MaximumMembers = 16;

    /// <summary>
    /// Reads an opening and checks everything that it alone can show: its fields, two or more different keys, and every
    /// member's signature over the channel's id.
    /// </summary>
    /// <param name="code">The refusal; empty when the opening is valid.</param>
    public static bool TryRead(OpeningRecord record, string network, [NotNullWhen(true)] out OpenedChannel? channel, out string code)
    {
        channel = null;
        if (!SignedOpening.TryRead(record, network, out SignedOpening? opening, out code)) return false;
        code = opening.IsSigned() ? "" : LedgerCodes.OpeningSignature;
        if (code.Length == 0) channel = opening.Channel;
        return channel is not null;
    }
}
