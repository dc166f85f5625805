using System.Diagnostics.CodeAnalysis;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;

namespace Settlement.Core.Bank;

/// <summary>The bank's open channels.</summary>
internal sealed class ChannelBook(BankSettings settings)
{
    private readonly SortedDictionary<Digest, ChannelSide> byId = [];
    private readonly Dictionary<(ParticipantId Counterparty, Currency Currency), ChannelSide> byCurrency = [];
    private readonly Dictionary<ParticipantId, List<ChannelSide>> byCounterparty = [];
    private readonly Dictionary<Digest, ChannelSide> byTerms = [];

    /// <summary>Everybody who is in a channel of this bank.</summary>
    public HashSet<ParticipantId> Participants { get; } = [];

    /// <summary>Those of which a position, or what is on its way, has changed since somebody emptied this.</summary>
    public HashSet<ChannelSide> Moved { get; } = [];

    /// <summary>All of them, by id.</summary>
    public IReadOnlyCollection<ChannelSide> All => byId.Values;

    /// <summary>Adds a channel. Two banks have one for a currency, which takes their payments in it.</summary>
    public void Add(ChannelSide channel)
    {
        byId.Add(channel.Id, channel);
        channel.Moved = () => Moved.Add(channel);
        Moved.Add(channel);
        Participants.UnionWith(channel.Terms.Participants.Select(p => p.Id));
        byTerms[channel.Terms.Hash] = channel;
        if (!byCounterparty.TryGetValue(channel.Other.Id, out List<ChannelSide>? shared)) byCounterparty.Add(channel.Other.Id, shared = []);
        shared.Add(channel);
        foreach (Currency currency in channel.Terms.Currencies) byCurrency.TryAdd((channel.Other.Id, currency), channel);
    }

    /// <summary>Finds by id.</summary>
    public bool TryGet(Digest id, [NotNullWhen(true)] out ChannelSide? channel) => byId.TryGetValue(id, out channel);

    /// <summary>Finds by the hash of its terms.</summary>
    public bool TryFindTerms(Digest hash, [NotNullWhen(true)] out ChannelSide? channel) => byTerms.TryGetValue(hash, out channel);

    /// <summary>Finds the channel that takes payments to a participant in a currency.</summary>
    public bool TryFindOpen(ParticipantId counterparty, Currency currency, [NotNullWhen(true)] out ChannelSide? channel)
    {
        if (!byCurrency.TryGetValue((counterparty, currency), out channel)) return false;
        // After one that was closed there may be another.
        if (channel.IsShut) channel = byCounterparty[counterparty].Find(c => !c.IsShut && c.Terms.Currencies.Contains(currency)) ?? channel;
        return true;
    }

    /// <summary>Whether there is a channel with a participant.</summary>
    public bool IsOpenWith(ParticipantId counterparty) => byCounterparty.ContainsKey(counterparty);

    /// <summary>Bytes of what a participant handed over and what is under way, in all channels with it: one for a currency at most.</summary>
    public long HandedOverBy(ParticipantId counterparty) => byCounterparty[counterparty].Sum(static channel => channel.TakenIn.Bytes);

    /// <summary>Whether a new channel with a participant would share a currency with one that is open, or have none to tell it by.</summary>
    public bool IsTaken(ParticipantId counterparty, IReadOnlyCollection<Currency> currencies) =>
        IsOpenWith(counterparty) && (currencies.Count == 0 || currencies.Any(currency => TryFindOpen(counterparty, currency, out ChannelSide? channel) && !channel.IsClosed));

    /// <summary>Whether these payments would overflow the mailbox or the queue of a channel that they go to.</summary>
    public bool IsFullFor(IEnumerable<(ParticipantId Counterparty, Currency Currency)> payments) =>
        payments.GroupBy(static p => p).Any(g => TryFindOpen(g.Key.Counterparty, g.Key.Currency, out ChannelSide? channel)
            && (channel.Mailbox.Count + g.Count() > settings.MaxMailbox || channel.Queued + g.Count() > settings.MaxQueue));
}
