using Settlement.Core.Cryptography;

namespace Settlement.Core.Channels;

/// <summary>One link of a channel's hash chain over batches: what members endorse and the ledger notarises.</summary>
public sealed record ChannelHead(long Term, long Sequence, Digest Previous, Digest BatchRoot, Digest StateRoot, long TimeUnixMs)
{
    /// <summary>The hash under which the ledger knows it.</summary>
    public Digest Hash(ChannelTerms terms, Digest channel) => Hash(terms.Network, terms.Hash, channel);

    /// <summary>The same for one who knows the terms by their hash alone.</summary>
    public Digest Hash(string network, Digest terms, Digest channel) => new HashWriter("settlement/head")
        .Text(network).Digest(channel).Digest(terms)
        .Int64(Term).Int64(Sequence).Digest(Previous).Digest(BatchRoot).Digest(StateRoot).Int64(TimeUnixMs).Finish();
}
