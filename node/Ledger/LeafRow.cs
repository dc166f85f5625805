using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Merkle;
using Settlement.Core.Notarisation;
using Settlement.Core.Store;
using Settlement.Wire.Ledger;

namespace Settlement.Ledger;

/// <summary>
/// A leaf as an event of the store. Every value is a function of the leaf, so that verification can say of each column
/// what must stand there. The readable fields beside the leaf serve projections and people; the leaf alone counts.
/// </summary>
/// <param name="Stream">The stream: the channel, the group or the participant.</param>
/// <param name="StreamType">What the stream describes.</param>
/// <param name="Event">The event.</param>
internal sealed record LeafRow(string Stream, string StreamType, NewEvent Event)
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Describes a leaf whose record was read.</summary>
    public static LeafRow Of(Leaf leaf, LedgerRecord record, ByteString bytes)
    {
        (string stream, string streamType, string type) = record switch
        {
            LedgerRecord.Participant participant => ($"participant-{participant.Value.Id}", "participant", "participant_listed"),
            LedgerRecord.Opening => ($"channel-{record.Channel}", "channel", "channel_opened"),
            LedgerRecord.Head => ($"channel-{record.Channel}", "channel", "head_notarised"),
            LedgerRecord.Takeover => ($"channel-{record.Channel}", "channel", "taken_over"),
            LedgerRecord.Reservation => ($"channel-{record.Channel}", "channel", "leg_reserved"),
            LedgerRecord.Close => ($"channel-{record.Channel}", "channel", "channel_closed"),
            LedgerRecord.Decision decision => ($"group-{decision.Value.Group}", "group", "group_decided"),
            _ => throw new InvalidOperationException($"No event for {record.GetType().Name}."),
        };
        DateTimeOffset time = DateTimeOffset.FromUnixTimeMilliseconds(leaf.TimeUnixMs);
        return new LeafRow(stream, streamType, new NewEvent(IdOf(bytes), type, DataOf(leaf, record, bytes, time), time));
    }

    /// <summary>Reads the leaf back from an event's data.</summary>
    public static bool TryReadData(string data, out long index, [NotNullWhen(true)] out ByteString? leaf)
    {
        index = -1;
        leaf = null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(data);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return false;
            if (!root.TryGetProperty("Index", out JsonElement place) || place.ValueKind != JsonValueKind.Number || !place.TryGetInt64(out index)) return false;
            if (!root.TryGetProperty("Leaf", out JsonElement text) || text.ValueKind != JsonValueKind.String) return false;
            if (!text.TryGetBytesFromBase64(out byte[]? bytes)) return false;
            leaf = UnsafeByteOperations.UnsafeWrap(bytes);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>RFC 9562, version 8: the start of the leaf's hash as a GUID.</summary>
    public static Guid IdOf(ByteString leaf)
    {
        Span<byte> hash = stackalloc byte[Digest.Length];
        Rfc6962.HashLeaf(leaf.Span).CopyTo(hash);
        hash[6] = (byte)((hash[6] & 0x0f) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    private static string DataOf(Leaf leaf, LedgerRecord record, ByteString bytes, DateTimeOffset time)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            json.WriteNumber("Index", leaf.Index);
            json.WriteString("Time", time);
            WriteFields(json, record);
            json.WriteBase64String("Leaf", bytes.Span);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteFields(Utf8JsonWriter json, LedgerRecord record)
    {
        if (record.Channel is { } channel) json.WriteString("Channel", channel.ToString());
        switch (record)
        {
            case LedgerRecord.Participant(SignedListing listing):
                json.WriteString("Participant", listing.Id.ToString());
                json.WriteString("Role", listing.Body.Role);
                json.WriteNumber("Version", listing.Version);
                json.WriteString("RootFingerprint", listing.RootKey.Fingerprint.ToString());
                break;
            case LedgerRecord.Opening(SignedOpening(OpenedChannel opened, _)):
                json.WriteString("TermsHash", opened.TermsHash.ToString());
                json.WriteString("EpochHash", opened.EpochHash.ToString());
                json.WriteNumber("Members", opened.MemberKeys.Count);
                break;
            case LedgerRecord.Head(EndorsedHead head):
                json.WriteNumber("Term", head.Fields.Term);
                json.WriteNumber("Sequence", head.Fields.Sequence);
                json.WriteString("PreviousHead", head.Fields.PreviousHead.ToString());
                json.WriteString("Head", head.Fields.Head.ToString());
                break;
            case LedgerRecord.Takeover(SignedTakeover takeover):
                json.WriteNumber("Term", takeover.NewTerm);
                json.WriteNumber("Member", takeover.Member);
                json.WriteString("Head", takeover.Head.ToString());
                break;
            case LedgerRecord.Reservation(SignedReservation reservation):
                json.WriteString("Group", reservation.Group.Id.ToString());
                json.WriteNumber("Channels", reservation.Group.Channels.Count);
                json.WriteString("Expires", reservation.Group.ExpiresAt);
                json.WriteString("Head", reservation.Head.ToString());
                break;
            case LedgerRecord.Decision(DecidedGroup decided):
                json.WriteString("Group", decided.Group.ToString());
                json.WriteString("Outcome", decided.IsCommitted ? "committed" : "aborted");
                break;
            case LedgerRecord.Close(SignedClose close):
                json.WriteNumber("Term", close.Term);
                json.WriteNumber("Sequence", close.Sequence);
                json.WriteNumber("Member", close.Member);
                json.WriteString("Head", close.Head.ToString());
                break;
        }
    }
}
