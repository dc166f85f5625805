using System.Collections.Immutable;
using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>An action as far as it could be bound.</summary>
/// <param name="Syntax">As written.</param>
/// <param name="Action">What came of it; null when it is not known who acts.</param>
/// <param name="When">The states in which it can be taken, as far as they are known.</param>
/// <param name="Outcomes">The states to which it leads, as far as they are known.</param>
/// <param name="Readable">True when all its lines could be read, what it discloses among them.</param>
/// <param name="Sound">True when nothing in it was reported.</param>
/// <param name="Complete">True when its states are known, so that the life of an instance can be checked.</param>
internal sealed record ActionDraft(ActionSyntax Syntax, ContractAction? Action, IReadOnlyList<State> When, IReadOnlyList<State> Outcomes, bool Readable, bool Sound, bool Complete);

/// <summary>Binds one action: who takes it, when, with what, and its statements.</summary>
internal sealed class ActionBinder(ActionSyntax syntax, Scope contractScope, IReadOnlyList<Party> parties, IReadOnlyList<Field> fields)
{
    private readonly Scope scope = contractScope.Inner(syntax.Broken);
    private readonly LocalSlots slots = new();

    private DiagnosticBag Diagnostics => scope.Diagnostics;

    public ActionDraft Bind(int index, DeclarationBinder declarations)
    {
        int errors = Diagnostics.Errors;
        Actor? by = syntax.By is { } actor ? ActorOf(actor) : null;
        List<Party> agreedBy = [];
        bool partiesKnown = scope.ResolveAll(syntax.AgreedBy, agreedBy) && by is not null;
        CheckAgreement(by);
        List<State> when = [];
        bool whenKnown = scope.ResolveAll(syntax.When, when);
        List<Field> parameters = declarations.Fields(scope, syntax.Parameters, fields.Count, parties, TakingPart(by, agreedBy, partiesKnown));
        bool creates = when.Count == 0 && whenKnown && !syntax.Broken;
        ImmutableHashSet<Field> unset = creates ? SetByItself() : [];
        if (by is not null) CheckSupply(by, unset, parameters, creates);
        if (by is { IsNetwork: true }) CheckNetwork(creates);
        if (by?.Field is { } acting && unset.Contains(acting))
            Diagnostics.Report(Rules.MayBeAbsent, syntax.By!.Span, $"this action sets '{acting.Name}', and has not done so when it is asked who acts", "name a party");
        ExpressionBinder expressions = new(scope, slots, unset, inWindow: true);
        Window? window = syntax.Window is null ? null : new WindowBinder(Diagnostics, expressions).Bind(syntax.Window);
        List<Disclosure> disclosures = [.. syntax.Disclosures.Select(Disclose).OfType<Disclosure>()];
        CheckDisclosedOnce(disclosures);
        Offer? offer = syntax.Offer is { } offered ? OfferOf(offered) : null;
        StatementBinder statements = new(syntax, fields, unset, slots);
        Way way = new([], Ended: false);
        Block body = statements.Bind(syntax.Statements, scope, ref way);
        bool readable = !syntax.Broken && !AnyBroken(syntax.Statements);
        if (!way.Ended && readable)
            Diagnostics.Report(Rules.OutcomeMissing, syntax.Name.Span, $"'{syntax.Name.Text}' does not say which state follows", "end it with '-> STATE'");
        if (Diagnostics.Errors == errors) new LiteralCheck(contractScope).Run(syntax);
        bool complete = readable && whenKnown && statements.OutcomesKnown && way.Ended;
        ContractAction? action = by is null ? null : new ContractAction(new ActionParts(index, syntax.Name.Text, DeclarationBinder.Doc(syntax.Docs),
            by, agreedBy, when, window, parameters, disclosures, offer, body, slots.Count, syntax.Name.Span, syntax.By!.Span));
        return new ActionDraft(syntax, action, when, [.. body.All.OfType<Statement.Outcome>().Select(o => o.State).Distinct()], readable, Diagnostics.Errors == errors, complete);
    }

