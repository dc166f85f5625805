using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Participants;
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

    private const int FewestMembers = 2;

    /// <summary>
    /// Reads an opening and checks everything that it alone can show: its fields, two or more different keys, and every
    /// member's signature over the channel's id.
    /// </summary>
    /// <param name="code">The refusal; empty when the opening is valid.</param>
    public static bool TryRead(OpeningRecord record, string network, [NotNullWhen(true)] out OpenedChannel? channel, out string code)
    {
        channel = null;
        code = LedgerCodes.Malformed;
        if (!Parsing.TryParse(OpeningBody.Parser, record.Body.Span, out OpeningBody? body)) return false;
        if (!Digest.TryRead(body.TermsHash.Span, out Digest terms) || !Digest.TryRead(body.EpochHash.Span, out Digest epoch)) return false;
        code = LedgerCodes.OtherNetwork;
        if (body.Suite != Suite.Current || body.Network != network) return false;
        code = LedgerCodes.OpeningKeys;
        if (body.MemberKeys.Count is < FewestMembers or > MaximumMembers) return false;
        List<PublicKey> keys = [];
        foreach (ByteString bytes in body.MemberKeys)
        {
            if (!PublicKey.TryRead(bytes.Span, out PublicKey key) || keys.Contains(key)) return false;
            keys.Add(key);
        }

        code = LedgerCodes.OpeningSignature;
        Digest id = RecordHashes.Channel(record.Body.Span);
        if (record.Signatures.Count != keys.Count) return false;
        for (int i = 0; i < keys.Count; i++)
        {
            using var key = new VerifyingKey(keys[i]);
            if (!key.Verify(id, record.Signatures[i].Span)) return false;
        }

        channel = new OpenedChannel(id, terms, epoch, keys);
        code = "";
        return true;
    }
}
