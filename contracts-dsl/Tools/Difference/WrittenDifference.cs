using Settlement.Contracts.Language;

namespace Settlement.Contracts;

/// <summary>In what two contracts differ that mean the same: each is brought into one form in all respects but one.</summary>
internal static class WrittenDifference
{
    /// <summary>The respects, in the order in which they are levelled.</summary>
    private static readonly (string Words, Func<Contract, ContractSyntax, ContractSyntax> Level)[] Respects =
    [
        ("parentheses differ", static (_, s) => NeedlessParentheses.Without(s)),
        ("the way differs in which conditions stand in requires", static (_, s) => Bodies(s, Split)),
        ("the use differs of an 'otherwise' in which nothing stands", static (_, s) => Bodies(s, Filled)),
        ("the way differs in which disclosures stand in lines", static (_, s) => s with { Actions = [.. s.Actions.Select(a => a with { Disclosures = [.. a.Disclosures.SelectMany(Single)] })] }),
        ("", Implied),
        ("the order differs in which names are listed", static (_, s) => Listed(s)),
        ("the order differs in which things are declared", static (_, s) => Declared(s)),
    ];

    /// <summary>Sentences that say it; the version counts nothing.</summary>
    public static IEnumerable<string> Between(Contract before, Contract after)
    {
        string[] implied = [.. ImpliedIn(before)], now = [.. ImpliedIn(after)];
        string[] wrote = [.. implied.Except(now, StringComparer.Ordinal)], dropped = [.. now.Except(implied, StringComparer.Ordinal)];
        foreach (string what in wrote) yield return $"It is written now {what}, and was implied.";
        foreach (string what in dropped) yield return $"It is implied now {what}, and was written.";
        string[] others = [.. Respects.Where(r => r.Words.Length > 0 && Form(before, r.Level) != Form(after, r.Level)).Select(static r => r.Words)];
        bool isAlone = wrote.Length == 0 && dropped.Length == 0;
        if (others.Length > 0) yield return $"{(isAlone ? "Only" : "Else only")} {ActionSentences.And(others)}.";
        else if (isAlone) yield return Form(before, null) == Form(after, null) && Text(before) == Text(after) ? "Only the number of the version differs." : "It is written in another way and means the same.";
    }

    private static string Text(Contract contract) => contract.CanonicalText[contract.CanonicalText.IndexOf('\n', StringComparison.Ordinal)..];

    /// <summary>The contract in one form but for one respect.</summary>
    private static string Form(Contract contract, Func<Contract, ContractSyntax, ContractSyntax>? kept)
    {
        ContractSyntax form = Syntax(contract) with { Version = 0, Replaces = null };
        return ContractPrinter.Print(Respects.Where(r => r.Level != kept).Aggregate(form, (all, r) => r.Level(contract, all)));
    }

    private static ContractSyntax Syntax(Contract contract) =>
        ParsedSource.Read(contract.Name, contract.CanonicalText).Syntax ?? throw new InvalidOperationException("A canonical form cannot be read.");

    /// <summary>What a contract leaves to what is usual.</summary>
    private static IEnumerable<string> ImpliedIn(Contract contract)
    {
        ContractSyntax written = Syntax(contract);
        foreach (PartySyntax party in written.Parties.Where(p => p.Several is { Most: null })) yield return $"how many participants can play {party.Name.Text}";
        foreach (ActionSyntax action in written.Actions)
        {
            foreach (FieldSyntax parameter in action.Parameters.Where(p => p.Audience is null)) yield return $"who reads {action.Name.Text}({parameter.Name.Text})";
        }
    }

    /// <summary>What is as it would be if it were not written is not written.</summary>
    private static ContractSyntax Implied(Contract contract, ContractSyntax syntax) => syntax with
    {
        Parties = [.. syntax.Parties.Select(static p => p.Several is { Most: Checking.Limits.UsualSeveral } several ? p with { Several = several with { Most = null } } : p)],
        Actions = [.. syntax.Actions.Select((a, i) => a with { Parameters = [.. a.Parameters.Select(p => p.Audience is { } names && Usual(contract, contract.Actions[i]).SetEquals(names.Select(static n => n.Text)) ? p with { Audience = null } : p)] })],
    };

    private static HashSet<string> Usual(Contract contract, ContractAction action) =>
        new((action.By.Party is { } party ? action.AgreedBy.Append(party) : contract.Members).Select(static p => p.Name), StringComparer.Ordinal);

