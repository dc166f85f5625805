using Settlement.Contracts;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>Money of a bank that has agreed to nothing is warned of, and only that.</summary>
public sealed class ConsentTests
{
    [Theory]
    [InlineData("on go by first\n  move amount from second to first\n  -> Done", "money of second leaves here")]
    [InlineData("on go by first\n  move amount from first to second\n  -> Done", null)]
    [InlineData("on go by first, agreed by second\n  move amount from second to first\n  -> Done", null)]
    // Agreed before, on every way, or only on one of two.
    [InlineData("on make by second\n  -> Open\non go by first when Open\n  move amount from second to first\n  -> Done", null)]
    [InlineData("on make by second\n  -> Open\non offer by first\n  -> Open\non go by first when Open\n  move amount from second to first\n  -> Done", "money of second leaves here")]
    [InlineData("on make by first\n  -> Open\non accept by second when Open\n  -> Open\non go by first when Open\n  move amount from second to first\n  -> Done", "money of second leaves here")]
    // Reserved money is set aside from somebody, too.
    [InlineData("on make by first\n  reserve amount from second\n  -> Open\non go by second when Open\n  release amount to second\n  -> Done", "money of second leaves here")]
    [InlineData("on go by first\n  redeem amount from second\n  -> Done", "money of second leaves here")]
    // All of several agree; one of them acts for itself alone.
    [InlineData("on go by first, agreed by lender\n  for each lender\n    move amount from lender to first\n  end\n  -> Done", null)]
    [InlineData("on go by any lender\n  for each lender\n    move amount from lender to first\n  end\n  -> Done", "money of each lender leaves here")]
    // Who a field names agrees by acting.
    [InlineData("on make by first, agreed by second\n  -> Open\non go by holder when Open\n  move amount from holder to first\n  -> Done", null)]
    [InlineData("on make by first, agreed by second\n  -> Open\non go by first when Open\n  move amount from holder to second\n  -> Done", "money of whoever 'holder' names leaves here")]
    // One who agreed to an amount has not agreed to another that the other side chooses later, gives with the action, or alone can compute.
    [InlineData("on make by second\n  -> Open\non raise(more money to first, second, lender) by first when Open\n  set amount = more\n  -> Open\non go by first when Open\n  move amount from second to first\n  -> Done", "money of second leaves here, and how much depends on 'amount'")]
    [InlineData("on make by second\n  -> Open\non raise(more money to first, second, lender) by first when Open\n  set fee = more\n  -> Open\non go by first when Open\n  set amount = fee\n  move amount from second to first\n  -> Done", "money of second leaves here, and how much depends on 'amount'")]
    [InlineData("on make by second\n  -> Open\non go(more money to first, second, lender) by first when Open\n  let twice = more * 2\n  move twice from second to first\n  -> Done", "money of second leaves here, and how much depends on 'more'")]
    [InlineData("on make by first, agreed by second\n  -> Open\non count_up by first when Open\n  discloses hidden to second, lender\n  require present(hidden) else NO\n  set amount = amount * hidden\n  -> Open\non go by first when Open\n  move amount from second to first\n  -> Done", "money of second leaves here, and how much depends on 'amount'")]
    [InlineData("on make by second, agreed by lender\n  -> Open\non raise(more money to first, second, lender) by first when Open\n  set amount = more\n  -> Open\non go by first, agreed by second when Open\n  for each lender\n    reserve amount from lender\n    release amount to lender\n  end\n  -> Done", "money of lender leaves here, and how much depends on 'amount'")]
    // It has where it takes or agrees to the change or the payment, and where nobody chooses: the amount follows from what it agreed to.
    [InlineData("on make by second\n  -> Open\non raise(more money to first, second, lender) by first, agreed by second when Open\n  set amount = more\n  -> Open\non go by first when Open\n  move amount from second to first\n  -> Done", null)]
    [InlineData("on make by second\n  -> Open\non raise(more money to first, second, lender) by first when Open\n  set amount = more\n  -> Open\non go by first, agreed by second when Open\n  move amount from second to first\n  -> Done", null)]
    [InlineData("on make by second\n  -> Open\non raise(more money to first, second, lender) by first when Open\n  set amount = more\n  -> Asked\non confirm by second when Asked\n  -> Open\non go by first when Open\n  move amount from second to first\n  -> Done", null)]
    [InlineData("on make by second\n  -> Open\non half by first when Open\n  set amount = amount / 2 rounded down\n  -> Open\non go by first when Open\n  move amount from second to first\n  -> Done", null)]
    // As often as others choose, until something that decides changes.
    [InlineData("on make by second\n  -> Open\non go by first when Open\n  move amount from second to first\n  -> Open\non end by second when Open\n  -> Done", "money of second leaves here as often as others choose: 'go'")]
    [InlineData("on make by second\n  -> Open\non go by first when Open\n  redeem amount from second\n  -> Open\non end by second when Open\n  -> Done", "money of second leaves here as often as others choose: 'go'")]
    [InlineData("on make by second\n  -> Open\non go by network when Open\n  if amount > 0\n    move amount from second to first\n  end\n  -> Open\non end by second when Open\n  -> Done", "money of second leaves here as often as others choose: 'go'")]
    [InlineData("on make by second\n  -> Open\non go by first when Open\n  move amount from second to first\n  -> Asked\non back by first when Asked\n  -> Open\non end by second when Open\n  -> Done", "money of second leaves here as often as others choose: 'go'")]
    [InlineData("on make by second\n  -> Open\non go by first when Open by until\n  set fee = amount\n  move amount from second to first\n  -> Open\non end by second when Open\n  -> Done", "money of second leaves here as often as others choose: 'go'")]
    [InlineData("on make by second\n  -> Open\non go by first when Open\n  move amount from second to first\n  -> Open\non note by first when Open\n  set fee = amount\n  -> Open\non check by first when Open\n  require fee > 0 else NO\n  -> Open\non end by second when Open\n  -> Done", "money of second leaves here as often as others choose: 'go'")]
    [InlineData("on make by second, agreed by lender\n  -> Open\non go by first, agreed by second when Open\n  for each lender\n    move amount from lender to first\n  end\n  -> Open\non end by second when Open\n  -> Done", "money of lender leaves here as often as others choose: 'go'")]
    [InlineData("on make by second\n  -> Open\non go by first, agreed by second when Open\n  move amount from second to first\n  -> Open\non end by second when Open\n  -> Done", null)]
    [InlineData("on make by second\n  -> Open\non go by first when Open\n  move amount from second to first\n  -> Asked\non back by first, agreed by second when Asked\n  -> Open\non end by second when Open, Asked\n  -> Done", null)]
    [InlineData("on make by second\n  -> Open\non go by first when Open\n  require left > 0 else NO\n  set left = left - 1\n  move amount from second to first\n  -> Open\non end by second when Open\n  -> Done", null)]
    [InlineData("on make by second\n  -> Open\non go by first when Open\n  require left > 0 else NO\n  move amount from second to first\n  -> Asked\non back by first when Asked\n  set left = left - 1\n  -> Open\non end by second when Open, Asked\n  -> Done", null)]
    [InlineData("on make by second\n  -> Open\non go by first when Open after until\n  set until = until + 24 hours\n  move amount from second to first\n  -> Open\non end by second when Open\n  -> Done", null)]
    [InlineData("on make by second\n  -> Open\non go by first when Open\n  move amount from second to first\n  set amount = amount / 2 rounded down\n  -> Open\non end by second when Open\n  -> Done", null)]
    public void MoneyThatLeavesWithoutConsentIsWarnedOf(string actions, string? message)
    {
        string states = string.Concat(new[] { "Open", "Asked" }.Where(s => actions.Contains($"-> {s}", StringComparison.Ordinal)).Select(s => s + ", ")) + "Done may rest";
        Compilation compilation = ContractCompiler.Compile("consent", $"""
            contract Example version 1

            parties
              first   bank
              second  bank
              lender  bank, several(3)

            fields
              amount  money    to first, second, lender
              fee     money    to first, second, lender
              holder  party    to first, second, lender
              hidden  integer optional to first
              left    integer  to first, second, lender
              until   datetime to first, second, lender

            states
              {states}

            {actions.ReplaceLineEndings("\n")}
            """);
        Assert.NotNull(compilation.Contract);
        string[] said = [.. compilation.Diagnostics.Where(static d => d.Code == "CD906").Select(static d => d.Message)];
        if (message is null) Assert.Empty(said);
        else Assert.StartsWith(message, Assert.Single(said), StringComparison.Ordinal);
    }

    /// <summary>An observer never acts, not even where a field names it.</summary>
    [Fact]
    public void AnObserverThatAFieldNamesDoesNotAct()
    {
        Contract contract = ContractCompiler.Compile("observer", """
            contract Example version 1

            parties
              first       bank
              second      bank
              supervisor  regulator, observes

            fields
              holder  party  to first, second, supervisor

            states
              Open may rest, Done may rest

            on make by first, agreed by second
              -> Open

            on go by holder when Open
              -> Done
            """).Contract!;
        ContractAction go = contract.FindAction("go")!;
        Assert.Equal("Done", Run("first", 0));
        Assert.Equal("Done", Run("second", 1));
        Assert.Equal("refused S010 (go: by)", Run("supervisor", 2));

        string Run(string holder, int actor) => ScenarioTable.Written(contract,
            contract.Evaluate(go, contract.FindState("Open"), [new PartyValue(holder)], [], new Occasion(TestOccasion.Noon, BusinessCalendar.Weekdays, new Seat(actor))));
    }
}
