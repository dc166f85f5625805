using Settlement.Contracts;

namespace Settlement.Tests.Properties.Contracts.Generation;

/// <summary>What is known at a place of an action that is being written, and what the action has disclosed so far.</summary>
internal sealed class ActionDraft(ContractDraft contract)
{
    private int names;

    public ContractDraft Contract { get; } = contract;

    /// <summary>The fields, parameters and names that can be read here, as far as they are there.</summary>
    public List<Item> Names { get; } = [.. contract.Fields];

    /// <summary>Optional values that are there, and fields that the action has set.</summary>
    public HashSet<Item> Present { get; private set; } = [];

    /// <summary>Fields that the action sets itself.</summary>
    public HashSet<Item> Unset { get; } = [];

    /// <summary>The several parties whose participants a loop goes over.</summary>
    public Stack<Party> Each { get; } = [];

    /// <summary>What must be written at its head.</summary>
    public HashSet<(Item Item, int Party)> Disclosed { get; } = [];

    public bool IsNetwork { get; init; }

    /// <summary>Those that may take it: each computes all that it sets.</summary>
    public ulong Takers { get; set; }

    /// <summary>Those that decide its requires: who takes it, or one who agrees.</summary>
    public ulong Vouching { get; set; }

    public bool Creates { get; init; }

    /// <summary>Fields whose value some member takes as others say; it is then their last.</summary>
    public HashSet<Item> Asserted { get; } = [];

    /// <summary>Whether a member that reads the field would have to take such a value as others say.</summary>
    public bool IsAsserted(Item field, IEnumerable<Item> sources) =>
        sources.Aggregate(field.Readers & Contract.MemberReaders, static (left, s) => left & s.Readers) != (field.Readers & Contract.MemberReaders);

    /// <summary>For an action that issues or redeems whether it has done so; null for any other.</summary>
    public bool? WithAgent { get; set; }

    public bool IsReadable(Item item) => (!item.Optional && !Unset.Contains(item)) || Present.Contains(item);

    public string NewName(string kind) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{kind}_x{++names}");

    /// <summary>Runs something whose names end with it; what is known to be there afterwards is its result.</summary>
    public HashSet<Item> Inner(Action write, IEnumerable<Item>? alsoPresent = null)
    {
        HashSet<Item> before = Present;
        int visible = Names.Count;
        Present = [.. before, .. alsoPresent ?? []];
        write();
        Names.RemoveRange(visible, Names.Count - visible);
        HashSet<Item> after = Present;
        Present = before;
        return after;
    }

    public void NowPresent(IEnumerable<Item> items) => Present = [.. items];

    /// <summary>What the expression depends on is told to those that must know and do not read it.</summary>
    public void Disclose(IEnumerable<Item> sources, Demand demand)
    {
        foreach (Item source in sources)
        {
            foreach (Party party in Contract.Parties)
            {
                ulong bit = 1UL << party.Index;
                if ((demand.Readers & bit) != 0 && (source.Readers & bit) == 0) Disclosed.Add((source, party.Index));
            }
        }
    }
}
