using System.Text;
using Settlement.Contracts;
using Settlement.Contracts.Language;

namespace Settlement.Tests.Properties.Contracts.Reference;

/// <summary>Whether values are of the types that a contract declares ("Types" in LANGUAGE.md), from the types as written.</summary>
/// <param name="contract">The contract.</param>
/// <param name="participants">How many play each party.</param>
internal sealed class ReferenceValues(ContractSyntax contract, IReadOnlyList<int> participants)
{
    /// <summary>Null, or the code of the refusal.</summary>
    public string? Refusal(FieldSyntax field, Value value)
    {
        if (field.ForEach is not { } party) return Refusal(field.Type!, value);
        if (value is not ListValue list) return PlatformCodes.WrongType;
        if (list.Items.Count < 1 || list.Items.Count > Most(party.Text)) return PlatformCodes.OutOfBounds;
        if (FormsOf(field.Type!, list) is { } code) return code;
        return list.Items.Count != CountOf(party.Text) ? PlatformCodes.WrongCount : NamesOf(list);
    }

    private string? Refusal(TypeSyntax type, Value value)
    {
        if (Form(type, value) is { } code) return code;
        return value switch { ListValue list => NamesOf(list), PartyValue party => Name(party), _ => null };
    }

    private string? FormsOf(TypeSyntax element, ListValue list) => list.Items.Select(i => Form(element, i)).FirstOrDefault(static c => c is not null);

    private string? NamesOf(ListValue list) => list.Items.OfType<PartyValue>().Select(Name).FirstOrDefault(static c => c is not null);

    /// <summary>A value of type party names somebody who plays a part.</summary>
    private string? Name(PartyValue value) => contract.Parties.Any(p => p.Name.Text == value.Party) && value.Number <= CountOf(value.Party) ? null : PlatformCodes.OutOfBounds;

    private string? Form(TypeSyntax type, Value value) => (type.Word.Text, value) switch
    {
        ("list", ListValue list) => list.Items.Count > type.Number ? PlatformCodes.OutOfBounds : FormsOf(type.Element!, list),
        ("money", MoneyValue money) => Bounded(money.Currency.Length == 3 && money.Currency.All(char.IsAsciiLetterUpper)),
        ("quantity", QuantityValue quantity) => quantity.Name == type.Unit!.Text ? null : PlatformCodes.WrongType,
        ("rate", RateValue rate) => Bounded(rate.Scale == type.Number),
        ("ratio", RatioValue ratio) => Bounded(ratio.Numerator > 0 && ratio.Denominator > 0),
        ("datetime", DateTimeValue time) => Bounded(time.UnixSeconds is >= DateTimeValue.First and <= DateTimeValue.Last),
        ("text", TextValue text) => Bounded(IsText(text.Text, type.Number!.Value)),
        ("integer", IntegerValue) or ("boolean", BooleanValue) or ("date", DateValue) or ("duration", DurationValue) => null,
        ("party", PartyValue party) => Bounded(party.Number is >= 1 and <= 100 && party.Party.Length is >= 1 and <= 64
            && !char.IsAsciiDigit(party.Party[0]) && party.Party.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')),
        ("code", CodeValue code) => Bounded(IsCode(code.Code, 35)),
        (var name, CodeValue code) when contract.CodeSets.FirstOrDefault(c => c.Name.Text == name) is { } set =>
            Bounded(set.External is null ? set.Codes.Any(c => c.Text == code.Code) : IsCode(code.Code, CodeSet.ExternalLength)),
        _ => PlatformCodes.WrongType,
    };

    private static string? Bounded(bool holds) => holds ? null : PlatformCodes.OutOfBounds;

    private static bool IsCode(string text, int most) => text.Length >= 1 && text.Length <= most && text.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c));

    private static bool IsText(string text, long most)
    {
        // An unpaired surrogate is enumerated as the replacement character, which the text then does not have.
        Rune[] runes = [.. text.EnumerateRunes()];
        return runes.Length >= 1 && runes.Length <= most && !runes.Any(Rune.IsControl) && string.Concat(runes) == text;
    }

    private int CountOf(string party) => participants[contract.Parties.TakeWhile(p => p.Name.Text != party).Count()];

    private long Most(string party) => contract.Parties.First(p => p.Name.Text == party).Several!.Most ?? 16;
}
