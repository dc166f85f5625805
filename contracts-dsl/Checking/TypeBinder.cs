using System.Globalization;
using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>Turns types as written into types. Null stands for one that was reported.</summary>
internal sealed class TypeBinder(Scope scope)
{
    private static readonly string[] Types =
        ["money", "quantity", "rate", "ratio", "integer", "boolean", "date", "datetime", "duration", "text", "code", "party", "list"];

    private DiagnosticBag Diagnostics => scope.Diagnostics;

    public FieldType? TypeOf(FieldSyntax field)
    {
        if (field.Type is not { } written) return null;
        FieldType? type = TypeOf(written);
        if (field.ForEach is not { } name) return type;
        if (scope.Resolve<Party>(name) is not { Declared: Party party }) return null;
        if (!party.IsSeveral)
        {
            Diagnostics.Report(Rules.OneOrSeveral, name.Span, $"'{party.Name}' is played by one participant, so there is one value anyway", "leave out 'for each', or declare the party as several");
            return null;
        }

        if (type is not ListType) return type is null ? null : new EachType(type, party);
        Diagnostics.Report(Rules.UnknownType, written.Span, "there are no lists of lists");
        return null;
    }

    private FieldType? TypeOf(TypeSyntax written) => written.Word.Text switch
    {
        "text" => Sized(written, "a text needs its largest length", "write text(35), for example", 1, TextType.LengthLimit, "the length of a text") is { } length ? new TextType(length) : null,
        "rate" => Sized(written, "a rate needs its digits after the point", "write rate(6), for example", 0, RateType.ScaleLimit, "the digits of a rate") is { } scale ? new RateType(scale) : null,
        "list" => List(written),
        "quantity" => Quantity(written),
        _ => Plain(written),
    };

    private FieldType? Plain(TypeSyntax written)
    {
        FieldType? type = written.Word.Text switch
        {
            "money" => new MoneyType(),
            "ratio" => new RatioType(),
            "integer" => new IntegerType(),
            "boolean" => new BooleanType(),
            "date" => new DateType(),
            "datetime" => new DateTimeType(),
            "duration" => new DurationType(),
            "code" => new CodeType(),
            "party" => new PartyType(),
            _ => scope.Find(written.Word)?.Declared is CodeSet set ? new CodeSetType(set) : null,
        };
        if (type is null)
        {
            // What could not be read may have declared it.
            if (!scope.Incomplete)
            {
                Diagnostics.Report(Rules.UnknownType, written.Word.Span, $"there is no type called '{written.Word.Text}'",
                    EditDistance.DidYouMean(written.Word.Text, [.. Types, .. scope.CodeSetNames]) ?? "the types are money, integer, date, text(n), code and those in LANGUAGE.md");
            }

            return null;
        }

        if (written is { Number: null, Unit: null, Element: null }) return type;
        Diagnostics.Report(Rules.TypeLength, written.Span, $"the type {written.Word.Text} has no length", $"write {written.Word.Text}");
        return null;
    }

    private int? Sized(TypeSyntax written, string missing, string example, int least, int most, string what)
    {
        if (written.Number is not { } number) Diagnostics.Report(Rules.TypeLength, written.Span, missing, example);
        else if (number < least || number > most) Diagnostics.Report(Rules.TypeLength, written.Span, string.Create(CultureInfo.InvariantCulture, $"{what} is from {least} to {most}"));
        else return (int)number;
        return null;
    }

    private ListType? List(TypeSyntax written)
    {
        int? most = Sized(written, "a list needs its largest length", "write list(16) of money, for example", 1, Limits.ListLength, "the length of a list");
        if (written.Element is not { } syntax)
        {
            if (most is not null) Diagnostics.Report(Rules.TypeLength, written.Span, "a list is of something", $"write {written.Word.Text}({most.Value.ToString(CultureInfo.InvariantCulture)}) of money, for example");
            return null;
        }

        FieldType? element = TypeOf(syntax);
        if (element is ListType) Diagnostics.Report(Rules.UnknownType, syntax.Span, "there are no lists of lists");
        return most is null || element is null or ListType ? null : new ListType(element, most.Value);
    }

    private QuantityType? Quantity(TypeSyntax written)
    {
        if (written.Unit is { } name) return scope.Resolve<Unit>(name)?.Declared is Unit unit ? new QuantityType(unit) : null;
        Diagnostics.Report(Rules.TypeLength, written.Span, "a quantity needs its unit", "write quantity(points), with the unit declared under 'units'");
        return null;
    }
}
