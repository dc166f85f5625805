using System.Collections.Immutable;

namespace Settlement.Contracts.Checking;

/// <summary>
/// What is known of values at a place of an action, or in a state, by the numbers of <see cref="Things"/>. Of a value that may be absent,
/// and of the values of a list that may be empty, it holds where there are some.
/// </summary>
internal sealed class Facts
{
    private const int StepsOfAnOrder = 16, ValuesPerStep = 8;

    private readonly Things things;

    /// <summary>Between what numbers, and all values of a list, lie; what is beyond its end may be anything.</summary>
    private readonly Bounds[] numbers;
    private readonly Currencies currencies;

    /// <summary>Whom a value of type party may name; anybody beyond its end.</summary>
    private readonly Label[] players;

    /// <summary>By how much the first is at least above the second: nothing, or one.</summary>
    private readonly ImmutableDictionary<(int Larger, int Smaller), int> order;

    private Facts(Things things, Bounds[] numbers, Currencies currencies, Label[] players, ImmutableDictionary<(int, int), int> order, bool areImpossible = false)
    {
        (this.things, this.numbers, this.currencies, this.players, this.order, AreImpossible) = (things, numbers, currencies, players, order, areImpossible);
        things.Steps.Take(1 + ((numbers.Length + currencies.Length + players.Length) / ValuesPerStep));
    }

    /// <summary>True when no values are so: nothing ever gets to the place.</summary>
    public bool AreImpossible { get; }

    public static Facts None(Things things) => new(things, [], Currencies.None, [], ImmutableDictionary<(int, int), int>.Empty);

    public Bounds BoundsOf(Thing thing) => things[thing] is var number && number < numbers.Length ? numbers[number] : Bounds.Any;

    public Label PlayersOf(Thing thing) => things[thing] is var number && number < players.Length ? players[number] : Label.Everybody;

    /// <summary>By how much the one is at least above the other; null when it may be below.</summary>
    public int? OrderOf(Thing larger, Thing smaller) => order.Count > 0 && order.TryGetValue((things[larger], things[smaller]), out int by) ? by : null;

    /// <summary>What is known of all values of a list holds of the one that belongs to a participant.</summary>
    public bool AreOfOneCurrency(Thing left, Thing right)
    {
        if (left == right) return true;
        int one = things[left], other = things[right];
        if (currencies.AreOne(one, other)) return true;
        if ((left.Of ?? right.Of) is null) return false;
        int all = things[left with { Of = null }], others = things[right with { Of = null }];
        return currencies.AreOne(all, other) || currencies.AreOne(one, others) || currencies.AreOne(all, others);
    }

    /// <summary>True when all values of a list are of one currency, and there are some.</summary>
    public bool IsOfOneCurrency(Thing list) => currencies.Has(things[list]);

    public Facts WithBounds(Thing thing, Bounds bounds)
    {
        bounds = BoundsOf(thing).And(bounds);
        return With(things[thing], bounds, AreImpossible || (bounds.IsEmpty && !thing.MayBeNone));
    }

    /// <summary>An optional field has no value, or has one.</summary>
    public Facts WithPresence(Field field, bool isPresent) =>
        !isPresent ? With(things[new Thing(field)], Bounds.None, AreImpossible)
        : BoundsOf(new Thing(field)) == Bounds.None ? new Facts(things, numbers, currencies, players, order, areImpossible: true) : this;

    public Facts WithPlayers(Thing thing, Label named)
    {
        named &= PlayersOf(thing);
        return new Facts(things, numbers, currencies, With(players, things[thing], named, Label.Everybody), order, AreImpossible || (named == Label.Nobody && !thing.MayBeNone));
    }

    public Facts WithOneCurrency(Thing left, Thing right) =>
        AreOfOneCurrency(left, right) ? this : new Facts(things, numbers, currencies.With(things[left], things[right]), players, order, AreImpossible);

    /// <summary>What is of an element's currency there is of the list's.</summary>
    public Facts WithCurrencyOfAll(Thing list, Thing element, Facts there)
    {
        Currencies after = currencies;
        foreach (int other in there.currencies.Alike(things[element]).Where(n => n != things[element]))
        {
            things.Steps.Take(1 + (after.Length / ValuesPerStep));
            after = after.With(things[list], other);
        }

        return new Facts(things, numbers, after, players, order, AreImpossible);
    }

