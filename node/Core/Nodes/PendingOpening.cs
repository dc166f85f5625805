using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Nodes;

/// <summary>What banks and observers alike ask of an opening that is not known to be in the ledger's log.</summary>
internal static class PendingOpening
{
    /// <summary>Dates a row of an earlier build, which has no time: it counts as written now.</summary>
    /// <returns>True when the row must be written.</returns>
    public static bool TryDate(NodeContext node, OpeningRow row)
    {
        if (row.SinceUnixMs != 0) return false;
        row.SinceUnixMs = node.NowUnixMs;
        return true;
    }

    /// <summary>
    /// Whether it has not come further for so long that it makes room. Its channel holds no money, since it holds some only once
    /// it is in the log; so whoever did not propose it asks the ledger first, and drops only what the ledger does not list.
    /// </summary>
    public static bool IsOverdue(NodeContext node, OpeningRow row) =>
        row.SinceUnixMs != 0 && node.NowUnixMs - row.SinceUnixMs >= (long)node.Settings.PendingOpeningLife.TotalMilliseconds;

    /// <summary>Whether the ledger has said for long enough that it does not list the channel: when it comes back after it was away, an
    /// honest proposer's submission may reach it after the first question.</summary>
    public static bool IsUnlisted(NodeContext node, DateTimeOffset? since) => since is { } first && node.Now - first >= node.Settings.LongestRetry;

    /// <summary>The body of the opening record, whose hash is the channel's id.</summary>
    public static byte[] Body(ChannelTerms terms, Epoch epoch, params ReadOnlySpan<PublicKey> members)
    {
        OpeningBody body = new()
        {
            Suite = Suite.Current, Network = terms.Network,
            TermsHash = ByteString.CopyFrom(terms.Hash.ToArray()),
            EpochHash = ByteString.CopyFrom(EpochKeys.HashOf(terms, epoch).ToArray()),
        };
        foreach (PublicKey member in members) body.MemberKeys.Add(ByteString.CopyFrom(member.ToArray()));
        return body.ToByteArray();
    }
}