    /// <summary>Without 'to', those who take part in the action read its parameters; unknown parties are nobody's mistake twice.</summary>
    private IReadOnlyList<Party> TakingPart(Actor? by, IReadOnlyList<Party> agreedBy, bool partiesKnown) =>
        partiesKnown && by!.Party is { } party ? [party, .. agreedBy] : partiesKnown ? [.. parties.Where(p => !p.Observes)] : parties;

    private static bool AnyBroken(IEnumerable<StatementSyntax> statements) => statements.Any(s => s switch
    {
        StatementSyntax.Broken => true,
        StatementSyntax.If branch => AnyBroken(branch.Then) || AnyBroken(branch.Otherwise ?? []),
        StatementSyntax.ForEach each => AnyBroken(each.Body),
        _ => false,
    });

    private Actor? ActorOf(ActorSyntax actor)
    {
        if (actor.Name is not { } name) return new Actor(null, null, Any: false);
        if (scope.Find(name)?.Declared is Field field)
        {
            if (field is { Type: PartyType, Optional: false } && !actor.Any) return new Actor(null, field, Any: false);
            Diagnostics.Report(Rules.WrongFieldType, name.Span, $"'{name.Text}' cannot say who acts: that is a party, or a field of type party that is not optional");
            return null;
        }

        if (Member(name) is not { } party) return null;
        if (party.IsSeveral != actor.Any)
        {
            Diagnostics.Report(Rules.OneOrSeveral, name.Span, party.IsSeveral ? $"'{name.Text}' is played by several participants" : $"'{name.Text}' is played by one participant",
                party.IsSeveral ? $"write 'by any {name.Text}'" : "leave out 'any'");
        }

        return new Actor(party, null, actor.Any);
    }

    private Party? Member(Name name)
    {
        if (scope.Resolve<Party>(name) is not { Declared: Party party }) return null;
        if (party.Observes)
            Diagnostics.Report(Rules.ObserverActs, name.Span, $"'{name.Text}' observes and cannot act", $"drop 'observes' from {name.Text}, or let another party act");
        return party;
    }

    private void CheckAgreement(Actor? by)
    {
        foreach (Name name in syntax.AgreedBy)
        {
            if (by?.Party is { IsSeveral: false } actor && name.Text == actor.Name)
                Diagnostics.Report(Rules.ListedTwice, name.Span, $"'{name.Text}' takes the action and need not agree to it", "leave it out");
            else if (parties.FirstOrDefault(p => p.Name == name.Text) is { Observes: true })
                Member(name);
        }
    }

    /// <summary>The mandatory fields that the action sets, which nobody supplies then.</summary>
    private ImmutableHashSet<Field> SetByItself()
    {
        HashSet<string> names = [.. Sets(syntax.Statements)];
        return [.. fields.Where(f => !f.Optional && names.Contains(f.Name))];
    }

    private static IEnumerable<string> Sets(IEnumerable<StatementSyntax> statements) => statements.SelectMany(s => s switch
    {
        StatementSyntax.Set set => [set.Field.Text],
        StatementSyntax.If branch => Sets(branch.Then).Concat(Sets(branch.Otherwise ?? [])),
        StatementSyntax.ForEach each => Sets(each.Body),
        _ => [],
    });

