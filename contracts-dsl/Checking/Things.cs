namespace Settlement.Contracts.Checking;

/// <summary>Something about which a fact is known: a field, a name, a currency; or of a field for each participant the value of one.</summary>
/// <param name="Name">The field, the name, or the letters of a currency.</param>
/// <param name="Of">The participant; null for the field as a whole, and for all its values alike.</param>
/// <param name="IsCount">True for how many values it has.</param>
internal readonly record struct Thing(object Name, Local? Of = null, bool IsCount = false)
{
    /// <summary>True when there may be no such value: it may be absent, or the values of a list that may be empty.</summary>
    public bool MayBeNone => !IsCount && Name is Field { Optional: true } or Field { Type: ListType } or Local { Type: ListType };

    public bool IsList => !IsCount && Of is null && (Name as Field)?.Type is ListType or EachType || (!IsCount && Name is Local { Type: ListType or EachType });

    /// <summary>Fields differ by their index and names by their slot, within one action.</summary>
    public bool Equals(Thing other) => IsCount == other.IsCount && Of?.Slot == other.Of?.Slot && (Name, other.Name) switch
    {
        (Field one, Field two) => one.Index == two.Index,
        (Local one, Local two) => one.Slot == two.Slot,
        (string one, string two) => one == two,
        _ => false,
    };

    public override int GetHashCode() => HashCode.Combine(IsCount, Of?.Slot, Name switch { Field field => field.Index, Local local => ~local.Slot, var text => ((string)text).GetHashCode(StringComparison.Ordinal) });
}

/// <summary>Numbers the things of a contract: first what outlives an action, then what one action names.</summary>
internal sealed class Things
{
    private readonly Dictionary<Thing, int> lasting = [];
    private readonly Dictionary<Thing, int> passing = [];
    private readonly List<(Thing Thing, int Number)> parts = [];

    public Things(IReadOnlyList<Field> fields, IReadOnlyList<ContractAction> actions, Steps steps)
    {
        Steps = steps;
        foreach (Field field in fields) Lasts(new Thing(field));
        foreach (Field field in fields.Where(static f => f.Type is ListType or EachType)) Lasts(new Thing(field, IsCount: true));
        foreach (Expression node in actions.SelectMany(static a => a.Expressions).SelectMany(static e => e.Nodes))
        {
            if (node is Expression.Constant { Value: MoneyValue money }) Lasts(new Thing(money.Currency));
            if (node is not Expression.Compare compare || (!IsCurrency(compare.Left) && !IsCurrency(compare.Right))) continue;
            foreach (Expression side in (Expression[])[compare.Left, compare.Right])
            {
                if (side is Expression.Constant { Value: CodeValue code }) Lasts(new Thing(code.Code));
            }
        }
    }

    public Steps Steps { get; }

    /// <summary>How many outlive an action; their numbers are below it.</summary>
    public int Lasting => lasting.Count;

    public int this[Thing thing]
    {
        get
        {
            if (lasting.TryGetValue(thing, out int number) || passing.TryGetValue(thing, out number)) return number;
            passing.Add(thing, number = lasting.Count + passing.Count);
            if (thing.Of is not null) parts.Add((thing, number));
            return number;
        }
    }

    /// <summary>Forgets what another action named.</summary>
    public void Begin()
    {
        passing.Clear();
        parts.Clear();
    }

    /// <summary>The numbers of a field or name: of its value, of how many values it has, and of its parts for each participant.</summary>
    public int[] About(object name)
    {
        Thing thing = new(name);
        return [this[thing], this[thing with { IsCount = true }], .. parts.Where(p => p.Thing with { Of = null } == thing).Select(static p => p.Number)];
    }

    /// <summary>The values of one participant that were named so far.</summary>
    public Thing[] PartsOf(Local participant) => [.. parts.Where(p => p.Thing.Of!.Slot == participant.Slot).Select(static p => p.Thing)];

    private static bool IsCurrency(Expression expression) => expression is Expression.Call { Function: Function.CurrencyOf };

    private void Lasts(Thing thing) => lasting.TryAdd(thing, lasting.Count);
}
