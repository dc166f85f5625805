using System.Buffers.Binary;
using System.Text;
using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Envelopes;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Channels;

/// <summary>Every way in which an entry of GrossPayment can be false, and the code under which it is refused.</summary>
internal static class Lies
{
    private const int FirstFieldAt = 2;
    private const int FixedFieldLength = 41;

    public static IReadOnlyDictionary<string, (string Code, Action<EntryForge> Tell)> All { get; } = new Dictionary<string, (string, Action<EntryForge>)>(StringComparer.Ordinal)
    {
        ["a commitment that is another's"] = (ChannelCodes.CommitmentMismatch, f => f.Entry = e => e.Commitments = Flipped(e.Commitments, 0)),
        ["a second value for a field"] = (ChannelCodes.CommitmentMismatch, f => f.Opened = Change(0, o => o with { Value = Euros(1) })),
        ["a value where an absent one was committed"] = (ChannelCodes.CommitmentMismatch, f =>
        {
            f.Committed = o => o.FieldIndex == 3 ? o with { Value = null } : o;
            f.Opened = Change(3, o => o with { Value = "x"u8.ToArray() });
        }),
        ["an absent value where one was committed"] = (ChannelCodes.CommitmentMismatch, f => f.Opened = Change(2, o => o with { Value = null })),
        ["another salt"] = (ChannelCodes.CommitmentMismatch, f => f.Opened = Change(0, o => o with { Salt = new byte[32] })),
        ["two salts exchanged"] = (ChannelCodes.CommitmentMismatch, f => f.Opened = (_, list) =>
            list.Count < 2 ? list : [list[0] with { Salt = list[1].Salt }, list[1] with { Salt = list[0].Salt }, .. list.Skip(2)]),
        ["the second version of a field"] = (ChannelCodes.EntryMalformed, f => f.Committed = o => o with { Version = 2 }),
        ["version zero of a field"] = (ChannelCodes.EntryMalformed, f => f.Committed = o => o.FieldIndex == 0 ? o with { Version = 0 } : o),
        ["a field repeated in its envelope"] = (ChannelCodes.EnvelopeUnreadable, f => f.Plaintext = RepeatFirstField),
        ["a field of another envelope beside its own"] = (ChannelCodes.EntryMalformed, f => f.Opened = (group, list) =>
            group == 0 ? [list[0], new FieldOpening(9, 1, new byte[32], null)] : list),
        ["a field that is not in its envelope"] = (ChannelCodes.EntryMalformed, f => f.Opened = (group, list) => group == 0 ? [.. list.Skip(1)] : list),
        ["a field that the contract does not have"] = (ChannelCodes.EntryMalformed, f => f.Opened = (_, list) => [.. list.SkipLast(1), new FieldOpening(99, 1, new byte[32], null)]),
        ["an envelope without fields"] = (ChannelCodes.EntryMalformed, f => f.Opened = (_, _) => []),
        ["an amount of the wrong form"] = (ChannelCodes.EntryMalformed, f => f.Committed = o => o.FieldIndex == 0 ? o with { Value = Encoding.ASCII.GetBytes("EUR1") } : o),
        ["a date that no calendar has"] = (ChannelCodes.EntryMalformed, f => f.Committed = o => o.FieldIndex == 1 ? o with { Value = Encoding.ASCII.GetBytes("2026-02-30") } : o),
        ["a text that is not UTF-8"] = (ChannelCodes.EntryMalformed, f => f.Committed = o => o.FieldIndex == 2 ? o with { Value = [0xC0, 0x80] } : o),
        ["an entry of another channel"] = (ChannelCodes.EntryMalformed, f => f.Header = h => h.Channel = ByteString.CopyFrom(new byte[32])),
        ["an entry of another suite"] = (ChannelCodes.EntryMalformed, f => f.Header = h => h.Suite = 2),
        ["a contract that the terms do not have"] = (ChannelCodes.EntryMalformed, f => f.Header = h => h.ContractHash = Flipped(h.ContractHash, 5)),
        ["another contract of the terms"] = (ChannelCodes.EntryMalformed, f => f.Header = h => h.ContractHash = ByteString.CopyFrom(f.Context.Terms.Contracts[1].Contract.Hash)),
        ["an action that the contract does not have"] = (ChannelCodes.EntryMalformed, f => f.Header = h => h.Action = 7),
        ["an action of four thousand million"] = (ChannelCodes.EntryMalformed, f => f.Header = h => h.Action = uint.MaxValue),
        ["an action that needs an instance"] = (ChannelCodes.EntryMalformed, f => f.Header = h => h.Action = 1),
        ["the instance of another entry"] = (ChannelCodes.EntryMalformed, f => f.Header = h => h.InstanceId = ByteString.CopyFrom(new byte[32])),
        ["parties swapped"] = (ChannelCodes.EnvelopeUnreadable, f => f.Header = h => Swap(h, f)),
        ["one party twice"] = (ChannelCodes.EntryMalformed, f => f.Header = h => h.Parties[1] = h.Parties[0]),
        ["the observer pays"] = (ChannelCodes.EntryMalformed, f => f.Header = h => (h.Parties[0], h.Parties[2]) = (h.Parties[2], h.Parties[0])),
        ["a party outside the channel"] = (ChannelCodes.EntryMalformed, f => f.Header = h => h.Parties[2] = 31),
        ["too few parties"] = (ChannelCodes.EntryMalformed, f => f.Header = h => h.Parties.RemoveAt(2)),
        ["too many parties"] = (ChannelCodes.EntryMalformed, f => f.Header = h => h.Parties.Add(2)),
        ["an envelope less in the header"] = (ChannelCodes.EntryMalformed, f => f.Header = h => h.Envelopes.RemoveAt(0)),
        ["an envelope more"] = (ChannelCodes.EntryMalformed, f => f.Entry = e => e.Envelopes.Add(new SealedEnvelope())),
        ["a wider audience"] = (ChannelCodes.EntryMalformed, f => f.Header = h => h.Envelopes[1].Audience = 7),
        ["an audience without a member"] = (ChannelCodes.EntryMalformed, f => f.Header = h => h.Envelopes[0].Audience = 1),
        ["another data subject"] = (ChannelCodes.EntryMalformed, f => f.Header = h => h.Envelopes[0].Subject = 2),
        ["another epoch"] = (ChannelCodes.EntryMalformed, f => f.Header = h => h.Envelopes[0].Epoch = 2),
        ["a hash of another ciphertext"] = (ChannelCodes.EnvelopeUnreadable, f => f.Header = h => h.Envelopes[0].Hash = Flipped(h.Envelopes[0].Hash, 1)),
        ["a hash that is too short"] = (ChannelCodes.EntryMalformed, f => f.Header = h => h.Envelopes[0].Hash = h.Envelopes[0].Hash.Memory[1..].ToByteString()),
        ["a time that no calendar has"] = (ChannelCodes.EntryMalformed, f => f.Header = h => h.TimeUnixMs = long.MaxValue),
        ["a time before all calendars"] = (ChannelCodes.EntryMalformed, f => f.Header = h => h.TimeUnixMs = long.MinValue),
        ["an envelope of another entry"] = (ChannelCodes.EnvelopeUnreadable, f => f.Belongs = p => p with { Entry = new EntryId(Digest.Zero) }),
        ["an envelope of another channel"] = (ChannelCodes.EnvelopeUnreadable, f => f.Belongs = p => p with { Channel = Digest.Zero }),
        ["an envelope of another network"] = (ChannelCodes.EnvelopeUnreadable, f => f.Belongs = p => p with { Network = "other" }),
        ["an envelope of another audience"] = (ChannelCodes.EnvelopeUnreadable, f => f.Belongs = p => p with { Audience = 1 }),
        ["an envelope of another subject"] = (ChannelCodes.EnvelopeUnreadable, f => f.Belongs = p => p with { Subject = p.Subject + 1 }),
        ["an envelope of another epoch"] = (ChannelCodes.EnvelopeUnreadable, f => f.Belongs = p => p with { Epoch = 2 }),
        ["a content key under another audience's key"] = (ChannelCodes.EnvelopeUnreadable, f => f.WrappedFor = a => f.Context.Terms.Audiences.First(other => other != a)),
        ["a wrapped key that was changed"] = (ChannelCodes.EnvelopeUnreadable, f => f.Entry = e => e.Envelopes[0].WrappedKey = Flipped(e.Envelopes[0].WrappedKey, 20)),
        ["no wrapped key"] = (ChannelCodes.EnvelopeUnreadable, f => f.Entry = e => e.Envelopes[0].WrappedKey = ByteString.Empty),
        ["a ciphertext that was changed"] = (ChannelCodes.EnvelopeUnreadable, f => f.Entry = e => e.Envelopes[0].Ciphertext = Flipped(e.Envelopes[0].Ciphertext, 20)),
        ["no ciphertext"] = (ChannelCodes.EnvelopeUnreadable, f => f.Entry = e => e.Envelopes[1].Ciphertext = ByteString.Empty),
        ["envelopes exchanged"] = (ChannelCodes.EnvelopeUnreadable, f => f.Entry = e => (e.Envelopes[0], e.Envelopes[1]) = (e.Envelopes[1], e.Envelopes[0])),
        ["more padding"] = (ChannelCodes.EnvelopeUnreadable, f => f.Plaintext = bytes => [.. bytes, 0]),
        ["less padding"] = (ChannelCodes.EnvelopeUnreadable, f => f.Plaintext = bytes => bytes[..^1]),
        ["words in the padding"] = (ChannelCodes.EnvelopeUnreadable, f => f.Plaintext = bytes => bytes[^1] == 0 ? [.. bytes[..^1], 1] : bytes),
        ["a commitment less"] = (ChannelCodes.EntryMalformed, f => f.Entry = e => e.Commitments = e.Commitments.Memory[32..].ToByteString()),
        ["a commitment more"] = (ChannelCodes.EntryMalformed, f => f.Entry = e => e.Commitments = ByteString.CopyFrom([.. e.Commitments.Span, .. new byte[32]])),
        ["half a commitment"] = (ChannelCodes.EntryMalformed, f => f.Entry = e => e.Commitments = e.Commitments.Memory[16..].ToByteString()),
    };

