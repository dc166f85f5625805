using System.Globalization;

namespace Settlement.Contracts;

/// <summary>Compares who takes part, what is held and who reads it, and where an instance can stand.</summary>
internal sealed class DeclarationDifference(Contract before, Contract after, FindingList findings)
{
    public void Run()
    {
        FindingList.Pair(before.Parties, after.Parties, p => p.Name,
            p => findings.Narrowed(p.Name, $"{p.Name} no longer takes part."),
            p => findings.Widened(p.Name, $"{ExplanationText.Participant(p)} It takes part now, and did not."),
            Compare);
        FindingList.Pair(before.Fields, after.Fields, f => f.Name,
            f => findings.Narrowed(f.Name, $"{f.Name} is no longer held."),
            f => findings.Widened(f.Name, $"{f.Name} is new: {Readers(f)}."),
            (old, fresh) => new FieldDifference(old, fresh, old.Name, findings).Run());
        FindingList.Pair(before.CodeSets, after.CodeSets, s => s.Name, _ => { }, _ => { }, Compare);
        FindingList.Pair(before.States, after.States, s => s.Name,
            s => findings.Narrowed(s.Name, $"An instance no longer comes to {s.Name}."),
            s => findings.Widened(s.Name, $"An instance can stand in {s.Name} now{(s.MayRest ? ", and may rest there" : "")}."),
            Compare);
        foreach (Party party in after.Parties.Where(p => p.Observes && before.FindParty(p.Name) is { Observes: true })) CompareVerification(party);
    }

    /// <summary>Who reads a value and whom it is about, in words.</summary>
    public static string Readers(Field field)
    {
        string readers = $"{ActionSentences.And(field.Audience.Select(p => p.Name))} {(field.Audience.Count == 1 ? "reads" : "read")} it";
        return field.PersonalOf is { } owner ? $"{readers}, personal data of {owner.Name}" : readers;
    }

    private void Compare(Party old, Party fresh)
    {
        string name = old.Name;
        if (old.Kind != fresh.Kind) findings.Widened(name, $"{name} is played by a {Kind(fresh)} now, and was by a {Kind(old)}.");
        if (old.Observes && !fresh.Observes) findings.Widened(name, $"{name} only observed, and can act now.");
        if (!old.Observes && fresh.Observes) findings.Narrowed(name, $"{name} could act, and only observes now.");
        if (old.Most < fresh.Most) findings.Widened(name, string.Create(CultureInfo.InvariantCulture, $"Up to {fresh.Most} participants can play {name}, and not {old.Most}."));
        if (old.Most > fresh.Most) findings.Narrowed(name, string.Create(CultureInfo.InvariantCulture, $"At most {fresh.Most} participants can play {name}, and not {old.Most}."));
    }

    private static string Kind(Party party) => party.Kind == PartyKind.Bank ? "bank" : "regulator";

    private void Compare(CodeSet old, CodeSet fresh)
    {
        if (TypeDifference.Of(old, fresh) is { } difference) findings.Add(difference.Kind, old.Name, $"{old.Name} {difference.Words}.");
    }

    private void Compare(State old, State fresh)
    {
        if (!old.MayRest && fresh.MayRest) findings.Widened(old.Name, $"An instance may rest in {old.Name} now, and had to go on.");
        if (old.MayRest && !fresh.MayRest) findings.Narrowed(old.Name, $"An instance may no longer rest in {old.Name}.");
    }

    /// <summary>Who can run every action again comes to know the positions.</summary>
    private void CompareVerification(Party party)
    {
        bool could = before.CanReExecute(before.FindParty(party.Name)!), can = after.CanReExecute(party);
        if (!could && can) findings.Widened(party.Name, $"{party.Name} now reads all that the outcome depends on: it can run every action again, and so follow positions.");
        if (could && !can) findings.Narrowed(party.Name, $"{party.Name} no longer reads all that the outcome depends on, and cannot run every action again.");
    }
}
