using System.Diagnostics.CodeAnalysis;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;

namespace Settlement.Core.Bank;

/// <summary>The bank's open channels.</summary>
internal sealed class ChannelBook(BankSettings settings)
{
    private readonly SortedDictionary<Digest, ChannelSide> byId = [];
    private readonly Dictionary<ParticipantId, ChannelSide> byCounterparty = [];
    private readonly Dictionary<Digest, ChannelSide> byTerms = [];

    /// <summary>Everybody who is in a channel of this bank.</summary>
    public HashSet<ParticipantId> Participants { get; } = [];

    /// <summary>Those of which a position, or what is on its way, has changed since somebody emptied this.</summary>
    public HashSet<ChannelSide> Moved { get; } = [];

    /// <summary>All of them, by id.</summary>
    public IReadOnlyCollection<ChannelSide> All => byId.Values;

    /// <summary>Adds a channel; the first one with a counterparty takes its payments.</summary>
    public void Add(ChannelSide channel)
    {
        byId.Add(channel.Id, channel);
        channel.Moved = () => Moved.Add(channel);
        Moved.Add(channel);
        Participants.UnionWith(channel.Terms.Participants.Select(p => p.Id));
        byTerms[channel.Terms.Hash] = channel;
        byCounterparty.TryAdd(channel.Other.Id, channel);
    }

    /// <summary>Finds by id.</summary>
    public bool TryGet(Digest id, [NotNullWhen(true)] out ChannelSide? channel) => byId.TryGetValue(id, out channel);

    /// <summary>Finds by the hash of its terms.</summary>
    public bool TryFindTerms(Digest hash, [NotNullWhen(true)] out ChannelSide? channel) => byTerms.TryGetValue(hash, out channel);

    /// <summary>Finds the channel that takes payments to a participant.</summary>
    public bool TryFindOpen(ParticipantId counterparty, [NotNullWhen(true)] out ChannelSide? channel) => byCounterparty.TryGetValue(counterparty, out channel);

    /// <summary>Whether these payments would overflow the mailbox or the queue of a channel that they go to.</summary>
    public bool IsFullFor(IEnumerable<ParticipantId> counterparties) =>
        counterparties.GroupBy(c => c).Any(g => byCounterparty.TryGetValue(g.Key, out ChannelSide? channel)
            && (channel.Mailbox.Count + g.Count() > settings.MaxMailbox || channel.Queued + g.Count() > settings.MaxQueue));
}