    public static ByteString Flipped(ByteString bytes, int at)
    {
        byte[] copy = bytes.ToByteArray();
        copy[at] ^= 1;
        return ByteString.CopyFrom(copy);
    }

    public static ByteString ToByteString(this ReadOnlyMemory<byte> bytes) => ByteString.CopyFrom(bytes.Span);

    public static byte[] Euros(long cents)
    {
        byte[] bytes = new byte[11];
        Encoding.ASCII.GetBytes("EUR", bytes);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(3), cents);
        return bytes;
    }

    private static Func<int, List<FieldOpening>, List<FieldOpening>> Change(int field, Func<FieldOpening, FieldOpening> change) =>
        (_, list) => [.. list.Select(o => o.FieldIndex == field ? change(o) : o)];

    // The first field's opening a second time, in place of the second field's.
    private static byte[] RepeatFirstField(byte[] bytes)
    {
        byte[] copy = [.. bytes];
        int length = FixedFieldLength + (copy[FirstFieldAt + FixedFieldLength - 1] == 0 ? 0 : 4 + BinaryPrimitives.ReadInt32BigEndian(copy.AsSpan(FirstFieldAt + FixedFieldLength)));
        if (copy.AsSpan(FirstFieldAt + length, FixedFieldLength).ContainsAnyExcept((byte)0)) copy.AsSpan(FirstFieldAt, 4).CopyTo(copy.AsSpan(FirstFieldAt + length));
        else copy[1] = 0;
        return copy;
    }

    private static void Swap(EntryHeader header, EntryForge forge)
    {
        (header.Parties[0], header.Parties[1]) = (header.Parties[1], header.Parties[0]);
        // The header agrees with itself: audiences are masks, and subjects follow the parties.
        foreach (EnvelopeReference envelope in header.Envelopes)
            if (envelope.Subject is 1 or 2) envelope.Subject = 3 - envelope.Subject;
        _ = forge;
    }
}
