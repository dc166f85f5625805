using System.Globalization;
using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>Turns what was declared as written into parties, fields and states, and fills a scope with them.</summary>
internal sealed class DeclarationBinder(Scope scope)
{
    private static readonly string[] Kinds = ["bank", "regulator"];
    private static readonly string[] Types = ["money", "integer", "date", "text", "code"];

    private DiagnosticBag Diagnostics => scope.Diagnostics;

    public List<Party> Parties(IReadOnlyList<PartySyntax> declared)
    {
        List<Party> parties = [];
        foreach (PartySyntax syntax in declared)
        {
            if (syntax.Kind is { } kind && !Kinds.Contains(kind.Text))
                Diagnostics.Report(Rules.UnknownType, kind.Span, $"a party is a bank or a regulator, not '{kind.Text}'", EditDistance.DidYouMean(kind.Text, Kinds));
            var party = new Party(parties.Count, syntax.Name.Text, syntax.Kind?.Text == "regulator" ? PartyKind.Regulator : PartyKind.Bank, syntax.Observes, Doc(syntax.Docs));
            parties.Add(party);
            scope.Declare(party, syntax.Name);
        }

        return parties;
    }

    public List<State> States(IReadOnlyList<StateSyntax> declared)
    {
        List<State> states = [];
        foreach (StateSyntax syntax in declared)
        {
            var state = new State(states.Count, syntax.Name.Text, syntax.MayRest, Doc(syntax.Docs));
            states.Add(state);
            scope.Declare(state, syntax.Name);
        }

        return states;
    }

    /// <param name="into">Where the names go: the contract's scope, or an action's for parameters.</param>
    /// <param name="declared">The fields or parameters as written.</param>
    /// <param name="firstIndex">The index of the first.</param>
    /// <param name="parties">All parties.</param>
    /// <param name="usual">The audience of one that has no 'to'; null when it must have one.</param>
    public List<Field> Fields(Scope into, IReadOnlyList<FieldSyntax> declared, int firstIndex, IReadOnlyList<Party> parties, IReadOnlyList<Party>? usual)
    {
        List<Field> fields = [];
        foreach (FieldSyntax syntax in declared)
        {
            int errors = Diagnostics.Errors;
            FieldType? type = syntax.Type is { } written ? TypeOf(written) : null;
            IReadOnlyList<Party> audience = Audience(syntax, parties, usual);
            var field = new Field(firstIndex + fields.Count, syntax.Name.Text, type ?? new IntegerType(), syntax.Optional, audience, Owner(syntax, audience), Doc(syntax.Docs));
            fields.Add(field);
            into.Declare(field, syntax.Name, broken: syntax.Broken || type is null || Diagnostics.Errors > errors);
        }

        return fields;
    }

    public static string? Doc(IReadOnlyList<string> docs) => docs.Count == 0 ? null : string.Join('\n', docs);

    private FieldType? TypeOf(TypeSyntax written)
    {
        FieldType? type = written.Word.Text switch
        {
            "money" => new MoneyType(),
            "integer" => new IntegerType(),
            "date" => new DateType(),
            "code" => new CodeType(),
            "text" => new TextType((int)Math.Clamp(written.Length ?? 0, 0, TextType.LengthLimit + 1)),
            _ => null,
        };
        string limit = TextType.LengthLimit.ToString(CultureInfo.InvariantCulture);
        switch (type)
        {
            case null:
                Diagnostics.Report(Rules.UnknownType, written.Word.Span, $"there is no type called '{written.Word.Text}'",
                    EditDistance.DidYouMean(written.Word.Text, Types) ?? "the types are money, integer, date, text(n) and code");
                break;
            case TextType when written.Length is null:
                Diagnostics.Report(Rules.TypeLength, written.Span, "a text needs its largest length", "write text(35), for example");
                return null;
            case TextType { MaxLength: < 1 or > TextType.LengthLimit }:
                Diagnostics.Report(Rules.TypeLength, written.Span, $"the length of a text is from 1 to {limit}");
                return null;
            case not TextType when written.Length is not null:
                Diagnostics.Report(Rules.TypeLength, written.Span, $"the type {written.Word.Text} has no length", $"write {written.Word.Text}");
                return null;
        }

        return type;
    }

    private List<Party> Audience(FieldSyntax syntax, IReadOnlyList<Party> parties, IReadOnlyList<Party>? usual)
    {
        List<Party> named = [];
        bool resolved = !syntax.Broken && scope.ResolveAll(syntax.Audience ?? [], named);
        List<Party> audience = [.. parties.Where(p => (syntax.Audience is null ? usual ?? [] : named).Contains(p))];
        if (!resolved) return audience;
        if (audience.Count == 0 && (usual is null || syntax.Audience is not null))
            Diagnostics.Report(Rules.EmptyAudience, syntax.Name.Span, $"'{syntax.Name.Text}' does not say who reads it", "add 'to' and the parties that may read it");
        else if (syntax.Audience is not null && audience.Count > 0 && audience.All(p => p.Observes))
            Diagnostics.Report(Rules.OnlyObserversRead, syntax.Name.Span, $"only observers read '{syntax.Name.Text}', so nobody can supply it", "add a party that acts to its audience");
        return audience;
    }

    private Party? Owner(FieldSyntax syntax, IReadOnlyList<Party> audience)
    {
        if (syntax.PersonalOf is not { } name || scope.Resolve<Party>(name) is not { Declared: Party owner }) return null;
        if (owner.Kind != PartyKind.Bank || owner.Observes)
            Diagnostics.Report(Rules.WrongOwner, name.Span, $"personal data is of a bank that acts and exports it; '{name.Text}' is not one");
        else if (audience.Count > 0 && !audience.Contains(owner))
            Diagnostics.Report(Rules.WrongOwner, name.Span, $"'{name.Text}' exports '{syntax.Name.Text}' and must read it", $"add {name.Text} to the audience");
        return owner;
    }
}
