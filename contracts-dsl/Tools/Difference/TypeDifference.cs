using System.Globalization;

namespace Settlement.Contracts;

/// <summary>In which way a type admits more or other values than another.</summary>
/// <param name="Kind">What it means.</param>
/// <param name="Words">What follows the name of the field in a sentence.</param>
internal sealed record TypeDifference(DifferenceKind Kind, string Words)
{
    /// <summary>Null when both admit the same values. Code sets of one name are compared where they are declared.</summary>
    public static TypeDifference? Of(FieldType before, FieldType after)
    {
        switch (before, after)
        {
            case (TextType a, TextType b): return Bound(a.MaxLength, b.MaxLength, "has room for {0} characters, and not {1}");
            case (RateType a, RateType b): return Bound(a.Scale, b.Scale, "has {0} digits after its point, and not {1}");
            case (ListType a, ListType b): return Both(Bound(a.Most, b.Most, "has room for {0} values, and not {1}"), Of(a.Element, b.Element));
            case (EachType a, EachType b) when a.Party.Name == b.Party.Name: return Of(a.Element, b.Element);
            case (CodeSetType a, CodeSetType b): return a.Set.Name == b.Set.Name ? null : Of(a.Set, b.Set);
            case (CodeSetType a, CodeType): return new TypeDifference(DifferenceKind.Widened, $"can be any code, and was one of {a.Set.Name}");
            case (CodeType, CodeSetType b): return new TypeDifference(DifferenceKind.Narrowed, $"is one of {b.Set.Name}, and could be any code");
            default: return before.Written == after.Written ? null : new TypeDifference(DifferenceKind.Widened, $"is {after.Written}, and was {before.Written}");
        }
    }

    /// <summary>Null when both admit the same codes.</summary>
    public static TypeDifference? Of(CodeSet before, CodeSet after)
    {
        if (before.External == after.External)
        {
            string[] more = [.. after.Codes.Except(before.Codes).Order(StringComparer.Ordinal)], less = [.. before.Codes.Except(after.Codes).Order(StringComparer.Ordinal)];
            string without = less.Length == 0 ? "" : $", and no longer {ActionSentences.And(less)}";
            return more.Length > 0 ? new TypeDifference(DifferenceKind.Widened, $"can be {ActionSentences.And(more)} now{without}")
                : less.Length > 0 ? new TypeDifference(DifferenceKind.Narrowed, $"can no longer be {ActionSentences.And(less)}") : null;
        }

        return after.External is null && after.Codes.All(before.Admits)
            ? new TypeDifference(DifferenceKind.Narrowed, $"is one of {string.Join(", ", after.Codes.Order(StringComparer.Ordinal))}, and was any code of {before.External}")
            : new TypeDifference(DifferenceKind.Widened, $"is a code of {after.External ?? "another list"}, and was one of {before.External ?? string.Join(", ", before.Codes.Order(StringComparer.Ordinal))}");
    }

    /// <summary>What admits more in one respect is wider, whatever it is in another.</summary>
    private static TypeDifference? Both(TypeDifference? one, TypeDifference? other) => one is null ? other : other is null ? one
        : new TypeDifference(one.Kind == DifferenceKind.Widened ? one.Kind : other.Kind, $"{one.Words}; each {other.Words}");

    private static TypeDifference? Bound(int before, int after, string words) => before == after ? null
        : new TypeDifference(before < after ? DifferenceKind.Widened : DifferenceKind.Narrowed, string.Format(CultureInfo.InvariantCulture, words, after, before));
}