    private static ContractSyntax Bodies(ContractSyntax syntax, Func<IReadOnlyList<StatementSyntax>, IReadOnlyList<StatementSyntax>> change) =>
        syntax with { Actions = [.. syntax.Actions.Select(a => a with { Statements = change(a.Statements) })] };

    private static StatementSyntax Inside(StatementSyntax statement, Func<IReadOnlyList<StatementSyntax>, IReadOnlyList<StatementSyntax>> change) => statement switch
    {
        StatementSyntax.If branch => branch with { Then = change(branch.Then), Otherwise = branch.Otherwise is { } otherwise ? change(otherwise) : null },
        StatementSyntax.ForEach each => each with { Body = change(each.Body) },
        _ => statement,
    };

    private static IReadOnlyList<StatementSyntax> Split(IReadOnlyList<StatementSyntax> block) =>
        [.. block.SelectMany<StatementSyntax, StatementSyntax>(s => s is StatementSyntax.Require require ? Parts(require.Condition).Select(p => require with { Condition = p }) : [Inside(s, Split)])];

    private static IEnumerable<ExpressionSyntax> Parts(ExpressionSyntax condition) => condition switch
    {
        ExpressionSyntax.Binary { Operator: BinaryOperator.And } both => Parts(both.Left).Concat(Parts(both.Right)),
        // The parentheses stay, so that they are told as what they are.
        ExpressionSyntax.Parenthesised { Inner: ExpressionSyntax.Binary { Operator: BinaryOperator.And } both } inner => Parts(both).Select(p => inner with { Inner = p }),
        _ => [condition],
    };

    private static IReadOnlyList<StatementSyntax> Filled(IReadOnlyList<StatementSyntax> block) =>
        [.. block.Select(static s => Inside(s, Filled) is StatementSyntax.If { Otherwise.Count: 0 } branch ? branch with { Otherwise = null } : Inside(s, Filled))];

    private static IEnumerable<DisclosureSyntax> Single(DisclosureSyntax disclosure) =>
        disclosure.Fields.SelectMany(f => disclosure.Parties.Select(p => new DisclosureSyntax([f], [p], disclosure.Span)));

    private static IReadOnlyList<Name> Sorted(IReadOnlyList<Name> names) => [.. names.OrderBy(static n => n.Text, StringComparer.Ordinal)];

    private static FieldSyntax Listed(FieldSyntax field) => field with { Audience = field.Audience is { } audience ? Sorted(audience) : null };

    private static ContractSyntax Listed(ContractSyntax syntax) => syntax with
    {
        CodeSets = [.. syntax.CodeSets.Select(static c => c with { Codes = Sorted(c.Codes) })],
        Fields = [.. syntax.Fields.Select(Listed)],
        Actions =
        [
            .. syntax.Actions.Select(static a => a with
            {
                Parameters = [.. a.Parameters.Select(Listed)],
                AgreedBy = Sorted(a.AgreedBy),
                When = Sorted(a.When),
                Disclosures =
                [
                    .. a.Disclosures.Select(static d => d with { Fields = Sorted(d.Fields), Parties = Sorted(d.Parties) })
                        .OrderBy(static d => string.Join(' ', d.Fields.Concat(d.Parties).Select(static n => n.Text)), StringComparer.Ordinal),
                ],
            }),
        ],
    };

    private static ContractSyntax Declared(ContractSyntax syntax) => syntax with
    {
        Units = [.. syntax.Units.OrderBy(static u => u.Name.Text, StringComparer.Ordinal)],
        CodeSets = [.. syntax.CodeSets.OrderBy(static c => c.Name.Text, StringComparer.Ordinal)],
        Parties = [.. syntax.Parties.OrderBy(static p => p.Name.Text, StringComparer.Ordinal)],
        Fields = [.. syntax.Fields.OrderBy(static f => f.Name.Text, StringComparer.Ordinal)],
        States = [.. syntax.States.OrderBy(static s => s.Name.Text, StringComparer.Ordinal)],
        Actions =
        [
            .. syntax.Actions.Select(static a => a with { Parameters = [.. a.Parameters.OrderBy(static p => p.Name.Text, StringComparer.Ordinal)] })
                .OrderBy(static a => a.Name.Text, StringComparer.Ordinal).ThenBy(static a => string.Join(' ', a.When.Select(static w => w.Text).Order(StringComparer.Ordinal)), StringComparer.Ordinal),
        ],
    };
}
