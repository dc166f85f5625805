using Settlement.Contracts;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>What differs where the same is meant: how it is written, what is implied, and what is said of it.</summary>
public sealed class WrittenDifferenceTests
{
    private const DifferenceKind Widened = DifferenceKind.Widened, Narrowed = DifferenceKind.Narrowed, Changed = DifferenceKind.Changed;

    /// <summary>Two ways to write one thing: what is said is which, and it widens nothing.</summary>
    [Theory]
    [InlineData("require limit > EUR 1 or (fee > 0.50) else AM03", "require limit > EUR 1 or fee > 0.50 else AM03", "Only parentheses differ.")]
    [InlineData("require limit > EUR 1 or (fee > 0.50 or amount > EUR 1) else AM03", "require (limit > EUR 1 or fee > 0.50) or amount > EUR 1 else AM03", "Only parentheses differ.")]
    [InlineData("require limit > EUR 1 or (fee > 0.50 and amount > EUR 1) else AM03", "require limit > EUR 1 or fee > 0.50 and amount > EUR 1 else AM03", "Only parentheses differ.")]
    [InlineData("require not (limit > EUR 1) else AM03", "require not limit > EUR 1 else AM03", "Only parentheses differ.")]
    [InlineData("require limit > EUR 1 and fee > 0.50 else AM03", "require limit > EUR 1 else AM03\nrequire fee > 0.50 else AM03", "Only the way differs in which conditions stand in requires.")]
    [InlineData("require (limit > EUR 1 and fee > 0.50) else AM03", "require limit > EUR 1 else AM03\nrequire fee > 0.50 else AM03", "Only parentheses differ and the way differs in which conditions stand in requires.")]
    [InlineData("if limit > EUR 5\nrequire fee > 0.50 else AM03\nend", "if limit > EUR 5\nrequire fee > 0.50 else AM03\notherwise\nend", "Only the use differs of an 'otherwise' in which nothing stands.")]
    [InlineData("let x = (amount * 2) / 3 rounded down\nrequire x > 0 else AM03", "let x = ((amount * 2)) / 3 rounded down\nrequire x > 0 else AM03", "Only parentheses differ.")]
    // These mean another thing.
    [InlineData("let x = amount * 2 / 3 rounded down\nrequire x > 0 else AM03", "let x = (amount * 2) / 3 rounded down\nrequire x > 0 else AM03", null)]
    [InlineData("let x = amount - (amount - limit)\nrequire x > 0 else AM03", "let x = amount - amount - limit\nrequire x > 0 else AM03", null)]
    [InlineData("require (limit > EUR 1 or fee > 0.50) and amount > EUR 1 else AM03", "require limit > EUR 1 or fee > 0.50 and amount > EUR 1 else AM03", null)]
    [InlineData("require not (limit > EUR 1 and fee > 0.50) else AM03", "require not limit > EUR 1 and fee > 0.50 else AM03", null)]
    public void HowItIsWrittenIsNoDifferenceInWhatIsMeant(string was, string now, string? sentence)
    {
        foreach (var (one, other) in new[] { (was, now), (now, was) })
        {
            ContractDifference difference = Between(DifferenceTests.Step(one), DifferenceTests.Step(other).Replace("version 1", "version 2 replaces 1", StringComparison.Ordinal));
            if (sentence is null) Assert.True(difference.HasWidened, difference.Render());
            else Assert.Equal([(Changed, sentence)], difference.Findings.Select(f => (f.Kind, f.Sentence)));
        }
    }

    [Theory]
    [InlineData("discloses secret to auditor\ndiscloses deep to auditor", "discloses secret, deep to auditor", "Only the way differs in which disclosures stand in lines.")]
    [InlineData("discloses secret, deep to auditor", "discloses deep, secret to auditor", "Only the order differs in which names are listed.")]
    [InlineData("discloses deep to auditor\ndiscloses secret to auditor", "discloses secret, deep to auditor", "Only the way differs in which disclosures stand in lines and the order differs in which names are listed.")]
    public void DisclosuresThatStandOtherwise(string was, string now, string sentence)
    {
        static string Source(string discloses) => DifferenceTests.Old.Replace("fee     rate(2)", "secret  integer to lender, borrower, helper\n  deep  integer to lender, borrower, helper\n  fee     rate(2)", StringComparison.Ordinal)
            + $"\non step by lender when Open\n{discloses}\nrequire secret > 3 else NO\nrequire deep > 3 else NO\n-> Paid\n";
        Assert.Equal([(Changed, sentence)], Between(Source(was), Source(now).Replace("version 1", "version 2 replaces 1", StringComparison.Ordinal)).Findings.Select(static f => (f.Kind, f.Sentence)));
    }

