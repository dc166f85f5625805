using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Participants;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Notarisation;

/// <summary>Channels that move together or not at all, until a time.</summary>
/// <param name="Id">The hash of its body: whoever signs it has agreed to exactly these channels and this time.</param>
/// <param name="Channels">The ids, rising.</param>
/// <param name="ExpiresAt">No channel reserves after this time of the ledger; whole milliseconds.</param>
/// <param name="Body">The bytes that say so.</param>
public sealed record ChannelGroup(Digest Id, IReadOnlyList<Digest> Channels, DateTimeOffset ExpiresAt, ByteString Body)
{
    /// <summary>The most channels of a group: all pairs of 22 banks, and its record fits the ledger's bound.</summary>
    public const int MaximumChannels = 256;

    private const int FewestChannels = 2;

    /// <summary>Reads a group's body. One that says more than that, or says it otherwise than anybody would, is none: every channel keeps it.</summary>
    /// <param name="code">The refusal; empty when the body is one.</param>
    public static bool TryRead(ByteString groupBody, string network, [NotNullWhen(true)] out ChannelGroup? group, out string code)
    {
        group = null;
        code = LedgerCodes.Malformed;
        if (!Parsing.TryParseExact(GroupBody.Parser, groupBody.Span, out GroupBody? body)) return false;
        if (body.Channels.Count is < FewestChannels or > MaximumChannels || body.Nonce.Length != Digest.Length) return false;
        if (!UnixTime.TryRead(body.ExpiresUnixMs, out DateTimeOffset expires) || !TryReadRising(body.Channels, out Digest[] channels)) return false;
        code = LedgerCodes.OtherNetwork;
        if (body.Suite != Suite.Current || body.Network != network) return false;
        group = new ChannelGroup(RecordHashes.Group(groupBody.Span), channels, expires, groupBody);
        code = "";
        return true;
    }

    /// <summary>The body of a group of these channels.</summary>
    /// <param name="channels">Two or more different ids, in any order.</param>
    /// <param name="nonce">Random, so that the same channels can move together again.</param>
    public static GroupBody Of(string network, IEnumerable<Digest> channels, DateTimeOffset expires, Digest nonce) => new()
    {
        Suite = Suite.Current,
        Network = network,
        Channels = { channels.Select(static id => ByteString.CopyFrom(id.ToArray())).OrderBy(static id => id, Rising) },
        ExpiresUnixMs = expires.ToUnixTimeMilliseconds(),
        Nonce = ByteString.CopyFrom(nonce.ToArray()),
    };

    private static readonly Comparer<ByteString> Rising = Comparer<ByteString>.Create(static (left, right) => left.Span.SequenceCompareTo(right.Span));

    private static bool TryReadRising(IReadOnlyList<ByteString> ids, out Digest[] channels)
    {
        channels = new Digest[ids.Count];
        for (int i = 0; i < ids.Count; i++)
        {
            if (!Digest.TryRead(ids[i].Span, out channels[i])) return false;
            if (i > 0 && Rising.Compare(ids[i - 1], ids[i]) >= 0) return false;
        }

        return true;
    }
}
