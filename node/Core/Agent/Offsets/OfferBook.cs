using Google.Protobuf;
using Settlement.Core.Alarms;
using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;
using Settlement.Core.Nodes;
using Settlement.Wire.Agent;

namespace Settlement.Core.Agent.Offsets;

/// <summary>What banks offered last. It is memory alone and forgotten in time, so banks say it again and again.</summary>
internal sealed class OfferBook(NodeContext node, Memberships memberships)
{
    /// <summary>How long an offer that is not said again is remembered.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(60);

    private readonly RefusalBudget refusals = new();
    private readonly SortedDictionary<ParticipantId, (DateTimeOffset At, Dictionary<Currency, BankQueue> Queues)> banks = [];

    /// <summary>How often something else was offered, or forgotten.</summary>
    public long Changes { get; private set; }

    /// <summary>In what anything is offered.</summary>
    public IReadOnlyList<Currency> Currencies => [.. banks.Values.SelectMany(static b => b.Queues.Keys).Distinct().OrderBy(static c => c.Code, StringComparer.Ordinal)];

    /// <summary>What is offered in a currency, in the order of the banks.</summary>
    public IReadOnlyList<BankQueue> Of(Currency currency) => [.. banks.Values.Where(b => b.Queues.ContainsKey(currency)).Select(b => b.Queues[currency])];

    /// <summary>Takes what a bank offers in the place of what it offered before.</summary>
    /// <returns>Why it is not taken; else empty.</returns>
    public string Take(ParticipantId bank, OffsetOffers offers)
    {
        if (!refusals.MayBeRefused(bank, node.Now)) return AgentCodes.TooManyRefusals;
        if (!OfferBounds.Allow(offers)) return Refuse(bank, AgentCodes.Malformed, offers);
        Dictionary<Currency, BankQueue> queues = [];
        foreach (OffsetQueue queue in offers.Queues)
        {
            List<ShownChannel?> channels = [];
            foreach (OffsetChannel said in queue.Channels)
            {
                if (!memberships.TryFind(bank, said, node.Now, out ShownChannel? channel)) return Refuse(bank, AgentCodes.NotAMember, new OffsetChannel { OpeningBody = said.OpeningBody, Signature = said.Signature });
                channels.Add(channel);
            }

            Currency currency = Currency.TryParse(queue.Currency, out Currency read) ? read : throw new InvalidOperationException("A currency that was read does not read.");
            queues.Add(currency, new BankQueue(bank, queue, channels));
        }

        if (!banks.TryGetValue(bank, out (DateTimeOffset At, Dictionary<Currency, BankQueue> Queues) before) || !AreSame(before.Queues, queues)) Changes++;
        banks[bank] = (node.Now, queues);
        return "";
    }

    /// <summary>Forgets what was not said again.</summary>
    public void Forget()
    {
        foreach (ParticipantId bank in banks.Where(b => b.Value.At + Life <= node.Now).Select(static b => b.Key).ToList())
        {
            banks.Remove(bank);
            Changes++;
        }
    }

    /// <summary>What a bank offered in a currency is no longer true: it is asked again.</summary>
    public void Forget(ParticipantId bank, Currency currency)
    {
        if (banks.TryGetValue(bank, out (DateTimeOffset At, Dictionary<Currency, BankQueue> Queues) said) && said.Queues.Remove(currency)) Changes++;
    }

    private static bool AreSame(Dictionary<Currency, BankQueue> one, Dictionary<Currency, BankQueue> other) => one.Count == other.Count
        && one.All(pair => other.TryGetValue(pair.Key, out BankQueue? same) && same.Said.Equals(pair.Value.Said) && same.Channels.SequenceEqual(pair.Value.Channels));

    private string Refuse(ParticipantId bank, string code, IMessage said)
    {
        refusals.Refused(bank, node.Now);
        node.Alarm(code, bank.ToString(), EvidencePart.Of("said", said));
        return code;
    }
}
