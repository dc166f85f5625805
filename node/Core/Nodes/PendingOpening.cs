using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Nodes;

/// <summary>What banks and observers alike ask of an opening that is not known to be in the ledger's log.</summary>
internal static class PendingOpening
{
    /// <summary>Bytes of rows from which a step writes no more openings. One has a few megabytes at most, so that a step stays far below what
    /// a vault takes at once, however many participants propose, consent and acknowledge in it and however much is due.</summary>
    public const long MaxBytesOfStep = 16 << 20;

    /// <summary>What waits of one proposer is at most so large, in bytes, whatever its number is.</summary>
    public const long MaxBytesOfProposer = 16 << 20;

    /// <summary>Whether the step may write an opening. What it does not write is said again by whoever said it, or due again.</summary>
    public static bool MayWrite(NodeContext node) => node.WrittenBytes < MaxBytesOfStep;

    /// <summary>Whether what waits of a proposer leaves room for these terms and what belongs to them.</summary>
    public static bool HasBytes(OpenProposal proposal, IEnumerable<OpeningRow> ofProposer) =>
        ofProposer.Sum(static row => BytesOf(row.Terms, row.Epoch)) + BytesOf(proposal.Terms, proposal.Epoch) <= MaxBytesOfProposer;

    /// <summary>Dates a row of an earlier build, which has no time: it counts as written now.</summary>
    /// <returns>True when the row must be written.</returns>
    public static bool TryDate(NodeContext node, OpeningRow row)
    {
        if (row.SinceUnixMs != 0) return false;
        row.SinceUnixMs = node.NowUnixMs;
        return true;
    }

    /// <summary>
    /// Whether there is room for one more opening of a proposer. The bound of all holds back those who wait for one already; whoever
    /// waits for none is refused only where as many different proposers wait as that bound has places. So a coalition of fewer
    /// keeps nobody out, and nothing has to be dropped for it: a consent that was given may still be used. All together stay
    /// below twice the bound.
    /// </summary>
    /// <param name="from">The proposer.</param>
    /// <param name="waiting">The proposers of what waits, one for each opening.</param>
    /// <param name="ofProposer">The most of one proposer.</param>
    /// <param name="ofAll">The bound of all.</param>
    public static bool HasRoom(ParticipantId from, IEnumerable<ParticipantId> waiting, int ofProposer, int ofAll)
    {
        int own = 0, all = 0;
        HashSet<ParticipantId> proposers = [];
        foreach (ParticipantId proposer in waiting)
        {
            all++;
            if (proposer != from) proposers.Add(proposer);
            else if (++own == ofProposer) return false;
        }

        return own == 0 ? proposers.Count < ofAll : all < ofAll;
    }

    /// <summary>
    /// Whether it has not come further for so long that it makes room. Its channel holds no money, since it holds some only once
    /// it is in the log; so whoever did not propose it asks the ledger first, and drops only what the ledger does not list.
    /// </summary>
    public static bool IsOverdue(NodeContext node, OpeningRow row) =>
        row.SinceUnixMs != 0 && node.NowUnixMs - row.SinceUnixMs >= (long)node.Settings.PendingOpeningLife.TotalMilliseconds;

    /// <summary>Whether the ledger has said for long enough that it does not list the channel, and was not silent meanwhile: when it comes
    /// back after it was away, an honest proposer's submission may reach it after the first question.</summary>
    public static bool IsUnlisted(NodeContext node, LedgerDesk ledger, DateTimeOffset? since) =>
        since is { } first && node.Now - first >= node.Settings.LongestRetry && node.Now - ledger.AnsweringSince >= node.Settings.LongestRetry;

    // Of what the proposer makes as large as it likes.
    private static long BytesOf(ByteString terms, Epoch? epoch) => terms.Length + (long)(epoch?.Keys.Count ?? 0) * EpochKeys.SealedLength;

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