    public Facts WithOrder(Thing larger, Thing smaller, int by)
    {
        (int, int) pair = (things[larger], things[smaller]);
        things.Steps.Take(StepsOfAnOrder);
        return new Facts(things, numbers, currencies, players, order.SetItem(pair, Math.Max(by, order.GetValueOrDefault(pair))), AreImpossible);
    }

    /// <summary>Nothing is known of it any more, but for its currency if that stays.</summary>
    public Facts Without(object name, bool keepCurrency = false)
    {
        int[] gone = things.About(name);
        Bounds[] numbersAfter = [.. numbers];
        Label[] playersAfter = [.. players];
        Currencies currenciesAfter = currencies;
        foreach (int number in gone)
        {
            if (number < numbersAfter.Length) numbersAfter[number] = Bounds.Any;
            if (number < playersAfter.Length) playersAfter[number] = Label.Everybody;
            if (!keepCurrency) currenciesAfter = currenciesAfter.Without(number);
        }

        things.Steps.Take(gone.Length + order.Count);
        return new Facts(things, numbersAfter, currenciesAfter, playersAfter,
            order.IsEmpty ? order : order.RemoveRange(order.Keys.Where(p => gone.Contains(p.Larger) || gone.Contains(p.Smaller))), AreImpossible);
    }

    /// <summary>Only what is known of the instance's fields, which outlives an action.</summary>
    public Facts OfFields()
    {
        things.Steps.Take(order.Count);
        int count = things.Lasting;
        return new Facts(things, numbers.Length > count ? numbers[..count] : numbers, currencies.First(count), players.Length > count ? players[..count] : players,
            order.IsEmpty ? order : order.RemoveRange(order.Keys.Where(p => p.Larger >= count || p.Smaller >= count)), AreImpossible);
    }

    /// <summary>What is known on both of two ways.</summary>
    public Facts Or(Facts other)
    {
        if (AreImpossible || ReferenceEquals(this, other)) return other;
        return other.AreImpossible ? this : new Facts(things, Both(numbers, other.numbers, static (one, two) => one.Or(two)), currencies.Or(other.currencies),
            Both(players, other.players, static (one, two) => one | two), BothOrders(other));
    }

    /// <summary>What is left of it after a round trip, so that round trips come to an end.</summary>
    public Facts Widened(Facts before) => new(things, Both(numbers, before.numbers, static (one, two) => one.Widened(two)), currencies, players, order, AreImpossible);

    /// <summary>True when nothing is known here that is not known there.</summary>
    public bool SaysNoMoreThan(Facts other)
    {
        things.Steps.Take(1 + ((numbers.Length + currencies.Length + players.Length) / ValuesPerStep) + (ReferenceEquals(order, other.order) ? 0 : order.Count));
        for (int i = 0; !ReferenceEquals(numbers, other.numbers) && i < numbers.Length; i++)
        {
            Bounds known = i < other.numbers.Length ? other.numbers[i] : Bounds.Any;
            if (known.And(numbers[i]) != known) return false;
        }

        for (int i = 0; !ReferenceEquals(players, other.players) && i < players.Length; i++)
        {
            Label known = i < other.players.Length ? other.players[i] : Label.Everybody;
            if ((known & players[i]) != known) return false;
        }

        return currencies.SayNoMoreThan(other.currencies)
            && (ReferenceEquals(order, other.order) || order.All(o => other.order.TryGetValue(o.Key, out int known) && known >= o.Value));
    }

    private Facts With(int number, Bounds bounds, bool areImpossible) => new(things, With(numbers, number, bounds, Bounds.Any), currencies, players, order, areImpossible);

    private static T[] With<T>(T[] all, int number, T one, T unknown)
    {
        T[] after = new T[Math.Max(all.Length, number + 1)];
        all.CopyTo(after, 0);
        after.AsSpan(all.Length).Fill(unknown);
        after[number] = one;
        return after;
    }

    private static T[] Both<T>(T[] left, T[] right, Func<T, T, T> both)
    {
        if (ReferenceEquals(left, right)) return left;
        T[] after = new T[Math.Min(left.Length, right.Length)];
        for (int i = 0; i < after.Length; i++) after[i] = both(left[i], right[i]);
        return after;
    }

    private ImmutableDictionary<(int, int), int> BothOrders(Facts other)
    {
        if (ReferenceEquals(order, other.order)) return order;
        things.Steps.Take((order.Count + other.order.Count) * StepsOfAnOrder);
        return order.Where(o => other.order.ContainsKey(o.Key)).ToImmutableDictionary(static o => o.Key, o => Math.Min(o.Value, other.order[o.Key]));
    }
}
