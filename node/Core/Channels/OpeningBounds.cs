using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Core.Participants;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Channels;

/// <summary>
/// How large what is said of openings may be: every list and every byte string of it has a bound, and whoever hears it looks at that
/// before it hashes, compiles, verifies or keeps any of it. Exact lengths are looked at where the rest of the meaning is.
/// </summary>
internal static class OpeningBounds
{
    /// <summary>The longest body of an opening record: as many keys as it may have, and room to spare.</summary>
    public const int MaxRecordBodyBytes = 2 << 10;

    /// <summary>Sealed keys of one epoch: every participant reads every audience.</summary>
    public const int MaxEpochKeys = ChannelTerms.MaxAudiences * ChannelTerms.MaxParticipants;

    /// <summary>Whether a message about openings keeps all of them. Messages about other things do.</summary>
    public static bool Fits(PeerMessage message) => message.MessageCase switch
    {
        PeerMessage.MessageOneofCase.OpenProposal => Fits(message.OpenProposal),
        PeerMessage.MessageOneofCase.OpenAnswer => Fits(message.OpenAnswer),
        PeerMessage.MessageOneofCase.Acknowledgement => Fits(message.Acknowledgement),
        PeerMessage.MessageOneofCase.Opened => Fits(message.Opened),
        _ => true,
    };

    private static bool Fits(OpenProposal proposal) =>
        proposal.Terms.Length <= ChannelTerms.MaxBytes
        && proposal.MemberCertificates.Count <= ChannelTerms.MemberCount && proposal.MemberCertificates.All(KeyCertificates.Fits)
        && (proposal.Epoch is not { } epoch || Fits(epoch));

    private static bool Fits(Epoch epoch) =>
        epoch.Keys.Count <= MaxEpochKeys && epoch.Keys.All(static key => key.Sealed.Length <= EpochKeys.SealedLength)
        && epoch.Commitments.Count <= ChannelTerms.MaxAudiences && epoch.Commitments.All(IsDigest);

    private static bool Fits(OpenAnswer answer) =>
        IsDigest(answer.TermsHash) && FitsOrIsAbsent(answer.Certificate) && IsSignature(answer.Signature) && answer.Refusal.Length <= CodeValue.MaxLength;

    private static bool Fits(ObserverAcknowledgement acknowledgement) =>
        IsDigest(acknowledgement.TermsHash) && IsDigest(acknowledgement.EpochHash) && FitsOrIsAbsent(acknowledgement.Certificate) && IsSignature(acknowledgement.Signature);

    /// <summary>How many acknowledgements there may be the terms say.</summary>
    private static bool Fits(ChannelOpened opened) =>
        IsDigest(opened.TermsHash) && (opened.Record is not { } record || Fits(record))
        && opened.MemberCertificates.Count <= ChannelTerms.MemberCount && opened.MemberCertificates.All(KeyCertificates.Fits)
        && opened.Acknowledgements.All(Fits);

    private static bool Fits(OpeningRecord record) =>
        record.Body.Length <= MaxRecordBodyBytes && record.Signatures.Count <= OpenedChannel.MaximumMembers && record.Signatures.All(IsSignature);

    private static bool FitsOrIsAbsent(Wire.Participants.KeyCertificate? certificate) => certificate is null || KeyCertificates.Fits(certificate);

    private static bool IsDigest(ByteString bytes) => bytes.Length <= Digest.Length;

    private static bool IsSignature(ByteString bytes) => bytes.Length <= SigningKey.SignatureLength;
}