    /// <summary>What was implied is written, and the reverse; beside it whatever else is written otherwise.</summary>
    [Theory]
    [InlineData("note(text text(9) optional to lender, borrower) by any helper", "note(text text(9) optional) by any helper", "helper now reads note(text).|lender and borrower no longer read note(text).")]
    [InlineData("on settle by borrower", "on settle(why text(9) to borrower) by borrower", "on settle(why text(9)) by borrower", "It is implied now who reads settle(why), and was written.")]
    [InlineData("bank, several(3)", "bank, several(16)", "bank, several", "It is implied now how many participants can play helper, and was written.")]
    [InlineData("bank, several(3)", "bank, several", "bank, several(16)", "It is written now how many participants can play helper, and was implied.")]
    [InlineData("on settle by who_", "on settle(why text(9)) by who", "on settle(why text(9) to lender, helper, borrower) by who", "It is written now who reads settle(why), and was implied.")]
    public void WhatWasImpliedAndIsWrittenIsSaid(string place, string was, string now, string? sentences = null)
    {
        (place, was, now, sentences) = sentences is null ? (place, place, was, now) : (place.Replace("who_", "borrower", StringComparison.Ordinal), was, now, sentences);
        string old = DifferenceTests.Old.Replace(place, was, StringComparison.Ordinal), fresh = DifferenceTests.Old.Replace(place, now, StringComparison.Ordinal).Replace("version 1", "version 2 replaces 1", StringComparison.Ordinal);
        Assert.Equal(sentences.Split('|'), Between(old, fresh).Findings.Select(f => f.Sentence));
    }

    /// <summary>Also where an action tells somebody something: what stands as before tells the same.</summary>
    [Theory]
    [InlineData("require secret > 3 else NO", "require (secret > 3) else NO")]
    [InlineData("require secret > 3 or (secret < 0) else NO", "require secret > 3 or secret < 0 else NO")]
    [InlineData("require secret > 3 and secret < 9 else NO", "require secret > 3 else NO\nrequire secret < 9 else NO")]
    [InlineData("if (amount > EUR 5)\nrequire secret > 3 else NO\nend", "if amount > EUR 5\nrequire (secret > 3) else NO\nend")]
    public void NorDoesItTellAnything(string was, string now)
    {
        static string Source(string body) => DifferenceTests.Old.Replace("fee     rate(2)", "secret  integer to lender, borrower, helper\n  fee     rate(2)", StringComparison.Ordinal)
            + $"\non step by lender when Open\ndiscloses secret to auditor\n{body}\n-> Paid\n";
        Assert.Equal(Changed, Assert.Single(Between(Source(was), Source(now).Replace("version 1", "version 2 replaces 1", StringComparison.Ordinal)).Findings).Kind);
        // One part more narrows, and tells more where it depends on what is told.
        Assert.Equal([Widened, Narrowed], Between(Source(was), Source(now + "\nrequire secret != 4 else NO").Replace("version 1", "version 2 replaces 1", StringComparison.Ordinal)).Findings.Select(static f => f.Kind));
    }

    /// <summary>Cases of one name are each said by what the contract says of them.</summary>
    [Theory]
    [InlineData("", "", null)]
    [InlineData("  \"One.\"\n", "  \"One.\"\n", null)]
    [InlineData("", "  \"One.\"\n", "Of the action settle (from Open) it says now: One.")]
    [InlineData("  \"One.\"\n", "", "Of the action settle (from Open) it says nothing any more.")]
    public void WhatIsSaidOfACaseIsComparedWithThat(string was, string now, string? sentence)
    {
        string Cases(string doc, string more) => $"{DifferenceTests.Old}\non settle by lender when Open\n{doc}  -> Paid\n{more}";
        string[] said = [.. Between(Cases(was, "on settle by lender when Paid\n  -> Late\n"), Cases(now, "").Replace("version 1", "version 2 replaces 1", StringComparison.Ordinal)).Findings.Where(f => f.Kind == Changed).Select(f => f.Sentence)];
        Assert.Equal(sentence is null ? [] : [sentence], said);
        said = [.. Between(Cases(was, ""), Cases(now, "on settle by lender when Paid\n  -> Late\n").Replace("version 1", "version 2 replaces 1", StringComparison.Ordinal)).Findings.Where(f => f.Kind == Changed).Select(f => f.Sentence)];
        Assert.Equal(sentence is null ? [] : [sentence], said);
    }

    private static ContractDifference Between(string before, string after) => ContractDifference.Between(Explained.Compiled(before), Explained.Compiled(after));
}
