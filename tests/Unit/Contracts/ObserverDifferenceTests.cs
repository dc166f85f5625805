using Settlement.Contracts;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>
/// A channel's observers take their parts in the order in which a contract declares them, so another order gives a participant
/// another part. Each row has the observers before and after, and what is said of who plays them.
/// </summary>
public sealed class ObserverDifferenceTests
{
    private const string By = "Observers play in the order of their declaration: whoever played ";

    // All read the amount, the tax office the debtor besides; central reads what a payment is for, of which the police is told.
    private static readonly Dictionary<string, string> Readers = new(StringComparer.Ordinal)
    {
        ["amount"] = "central, clerk, court, tax, police", ["debtor"] = "tax", ["purpose"] = "central, police",
    };

    [Theory]
    [InlineData("central, tax", "tax, central", "Widened central now plays tax, and reads debtor.|Narrowed central now plays tax, and no longer reads purpose.|Widened tax now plays central, and reads purpose.|Narrowed tax now plays central, and no longer reads debtor.")]
    [InlineData("court, tax", "tax, court", "Widened court now plays tax, and reads debtor.|Narrowed tax now plays court, and no longer reads debtor.")]
    [InlineData("court, clerk", "clerk, court", "Widened court now plays clerk, and reads the same.|Widened clerk now plays court, and reads the same.")]
    [InlineData("central, tax, court", "central, court, tax", "Narrowed tax now plays court, and no longer reads debtor.|Widened court now plays tax, and reads debtor.")]
    // One that comes or goes before others moves them up or down.
    [InlineData("court, tax", "tax", "Widened court now plays tax, and reads debtor.|Narrowed tax now plays none.")]
    [InlineData("tax, court", "court", "Narrowed tax now plays court, and no longer reads debtor.|Narrowed court now plays none.")]
    [InlineData("court", "tax, court", "Widened court now plays tax, and reads debtor.|Widened none now plays court, and reads amount and can run every action again.")]
    [InlineData("court", "court, tax", "")]
    [InlineData("court, tax", "court", "")]
    public void AnotherOrderOfObserversIsAnotherPartForEach(string was, string now, string said)
    {
        ContractDifference difference = ContractDifference.Between(Explained.Compiled(Payment(1, "payer, payee", was)), Explained.Compiled(Payment(2, "payer, payee", now)));
        Assert.Equal(said.Split('|', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal),
            difference.Findings.Where(f => f.Sentence.StartsWith(By, StringComparison.Ordinal)).Select(f => $"{f.Kind} {f.Sentence[By.Length..]}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void WhatAnotherPartIsToldIsSaidToo()
    {
        const string Require = "  discloses purpose to police\n  require purpose != \"none\" else AG01\n";
        Contract Told(int version, string observers) => Explained.Compiled(Payment(version, "payer, payee", observers)
            .Replace("(35) to payer, payee, central, police\n", "(35) to payer, payee, central\n", StringComparison.Ordinal).Replace("  require amount", Require + "  require amount", StringComparison.Ordinal));
        ContractDifference difference = ContractDifference.Between(Told(1, "central, police"), Told(2, "police, central"));
        Assert.Equal(
            [
                $"Widened {By}central now plays police, and is told about purpose by pay.",
                $"Widened {By}police now plays central, and reads purpose and can run every action again.",
                $"Narrowed {By}central now plays police, and no longer reads purpose and can run every action again.",
                $"Narrowed {By}police now plays central, and no longer is told about purpose by pay.",
            ],
            difference.Findings.Select(f => $"{f.Kind} {f.Sentence}"));
    }

    /// <summary>Whoever acts takes its part by what it does, either member can take either, and an observer may stand among them.</summary>
    [Theory]
    [InlineData("payer, payee, court, tax", "payee, payer, court, tax")]
    [InlineData("payer, payee, court, tax", "court, payer, tax, payee")]
    public void TheOrderOfThoseWhoActDecidesNothing(string was, string now)
    {
        ContractDifference difference = ContractDifference.Between(Explained.Compiled(Payment(1, was, "")), Explained.Compiled(Payment(2, now, "")));
        Assert.Equal([(DifferenceKind.Changed, "Only the order differs in which things are declared.")], difference.Findings.Select(f => (f.Kind, f.Sentence)));
    }

    private static string Payment(int version, string first, string then)
    {
        string[] parties = [.. $"{first}, {then}".Split(", ", StringSplitOptions.RemoveEmptyEntries)];
        string declared = string.Join('\n', parties.Select(p => $"  {p} {(p is "payer" or "payee" ? "bank" : "regulator, observes")}"));
        string To(string field) => string.Join(", ", Readers[field].Split(", ").Where(parties.Contains).Order(StringComparer.Ordinal).Prepend("payer, payee"));
        return $"""
            contract Payment version {version}{(version == 1 ? "" : " replaces 1")}
            parties
            {declared}
            fields
              amount   money to {To("amount")}
              debtor   text(140) to {To("debtor")}
              purpose  text(35) to {To("purpose")}
            states
              Settled may rest
            on pay by payer, agreed by payee
              require amount > 0 else AM01
              move amount from payer to payee
              -> Settled
            """;
    }
}
