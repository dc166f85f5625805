using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Nodes;

namespace Settlement.Core.Agent;

/// <summary>
/// Which channels the ledger has. An acknowledgement is of terms and keys of the epoch, and says nothing of who opened what with them; so before the first
/// money goes into a channel, and before it takes a place in a cycle, the ledger is asked whether it has it, and the bank's message waits for the answer. A channel that has a pool is not asked about.
/// </summary>
internal sealed class ListedChannels(NodeContext node, LedgerDesk ledger, AccountBook book, RefusalBudget refusals)
{
    /// <summary>What waits of all banks is at most so large, in bytes; whoever comes beyond is not answered, and asks again.</summary>
    public const long MaxWaitingBytes = 64 << 20;

    private static readonly Dictionary<Digest, bool?> Nothing = [];

    // An honest bank asks for funds one message at a time: a second one says that it has given the first up.
    private readonly Dictionary<ParticipantId, Waiting> waiting = [];
    private IReadOnlyDictionary<Digest, bool?> said = Nothing;

    /// <summary>The messages that wait.</summary>
    public IEnumerable<AgentInput.Requested> Messages => waiting.Values.Select(static w => w.Message);

    /// <summary>Has a message wait, where the ledger must be asked about one of its channels; false where it can be answered.</summary>
    public bool TryWait(AgentInput.Requested message, IEnumerable<Digest> channels)
    {
        Dictionary<Digest, bool?> unknown = channels.Where(channel => !book.HasPool(channel)).Distinct().ToDictionary(static channel => channel, static _ => (bool?)null);
        if (unknown.Count == 0) return false;
        GiveUp(message.From);
        if (waiting.Values.Sum(static w => (long)w.Message.Body.Length) + message.Body.Length > MaxWaitingBytes) return true;
        waiting.Add(message.From, new Waiting(message, unknown));
        foreach (Digest channel in unknown.Keys) ledger.Query(channel);
        return true;
    }

    /// <summary>The ledger says whether it has a channel; that it has one it proves with a leaf.</summary>
    public void OnSeen(Digest channel, bool isListed)
    {
        foreach (Waiting message in waiting.Values)
        {
            if (message.Channels.ContainsKey(channel)) message.Channels[channel] = isListed;
        }
    }

    /// <summary>Answers the messages about whose channels the ledger has said everything.</summary>
    public void Release(Action<AgentInput.Requested> answer)
    {
        foreach (Waiting message in waiting.Values.Where(static w => !w.Channels.ContainsValue(null)).ToList())
        {
            waiting.Remove(message.Message.From);
            said = message.Channels;
            answer(message.Message);
            said = Nothing;
        }
    }

    /// <summary>Whether the ledger has the channel, as far as it was asked for the message that is answered now.</summary>
    public bool Has(Digest channel) => book.HasPool(channel) || said.GetValueOrDefault(channel) is true;

    /// <summary>The message of a bank that another one takes the place of is not answered. What was to be asked for it alone is asked no more, and the
    /// bank's budget bounds how often it may have the ledger asked so.</summary>
    private void GiveUp(ParticipantId bank)
    {
        if (!waiting.Remove(bank, out Waiting? before)) return;
        refusals.Refused(bank, node.Now);
        foreach (Digest channel in before.Channels.Keys.Where(channel => !waiting.Values.Any(w => w.Channels.ContainsKey(channel)))) ledger.Withdraw(channel);
    }

    private sealed record Waiting(AgentInput.Requested Message, Dictionary<Digest, bool?> Channels);
}
