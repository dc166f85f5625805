using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Participants;
using Settlement.Host.Fuzz.Mutations;
using Settlement.Wire.Channels;

namespace Settlement.Host.Fuzz.Worlds;

/// <summary>
/// What a member that means ill offers to settle against the sequencer's queue: payments that it seals as a member may, of any
/// amount, of others or as commands already, in any number. Nothing judges an offer by its contract before it is in a batch.
/// </summary>
/// <param name="context">The channel as the member holds it.</param>
/// <param name="entropy">Randomness.</param>
internal sealed class OfferForgery(ChannelContext context, IEntropy entropy)
{
    private const string PayAction = "pay";
    private const int MostSealed = 4;
    private const int MostOffered = 64;

    // None at all, less, more than there is, a little, and what lets payments of a queue go.
    private static readonly long[] Amounts = [0, -1, long.MinValue, long.MaxValue, long.MaxValue - 1, 1, 1_000, 60_000, 101_000];
    private static readonly string[] Currencies = ["EUR", "EUR", "EUR", "EUR", "EUR", "EUR", "EUR", "USD"];

    private readonly ContractPlan plan = context.Terms.Contracts.First(static plan => plan.Contract.FindAction(PayAction) is not null);

    /// <summary>A batch with one list of offers, or two, and now and then the same entries as commands.</summary>
    /// <param name="term">The term of office that they are for.</param>
    /// <param name="sent">What was sent before; the member's own entries are offered again.</param>
    /// <param name="now">The entries' time.</param>
    /// <param name="chance">What decides.</param>
    public byte[] Draw(long term, IReadOnlyList<Traveller> sent, DateTimeOffset now, Chance chance)
    {
        List<SealedEntry> seen = [.. sent.Where(traveller => traveller.From == context.Terms.Participants[context.Own].Id)
            .SelectMany(static traveller => Parsing.TryParse(PeerBatch.Parser, traveller.Body, out PeerBatch? batch) ? batch.Messages : [])
            .SelectMany(static message => message.Commands?.Entries ?? [])];
        List<SealedEntry> drawn = [.. Enumerable.Range(0, chance.From(1, MostSealed)).Select(_ => chance.Percent(25) && seen.Count > 0 ? chance.Pick(seen) : Seal(now, chance))];
        if (chance.Percent(15)) drawn.Add(drawn[0]);
        if (chance.Percent(10)) drawn = [.. Enumerable.Range(0, chance.From(MostOffered, MostOffered + 2)).Select(i => drawn[i % drawn.Count])];
        PeerBatch batch = new() { Suite = Suite.Current, Network = FuzzNetwork.Network };
        if (chance.Percent(15)) batch.Messages.Add(Say(term, drawn, areOffers: false));
        batch.Messages.Add(Say(term, drawn, areOffers: true));
        if (chance.Percent(15)) batch.Messages.Add(Say(term, drawn[..chance.From(0, drawn.Count)], chance.Percent(50)));
        return chance.Percent(20) ? WireMutator.Mutate(batch.ToByteArray(), chance, batch.ToByteArray()) : batch.ToByteArray();
    }

    private PeerMessage Say(long term, IEnumerable<SealedEntry> entries, bool areOffers)
    {
        Wire.Channels.Commands commands = new() { Channel = ByteString.CopyFrom(context.Channel.ToArray()), Term = (ulong)term, AreOffers = areOffers };
        commands.Entries.Add(entries);
        return new PeerMessage { Commands = commands };
    }

    private SealedEntry Seal(DateTimeOffset now, Chance chance)
    {
        MoneyValue amount = new(chance.Pick(Currencies), chance.Pick(Amounts));
        Value?[] values = [.. plan.Contract.Fields.Select(field => field.Type switch
        {
            MoneyType => amount,
            DateType => new DateValue(DateOnly.FromDateTime(now.UtcDateTime)),
            _ when field.Optional && field.Name != "transaction" => null,
            _ => (Value?)new TextValue($"{field.Name} {chance.Below(1_000)}"),
        })];
        return EntrySealer.Seal(context, plan, plan.Contract.FindAction(PayAction)!, values, now, entropy).Shared;
    }
}
