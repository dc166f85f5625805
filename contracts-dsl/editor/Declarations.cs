using System.Globalization;
using System.Text;
using Settlement.Contracts.Language;

namespace Settlement.Contracts.Editor;

/// <summary>Something that a contract declares.</summary>
/// <param name="Name">Its name and place.</param>
/// <param name="Text">What to say of it, in Markdown.</param>
/// <param name="SymbolKind">Its kind in the protocol's outline; null where it is left out of that.</param>
/// <param name="Scope">The part of the source in which the name means it.</param>
internal sealed record Declaration(Name Name, string Text, int? SymbolKind, TextSpan Scope);

/// <summary>What the names of a contract stand for, read from its syntax, so that it is known while the contract is being written.</summary>
internal sealed class Declarations
{
    private const int Class = 5, Property = 7, Enumeration = 10, Function = 12, Constant = 14, EnumMember = 22;

    private readonly List<Declaration> all = [];
    private readonly ContractSyntax? contract;
    // Of each statement, 'all' and 'any' that gives a name, by its place: what the name stands for.
    private readonly Dictionary<TextSpan, Local> locals = [];
    // Where 'all' or 'any' stands, or what lies between its name and its list, which is 'in': the name that it gives. Where the words of an
    // offer stand: what it says.
    private readonly List<(TextSpan Place, Declaration Given)> keywords = [];
    private readonly IReadOnlyList<Party> parties;

    /// <param name="contract">As written.</param>
    /// <param name="compiled">What came of it; null while something is wrong, when the types of named values are not known.</param>
    public Declarations(ContractSyntax? contract, Contract? compiled)
    {
        this.contract = contract;
        parties = compiled?.Parties ?? [];
        foreach (Statement statement in compiled?.Actions.SelectMany(static a => a.Body.All) ?? [])
        {
            if (LocalOf(statement) is { } local) locals[statement.Span] = local;
        }

        if (contract is null) return;
        TextSpan everywhere = new(0, int.MaxValue);
        Add(contract.Name, $"contract {contract.Name.Text} version {contract.Version.ToString(CultureInfo.InvariantCulture)}", contract.Docs, null, everywhere);
        foreach (UnitSyntax unit in contract.Units) Add(unit.Name, $"unit {unit.Name.Text}", unit.Docs, Constant, everywhere);
        foreach (CodeSetSyntax set in contract.CodeSets) Add(set.Name, CodesOf(set), set.Docs, Enumeration, everywhere);
        foreach (PartySyntax party in contract.Parties) Add(party.Name, PartyOf(party), party.Docs, Class, everywhere);
        foreach (FieldSyntax field in contract.Fields) Add(field.Name, FieldOf(field, "field"), field.Docs, Property, everywhere);
        foreach (StateSyntax state in contract.States) Add(state.Name, StateOf(state), state.Docs, EnumMember, everywhere);
        for (int i = 0; i < contract.Actions.Count; i++)
        {
            int start = contract.Actions[i].Name.Span.Start, end = i + 1 < contract.Actions.Count ? contract.Actions[i + 1].Name.Span.Start : int.MaxValue;
            if (compiled is not null) Know(contract.Actions[i], compiled.Actions[i]);
            ActionNames(contract.Actions[i], new TextSpan(start, end - start), everywhere);
        }
    }

    /// <summary>In the order of the source.</summary>
    public IReadOnlyList<Declaration> All => all;

    /// <summary>What a word of the source stands for; null when it is no declared name. The innermost scope counts, and in it the
    /// last declaration before the word.</summary>
    public Declaration? Find(Token word) => GivenBy(word) is not null ? null : all
        .Where(d => d.Name.Text == word.Text && d.Scope.Start <= word.Span.Start && word.Span.Start < d.Scope.End)
        .OrderBy(d => d.Scope.Length).ThenBy(d => d.Name.Span.Start > word.Span.Start).ThenByDescending(d => d.Name.Span.Start).FirstOrDefault();

