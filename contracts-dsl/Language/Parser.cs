using System.Globalization;
using Settlement.Contracts.Checking;

namespace Settlement.Contracts.Language;

/// <summary>
/// Parses a whole file, line by line. A line that it cannot read costs one diagnostic and is skipped; what it declared
/// as far as it was read stays known, so that one slip is reported once.
/// </summary>
internal sealed class Parser(TokenCursor cursor)
{
    private static readonly string[] Order = ["parties", "fields", "states", "on"];

    private readonly List<PartySyntax> parties = [];
    private readonly List<FieldSyntax> fields = [];
    private readonly List<StateSyntax> states = [];
    private readonly List<ActionSyntax> actions = [];
    private readonly HashSet<string> seen = [];
    private bool incomplete;

    private DiagnosticBag Diagnostics => cursor.Diagnostics;

    public ContractSyntax Parse()
    {
        var (name, version) = Header();
        IReadOnlyList<string> docs = cursor.TakeDocs();
        cursor.TryTake(TokenKind.NewLine);
        while (!cursor.At(TokenKind.End))
        {
            if (cursor.AtAny(ReservedWords.Sections)) Section();
            else SkipToSection();
        }

        foreach (string section in Order.Where(s => s != "fields" && !incomplete && !seen.Contains(s)))
        {
            string what = section == "on" ? "an action ('on ...')" : $"the section '{section}'";
            Diagnostics.Report(Rules.SectionMissing, name.Span, $"the contract lacks {what}");
        }

        return new ContractSyntax(name, version, docs, parties, fields, states, actions, incomplete);
    }

    private (Name Name, int Version) Header()
    {
        Name nameless = new("", cursor.Current.Span);
        if (!cursor.AtWord("contract"))
        {
            cursor.Expected("'contract NAME version NUMBER'");
            // What has no header may be no contract at all: nothing more is said before its first section.
            while (!cursor.AtAny(ReservedWords.Sections) && !cursor.At(TokenKind.End)) cursor.SkipLine();
            incomplete |= cursor.At(TokenKind.End);
            return (nameless, 1);
        }

        cursor.Take();
        if (cursor.TakeNewName("a contract") is not { } name)
        {
            cursor.SkipLine();
            return (nameless, 1);
        }

        Token number = default;
        bool read = cursor.ExpectWord("version") && (number = cursor.Current).Kind != TokenKind.Bad && cursor.Expect(TokenKind.Number, "a version number");
        if (!read)
        {
            while (!cursor.At(TokenKind.NewLine) && !cursor.At(TokenKind.End)) cursor.Take();
            return (name, 1);
        }

        if (int.TryParse(number.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int version) && version > 0) return (name, version);
        Diagnostics.Report(Rules.Version, number.Span, $"a version is a number from 1 to {int.MaxValue.ToString(CultureInfo.InvariantCulture)}");
        return (name, 1);
    }

    private void SkipToSection()
    {
        incomplete = true;
        cursor.Expected("'parties', 'fields', 'states' or 'on'",
            EditDistance.DidYouMean(cursor.Current.Text, ReservedWords.Sections));
        do cursor.SkipLine();
        while (!cursor.At(TokenKind.End) && !cursor.AtAny(ReservedWords.Sections));
    }

    private void Section()
    {
        Token word = cursor.Current;
        bool action = word.Text == "on";
        if (!action && !seen.Add(word.Text))
            Diagnostics.Report(Rules.SectionOrder, word.Span, $"the section '{word.Text}' comes a second time");
        else if (Order.SkipWhile(s => s != word.Text).Skip(1).FirstOrDefault(seen.Contains) is { } later)
            Diagnostics.Report(Rules.SectionOrder, word.Span, $"'{word.Text}' comes before '{later}'", "the order is parties, fields, states, actions");
        seen.Add(word.Text);
        if (action)
        {
            if (new ActionParser(cursor, ParseField).Parse() is { } parsed) actions.Add(parsed);
            return;
        }

        cursor.Take();
        if (!cursor.EndLine()) incomplete = true;
        switch (word.Text)
        {
            case "parties": Lines(() => Add(parties, Party())); break;
            case "fields": Lines(() => Add(fields, FieldLine())); break;
            default: States(); break;
        }
    }

    /// <summary>Reads declarations, one a line, up to the next section.</summary>
    private void Lines(Action declaration)
    {
        while (!cursor.At(TokenKind.End) && !cursor.AtAny(ReservedWords.Sections)) declaration();
    }

    private void Add<T>(List<T> declared, T? one) where T : class
    {
        if (one is not null) declared.Add(one);
        else incomplete = true;
    }

