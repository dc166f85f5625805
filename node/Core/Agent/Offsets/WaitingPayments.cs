using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Instructions;
using Settlement.Core.Offsetting;
using Settlement.Wire.Agent;

namespace Settlement.Core.Agent.Offsets;

/// <summary>A payment that may settle in an offset.</summary>
/// <param name="Payer">The place of the bank that pays.</param>
/// <param name="Payee">The place of the other member.</param>
/// <param name="Channel">Their channel.</param>
/// <param name="Name">The payer's name for it.</param>
/// <param name="Place">Where in its queue the payer offered it.</param>
/// <param name="MinorUnits">Its amount.</param>
/// <param name="Priority">Its priority.</param>
internal sealed record WaitingPayment(int Payer, int Payee, Digest Channel, ByteString Name, int Place, long MinorUnits, Priority Priority);

/// <summary>
/// The payments of a currency that count, by bank and each bank's in the order in which offsetting takes them. One counts when both members of its channel
/// have shown who they are, so that the payee is known.
/// </summary>
/// <param name="Banks">Who offers, in order.</param>
/// <param name="Queues">What each offers, in the same order.</param>
/// <param name="Members">The places of the members of each channel that counts, in their order.</param>
internal sealed record WaitingPayments(IReadOnlyList<BankQueue> Banks, IReadOnlyList<IReadOnlyList<WaitingPayment>> Queues, IReadOnlyDictionary<Digest, (int First, int Second)> Members)
{
    /// <summary>What counts of what banks offer.</summary>
    /// <param name="banks">One queue a bank.</param>
    /// <param name="isLeftOut">Whether a channel takes no part.</param>
    /// <param name="isSettled">Whether a bank's payment has been settled already, which a late offer may still name.</param>
    public static WaitingPayments Of(IReadOnlyList<BankQueue> banks, Func<Digest, bool> isLeftOut, Func<ParticipantId, ByteString, bool> isSettled)
    {
        Dictionary<Digest, (int First, int Second)> members = banks
            .SelectMany(static (bank, place) => bank.Channels.OfType<ShownChannel>().Select(channel => (channel.Id, channel.Member, Place: place)))
            .GroupBy(static shown => shown.Id)
            // Two banks, each of them one member: whoever else claims a place makes it unclear who is paid.
            .Where(group => !isLeftOut(group.Key) && group.Count() == 2 && group.Select(static s => s.Member).Distinct().Count() == 2)
            .ToDictionary(static group => group.Key, static group => (group.Single(static s => s.Member == 0).Place, group.Single(static s => s.Member == 1).Place));
        return new WaitingPayments(banks, [.. banks.Select((bank, place) => Of(bank, place, members, isSettled))], members);
    }

    /// <summary>The same of fewer payments.</summary>
    public WaitingPayments With(IReadOnlyList<IReadOnlyList<WaitingPayment>> queues) => this with { Queues = queues };

    /// <summary>The payments, bank by bank.</summary>
    public IReadOnlyList<WaitingPayment> All => [.. Queues.SelectMany(static queue => queue)];

    /// <summary>What offsetting is asked.</summary>
    /// <param name="balanceOf">What a bank's account has.</param>
    public OffsettingCase Case(Func<ParticipantId, long> balanceOf) => new(
        [.. Banks.Select(bank => new OffsettingBank(balanceOf(bank.Bank), bank.Said.HasRoomMinorUnits ? bank.Said.RoomMinorUnits : null))],
        Limits(), [.. All.Select(static p => new QueuedPayment(p.Payer, p.Payee, p.MinorUnits, p.Priority))]);

    /// <summary>The rooms for counterparties; of several channels with the same one the narrowest holds for all of them.</summary>
    private List<BilateralLimit> Limits() => [.. Banks
        .SelectMany((bank, place) => bank.Channels.Select((shown, index) => (Shown: shown, Said: bank.Said.Channels[index], Place: place)))
        .Where(named => named.Said.HasRoomMinorUnits && named.Shown is { } shown && Members.ContainsKey(shown.Id))
        .Select(named => (From: named.Place, To: Other(named.Shown!.Value.Id, named.Place), Room: named.Said.RoomMinorUnits))
        .GroupBy(static room => (room.From, room.To))
        .Select(static rooms => new BilateralLimit(rooms.Key.From, rooms.Key.To, rooms.Min(static room => room.Room)))];

    private int Other(Digest channel, int place) => Members[channel].First == place ? Members[channel].Second : Members[channel].First;

    private static List<WaitingPayment> Of(BankQueue bank, int place, Dictionary<Digest, (int First, int Second)> members, Func<ParticipantId, ByteString, bool> isSettled)
    {
        List<WaitingPayment> queue = [];
        foreach ((int index, OfferedPayment said) in bank.Said.Payments.Index())
        {
            if (bank.Channels[(int)said.Channel] is not { } shown || !members.TryGetValue(shown.Id, out (int First, int Second) both) || isSettled(bank.Bank, said.Payment)) continue;
            queue.Add(new WaitingPayment(place, both.First == place ? both.Second : both.First, shown.Id, said.Payment, index, said.MinorUnits, (Priority)said.Priority));
        }

        return [.. queue.OrderByDescending(static p => p.Priority)];
    }
}
