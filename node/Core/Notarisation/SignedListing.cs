using System.Diagnostics.CodeAnalysis;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Participants;
using Settlement.Wire.Participants;

namespace Settlement.Core.Notarisation;

/// <summary>
/// A participant's record as it claims to be: its fields are read and bounded, its signatures are still to be verified.
/// Whoever must pay for each signature compares first and verifies last.
/// </summary>
/// <param name="Id">Who it says it is.</param>
/// <param name="RootKey">The key that shall have signed the record and its certificates.</param>
/// <param name="Version">Rises with each change, from 1.</param>
/// <param name="Record">The record itself.</param>
/// <param name="Body">Everything it says.</param>
/// <param name="BodyHash">What the root key signs.</param>
public sealed record SignedListing(
    ParticipantId Id, PublicKey RootKey, long Version, ParticipantRecord Record, ParticipantRecordBody Body, Digest BodyHash)
{
    private static readonly string[] Roles = ["bank", "ledger", "agent", "regulator"];

    /// <summary>The most signatures that verifying it takes.</summary>
    public int Signatures => 1 + Body.Certificates.Count;

    /// <summary>Reads a record's fields.</summary>
    /// <param name="code">The refusal; empty when there is something to verify.</param>
    public static bool TryRead(ParticipantRecord record, string network, [NotNullWhen(true)] out SignedListing? listing, out string code)
    {
        listing = null;
        code = LedgerCodes.Malformed;
        if (!Parsing.TryParse(ParticipantRecordBody.Parser, record.Body.Span, out ParticipantRecordBody? body) || body.Version is < 1 or > long.MaxValue) return false;
        if (!PublicKey.TryRead(body.RootPublicKey.Span, out PublicKey root)) return false;
        code = LedgerCodes.OtherNetwork;
        if (body.Suite != Suite.Current || body.Network != network) return false;
        code = LedgerCodes.ParticipantFields;
        if (!TryReadFields(body, out ParticipantId id)) return false;
        code = LedgerCodes.ParticipantCertificate;
        if (body.Certificates.Count > ListedParticipant.MaximumCertificates) return false;
        listing = new SignedListing(id, root, (long)body.Version, record, body, RecordHashes.ParticipantRecord(record.Body.Span));
        code = "";
        return true;
    }

    /// <summary>Verifies the root key's signature over the record and over each certificate.</summary>
    /// <param name="code">The refusal; empty when the record is valid.</param>
    public bool TryVerify([NotNullWhen(true)] out ListedParticipant? participant, out string code)
    {
        participant = null;
        using var key = new VerifyingKey(RootKey);
        code = LedgerCodes.ParticipantSignature;
        if (!key.Verify(BodyHash, Record.Signature.Span)) return false;
        code = LedgerCodes.ParticipantCertificate;
        if (!TryReadCertificates(key, out List<KeyCertificateBody> certificates)) return false;
        participant = new ListedParticipant(Id, RootKey, Version, Body, certificates);
        code = "";
        return true;
    }

    private static bool TryReadFields(ParticipantRecordBody body, out ParticipantId id)
    {
        // One participant has one text, so that no second spelling of it can be listed.
        if (!ParticipantId.TryParse(body.Participant, out id) || id.ToString() != body.Participant) return false;
        if (body.Lei.Length > 0 && !Lei.TryParse(body.Lei, out _)) return false;
        if (body.Name.Length is 0 or > ListedParticipant.MaximumTextLength || body.Name.Any(char.IsControl) || body.Endpoint.Length > ListedParticipant.MaximumTextLength) return false;
        return Roles.Contains(body.Role) && PeerEndpoint.TryRead(body.Endpoint, out _);
    }

    private bool TryReadCertificates(VerifyingKey root, out List<KeyCertificateBody> certificates)
    {
        certificates = [];
        foreach (KeyCertificate certificate in Body.Certificates)
        {
            if (!ListedParticipant.TryReadCertificate(certificate, Body.Network, Body.Participant, root, out KeyCertificateBody? read)) return false;
            // Channel keys are certified to the other members only; in the directory they would link channels.
            if (read.Purpose == KeyPurpose.Channel) return false;
            certificates.Add(read);
        }

        return certificates.Exists(static c => c.Purpose == KeyPurpose.Tls) && certificates.Exists(static c => c.Purpose == KeyPurpose.Encryption);
    }
}
