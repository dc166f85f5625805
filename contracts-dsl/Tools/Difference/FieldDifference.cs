namespace Settlement.Contracts;

/// <summary>Compares a field or parameter with the one of the same name.</summary>
internal sealed class FieldDifference(Field old, Field fresh, string name, FindingList findings)
{
    public void Run()
    {
        Field before = old, after = fresh;
        string[] more = [.. Names(after).Except(Names(before), StringComparer.Ordinal)], less = [.. Names(before).Except(Names(after), StringComparer.Ordinal)];
        if (more.Length > 0) findings.Widened(name, $"{ActionSentences.And(more)} now {(more.Length == 1 ? "reads" : "read")} {name}.");
        if (less.Length > 0) findings.Narrowed(name, $"{ActionSentences.And(less)} no longer {(less.Length == 1 ? "reads" : "read")} {name}.");
        ComparePersonal();
        if (!before.Optional && after.Optional) findings.Widened(name, $"{name} may be absent now, and had to be there.");
        if (before.Optional && !after.Optional) findings.Widened(name, $"{name} must be there now, and might be left out: those who read it always learn it.");
        if (TypeDifference.Of(before.Type, after.Type) is { } type) findings.Add(type.Kind, name, $"{name} {type.Words}.");
        findings.Said(name, name, before.Doc, after.Doc);
    }

    private static IEnumerable<string> Names(Field field) => field.Audience.Select(p => p.Name);

    private void ComparePersonal()
    {
        if (old.PersonalOf?.Name == fresh.PersonalOf?.Name) return;
        if (fresh.PersonalOf is not { } owner) findings.Widened(name, $"{name} is no longer marked as personal data of {old.PersonalOf!.Name}, so that no transfer of it needs a basis.");
        else if (old.PersonalOf is not { } former) findings.Narrowed(name, $"{name} is marked as personal data of {owner.Name} now.");
        else findings.Widened(name, $"{name} is marked as personal data of {owner.Name}, and was as that of {former.Name}.");
    }
}
