using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Netting;

namespace Settlement.Core.Channels;

/// <summary>What banks and the settlement agent sign in a cycle, as the comments of <c>agent.proto</c> define it.</summary>
public static class CycleText
{
    /// <summary>What a bank signs with its channel key: that it is the member which the key says.</summary>
    public static Digest Member(string network, Digest cycle, Digest channel, ParticipantId bank) =>
        new HashWriter("settlement/cycle-member").Text(network).Digest(cycle).Digest(channel).Text(bank.ToString()).Finish();

    /// <summary>The list of cuts that all banks confirm: by channel, rising.</summary>
    public static Digest Cuts(Digest group, IEnumerable<(Digest Channel, PedersenCommitment Commitment)> cuts)
    {
        HashWriter hash = new HashWriter("settlement/cycle-cuts").Digest(group);
        foreach ((Digest channel, PedersenCommitment commitment) in cuts) hash = hash.Digest(channel).Bytes(commitment.ToArray());
        return hash.Finish();
    }

    /// <summary>What a bank signs with its key in the first of its channels.</summary>
    public static Digest Confirmation(string network, Digest group, Digest cuts, ParticipantId bank, bool isCovered) =>
        new HashWriter("settlement/cycle-confirmation").Text(network).Digest(group).Digest(cuts).Text(bank.ToString()).UInt32(isCovered ? 1u : 0u).Finish();

    /// <summary>What the agent signs with its posting key: what a bank's account got, or paid where it is below zero.</summary>
    public static Digest Posting(string network, ReadOnlySpan<byte> id, Digest group, ParticipantId bank, string currency, long netMinorUnits) =>
        new HashWriter("settlement/cycle-posting").Text(network).Bytes(id).Digest(group).Text(bank.ToString()).Text(currency).Int64(netMinorUnits).Finish();
}
