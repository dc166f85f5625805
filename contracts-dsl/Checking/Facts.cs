using System.Collections.Immutable;

namespace Settlement.Contracts.Checking;

/// <summary>Something about which a fact is known: a field, a name, a currency; or of a field for each participant the value of one.</summary>
/// <param name="Name">The field, the name, or the letters of a currency.</param>
/// <param name="Of">The participant; null for the field as a whole, and for all its values alike.</param>
internal readonly record struct Thing(object Name, Local? Of = null)
{
    /// <summary>True when it is of the field or name, as its value or as how many values it has.</summary>
    public bool IsAbout(object name) => Equals(Name, name) || (Name is CountOf count && Equals(count.List, name));
}

/// <summary>How many values a list has.</summary>
/// <param name="List">The field or the name.</param>
internal sealed record CountOf(object List);

/// <summary>What is known of values at a place of an action, or in a state. What is not known is not there.</summary>
/// <param name="Numbers">Between what numbers, and all values of a list, lie.</param>
/// <param name="OneCurrency">Which amounts are of one currency; each pair both ways, and closed. A list of amounts is among them only where it is not empty: it
/// would make alike what it is not.</param>
/// <param name="Players">Whom a value of type party may name.</param>
/// <param name="Order">By how much the first is at least above the second: nothing, or one.</param>
internal sealed record Facts(
    ImmutableDictionary<Thing, Bounds> Numbers, ImmutableHashSet<(Thing, Thing)> OneCurrency, ImmutableDictionary<Thing, ImmutableHashSet<Party>> Players,
    ImmutableDictionary<(Thing, Thing), int> Order)
{
    public static readonly Facts None = new(
        ImmutableDictionary<Thing, Bounds>.Empty, [], ImmutableDictionary<Thing, ImmutableHashSet<Party>>.Empty, ImmutableDictionary<(Thing, Thing), int>.Empty);

    /// <summary>True when no values are so: nothing ever gets to the place.</summary>
    public bool AreImpossible => Numbers.Values.Any(static b => b.IsEmpty) || Players.Values.Any(static p => p.IsEmpty);

    /// <summary>What is known of all values of a list holds of the one that belongs to a participant.</summary>
    public bool AreOfOneCurrency(Thing left, Thing right) => left == right || OneCurrency.Contains((left, right))
        || ((left.Of ?? right.Of) is not null && OneCurrency.Overlaps([(left with { Of = null }, right), (left, right with { Of = null }), (left with { Of = null }, right with { Of = null })]));

    /// <summary>True when all values of a list are of one currency, and there are some.</summary>
    public bool IsOfOneCurrency(Thing list) => OneCurrency.Any(p => p.Item1 == list);

    public Facts WithBounds(Thing thing, Bounds bounds) =>
        this with { Numbers = Numbers.SetItem(thing, Numbers.TryGetValue(thing, out Bounds known) ? known.And(bounds) : bounds) };

    public Facts WithPlayers(Thing thing, ImmutableHashSet<Party> players) =>
        this with { Players = Players.SetItem(thing, Players.TryGetValue(thing, out ImmutableHashSet<Party>? known) ? known.Intersect(players) : players) };

    public Facts WithOneCurrency(Thing left, Thing right)
    {
        if (AreOfOneCurrency(left, right)) return this;
        Thing[] lefts = Alike(left), rights = Alike(right);
        return this with { OneCurrency = OneCurrency.Union(lefts.SelectMany(l => rights.SelectMany(r => new[] { (l, r), (r, l) }))) };
    }

    public Facts WithOrder(Thing larger, Thing smaller, int by) =>
        this with { Order = Order.SetItem((larger, smaller), Math.Max(by, Order.GetValueOrDefault((larger, smaller)))) };

    /// <summary>Nothing is known of it any more, but for its currency if that stays.</summary>
    public Facts Without(object name, bool keepCurrency = false)
    {
        bool Is(Thing thing) => thing.IsAbout(name);
        return new Facts(
            Numbers.RemoveRange(Numbers.Keys.Where(Is)),
            keepCurrency ? OneCurrency : OneCurrency.Except(OneCurrency.Where(p => Is(p.Item1) || Is(p.Item2))),
            Players.RemoveRange(Players.Keys.Where(Is)),
            Order.RemoveRange(Order.Keys.Where(p => Is(p.Item1) || Is(p.Item2))));
    }

    /// <summary>Only what is known of the instance's fields, which outlives an action.</summary>
    public Facts OfFields(int count)
    {
        bool Lasts(Thing thing) => thing switch
        {
            { Name: string } => true,
            { Of: null, Name: Field field } => field.Index < count,
            { Of: null, Name: CountOf { List: Field list } } => list.Index < count,
            _ => false,
        };
        return new Facts(
            Numbers.RemoveRange(Numbers.Keys.Where(t => !Lasts(t))), OneCurrency.Except(OneCurrency.Where(p => !Lasts(p.Item1) || !Lasts(p.Item2))),
            Players.RemoveRange(Players.Keys.Where(t => !Lasts(t))), Order.RemoveRange(Order.Keys.Where(p => !Lasts(p.Item1) || !Lasts(p.Item2))));
    }

    /// <summary>What is known on both of two ways.</summary>
    public Facts Or(Facts other) => AreImpossible ? other : other.AreImpossible ? this : new(
        Numbers.Where(n => other.Numbers.ContainsKey(n.Key)).ToImmutableDictionary(static n => n.Key, n => n.Value.Or(other.Numbers[n.Key])),
        OneCurrency.Intersect(other.OneCurrency),
        Players.Where(p => other.Players.ContainsKey(p.Key)).ToImmutableDictionary(static p => p.Key, p => p.Value.Union(other.Players[p.Key])),
        Order.Where(o => other.Order.ContainsKey(o.Key)).ToImmutableDictionary(static o => o.Key, o => Math.Min(o.Value, other.Order[o.Key])));

    /// <summary>What is left of it after a round trip, so that round trips come to an end.</summary>
    public Facts Widened(Facts before) => this with { Numbers = Numbers.ToImmutableDictionary(static n => n.Key, n => before.Numbers.TryGetValue(n.Key, out Bounds known) ? n.Value.Widened(known) : n.Value) };

    /// <summary>True when nothing is known here that is not known there.</summary>
    public bool SaysNoMoreThan(Facts other) =>
        Numbers.All(n => other.Numbers.TryGetValue(n.Key, out Bounds known) && known.And(n.Value) == known)
        && OneCurrency.IsSubsetOf(other.OneCurrency)
        && Players.All(p => other.Players.TryGetValue(p.Key, out ImmutableHashSet<Party>? known) && known.IsSubsetOf(p.Value))
        && Order.All(o => other.Order.TryGetValue(o.Key, out int known) && known >= o.Value);

    private Thing[] Alike(Thing thing) => [thing, .. OneCurrency.Where(p => p.Item1 == thing).Select(static p => p.Item2)];
}
