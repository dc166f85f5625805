using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Wire.Ledger;

namespace Settlement.Ledger;

/// <summary>What became of one submission.</summary>
/// <param name="Code">The refusal; empty when the record is in the log.</param>
/// <param name="Leaf">Where it is in the log.</param>
/// <param name="Channel">The channel it speaks of, where its state explains a refusal.</param>
internal readonly record struct SubmissionOutcome(string Code, long? Leaf, Digest? Channel);

/// <summary>Writes replies. Everything in one is proven under the checkpoint that it carries, which covers the whole log.</summary>
internal sealed class LedgerReplies(LedgerState state, LedgerSettings settings)
{
    /// <summary>The reply to a call, after the step's leaves were appended and <paramref name="note"/> signed.</summary>
    public LedgerReply Build(LedgerCall call, List<SubmissionOutcome> outcomes, string note)
    {
        LedgerRequest request = call.Request;
        var reply = new LedgerReply { Checkpoint = note };
        foreach (SubmissionOutcome outcome in outcomes) reply.Results.Add(Result(outcome));
        if (request.KnownSize > 0 && request.KnownSize < (ulong)state.Count)
            reply.ConsistencyPath.AddRange(Bytes(state.Tree.ConsistencyPath((long)request.KnownSize, state.Count)));
        bool listed = state.Participant(call.Participant) is not null;
        foreach (ByteString id in request.ChannelQueries.Take(settings.MaximumQueriesPerRequest))
            reply.Channels.Add(listed && Digest.TryRead(id.Span, out Digest channel) ? Status(channel) : new ChannelStatus { Channel = id });
        if (!listed || request.Suite != Suite.Current || request.Network != state.Network) return reply;
        if (request.Log is { } log) AddLog(reply, log);
        if (request.Directory is { } directory) AddDirectory(reply, directory);
        return reply;
    }

    private SubmissionResult Result(SubmissionOutcome outcome)
    {
        var result = new SubmissionResult { Code = outcome.Code };
        if (outcome.Leaf is { } leaf) result.Receipt = Receipt(leaf);
        if (outcome.Code.Length > 0 && outcome.Channel is { } channel) result.Channel = Status(channel);
        return result;
    }

    private ChannelStatus Status(Digest id)
    {
        var status = new ChannelStatus { Channel = UnsafeByteOperations.UnsafeWrap(id.ToArray()) };
        if (state.Channel(id) is not { } channel) return status;
        status.Known = true;
        status.Term = (ulong)channel.Term;
        status.Sequence = (ulong)channel.Sequence;
        status.Head = UnsafeByteOperations.UnsafeWrap(channel.Head.ToArray());
        status.HeadReceipt = Receipt(channel.HeadLeaf);
        if (channel.TermLeaf is { } termLeaf) status.TermReceipt = Receipt(termLeaf);
        if (channel.CloseLeaf is { } closeLeaf) status.CloseReceipt = Receipt(closeLeaf);
        return status;
    }

    private LeafReceipt Receipt(long leaf)
    {
        var receipt = new LeafReceipt { Leaf = state.Leaf(leaf) };
        receipt.InclusionPath.AddRange(Bytes(state.Tree.InclusionPath(leaf, state.Count)));
        return receipt;
    }

    private void AddLog(LedgerReply reply, LogQuery query)
    {
        int limit = (int)Math.Min(query.Limit, (uint)settings.MaximumLeavesPerReply);
        if (query.From >= (ulong)state.Count) return;
        long end = Math.Min((long)query.From + limit, state.Count);
        int bytes = 0;
        for (long index = (long)query.From; index < end; index++)
        {
            ByteString leaf = state.Leaf(index);
            if (reply.Log.Count > 0 && bytes + leaf.Length > settings.MaximumLogBytesPerReply) return;
            bytes += leaf.Length;
            reply.Log.Add(leaf);
        }
    }

    private void AddDirectory(LedgerReply reply, DirectoryQuery query)
    {
        int limit = (int)Math.Min(query.Limit, (uint)settings.MaximumLeavesPerReply);
        if (query.From >= (ulong)state.Count) return;
        IReadOnlyList<long> places = state.ParticipantLeaves;
        int bytes = 0;
        for (int place = FirstFrom(places, (long)query.From); place < places.Count && reply.Directory.Count < limit; place++)
        {
            LeafReceipt receipt = Receipt(places[place]);
            if (reply.Directory.Count > 0 && bytes + receipt.CalculateSize() > settings.MaximumLogBytesPerReply) return;
            bytes += receipt.CalculateSize();
            reply.Directory.Add(receipt);
        }
    }

    private static int FirstFrom(IReadOnlyList<long> places, long from)
    {
        int low = 0, high = places.Count;
        while (low < high)
        {
            int middle = low + (high - low) / 2;
            if (places[middle] < from) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private static IEnumerable<ByteString> Bytes(IReadOnlyList<Digest> path) =>
        path.Select(static digest => UnsafeByteOperations.UnsafeWrap(digest.ToArray()));
}
