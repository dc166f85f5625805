namespace Settlement.Contracts;

/// <summary>
/// Compares what an action tells about fields to those who do not read them. A disclosure says about which field somebody may
/// conclude something, and the statements what: so a statement that comes or changes and depends on such a field, or that is
/// refused apart from others now, may tell more, whatever it does to what can be done.
/// </summary>
internal sealed class ToldDifference(ContractAction old, ContractAction fresh, string name, FindingList findings, IReadOnlyList<BodyLine> before, IReadOnlyList<BodyLine> after)
{
    private readonly Telling told = new(old, fresh, before), tells = new(fresh, old, after);

    /// <summary>A line that the old version had not, or had otherwise.</summary>
    public void Come(BodyLine line)
    {
        if (!line.OnlyNames && tells.About(line.Sources) is { } words) findings.Widened(name, $"{name} may tell {words}: it now says '{line.Text}'.");
    }

    /// <summary>Whether a require with another code tells more: it does where others shared its code, and now the two are told apart.</summary>
    public bool Splits(BodyLine line) => Splits(((Statement.Require)line.Statement).Code, line);

    /// <summary>The window, whose moment may be disclosed too.</summary>
    public void CompareWindow()
    {
        if (fresh.Window is not { } window) return;
        bool isSame = old.Window is { } was && ActionSentences.Time(was) == ActionSentences.Time(window);
        if (!isSame && tells.About(window.Moment.Sources) is { } words) findings.Widened(name, $"{name} may tell {words}: it can be done {ActionSentences.Time(window)}.");
        if (isSame && old.Window!.Code != window.Code) Splits(old.Window.Code, null);
    }

    /// <summary>Of fewer values, one answer leaves fewer to guess.</summary>
    public void CompareValues()
    {
        Dictionary<string, Field> known = new(StringComparer.Ordinal);
        foreach (Field field in before.SelectMany(l => Involved(told, l))) known.TryAdd(field.Name, field);
        HashSet<string> said = new(StringComparer.Ordinal);
        foreach (BodyLine line in after)
        {
            if (tells.About(line.Sources) is not { } words) continue;
            foreach (Field field in Involved(tells, line).Where(f => known.TryGetValue(f.Name, out Field? was) && HasFewerValues(was.Type, f.Type)))
            {
                string sentence = $"{name} may tell {words}: {field.Name} has fewer values now.";
                if (said.Add(sentence)) findings.Widened(name, sentence);
            }
        }
    }

    /// <summary>Who is told something by any line, in words; null when nobody is.</summary>
    public string? Any => tells.About(after.SelectMany(l => l.Sources)) ?? told.About(before.SelectMany(l => l.Sources));

    private static IEnumerable<Field> Involved(Telling telling, BodyLine line) => telling.Origins(line.Target is { } target ? line.Sources.Append(target) : line.Sources);

    private static bool HasFewerValues(FieldType before, FieldType after) => (before, after) switch
    {
        (EachType a, EachType b) => b.Party.Most < a.Party.Most || HasFewerValues(a.Element, b.Element),
        (ListType a, ListType b) => b.Most < a.Most || HasFewerValues(a.Element, b.Element),
        (CodeSetType a, CodeSetType b) => TypeDifference.Of(a.Set, b.Set) is { Kind: DifferenceKind.Narrowed },
        _ => TypeDifference.Of(before, after) is { Kind: DifferenceKind.Narrowed },
    };

    /// <param name="code">The code that the refusal had.</param>
    /// <param name="line">The require that had it; null for the window.</param>
    private bool Splits(string code, BodyLine? line)
    {
        IEnumerable<IEnumerable<Field>> others = before.Where(l => l != line && l.Statement is Statement.Require require && require.Code == code).Select(l => l.Sources);
        if (line is not null && old.Window is { } window && window.Code == code) others = others.Append(window.Moment.Sources);
        IEnumerable<Field>[] shared = [.. others];
        if (shared.Length == 0 || told.About([.. shared.SelectMany(s => s), .. line?.Sources ?? old.Window!.Moment.Sources]) is not { } words) return false;
        findings.Widened(name, $"{name} may tell {words}: not all that was refused with {code} is refused alike now.");
        return true;
    }
}
