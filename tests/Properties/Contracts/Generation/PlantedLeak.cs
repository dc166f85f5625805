using Settlement.Contracts;

namespace Settlement.Tests.Properties.Contracts.Generation;

/// <summary>
/// Plants a leak in a contract that is right otherwise: a field that all read but one party, and in each action that can have it one
/// statement, or the window or the actor, that depends on the field.
/// </summary>
internal sealed class PlantedLeak(ContractDraft contract, Leak leak)
{
    // So large a factor fits for some of the values that there mostly are.
    private const string FactorOfIntegers = "2000000000000000000", FactorOfMoney = "200000000000000000";

    private Item? hidden, told;

    private Dice Dice => contract.Dice;

    /// <summary>Declares the field, and what is set from it or counted.</summary>
    public void Declare()
    {
        // Whoever makes an instance supplies the field, and is never the last of the members.
        Party blind = Dice.Coin() ? contract.Members.Last() : contract.Parties.Last(static p => p.Observes);
        FieldType type = leak switch
        {
            Leak.Store => Dice.Any<FieldType>([new MoneyType(), new TextType(9), new BooleanType(), new DateTimeType(), new PartyType()]),
            Leak.Window => Dice.Any<FieldType>([new DateType(), new DateTimeType()]),
            Leak.Count => new ListType(contract.SimpleType(), 4),
            Leak.Actor or Leak.Payer => new PartyType(),
            Leak.Amount => new MoneyType(),
            _ => Dice.Any<FieldType>([new MoneyType(), new IntegerType()]),
        };
        hidden = Field(type, contract.AllReaders & ~ContractDraft.Bits([blind]));
        if (leak == Leak.Count) told = Field(new IntegerType(), contract.AllReaders);
        if (leak == Leak.Store) told = Field(type is MoneyType && Dice.Coin() ? new CodeType() : type, contract.AllReaders);
    }

    /// <summary>The moment of an action's window; null where it has none that tells.</summary>
    public Item? Moment => leak == Leak.Window ? hidden : null;

    /// <summary>Who takes an action; null where that tells nothing.</summary>
    public Item? Actor => leak == Leak.Actor ? hidden : null;

    /// <summary>The statements that tell, of those who take the action and read the field; none where it cannot have them.</summary>
    public IEnumerable<string> Statements(ActionDraft action)
    {
        if (action.IsNetwork || action.Creates || hidden is null || (hidden.Readers & action.Takers) != action.Takers) return [];
        string[] banks = [.. contract.Banks.Where(static b => !b.IsSeveral).Select(static b => b.Name)];
        return leak switch
        {
            Leak.Store => [$"set {told!.Name} = {(told.Type == hidden.Type ? hidden.Name : $"currency({hidden.Name})")}"],
            Leak.Count => [$"for each {action.NewName("one")} in {hidden.Name}", Dice.Coin() && action.WithAgent is null ? $"move EUR 1 from {banks[0]} to {banks[1]}" : $"set {told!.Name} = ({told.Name} + 1)", "end"],
            Leak.Fit => [$"let {action.NewName("fit")} = ({hidden.Name} * {(hidden.Type is MoneyType ? FactorOfMoney : FactorOfIntegers)})"],
            Leak.Amount when action.WithAgent is null => [$"move {hidden.Name} from {banks[0]} to {banks[1]}"],
            Leak.Payer when action.WithAgent is null => [$"move EUR 1 from {hidden.Name} to {banks[1]}"],
            _ => [],
        };
    }

    private Item Field(FieldType type, ulong readers)
    {
        Item field = new($"{ContractDraft.KindOf(type)}_{contract.Fields.Count.ToString(System.Globalization.CultureInfo.InvariantCulture)}", type, false, readers, null, IsParameter: false) { Fixed = true };
        contract.Fields.Add(field);
        return field;
    }
}
