using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Participants;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Notarisation;

/// <summary>A channel's opening as it claims to be: its fields are read, its members' signatures are still to be verified.</summary>
/// <param name="Channel">The channel that it opens, if its signatures are valid.</param>
/// <param name="Record">The record itself.</param>
public sealed record SignedOpening(OpenedChannel Channel, OpeningRecord Record)
{
    private const int FewestMembers = 2;

    /// <summary>The signatures that verifying it takes.</summary>
    public int Signatures => Channel.MemberKeys.Count;

    /// <summary>Reads an opening's fields: two or more different keys, and as many signatures.</summary>
    /// <param name="code">The refusal; empty when there is something to verify.</param>
    public static bool TryRead(OpeningRecord record, string network, [NotNullWhen(true)] out SignedOpening? opening, out string code)
    {
        opening = null;
        code = LedgerCodes.Malformed;
        if (!Parsing.TryParse(OpeningBody.Parser, record.Body.Span, out OpeningBody? body)) return false;
        if (!Digest.TryRead(body.TermsHash.Span, out Digest terms) || !Digest.TryRead(body.EpochHash.Span, out Digest epoch)) return false;
        code = LedgerCodes.OtherNetwork;
        if (body.Suite != Suite.Current || body.Network != network) return false;
        code = LedgerCodes.OpeningKeys;
        if (body.MemberKeys.Count is < FewestMembers or > OpenedChannel.MaximumMembers) return false;
        List<PublicKey> keys = [];
        foreach (ByteString bytes in body.MemberKeys)
        {
            if (!PublicKey.TryRead(bytes.Span, out PublicKey key) || keys.Contains(key)) return false;
            keys.Add(key);
        }

        code = LedgerCodes.OpeningSignature;
        if (record.Signatures.Count != keys.Count) return false;
        opening = new SignedOpening(new OpenedChannel(RecordHashes.Channel(record.Body.Span), terms, epoch, keys), record);
        code = "";
        return true;
    }

    /// <summary>Whether every member has signed the channel's id.</summary>
    public bool IsSigned()
    {
        for (int i = 0; i < Channel.MemberKeys.Count; i++)
        {
            using var key = new VerifyingKey(Channel.MemberKeys[i]);
            if (!key.Verify(Channel.Id, Record.Signatures[i].Span)) return false;
        }

        return true;
    }
}
