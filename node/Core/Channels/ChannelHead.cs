using Settlement.Core.Cryptography;

namespace Settlement.Core.Channels;

/// <summary>One link of a channel's hash chain over batches: what members endorse and the ledger notarises.</summary>
public sealed record ChannelHead(long Term, long Sequence, Digest Previous, Digest BatchRoot, Digest StateRoot, long TimeUnixMs)
{
    /// <summary>The hash under which the ledger knows it.</summary>
    public Digest Hash(ChannelTerms terms, Digest channel) => new HashWriter("settlement/head")
        .Text(terms.Network).Digest(channel).Digest(terms.Hash)
        .Int64(Term).Int64(Sequence).Digest(Previous).Digest(BatchRoot).Digest(StateRoot).Int64(TimeUnixMs).Finish();
}
