using FsCheck;
using FsCheck.Fluent;
using Settlement.Core.Identifiers;
using Settlement.Core.Nodes;

namespace Settlement.Tests.Properties.Channels;

/// <summary>Who gets one of the places for openings that wait, whatever others propose and however openings end.</summary>
public sealed class OpeningRoomProperties
{
    private const int OfProposer = 3;
    private const int OfAll = 8;

    // One more than there are places.
    private static readonly ParticipantId[] Proposers = [.. Enumerable.Range(0, OfAll + 1).Select(static i => IdOf($"BNK{(char)('A' + i)}DEFFXXX"))];

    private static readonly ParticipantId Honest = IdOf("HNSTDEFFXXX");

    /// <summary>What happens.</summary>
    /// <param name="Proposer">Which of the proposers asks.</param>
    /// <param name="Ends">Which of the openings ends instead; most are none's.</param>
    private sealed record Act(int Proposer, int Ends);

    private static readonly Gen<Act> Acts =
        from proposer in Gen.Choose(0, OfAll)
        from ends in Gen.Choose(0, 6 * OfAll)
        select new Act(proposer, ends);

    [Fact]
    public void A_coalition_of_fewer_than_there_are_places_keeps_nobody_out() =>
        Prop.ForAll(Gen.ListOf(Acts).ToArbitrary(), Gen.Choose(1, OfAll + 1).ToArbitrary(), (acts, colluding) => Run([.. acts], colluding))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithEndSize(120));

    private static bool Run(List<Act> acts, int colluding)
    {
        List<ParticipantId> waiting = [];
        foreach (Act act in acts)
        {
            ParticipantId by = Proposers[act.Proposer % colluding];
            if (act.Ends < waiting.Count) waiting.RemoveAt(act.Ends);
            else if (HasRoom(by, waiting)) waiting.Add(by);

            if (waiting.Count >= 2 * OfAll || waiting.GroupBy(static w => w).Any(static g => g.Count() > OfProposer)) return false;
            // Only as many different ones as there are places keep one out that waits for none.
            if (HasRoom(Honest, waiting) != waiting.Distinct().Count() < OfAll) return false;
            if (colluding < OfAll && !HasRoom(Honest, waiting)) return false;
        }

        return true;
    }

    private static bool HasRoom(ParticipantId from, List<ParticipantId> waiting) => PendingOpening.HasRoom(from, waiting, OfProposer, OfAll);

    private static ParticipantId IdOf(string text) => ParticipantId.TryParse(text, out ParticipantId id) ? id : throw new ArgumentException(text);
}
