using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Notarisation;
using Settlement.Core.Participants;
using Settlement.Wire.Agent;

namespace Settlement.Core.Agent.Offsets;

/// <summary>
/// Which member of which channel banks have shown to be. It is memory alone: a bank shows it with every offer, and what was verified once is not verified
/// again. How much is verified for a bank is bounded: of a new agent's banks with many channels the rest is looked at with their next offers.
/// </summary>
internal sealed class Memberships(string network, HeadCheck heads)
{
    /// <summary>Channels of one bank: as many as one offer may name.</summary>
    public const int MaxChannels = OfferBounds.MaxQueues * OfferBounds.MaxChannels;

    /// <summary>Channels of a bank verified at once.</summary>
    public const int Burst = 256;

    /// <summary>One more each such time after them.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<ParticipantId, Shown> banks = [];
    private readonly RateBudget<ParticipantId> budget = new(Burst, Interval);

    private sealed record Shown(Dictionary<Digest, int> Members, Queue<Digest> Order);

    /// <summary>Looks at a channel that a bank names.</summary>
    /// <param name="bank">The bank.</param>
    /// <param name="said">What it shows.</param>
    /// <param name="now">The time.</param>
    /// <param name="channel">The channel; null where it is looked at with a later offer.</param>
    /// <returns>False where the bank is shown not to be a member.</returns>
    public bool TryFind(ParticipantId bank, OffsetChannel said, DateTimeOffset now, out ShownChannel? channel)
    {
        channel = null;
        Digest id = RecordHashes.Channel(said.OpeningBody.Span);
        if (!banks.TryGetValue(bank, out Shown? shown)) banks.Add(bank, shown = new Shown([], []));
        if (!shown.Members.TryGetValue(id, out int member))
        {
            if (!budget.HasRoom(bank, now)) return true;
            budget.Spend(bank, now);
            if (!heads.IsMember(said.OpeningBody, OffsetText.Member(network, id, bank), said.Signature, out _, out _, out member)) return false;
            if (shown.Order.Count == MaxChannels) shown.Members.Remove(shown.Order.Dequeue());
            shown.Order.Enqueue(id);
            shown.Members.Add(id, member);
        }

        channel = new ShownChannel(id, member);
        return true;
    }
}
