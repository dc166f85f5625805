using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;

namespace Settlement.Core.Channels;

/// <summary>What a bank and the settlement agent sign of money that goes back, as the comments of <c>agent.proto</c> define it.</summary>
public static class RedemptionText
{
    /// <summary>What the bank signs with its channel key: which entry, and for whose account.</summary>
    public static Digest Request(string network, Digest channel, EntryId entry, ParticipantId bank, string currency, long minorUnits) =>
        new HashWriter("settlement/redemption").Text(network).Digest(channel).Digest(entry.Value).Text(bank.ToString()).Text(currency).Int64(minorUnits).Finish();

    /// <summary>What the agent signs with its posting key: that it paid.</summary>
    public static Digest Posting(string network, ReadOnlySpan<byte> id, Digest channel, EntryId entry, ParticipantId bank, string currency, long minorUnits) =>
        new HashWriter("settlement/redeemed").Text(network).Bytes(id).Digest(channel).Digest(entry.Value).Text(bank.ToString()).Text(currency).Int64(minorUnits).Finish();
}