    /// <summary>Who takes an action supplies its parameters, and the fields when it creates; one cannot supply what one may not read.</summary>
    private void CheckSupply(Actor by, ImmutableHashSet<Field> unset, IReadOnlyList<Field> parameters, bool creates)
    {
        // A field of type party may name any of those that act.
        Party[] suppliers = by.Party is { } party ? [party] : by.IsNetwork ? [] : [.. parties.Where(p => !p.Observes)];
        IEnumerable<Field> supplied = (creates ? fields.Where(f => !unset.Contains(f)) : []).Concat(parameters);
        foreach (Field field in supplied.Where(f => !f.Optional && f.Audience.Any(p => !p.Observes)))
        {
            if (suppliers.FirstOrDefault(p => !field.IsReadBy(p)) is not { } blind) continue;
            string takes = field.Index < fields.Count ? "creates an instance here" : "takes this action";
            Diagnostics.Report(Rules.NobodySupplies, syntax.By!.Span, $"'{blind.Name}' {takes} and must supply '{field.Name}', which it does not read",
                $"add {blind.Name} to the audience of {field.Name}, or make {field.Name} optional");
        }
    }

    /// <summary>Nobody decides an automatic action, so there is nobody to supply, refuse or agree to anything.</summary>
    private void CheckNetwork(bool creates)
    {
        string? fault = creates ? "creates an instance, whose fields somebody must supply"
            : syntax.Parameters.Count > 0 ? "takes parameters, which somebody must supply"
            : syntax.AgreedBy.Count > 0 ? "needs agreement" : null;
        if (fault is not null) Diagnostics.Report(Rules.NetworkDecides, syntax.By!.Span, $"an automatic action decides nothing, and this one {fault}", "let a party take it");
        foreach (StatementSyntax statement in Requires(syntax.Statements))
            Diagnostics.Report(Rules.NetworkDecides, statement.Span, "an automatic action may not refuse: the instance would be stuck", "decide with 'if', or let a party take the action");
    }

    private static IEnumerable<StatementSyntax> Requires(IEnumerable<StatementSyntax> statements) => statements.SelectMany(s => s switch
    {
        StatementSyntax.Require => [s],
        StatementSyntax.If branch => Requires(branch.Then).Concat(Requires(branch.Otherwise ?? [])),
        StatementSyntax.ForEach each => Requires(each.Body),
        _ => [],
    });

    private Disclosure? Disclose(DisclosureSyntax disclosure)
    {
        List<Field> disclosed = [];
        List<Party> readers = [];
        bool known = scope.ResolveAll(disclosure.Fields, disclosed);
        known &= scope.ResolveAll(disclosure.Parties, readers);
        return known ? new Disclosure(disclosed, readers) { Span = disclosure.Span, FieldSpans = [.. disclosed.Select(f => disclosure.Fields.First(n => n.Text == f.Name).Span)] } : null;
    }

    /// <summary>A name that could be taken for the settlement agent would have the clause read as if a party were told.</summary>
    private Offer? OfferOf(OfferSyntax offer)
    {
        if (contractScope.Find(offer.Agent) is { } other)
            Diagnostics.Report(Rules.WrongKindOfName, offer.Agent.Span, $"'{ReservedWords.Agent}' is {other.Kind} of this contract; here stands the settlement agent", $"call {other.Kind[2..]} {ReservedWords.Agent} otherwise");
        if (scope.Resolve<Field>(offer.Field) is not { Declared: Field field } symbol || symbol.Broken) return null;
        if (field.Type is MoneyType) return new Offer(field, offer.Span, offer.Field.Span);
        Diagnostics.Report(Rules.WrongFieldType, offer.Field.Span, $"'{field.Name}' is {field.Type.Written}; a field of money is needed here");
        return null;
    }

    /// <summary>What is disclosed to the same party twice would still be disclosed where one of the two is taken away.</summary>
    private void CheckDisclosedOnce(List<Disclosure> disclosures)
    {
        HashSet<(Field, Party)> told = [];
        foreach (Disclosure disclosure in disclosures)
        {
            foreach (Field field in disclosure.Fields)
            {
                string[] again = [.. disclosure.Parties.Where(p => !told.Add((field, p))).Select(static p => p.Name)];
                if (again.Length > 0) Diagnostics.Report(Rules.ListedTwice, disclosure.Span, $"'{field.Name}' is disclosed to {string.Join(" and ", again)} twice", "disclose it once");
            }
        }
    }
}
