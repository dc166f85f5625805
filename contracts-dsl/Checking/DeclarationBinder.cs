using System.Globalization;
using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>Turns what was declared as written into units, codes, parties, fields and states, and fills a scope with them.</summary>
internal sealed class DeclarationBinder(Scope scope)
{
    private static readonly string[] Kinds = ["bank", "regulator"];

    private DiagnosticBag Diagnostics => scope.Diagnostics;

    public List<Unit> Units(IReadOnlyList<UnitSyntax> declared)
    {
        List<Unit> units = [];
        foreach (UnitSyntax syntax in declared)
        {
            if (MoneyValue.IsCurrency(syntax.Name.Text))
                Diagnostics.Report(Rules.UnitIsCurrency, syntax.Name.Span, $"'{syntax.Name.Text}' has the form of a currency", "write the unit in small letters");
            var unit = new Unit(units.Count, syntax.Name.Text, Doc(syntax.Docs));
            units.Add(unit);
            scope.Declare(unit, syntax.Name);
        }

        return units;
    }

    public List<CodeSet> CodeSets(IReadOnlyList<CodeSetSyntax> declared)
    {
        List<CodeSet> sets = [];
        foreach (CodeSetSyntax syntax in declared)
        {
            CodeSet set = new(syntax.Name.Text, syntax.External?.Text, Codes(syntax), Doc(syntax.Docs));
            sets.Add(set);
            scope.Declare(set, syntax.Name);
        }

        return sets;
    }

    public List<Party> Parties(IReadOnlyList<PartySyntax> declared)
    {
        List<Party> parties = [];
        foreach (PartySyntax syntax in declared)
        {
            if (syntax.Kind is { } kind && !Kinds.Contains(kind.Text))
                Diagnostics.Report(Rules.UnknownType, kind.Span, $"a party is a bank or a regulator, not '{kind.Text}'", EditDistance.DidYouMean(kind.Text, Kinds));
            PartyKind role = syntax.Kind?.Text == "regulator" ? PartyKind.Regulator : PartyKind.Bank;
            var party = new Party(parties.Count, syntax.Name.Text, role, syntax.Observes, Most(syntax.Several), Doc(syntax.Docs));
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
        TypeBinder types = new(scope);
        List<Field> fields = [];
        foreach (FieldSyntax syntax in declared)
        {
            int errors = Diagnostics.Errors;
            FieldType? type = types.TypeOf(syntax);
            IReadOnlyList<Party> audience = Audience(syntax, parties, usual);
            var field = new Field(firstIndex + fields.Count, syntax.Name.Text, type ?? new IntegerType(), syntax.Optional, audience, Owner(syntax, audience), Doc(syntax.Docs));
            fields.Add(field);
            into.Declare(field, syntax.Name, broken: syntax.Broken || type is null || Diagnostics.Errors > errors);
        }

        return fields;
    }

    public static string? Doc(IReadOnlyList<string> docs) => docs.Count == 0 ? null : string.Join('\n', docs);

    private int Most(SeveralSyntax? syntax)
    {
        if (syntax is null) return 1;
        if (syntax.Most is null) return Limits.UsualSeveral;
        if (syntax.Most is >= 2 and <= Limits.Several) return (int)syntax.Most;
        Diagnostics.Report(Rules.TypeLength, syntax.Span, string.Create(CultureInfo.InvariantCulture, $"several are from 2 to {Limits.Several}"));
        return Limits.UsualSeveral;
    }

    private IReadOnlySet<string> Codes(CodeSetSyntax syntax)
    {
        if (syntax.External is { } external)
        {
            if (!ExternalCodes.IsName(external.Text))
                Diagnostics.Report(Rules.UnknownCodeSet, external.Span, $"'{external.Text}' is not the name of an external code set, such as ExternalReturnReason1", EditDistance.DidYouMean(external.Text, ExternalCodes.Names));
            return new HashSet<string>();
        }

        HashSet<string> listed = new(StringComparer.Ordinal);
        foreach (Name code in syntax.Codes)
        {
            if (!CodeValue.IsCode(code.Text)) Diagnostics.Report(Rules.BadCode, code.Span, $"'{code.Text}' is not a code: 1 to 35 capital letters and digits");
            else if (!listed.Add(code.Text)) Diagnostics.Report(Rules.ListedTwice, code.Span, $"'{code.Text}' is listed twice", "list it once");
        }

        return listed;
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
