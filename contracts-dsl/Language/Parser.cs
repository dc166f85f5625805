using System.Globalization;
using Settlement.Contracts.Checking;

namespace Settlement.Contracts.Language;

/// <summary>
/// Parses a whole file, line by line. A line that it cannot read costs one diagnostic and is skipped; what it declared
/// as far as it was read stays known, so that one slip is reported once.
/// </summary>
internal sealed class Parser(TokenCursor cursor)
{
    private static readonly string[] Required = ["parties", "states", "on"];

    private readonly DeclarationParser declarations = new(cursor);
    private readonly List<ActionSyntax> actions = [];
    private readonly HashSet<string> seen = [];
    private bool incomplete;

    private DiagnosticBag Diagnostics => cursor.Diagnostics;

    public ContractSyntax Parse()
    {
        var header = Header();
        while (!cursor.At(TokenKind.End))
        {
            if (cursor.AtSection) Section();
            else SkipToSection();
        }

        incomplete |= declarations.Incomplete;
        foreach (string section in Required.Where(s => !incomplete && !seen.Contains(s)))
        {
            string what = section == "on" ? "an action ('on ...')" : $"the section '{section}'";
            Diagnostics.Report(Rules.SectionMissing, header.Name.Span, $"the contract lacks {what}");
        }

        return new ContractSyntax(header.Name, header.Version, header.Replaces, header.Docs, declarations.Units, declarations.CodeSets,
            declarations.Parties, declarations.Fields, declarations.States, actions, incomplete);
    }

    private (Name Name, int Version, VersionSyntax? Replaces, IReadOnlyList<string> Docs) Header()
    {
        Name name = new("", cursor.Current.Span);
        if (!cursor.AtWord("contract"))
        {
            cursor.Expected("'contract NAME version NUMBER'");
            SkipToContract();
        }

        if (!cursor.TryTakeWord("contract"))
        {
            // What has no header may be no contract at all: nothing more is said before its first section.
            while (!cursor.AtSection && !cursor.At(TokenKind.End)) cursor.SkipLine();
            incomplete |= cursor.At(TokenKind.End);
            return (name, 1, null, []);
        }

        VersionSyntax? version = null, replaces = null;
        bool read = cursor.TakeNewName("a contract") is { } given && (name = given) == given && cursor.ExpectWord("version");
        read = read && (version = Version()) is not null && (!cursor.TryTakeWord("replaces") || (replaces = Version()) is not null);
        IReadOnlyList<string> docs = read ? cursor.TakeDocs() : [];
        if (read) cursor.EndLine();
        else cursor.SkipSentence();
        return (name, version?.Number ?? 1, replaces, docs);
    }

    /// <summary>Skips what stands before 'contract' on this line, if it is there.</summary>
    private void SkipToContract()
    {
        int before = 0;
        while (cursor.Ahead(before) is { Kind: not (TokenKind.NewLine or TokenKind.End) } token && !token.IsWord("contract")) before++;
        if (!cursor.Ahead(before).IsWord("contract")) return;
        for (; before > 0; before--) cursor.Take();
    }

    private VersionSyntax? Version()
    {
        Token number = cursor.Current;
        if (!cursor.Expect(TokenKind.Number, "a version number")) return null;
        if (int.TryParse(number.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int version) && version > 0)
            return new VersionSyntax(version, number.Span);
        Diagnostics.Report(Rules.Version, number.Span, $"a version is a number from 1 to {int.MaxValue.ToString(CultureInfo.InvariantCulture)}");
        return null;
    }

    private void SkipToSection()
    {
        incomplete = true;
        cursor.Expected("a section or an action",
            cursor.DidYouMean(ReservedWords.Sections) ?? "the sections are units, codes, parties, fields and states; an action begins with 'on'");
        do cursor.SkipLine();
        while (!cursor.At(TokenKind.End) && !cursor.AtSection);
    }

    private void Section()
    {
        TextSpan span = cursor.Current.Span;
        string word = cursor.SectionHere!;
        bool action = word == "on";
        if (cursor.Current.Text != word) cursor.Expected("a section or an action", $"did you mean '{word}'?");
        else if (!action && !seen.Add(word))
            Diagnostics.Report(Rules.SectionOrder, span, $"the section '{word}' comes a second time");
        else if (ReservedWords.Sections.SkipWhile(s => s != word).Skip(1).FirstOrDefault(seen.Contains) is { } later)
            Diagnostics.Report(Rules.SectionOrder, span, $"'{word}' comes before '{later}'", "the order is units, codes, parties, fields, states, actions");
        seen.Add(word);
        if (!action) declarations.Section(word);
        else if (new ActionParser(cursor, declarations).Parse() is { } parsed) actions.Add(parsed);
    }
}
