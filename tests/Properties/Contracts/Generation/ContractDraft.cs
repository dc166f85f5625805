using Settlement.Contracts;

namespace Settlement.Tests.Properties.Contracts.Generation;

/// <summary>What is declared in a contract that is being written.</summary>
/// <param name="dice">All choices.</param>
/// <param name="leaks">In how many cases of a hundred a statement ignores who may read what it depends on.</param>
/// <param name="forChannel">Whether a channel of two banks is to run it: both read everything, and one regulator observes some of it.</param>
internal sealed class ContractDraft(Dice dice, int leaks, bool forChannel)
{
    public bool ForChannel { get; } = forChannel;

    /// <summary>True where it does not matter who decides the requires of an action, so that sometimes nobody does who has to say yes.</summary>
    public bool IsCareless { get; init; }

    /// <summary>True where that a value which is set does not fit may tell of what only those read who take the action or read the field.</summary>
    public bool RefusalsTell { get; init; }

    /// <summary>True where an action may set or clear again what some member takes as others say.</summary>
    public bool SetsAgain { get; init; }

    /// <summary>What is planted in it; null for nothing.</summary>
    public PlantedLeak? Leak { get; set; }

    public Dice Dice { get; } = dice;

    public List<string> Lines { get; } = [];

    public List<Unit> Units { get; } = [];

    public List<CodeSet> CodeSets { get; } = [];

    public List<Party> Parties { get; } = [];

    public List<Item> Fields { get; } = [];

    public List<string> States { get; } = [];

    public List<int> RateScales { get; } = [2, 4];

    /// <summary>The states that have an automatic action.</summary>
    public HashSet<string> NetworkIn { get; } = [];

    public IEnumerable<Party> Members => Parties.Where(p => !p.Observes);

    public IEnumerable<Party> Banks => Members.Where(p => p.Kind == PartyKind.Bank);

    public ulong AllReaders => Bits(Parties);

    public ulong MemberReaders => Bits(Members);

    public static ulong Bits(IEnumerable<Party> parties) => parties.Aggregate(0UL, (bits, party) => bits | (1UL << party.Index));

    /// <summary>The demand as it is, or for a leak none.</summary>
    public Demand Honestly(Demand demand) => leaks > 0 && Dice.Percent(leaks) ? demand with { Hard = 0, Soft = 0 } : demand;

    public string Named(ulong readers) => string.Join(", ", Dice.Shuffled(Parties.Where(p => (readers >> p.Index & 1) != 0)).Select(p => p.Name));

    /// <summary>Up to two doc strings.</summary>
    public List<string> Docs()
    {
        List<string> docs = [];
        for (int i = Dice.From(-2, 2); i > 0; i--) docs.Add(Dice.Any(["\"A \\\"word\\\" of explanation.\"", "\"Zażółć gęślą jaźń 🏦\"", "\"\"", "\"-- no comment\""]));
        return docs;
    }

    /// <summary>A field or parameter as it is declared.</summary>
    public string Declared(Item item)
    {
        string type = item.Type is EachType each ? $"{each.Element.Written} for each {each.Party.Name}" : item.Type.Written;
        return $"{item.Name} {type}{(item.Optional ? " optional" : "")} to {Named(item.Readers)}{(item.Personal is null ? "" : $" personal of {item.Personal.Name}")}";
    }

    /// <summary>A type of single values.</summary>
    public FieldType SimpleType() => Dice.From(0, 15) switch
    {
        0 or 1 or 2 => new MoneyType(),
        3 or 4 => new IntegerType(),
        5 => Units.Count > 0 ? new QuantityType(Dice.Any(Units)) : new MoneyType(),
        6 => new RateType(Dice.Any(RateScales)),
        7 => new RatioType(),
        8 => new BooleanType(),
        9 => new DateType(),
        10 => new DateTimeType(),
        11 => new DurationType(),
        12 => new TextType(Dice.From(5, 35)),
        13 => new CodeType(),
        14 => CodeSets.Count > 0 ? new CodeSetType(Dice.Any(CodeSets)) : new CodeType(),
        _ => new PartyType(),
    };

    /// <summary>Any type that a field can have.</summary>
    public FieldType AnyType()
    {
        Party? several = Parties.FirstOrDefault(p => p.IsSeveral);
        return Dice.From(0, 9) switch
        {
            0 or 1 => new ListType(SimpleType(), Dice.From(1, 4)),
            2 when several is not null => new EachType(SimpleType(), several),
            _ => SimpleType(),
        };
    }

    /// <summary>What a name begins with, so that names of one kind can be exchanged.</summary>
    public static string KindOf(FieldType type) => type switch
    {
        MoneyType => "money",
        QuantityType quantity => "quantity_" + quantity.Unit.Name,
        RateType rate => rate.Scale == 2 ? "rate_b" : "rate_d",
        RatioType => "ratio_",
        IntegerType => "integer_",
        BooleanType => "boolean_",
        DateType => "date_",
        DateTimeType => "datetime_",
        DurationType => "duration_",
        TextType => "text_",
        CodeType => "code_",
        CodeSetType set => "code_" + set.Set.Name,
        PartyType => "party_",
        ListType list => "list_" + KindOf(list.Element),
        EachType each => "each_" + KindOf(each.Element),
        _ => throw new InvalidOperationException("An unknown type."),
    };
}
