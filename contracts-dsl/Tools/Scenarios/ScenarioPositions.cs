namespace Settlement.Contracts;

/// <summary>What a story has moved so far: the change of each position since its beginning, and what is set aside.</summary>
internal sealed class ScenarioPositions(Contract contract)
{
    private const string Nothing = "nothing";

    private readonly record struct Holding(int Party, int Number, string Unit);

    private readonly record struct Position(AmountValue Like, Int128 Change, Int128 Reserved)
    {
        public bool IsUnchanged => Change == 0 && Reserved == 0;
    }

    private readonly Dictionary<Holding, Position> positions = [];

    public void Apply(IEnumerable<Movement> movements)
    {
        foreach (Movement movement in movements)
        {
            switch (movement)
            {
                case Movement.Move move:
                    Add(move.From, move.Amount, -1, 0);
                    Add(move.To, move.Amount, 1, 0);
                    break;
                case Movement.Reserve reserve: Add(reserve.From, reserve.Amount, 0, 1); break;
                case Movement.Release release: Add(release.To, release.Amount, 0, -1); break;
                case Movement.Issue issue: Add(issue.To, issue.Amount, 1, 0); break;
                case Movement.Redeem redeem: Add(redeem.From, redeem.Amount, -1, 0); break;
                default: throw new InvalidOperationException("An unknown movement.");
            }
        }
    }

    /// <summary>All that differ from the beginning, by party, as a scenario writes them.</summary>
    public string Written => Changed().ToList() is { Count: > 0 } changed ? string.Join("; ", changed) : Nothing;

    /// <summary>
    /// True when a cell names exactly the positions that differ from the beginning, in any order; it may name others, too, as
    /// unchanged. <c>nothing</c> says that all are as they were.
    /// </summary>
    public bool Are(string cell)
    {
        List<string> expected = cell == Nothing ? [] : ScenarioText.Pieces(cell, ';');
        return Changed().All(expected.Remove) && expected.TrueForAll(IsUnchanged);
    }

    private IEnumerable<string> Changed() => positions.Where(p => !p.Value.IsUnchanged)
        .OrderBy(p => p.Key.Party).ThenBy(p => p.Key.Number).ThenBy(p => p.Key.Unit, StringComparer.Ordinal).Select(p => WrittenOf(p.Key, p.Value));

    /// <summary>A position that is named in spite of being as it was: <c>buyer EUR 0</c>.</summary>
    private bool IsUnchanged(string expected)
    {
        var (holder, amount) = ScenarioText.FirstWord(expected);
        return PartyValue.TryParse(holder) is { } seat && contract.FindParty(seat.Party) is { } party
            && ScenarioValue.Read(amount, new MoneyType()) is AmountValue { Units: 0 } none
            && (!positions.TryGetValue(new Holding(party.Index, seat.Number - 1, none.Unit), out Position position) || position.IsUnchanged);
    }

    private static string Amount(AmountValue like, Int128 units) =>
        Arithmetic.Fit(units) is { } fit ? like.With(fit).Written : like is MoneyValue ? $"{like.Unit} {units}" : $"{units} {like.Unit}";

    private void Add(Seat seat, AmountValue amount, int change, int reserved)
    {
        Holding holding = new(seat.Party, seat.Number, amount.Unit);
        Position before = positions.GetValueOrDefault(holding, new Position(amount, 0, 0));
        positions[holding] = new Position(amount, before.Change + change * (Int128)amount.Units, before.Reserved + reserved * (Int128)amount.Units);
    }

    private string WrittenOf(Holding holding, Position position)
    {
        string name = ScenarioTable.Written(contract, new Seat(holding.Party, holding.Number));
        string reserved = position.Reserved == 0 ? "" : $", {Amount(position.Like, position.Reserved)} reserved";
        return $"{name} {Amount(position.Like, position.Change)}{reserved}";
    }
}
