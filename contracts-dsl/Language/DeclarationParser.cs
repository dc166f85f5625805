using System.Globalization;
using Settlement.Contracts.Checking;

namespace Settlement.Contracts.Language;

/// <summary>Parses the sections before the actions, one declaration a line; parameters are declared as fields are.</summary>
internal sealed class DeclarationParser(TokenCursor cursor)
{
    private static readonly string[] BehindType = ["for", "optional", "to", "personal"];

    private readonly List<UnitSyntax> units = [];
    private readonly List<CodeSetSyntax> codeSets = [];
    private readonly List<PartySyntax> parties = [];
    private readonly List<FieldSyntax> fields = [];
    private readonly List<StateSyntax> states = [];

    public IReadOnlyList<UnitSyntax> Units => units;

    public IReadOnlyList<CodeSetSyntax> CodeSets => codeSets;

    public IReadOnlyList<PartySyntax> Parties => parties;

    public IReadOnlyList<FieldSyntax> Fields => fields;

    public IReadOnlyList<StateSyntax> States => states;

    /// <summary>True when something that declares names could not be read.</summary>
    public bool Incomplete { get; private set; }

    /// <summary>Reads the section whose word is next, up to the next section.</summary>
    /// <param name="section">The word, which may be misspelt in the source.</param>
    public void Section(string section)
    {
        cursor.Take();
        if (!cursor.EndLine())
        {
            // Whatever follows may be of another section: nothing is said about it.
            Incomplete = true;
            Lines(cursor.SkipLine);
            return;
        }

        switch (section)
        {
            case "units": Lines(Unit); break;
            case "codes": Lines(CodeSet); break;
            case "parties": Lines(Party); break;
            case "fields": Lines(Field); break;
            default:
                StateList();
                Lines(cursor.SkipLine);
                break;
        }
    }

    /// <summary>A field or parameter up to its doc strings; null when not even the name could be read.</summary>
    public FieldSyntax? FieldOrParameter(bool parameter)
    {
        if (cursor.TakeNewName(parameter ? "a parameter" : "a field") is not { } name) return null;
        FieldSyntax field = new(name, Type(), null, false, null, null, [], Broken: true);
        if (field.Type is null) return field;
        if (cursor.TryTakeWord("for"))
        {
            if (!cursor.ExpectWord("each") || cursor.TakeName("a party that is several") is not { } party) return field;
            field = field with { ForEach = party };
        }

        field = field with { Optional = cursor.TryTakeWord("optional") };
        if (cursor.TryTakeWord("to"))
        {
            field = field with { Audience = AtListEnd() ? [] : cursor.TakeNames("a party", parameter ? NextIsParty : null) };
            if (field.Audience is null) return field;
        }
        else if (cursor.At(TokenKind.Word) && !ReservedWords.All.Contains(cursor.Current.Text))
        {
            cursor.Expected("'to'", cursor.DidYouMean(BehindType) ?? $"write 'to {cursor.Current.Text}' for those who read it");
            return field;
        }

        if (cursor.TryTakeWord("personal"))
        {
            if (!cursor.ExpectWord("of") || cursor.TakeName("a bank") is not { } owner) return field;
            field = field with { PersonalOf = owner };
        }

        return field with { Broken = false };
    }

    /// <summary>Reads declarations, one a line, up to the next section.</summary>
    private void Lines(Action declaration)
    {
        while (!cursor.At(TokenKind.End) && !cursor.AtSection) declaration();
    }

    /// <summary>Ends a declaration with its doc strings, or skips what is left of it.</summary>
    private IReadOnlyList<string> End(ref bool read)
    {
        IReadOnlyList<string> docs = read ? cursor.TakeDocs() : [];
        if (read) read = cursor.EndLine();
        else cursor.SkipSentence();
        return docs;
    }

    private void Unit()
    {
        Name? name = cursor.TakeNewName("a unit");
        bool read = name is not null;
        IReadOnlyList<string> docs = End(ref read);
        Incomplete |= !read;
        if (name is not null) units.Add(new UnitSyntax(name, docs));
    }

    private void CodeSet()
    {
        Name? name = cursor.TakeNewName("a code set"), external = null;
        List<Name> codes = [];
        bool read = name is not null && cursor.Expect(TokenKind.Equal, "'='");
        if (read)
        {
            cursor.ContinueLine();
            read = cursor.TryTakeWord("iso") ? (external = cursor.TakeName("the name of an ISO 20022 external code set")) is not null : Codes(codes);
        }

        IReadOnlyList<string> docs = End(ref read);
        Incomplete |= !read;
        if (name is not null) codeSets.Add(new CodeSetSyntax(name, codes, external, docs));
    }

    private bool Codes(List<Name> codes)
    {
        do
        {
            cursor.ContinueLine();
            if (cursor.TakeAnyWord("a code") is not { } code) return false;
            codes.Add(code);
        }
        while (cursor.TryTake(TokenKind.Comma));

        return true;
    }