    private PartySyntax? Party()
    {
        if (cursor.TakeNewName("a party") is not { } name)
        {
            cursor.SkipLine();
            return null;
        }

        Name? kind = cursor.TakeName("'bank' or 'regulator'");
        bool observes = false;
        bool read = kind is not null;
        if (read && cursor.TryTake(TokenKind.Comma))
        {
            cursor.ContinueLine();
            read = observes = cursor.ExpectWord("observes");
        }

        // Whether a party acts decides what others may not see: unread, nothing is said about that.
        incomplete |= !read;
        IReadOnlyList<string> docs = read ? cursor.TakeDocs() : [];
        if (read) cursor.EndLine();
        else cursor.SkipLine();
        return new PartySyntax(name, kind, observes, docs);
    }

    private FieldSyntax? FieldLine()
    {
        if (ParseField(parameter: false) is not { } field)
        {
            cursor.SkipLine();
            return null;
        }

        if (field.Broken)
        {
            cursor.SkipLine();
            return field;
        }

        field = field with { Docs = cursor.TakeDocs() };
        return cursor.EndLine() ? field : field with { Broken = true };
    }

    /// <summary>name type [optional] [to parties] [personal of party]; null when not even the name could be read.</summary>
    private FieldSyntax? ParseField(bool parameter)
    {
        if (cursor.TakeNewName(parameter ? "a parameter" : "a field") is not { } name) return null;
        FieldSyntax field = new(name, ParseType(), false, null, null, [], Broken: true);
        if (field.Type is null) return field;
        field = field with { Optional = cursor.TryTakeWord("optional") };
        if (cursor.TryTakeWord("to"))
        {
            field = field with { Audience = AtListEnd() ? [] : cursor.TakeNames("a party", parameter ? NextIsParty : null) };
            if (field.Audience is null) return field;
        }

        if (cursor.TryTakeWord("personal"))
        {
            if (!cursor.ExpectWord("of") || cursor.TakeName("a bank") is not { } owner) return field;
            field = field with { PersonalOf = owner };
        }

        return field with { Broken = false };
    }

    /// <summary>A 'to' with nobody behind it is a mistake about privacy, not about grammar; the checks explain it.</summary>
    private bool AtListEnd() => cursor.At(TokenKind.NewLine) || cursor.At(TokenKind.Close) || cursor.AtWord("personal");

    /// <summary>In a parameter's 'to' list a comma may also begin the next parameter, which has a type behind its name.</summary>
    private bool NextIsParty()
    {
        int name = cursor.Ahead(1).Kind == TokenKind.NewLine ? 2 : 1;
        Token behind = cursor.Ahead(name + 1);
        return behind.Kind != TokenKind.Word || behind.Text == "personal";
    }

    private TypeSyntax? ParseType()
    {
        if (cursor.TakeName("a type: money, integer, date, text(n) or code") is not { } word) return null;
        if (!cursor.TryTake(TokenKind.Open)) return new TypeSyntax(word, null, word.Span);
        Token number = cursor.Current;
        if (!cursor.Expect(TokenKind.Number, "a length") || !cursor.Expect(TokenKind.Close, "')'")) return null;
        // A number too large for 64 bits is too large for a text as well.
        long length = long.TryParse(number.Text, NumberStyles.None, CultureInfo.InvariantCulture, out long parsed) ? parsed : long.MaxValue;
        return new TypeSyntax(word, length, word.Span.To(cursor.Previous.Span));
    }

    private void States()
    {
        do
        {
            cursor.ContinueLine();
            if ((cursor.AtAny(ReservedWords.Sections) ? cursor.TakeName("a state") : cursor.TakeNewName("a state")) is not { } name)
            {
                incomplete = true;
                break;
            }

            bool mayRest = cursor.TryTakeWord("may");
            if (mayRest && !cursor.ExpectWord("rest"))
            {
                incomplete = true;
                break;
            }

            states.Add(new StateSyntax(name, mayRest, cursor.TakeDocs()));
        }
        while (cursor.TryTake(TokenKind.Comma));

        EndStates();
    }

    private void EndStates()
    {
        if (incomplete)
        {
            Lines(cursor.SkipLine);
            return;
        }

        cursor.TryTake(TokenKind.NewLine);
        if (cursor.At(TokenKind.End) || cursor.AtAny(ReservedWords.Sections)) return;
        incomplete = true;
        cursor.Expected("'may rest', a comma between states, or the next section", "write 'STATE may rest' where an instance may stay for ever");
        Lines(cursor.SkipLine);
    }
}
