namespace Settlement.Contracts;

/// <summary>
/// Which lines of an action tell somebody about a field that it does not read, because the action discloses it. Only fields that
/// the other version discloses to the same party count: a disclosure that is new is told as that.
/// </summary>
internal sealed class Telling
{
    private readonly List<(Field Field, Party Party)> told;
    // Of a field that the action sets, the fields from which it may have got its value.
    private readonly Dictionary<string, HashSet<Field>> origins = new(StringComparer.Ordinal);

    public Telling(ContractAction action, ContractAction other, IEnumerable<BodyLine> lines)
    {
        HashSet<(string, string)> both = [.. Pairs(other).Select(p => (p.Field.Name, p.Party.Name))];
        told = [.. Pairs(action).Where(p => !p.Field.IsReadBy(p.Party) && both.Contains((p.Field.Name, p.Party.Name))).Distinct()];
        foreach (BodyLine line in lines)
        {
            if (line.Target is not { } target) continue;
            if (!origins.TryGetValue(target.Name, out HashSet<Field>? from)) origins.Add(target.Name, from = []);
            from.UnionWith(line.Sources);
        }
    }

    /// <summary>Who is told about what by something that depends on these fields, in words; null when nobody is told anything.</summary>
    public string? About(IEnumerable<Field> sources)
    {
        if (told.Count == 0) return null;
        HashSet<Field> all = Origins(sources);
        string[] words =
        [
            .. told.Where(t => all.Contains(t.Field)).GroupBy(t => t.Party.Name, t => t.Field.Name, StringComparer.Ordinal)
                .GroupBy(g => ActionSentences.And(g), g => g.Key, StringComparer.Ordinal).Select(g => $"{ActionSentences.And(g)} more about {g.Key}"),
        ];
        return words.Length == 0 ? null : ActionSentences.And(words);
    }

    /// <summary>The fields, and those from which the action may have set them, over any number of steps.</summary>
    public HashSet<Field> Origins(IEnumerable<Field> sources)
    {
        HashSet<Field> all = [];
        Stack<Field> open = new(sources);
        while (open.TryPop(out Field? field))
        {
            if (!all.Add(field) || !origins.TryGetValue(field.Name, out HashSet<Field>? from)) continue;
            foreach (Field origin in from) open.Push(origin);
        }

        return all;
    }

    private static IEnumerable<(Field Field, Party Party)> Pairs(ContractAction action) => action.Disclosures.SelectMany(d => d.Fields.SelectMany(f => d.Parties.Select(p => (f, p))));
}
