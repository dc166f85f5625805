using Settlement.Core.Cryptography;

namespace Settlement.Core.Notarisation;

/// <summary>
/// What is signed and named in what participants send, as the comments of <c>ledger.proto</c>,
/// <c>channels.proto</c> and <c>participants.proto</c> define it. Bodies are hashed as the bytes that were sent.
/// </summary>
public static class RecordHashes
{
    /// <summary>A channel's id, which its members sign: the hash of its opening's body.</summary>
    public static Digest Channel(ReadOnlySpan<byte> openingBody) => OfBody("settlement/channel", openingBody);

    /// <summary>What a root key signs about another key.</summary>
    public static Digest KeyCertificate(ReadOnlySpan<byte> body) => OfBody("settlement/key-certificate", body);

    /// <summary>What a root key signs about its participant.</summary>
    public static Digest ParticipantRecord(ReadOnlySpan<byte> body) => OfBody("settlement/participant-record", body);

    /// <summary>What a member signs to endorse a head until <paramref name="notAfter"/>, in whole milliseconds.</summary>
    public static Digest Endorsement(string network, HeadFields head, DateTimeOffset notAfter)
    {
        using var writer = new HashWriter("settlement/endorsement");
        return writer.Text(network).Digest(head.Channel).Int64(head.Term).Int64(head.Sequence).Digest(head.PreviousHead)
            .Digest(head.Head).Int64(notAfter.ToUnixTimeMilliseconds()).Finish();
    }

    /// <summary>What a member signs to take a channel over at a head.</summary>
    public static Digest Takeover(string network, Digest channel, Digest head, long newTerm)
    {
        using var writer = new HashWriter("settlement/takeover");
        return writer.Text(network).Digest(channel).Digest(head).Int64(newTerm).Finish();
    }

    /// <summary>What a member signs to close a channel at a head.</summary>
    public static Digest Close(string network, Digest channel, long term, Digest head, long sequence)
    {
        using var writer = new HashWriter("settlement/close");
        return writer.Text(network).Digest(channel).Int64(term).Digest(head).Int64(sequence).Finish();
    }

    /// <summary>A group's id: the hash of its body, which names its channels and its time.</summary>
    public static Digest Group(ReadOnlySpan<byte> groupBody) => OfBody("settlement/group", groupBody);

    /// <summary>What a member signs when the batch of a head sets its channel's leg of a group aside.</summary>
    public static Digest Reservation(string network, Digest group, Digest channel, Digest head)
    {
        using var writer = new HashWriter("settlement/reserve");
        return writer.Text(network).Digest(group).Digest(channel).Digest(head).Finish();
    }

    /// <summary>What a sequencer signs to propose a batch for one place of a channel.</summary>
    public static Digest Proposal(string network, Digest channel, Digest termsHash, long term, long sequence, Digest previousHead, Digest body)
    {
        using var writer = new HashWriter("settlement/proposal");
        return writer.Text(network).Digest(channel).Digest(termsHash).Int64(term).Int64(sequence).Digest(previousHead).Digest(body).Finish();
    }

    private static Digest OfBody(string domain, ReadOnlySpan<byte> body)
    {
        using var writer = new HashWriter(domain);
        return writer.Bytes(body).Finish();
    }
}