    private void Party()
    {
        Name? name = cursor.TakeNewName("a party");
        Name? kind = name is null ? null : cursor.TakeName("'bank' or 'regulator'");
        SeveralSyntax? several = null;
        bool observes = false, read = kind is not null;
        while (read && cursor.TryTake(TokenKind.Comma))
        {
            cursor.ContinueLine();
            if (!observes && several is null && cursor.AtWord("several")) read = (several = Several()) is not null;
            else if (!observes && cursor.TryTakeWord("observes")) observes = true;
            else read = Unexpected(several, observes);
        }

        IReadOnlyList<string> docs = End(ref read);
        // Whether a party acts decides what others may not see: unread, nothing is said about that.
        Incomplete |= !read;
        if (name is not null) parties.Add(new PartySyntax(name, kind, several, observes, docs));
    }

    private bool Unexpected(SeveralSyntax? several, bool observes)
    {
        string? suggestion = observes && several is null && cursor.AtWord("several") ? "'several' stands before 'observes'" : null;
        cursor.Expected(observes ? "nothing more of a party" : several is null ? "'several' or 'observes'" : "'observes'", suggestion);
        return false;
    }

    private SeveralSyntax? Several()
    {
        TextSpan span = cursor.Take().Span;
        if (!cursor.TryEnter()) return new SeveralSyntax(null, span);
        return Number("a number of participants") is { } most && cursor.Leave() ? new SeveralSyntax(most, span.To(cursor.LastSpan)) : null;
    }

    private void Field()
    {
        if (FieldOrParameter(parameter: false) is not { } field)
        {
            Incomplete = true;
            cursor.SkipSentence();
            return;
        }

        bool read = !field.Broken;
        fields.Add(field with { Docs = End(ref read), Broken = !read });
    }

    /// <summary>A 'to' with nobody behind it is a mistake about privacy, not about grammar; the checks explain it.</summary>
    private bool AtListEnd() => cursor.At(TokenKind.NewLine) || cursor.At(TokenKind.Close) || cursor.AtWord("personal");

    /// <summary>In a parameter's 'to' list a comma may also begin the next parameter, which has a type behind its name.</summary>
    private bool NextIsParty()
    {
        int name = cursor.Ahead(1).Kind == TokenKind.NewLine ? 2 : 1;
        Token behind = cursor.Ahead(name + 1);
        return behind.Kind != TokenKind.Word || ReservedWords.All.Contains(behind.Text);
    }

    private TypeSyntax? Type()
    {
        TypeSyntax? type = Simple("a type");
        if (type?.Word.Text != "list") return type;
        if (!cursor.ExpectWord("of")) return null;
        if (cursor.AtWord("list"))
        {
            cursor.Expected("a type other than 'list'", "a list holds single values");
            return null;
        }

        return Simple("the type of its values") is { } element ? type with { Element = element, Span = type.Span.To(element.Span) } : null;
    }

    /// <summary>A word and what stands in its parentheses; whether they belong together is for the checks.</summary>
    private TypeSyntax? Simple(string what)
    {
        if (cursor.TakeName(what) is not { } word) return null;
        if (!cursor.TryEnter()) return new TypeSyntax(word, null, null, null, word.Span);
        long? number = null;
        Name? unit = null;
        if (cursor.At(TokenKind.Word)) unit = cursor.TakeName("a number or a unit");
        else number = Number("a number or a unit");
        return (unit is not null || number is not null) && cursor.Leave()
            ? new TypeSyntax(word, number, unit, null, word.Span.To(cursor.LastSpan)) : null;
    }

    private long? Number(string what)
    {
        Token number = cursor.Current;
        if (!cursor.Expect(TokenKind.Number, what)) return null;
        // A number too large for 64 bits is too large for any bound as well.
        return long.TryParse(number.Text, NumberStyles.None, CultureInfo.InvariantCulture, out long parsed) ? parsed : long.MaxValue;
    }

    private void StateList()
    {
        do
        {
            cursor.ContinueLine();
            bool next = cursor.At(TokenKind.NewLine) || cursor.AtSection;
            if ((next ? cursor.TakeName("a state") : cursor.TakeNewName("a state")) is not { } name)
            {
                Incomplete = true;
                return;
            }

            bool mayRest = cursor.TryTakeWord("may");
            states.Add(new StateSyntax(name, mayRest, []));
            if (mayRest && !cursor.ExpectWord("rest"))
            {
                Incomplete = true;
                return;
            }

            states[^1] = states[^1] with { Docs = cursor.TakeDocs() };
        }
        while (cursor.TryTake(TokenKind.Comma));

        cursor.TryTake(TokenKind.NewLine);
        if (cursor.At(TokenKind.End) || cursor.AtSection) return;
        Incomplete = true;
        cursor.Expected("'may rest', a comma between states, or the next section", "write 'STATE may rest' where an instance may stay for ever");
    }
}
