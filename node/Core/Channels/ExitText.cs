using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;

namespace Settlement.Core.Channels;

/// <summary>What a bank and the settlement agent sign of a position in a closed channel, as the comments of <c>agent.proto</c> define it.</summary>
public static class ExitText
{
    /// <summary>What the bank signs with its channel key: which position, and for whose account.</summary>
    public static Digest Request(string network, Digest channel, Digest head, ParticipantId bank, string currency, long minorUnits) =>
        new HashWriter("settlement/exit").Text(network).Digest(channel).Digest(head).Text(bank.ToString()).Text(currency).Int64(minorUnits).Finish();

    /// <summary>What the agent signs with its posting key: how much of it it paid.</summary>
    public static Digest Posting(string network, ReadOnlySpan<byte> id, Digest channel, ParticipantId bank, string currency, long paidMinorUnits) =>
        new HashWriter("settlement/exited").Text(network).Bytes(id).Digest(channel).Text(bank.ToString()).Text(currency).Int64(paidMinorUnits).Finish();
}
