using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Settlement.Core.Identifiers;
using Settlement.Host.Peers;

namespace Settlement.Tests.Properties.Peers;

/// <summary>The places at the door against their rule, written down as one list of connections in the order in which they came.</summary>
public sealed class PeerSeatsProperties
{
    private static readonly PeerConnectionBounds Bounds = new(Known: 5, Unknown: 4, UnknownPerAddress: 3, PerParticipant: 2);

    private static readonly ParticipantId[] Participants = [.. new[] { "BANADEFFXXX", "BANBDEFFXXX", "BANCDEFFXXX", "BANDDEFFXXX" }.Select(Id)];

    // What is done, to which of those that came, and by whom: from one of few addresses, or as one of few participants.
    private static readonly Arbitrary<(Deed Deed, int Which, int Who)[]> Deeds =
        (from deed in Gen.Elements(Deed.Comes, Deed.Comes, Deed.Shows, Deed.Leaves) from which in Gen.Choose(0, 1_000) from who in Gen.Choose(0, 3) select (deed, which, who)).ArrayOf(60).ToArbitrary();

    private enum Deed
    {
        Comes,
        Shows,
        Leaves,
    }

    [Fact]
    public void Whoever_comes_shows_itself_or_leaves_has_the_place_that_the_rule_gives() => Prop.ForAll(Deeds, deeds =>
    {
        PeerSeats seats = new(Bounds);
        List<Caller> present = [];
        foreach ((Deed deed, int which, int who) in deeds)
        {
            Caller? one = present.Count == 0 ? null : present[which % present.Count];
            bool holds = deed switch
            {
                Deed.Comes => Comes(seats, present, Address(who)),
                Deed.Shows => one is null || Shows(present, one, Participants[who]),
                _ => one is null || Leaves(seats, present, one),
            };
            if (!holds) return false;
        }

        // Nothing is left of those that leave.
        foreach (Caller caller in present) seats.GiveBack(caller.Seat);
        PeerSeat[] shown = [.. Enumerable.Range(0, Bounds.Known).Select(i => seats.Take(Address(0), Never))
            .Select(static (seat, i) => seat.TryShow(Participants[i % Participants.Length]) ? seat : throw new InvalidOperationException("It has its share."))];
        for (int i = 0; i < Bounds.Unknown; i++) seats.Take(Address(i), Never);
        return shown.All(static seat => seat.Of is not null);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_flood_of_any_length_ends_nobody_that_has_shown_itself_and_leaves_a_place_to_whoever_comes() => Prop.ForAll(Gen.Choose(0, 200).ToArbitrary(), length =>
    {
        PeerSeats seats = new(Bounds);
        // From the honest one's own address too.
        void Flood()
        {
            for (int i = 0; i < length; i++) seats.Take(i % 2 == 0 ? IPAddress.Loopback : Address(i), static () => { });
        }

        Flood();
        return Participants.All(participant =>
        {
            PeerSeat honest = seats.Take(IPAddress.Loopback, Never);
            bool isIn = honest.TryShow(participant) && honest.Of == participant;
            Flood();
            return isIn;
        });
    }).QuickCheckThrowOnFailure();

    private static bool Comes(PeerSeats seats, List<Caller> present, IPAddress from)
    {
        Caller[] unknown = [.. present.Where(static c => c.IsUnknown)];
        Caller[] sameAddress = [.. unknown.Where(c => c.From.Equals(from))];
        Caller? displaced = sameAddress.Length >= Bounds.UnknownPerAddress ? sameAddress[0] : unknown.Length >= Bounds.Unknown ? unknown[0] : null;
        Caller caller = new(from);
        int[] ended = [.. present.Select(static c => c.Ended)];
        caller.Seat = seats.Take(from, () => caller.Ended++);
        if (displaced is not null) displaced.HasPlace = false;
        bool onlyThatOne = present.Select((c, i) => c.Ended == ended[i] + (c == displaced ? 1 : 0)).All(static right => right);
        present.Add(caller);
        return onlyThatOne;
    }

    private static bool Shows(List<Caller> present, Caller one, ParticipantId participant)
    {
        bool isOneTooMany = one.IsUnknown && present.Count(c => c.Of == participant) >= Bounds.PerParticipant;
        bool isRoom = present.Count(static c => c.Of is not null) < Bounds.Known;
        if (one.IsUnknown && !isOneTooMany && isRoom) one.Of = participant;
        return one.Seat.TryShow(participant) == !isOneTooMany;
    }

    private static bool Leaves(PeerSeats seats, List<Caller> present, Caller one)
    {
        present.Remove(one);
        bool isWho = one.Seat.Of == one.Of;
        seats.GiveBack(one.Seat);
        return isWho && one.Ended == (one.HasPlace ? 0 : 1);
    }

    private static void Never() => throw new InvalidOperationException("Nobody comes that could take this place.");

    private static IPAddress Address(int number) => new([127, 0, 1, (byte)number]);

    private static ParticipantId Id(string text) => ParticipantId.TryParse(text, out ParticipantId id) ? id : throw new ArgumentException(text);

    private sealed class Caller(IPAddress from)
    {
        public IPAddress From => from;

        public PeerSeat Seat { get; set; } = null!;

        public ParticipantId? Of { get; set; }

        public bool HasPlace { get; set; } = true;

        public int Ended { get; set; }

        public bool IsUnknown => HasPlace && Of is null;
    }
}
