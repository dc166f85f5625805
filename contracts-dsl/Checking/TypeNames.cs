namespace Settlement.Contracts.Checking;

/// <summary>What diagnostics call types.</summary>
internal static class TypeNames
{
    public static string Of(FieldType type) => type switch
    {
        BooleanType => "a condition",
        MoneyType => "money",
        IntegerType => "an integer",
        DateType => "a date",
        DateTimeType => "a datetime",
        DurationType => "a duration",
        TextType => "a text",
        CodeType => "a code",
        RatioType => "a ratio",
        PartyType => "a participant",
        PeriodType => "a number of days on the calendar",
        ListType or EachType => "a list",
        QuantityType quantity => $"a quantity of {quantity.Unit.Name}",
        RateType rate => $"a {rate.Written}",
        CodeSetType set => $"a code of {set.Set.Name}",
        _ => throw new InvalidOperationException("An unknown type."),
    };
}