    /// <summary>The name that 'all', 'any' or its 'in' gives, or what the words of an offer say; null for any other word.</summary>
    public Declaration? GivenBy(Token keyword) => keywords.Find(k => k.Place.Start <= keyword.Span.Start && keyword.Span.End <= k.Place.End).Given;

    private void Add(Name name, string what, IReadOnlyList<string> docs, int? kind, TextSpan scope)
    {
        StringBuilder text = new();
        text.Append("```contract\n").Append(what).Append("\n```");
        foreach (string doc in docs) text.Append("\n\n").Append(doc);
        all.Add(new Declaration(name, text.ToString(), kind, scope));
    }

    private void ActionNames(ActionSyntax action, TextSpan own, TextSpan everywhere)
    {
        StringBuilder header = new($"on {action.Name.Text} by {(action.By is { } by ? (by.Any ? "any " : "") + (by.Name?.Text ?? "network") : "?")}");
        if (action.AgreedBy.Count > 0) header.Append(", agreed by ").AppendJoin(", ", action.AgreedBy.Select(n => n.Text));
        if (action.When.Count > 0) header.Append(" when ").AppendJoin(", ", action.When.Select(n => n.Text));
        Add(action.Name, header.ToString(), action.Docs, Function, everywhere);
        foreach (FieldSyntax parameter in action.Parameters) Add(parameter.Name, FieldOf(parameter, "parameter", action), parameter.Docs, null, own);
        if (action.Offer is { } offer) Offer(action, offer);
        Elements(action.Window.Expressions());
        Statements(action.Statements, own);
    }

    /// <summary>Neither word is reserved, so that a field may have its name, too.</summary>
    private void Offer(ActionSyntax action, OfferSyntax offer)
    {
        string text = $"```contract\n{ReservedWords.Offers} {offer.Field.Text} to {ReservedWords.Agent}\n-- while {action.Name.Text} waits for cover, the settlement agent may be shown {offer.Field.Text}, who pays it and who is paid\n```";
        Declaration says = new(offer.Agent, text, null, offer.Span);
        keywords.Add((new TextSpan(offer.Span.Start, ReservedWords.Offers.Length), says));
        keywords.Add((offer.Agent.Span, says));
    }

    private void Statements(IReadOnlyList<StatementSyntax> statements, TextSpan own)
    {
        foreach (StatementSyntax statement in statements)
        {
            Elements(statement.Expressions());
            switch (statement)
            {
                case StatementSyntax.Let let:
                    Add(let.Name, $"let {let.Name.Text} = {ExpressionPrinter.Print(let.Value)}{Known(let.Span)}", [], null, own);
                    break;
                case StatementSyntax.If branch:
                    Statements(branch.Then, own);
                    Statements(branch.Otherwise ?? [], own);
                    break;
                case StatementSyntax.ForEach each:
                    if (each.List is { } list) Add(each.Name, $"each {each.Name.Text} in {list.Text}{Known(each.Span)}", [], null, own);
                    Statements(each.Body, own);
                    break;
            }
        }
    }

    /// <summary>The names that 'all' and 'any' give.</summary>
    private void Elements(IReadOnlyList<ExpressionSyntax> expressions)
    {
        foreach (ExpressionSyntax.Quantified each in QuantifiedIn(expressions))
        {
            string word = each.All ? "all" : "any";
            Add(each.Element, $"{word} {each.Element.Text} in {each.List.Text}{Known(each.Span)}", [], null, each.Span);
            int end = each.Element.Span.End;
            keywords.Add((new TextSpan(each.Span.Start, word.Length), all[^1]));
            keywords.Add((new TextSpan(end, each.List.Span.Start - end), all[^1]));
        }
    }

    private static IEnumerable<ExpressionSyntax.Quantified> QuantifiedIn(IEnumerable<ExpressionSyntax> expressions) =>
        expressions.SelectMany(static e => e.Nodes()).OfType<ExpressionSyntax.Quantified>();

