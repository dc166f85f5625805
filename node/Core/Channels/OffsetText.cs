using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;

namespace Settlement.Core.Channels;

/// <summary>What banks and the settlement agent sign and commit to in an offset, as the comments of <c>agent.proto</c> and
/// <c>channels.proto</c> define it. The agent's posting is that of a cycle (<see cref="CycleText.Posting"/>).</summary>
public static class OffsetText
{
    /// <summary>What a bank signs with its channel key: that it is the member which the key says.</summary>
    public static Digest Member(string network, Digest channel, ParticipantId bank) =>
        new HashWriter("settlement/offset-member").Text(network).Digest(channel).Text(bank.ToString()).Finish();

    /// <summary>What the call says of its net to those who do not read it.</summary>
    public static Digest Net(Digest channel, long minorUnits, ReadOnlySpan<byte> salt) =>
        new HashWriter("settlement/offset-net", salt).Digest(channel).Int64(minorUnits).Finish();

    /// <summary>What the head of the agent's own channel stands for: the calls to all channels, in the order of the group.</summary>
    public static Digest Calls(Digest group, IEnumerable<ReadOnlyMemory<byte>> bodies)
    {
        HashWriter hash = new HashWriter("settlement/offset-calls").Digest(group);
        foreach (ReadOnlyMemory<byte> body in bodies) hash = hash.Bytes(body.Span);
        return hash.Finish();
    }

    /// <summary>What the agent signs with its posting key.</summary>
    public static Digest Leg(ReadOnlySpan<byte> body) => new HashWriter("settlement/offset-leg").Bytes(body).Finish();
}