    /// <summary>What the names that 'all' and 'any' give stand for: their slots are in the order in which they are bound, which is this.</summary>
    private void Know(ActionSyntax action, ContractAction compiled)
    {
        IEnumerable<Local> elements = compiled.Expressions.SelectMany(static e => e.Nodes).OfType<Expression.Quantified>().Select(static q => q.Element).DistinctBy(static e => e.Slot).OrderBy(static e => e.Slot);
        foreach (var (syntax, local) in QuantifiedIn(action.Window.Expressions().Concat(action.Statements.SelectMany(SyntaxParts.All).SelectMany(static s => s.Expressions()))).Zip(elements)) locals[syntax.Span] = local;
    }

    /// <summary>The type of a named value and who may read what it came from; empty while that is not known.</summary>
    private string Known(TextSpan giving) => !locals.TryGetValue(giving, out Local? local) ? ""
        : $"\n-- {local.Type.Written}\n-- read by {string.Join(", ", parties.Where(p => local.Readers.Contains(p.Index)).Select(static p => p.Name).DefaultIfEmpty("nobody"))}";

    private static Local? LocalOf(Statement statement) => statement switch
    {
        Statement.Let let => let.Local,
        Statement.ForEachValue each => each.Element,
        _ => null,
    };

    private static string CodesOf(CodeSetSyntax set) =>
        $"codes {set.Name.Text} = {(set.External is { } external ? $"iso {external.Text}" : string.Join(", ", set.Codes.Select(c => c.Text)))}";

    private string PartyOf(PartySyntax party)
    {
        string[] reads = [.. contract!.Fields.Where(f => f.Audience?.Any(n => n.Text == party.Name.Text) == true).Select(f => f.Name.Text)];
        string several = party.Several is null ? "" : party.Several.Most is { } most ? string.Create(CultureInfo.InvariantCulture, $", several({most})") : ", several";
        return $"party {party.Name.Text} {party.Kind?.Text}{several}{(party.Observes ? ", observes" : "")}\n-- reads {(reads.Length == 0 ? "no field" : string.Join(", ", reads))}";
    }

    private string FieldOf(FieldSyntax field, string what, ActionSyntax? action = null)
    {
        StringBuilder text = new($"{what} {field.Name.Text} {(field.Type is { } type ? ContractPrinter.TypeText(type) : "?")}");
        if (field.ForEach is { } each) text.Append(" for each ").Append(each.Text);
        if (field.Optional) text.Append(" optional");
        IEnumerable<string> readers = field.Audience?.Select(n => n.Text) ?? (action is null ? [] : TakingPart(action));
        text.Append("\n-- read by ").AppendJoin(", ", readers.DefaultIfEmpty("nobody"));
        string[] offering = action is null ? [.. contract!.Actions.Where(a => a.Offer?.Field.Text == field.Name.Text).Select(static a => a.Name.Text).Distinct()] : [];
        if (offering.Length > 0) text.Append("\n-- offered to the settlement agent by ").AppendJoin(", ", offering);
        if (field.PersonalOf is { } owner) text.Append("\n-- personal of ").Append(owner.Text);
        return text.ToString();
    }

    /// <summary>
    /// Who reads a parameter without 'to', in the order of the parties: those who take and agree to the action, or all members where a
    /// field says who takes it. While nobody is known to take it, that is not known either.
    /// </summary>
    private IEnumerable<string> TakingPart(ActionSyntax action)
    {
        if (action.By is not { } by) return ["?"];
        bool isParty = contract!.Parties.Any(p => p.Name.Text == by.Name?.Text);
        if (!isParty && by.Name is { } field && contract.Fields.All(f => f.Name.Text != field.Text)) return ["?"];
        return contract.Parties.Where(p => isParty ? p.Name.Text == by.Name!.Text || action.AgreedBy.Any(a => a.Text == p.Name.Text) : !p.Observes).Select(static p => p.Name.Text);
    }

    private string StateOf(StateSyntax state)
    {
        string[] leaving = [.. contract!.Actions.Where(a => a.When.Any(n => n.Text == state.Name.Text)).Select(a => a.Name.Text).Distinct()];
        return $"state {state.Name.Text}{(state.MayRest ? " may rest" : "")}\n-- {(leaving.Length == 0 ? "no action leaves it" : "left by " + string.Join(", ", leaving))}";
    }
}
