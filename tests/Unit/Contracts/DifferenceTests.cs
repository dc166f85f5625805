using Settlement.Contracts;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>What a change of a contract means for those who signed it, as rows of what was, what is, and what is said.</summary>
public sealed class DifferenceTests
{
    private const DifferenceKind Widened = DifferenceKind.Widened, Narrowed = DifferenceKind.Narrowed, Changed = DifferenceKind.Changed, Misnumbered = DifferenceKind.Misnumbered;

    internal const string Old = """
        contract Loan version 1
        units
          bales
        codes
          refusal = LATE, BROKEN
        parties
          lender    bank
          borrower  bank
          auditor   regulator, observes
          helper    bank, several(3)
        fields
          amount  money to lender, borrower, auditor, helper
          limit   money to lender, borrower, auditor, helper
          until   datetime to lender, borrower, auditor, helper
          client  text(35) optional to lender, borrower personal of lender
          notes   list(3) of text(9) to lender, borrower
          fee     rate(2) to lender, borrower
          cause   refusal to lender, borrower
          who     party to lender, borrower, auditor, helper
        states
          Open, Paid may rest, Late may rest
        on lend by lender, agreed by borrower
          require amount > 0 else AM01
          require amount <= limit else AM02
          move amount from lender to borrower
          -> Open
        on repay(reason code to lender, borrower) by borrower when Open within 2 hours of until else DT01
          let due = amount + amount
          move due from borrower to lender
          if limit > EUR 5
            -> Paid
          otherwise
            -> Late
          end
        on settle by borrower when Late
          move amount from borrower to lender
          -> Paid
        on note(text text(9) optional to lender, borrower) by any helper when Open
          require limit > EUR 1 else AM03
          set limit = amount
          -> Open
        on write_off by lender when Open
          -> Late
        on lapse by network when Open after until + 3 days
          -> Late
        """;

    [Theory]
    // Who takes part and who reads.
    [InlineData("helper    bank, several(3)", "helper    bank, several(4)", Widened, "Up to 4 participants can play helper, and not 3.")]
    [InlineData("helper    bank, several(3)", "helper    bank, several(2)", Narrowed, "At most 2 participants can play helper, and not 3.")]
    [InlineData("auditor   regulator, observes", "auditor   bank, observes", Widened, "auditor is played by a bank now, and was by a regulator.")]
    [InlineData("fee     rate(2) to lender, borrower", "fee     rate(2) to lender, borrower, auditor, helper", Widened, "auditor and helper now read fee.")]
    [InlineData("notes   list(3) of text(9) to lender, borrower", "notes   list(3) of text(9) to lender, borrower, auditor", Widened, "auditor now reads notes.")]
    [InlineData("fee     rate(2) to lender, borrower", "fee     rate(2) to lender", Narrowed, "borrower no longer reads fee.")]
    [InlineData("fee     rate(2) to lender, borrower", "fee     rate(2) to lender, borrower\n  extra  integer to lender, borrower personal of lender", Widened, "extra is new: lender and borrower read it, personal data of lender.")]
    [InlineData("  fee     rate(2) to lender, borrower\n", "", Narrowed, "fee is no longer held.")]
    [InlineData(" personal of lender", "", Widened, "client is no longer marked as personal data of lender, so that no transfer of it needs a basis.")]
    [InlineData(" personal of lender", " personal of borrower", Widened, "client is marked as personal data of borrower, and was as that of lender.")]
    [InlineData("fee     rate(2) to lender, borrower", "fee     rate(2) to lender, borrower personal of lender", Narrowed, "fee is marked as personal data of lender now.")]
    // What a value can be.
    [InlineData("text(35) optional", "text(35)", Widened, "client must be there now, and might be left out: those who read it always learn it.")]
    [InlineData("rate(2) to", "rate(2) optional to", Widened, "fee may be absent now, and had to be there.")]
    [InlineData("text(35)", "text(70)", Widened, "client has room for 70 characters, and not 35.")]
    [InlineData("text(35)", "text(20)", Narrowed, "client has room for 20 characters, and not 35.")]
    [InlineData("list(3)", "list(4)", Widened, "notes has room for 4 values, and not 3.")]
    [InlineData("list(3) of text(9)", "list(3) of text(8)", Narrowed, "notes has room for 8 characters, and not 9.")]
    [InlineData("list(3) of text(9)", "list(100) of text(8)", Widened, "notes has room for 100 values, and not 3; each has room for 8 characters, and not 9.")]
    [InlineData("list(3) of text(9)", "list(2) of text(10)", Widened, "notes has room for 2 values, and not 3; each has room for 10 characters, and not 9.")]
    [InlineData("list(3) of text(9)", "list(2) of text(8)", Narrowed, "notes has room for 2 values, and not 3; each has room for 8 characters, and not 9.")]
    [InlineData("list(3) of text(9)", "list(4) of integer", Widened, "notes has room for 4 values, and not 3; each is integer, and was text(9).")]
    [InlineData("rate(2)", "rate(3)", Widened, "fee has 3 digits after its point, and not 2.")]
    [InlineData("rate(2)", "integer", Widened, "fee is integer, and was rate(2).")]
    [InlineData("cause   refusal", "cause   code", Widened, "cause can be any code, and was one of refusal.")]
    [InlineData("repay(reason code", "repay(reason refusal", Narrowed, "repay(reason) is one of refusal, and could be any code.")]
    [InlineData("LATE, BROKEN", "LATE, BROKEN, LOST", Widened, "refusal can be LOST now.")]
    [InlineData("LATE, BROKEN", "LATE, LOST", Widened, "refusal can be LOST now, and no longer BROKEN.")]
    [InlineData("LATE, BROKEN", "LATE", Narrowed, "refusal can no longer be BROKEN.")]
    [InlineData("= LATE, BROKEN", "= iso ExternalPurpose1", Widened, "refusal is a code of ExternalPurpose1, and was one of BROKEN, LATE.")]
    // Where an instance can stand.
    [InlineData("Late may rest", "Late", Narrowed, "An instance may no longer rest in Late.")]
    [InlineData("Open, Paid", "Open may rest, Paid", Widened, "An instance may rest in Open now, and had to go on.")]
    // Who acts, with whom, from where and when.
    [InlineData(", agreed by borrower", "", Widened, "lend no longer needs the agreement of borrower.")]
    [InlineData(", agreed by borrower", ", agreed by borrower, helper", Narrowed, "lend needs the agreement of helper now.")]
    [InlineData("on settle by borrower", "on settle by lender", Widened, "settle is done by lender, and was by borrower.")]
    [InlineData("on settle by borrower", "on settle by who", Widened, "settle is done by whoever who names, and was by borrower.")]
    [InlineData("on settle by borrower", "on settle by any helper", Widened, "settle is done by any helper, and was by borrower.")]
    [InlineData("on settle by borrower when Late", "on settle by network when Late", Widened, "settle is done by nobody's decision, and was by borrower.")]
    [InlineData("on note(text text(9) optional to lender, borrower) by any helper when Open", "on note(text text(9) optional to lender, borrower) by any helper when Open, Paid", Widened, "note can be done from Paid now.")]
    [InlineData("when Open within 2 hours of until else DT01", "when Open", Widened, "repay can be done at any time, and could only within 2 hours of until.")]
    [InlineData("within 2 hours of until", "within 3 hours of until", Widened, "repay can be done only within 3 hours of until, and could only within 2 hours of until.")]
    [InlineData("within 2 hours of until", "within 90 minutes of until", Narrowed, "repay can be done only within 90 minutes of until, and could only within 2 hours of until.")]
    [InlineData("within 2 hours of until", "by until", Narrowed, "repay can be done only before until, and could only within 2 hours of until.")]
    [InlineData("within 2 hours of until", "after until", Widened, "repay can be done only from until on, and could only within 2 hours of until; which of the two is longer depends on the values.")]
    [InlineData("after until + 3 days", "after until + 2 days", Widened, "lapse can be done only from until + 2 days on, and could only from until + 3 days on.")]
    [InlineData("after until + 3 days", "after until + 4 days", Widened, "lapse can be done only from until + 4 days on, and could only from until + 3 days on: at other times it no longer happens without anybody's decision.")]
    [InlineData("on lapse by network when Open after until + 3 days", "on lapse by network when Paid after until + 3 days", Widened, "lapse no longer happens from Open without anybody's decision.")]
    [InlineData("on settle by borrower when Late", "on settle by borrower when Late by until", Narrowed, "settle can be done only before until, and could at any time.")]
    [InlineData("within 2 hours of until", "by 2026-03-01", Widened, "repay can be done only before the end of the day 2026-03-01, and could only within 2 hours of until; which of the two is longer depends on the values.")]
    [InlineData("else DT01", "else DT02", Changed, "repay is refused with DT02 at another time, and was with DT01.")]
    [InlineData("on lapse by network", "on extra by helper_ when Open\n  -> Open\non lapse by network", Widened, "extra is new: lender can extra: from Open to Open.")]
    [InlineData("on settle by borrower when Late\n  move amount from borrower to lender\n  -> Paid\n", "", Narrowed, "settle can no longer be done.")]
    [InlineData("on lapse by network when Open after until + 3 days\n  -> Late", "", Widened, "lapse no longer happens without anybody's decision.")]
    // What it takes and tells.
    [InlineData("on settle by borrower", "on settle(why text(9)) by borrower", Widened, "settle takes why now: borrower reads it.")]
    [InlineData("on note(text text(9) optional to lender, borrower)", "on note", Narrowed, "note no longer takes text.")]
    [InlineData("to lender, borrower) by any helper", "to lender, borrower, auditor) by any helper", Widened, "auditor now reads note(text).")]
    // What it requires and does.
    [InlineData("  require amount <= limit else AM02\n", "", Widened, "lend no longer requires amount <= limit (else AM02).")]
    [InlineData("require amount <= limit else AM02", "require amount < limit else AM02", Widened, "lend now requires amount < limit (else AM02), and required amount <= limit.")]
    [InlineData("require amount <= limit else AM02", "require amount <= limit else AM09", Changed, "lend is refused with AM09 and no longer with AM02 unless amount <= limit.")]
    [InlineData("require amount <= limit else AM02", "require amount <= limit and until > now else AM02", Narrowed, "lend now requires until > now (else AM02).")]
    [InlineData("require amount <= limit else AM02", "require until > now and (amount < limit or until > now) and (amount <= limit) else AM02", Narrowed, "lend now requires amount < limit or until > now (else AM02).")]
    [InlineData("require amount <= limit else AM02", "require amount <= limit or until > now else AM02", Widened, "lend now requires amount <= limit or until > now (else AM02), and required amount <= limit.")]
    [InlineData("require amount <= limit else AM02", "require until > now and (amount <= limit or until > now) else AM02", Widened, "lend now requires until > now (else AM02), and required amount <= limit.")]
    [InlineData("require amount <= limit else AM02", "if until > now\n  require amount <= limit and until > now else AM02\n  end", Widened, "lend now requires if until > now: amount <= limit (else AM02), and required amount <= limit.")]
    [InlineData("require amount > 0 else AM01\n  require amount <= limit else AM02", "require amount > 0 and amount <= limit else AM01", Changed, "lend is refused with AM01 and no longer with AM02 unless amount <= limit.")]
    [InlineData("require amount > 0 else AM01", "require amount > 0 else AM01\n  require until > now else DT09", Narrowed, "lend now requires until > now (else DT09).")]
    [InlineData("require amount > 0 else AM01\n  require amount <= limit else AM02", "require amount <= limit else AM02\n  require amount > 0 else AM01", Changed, "lend does the same in another order.")]
    [InlineData("require limit > EUR 1 else AM03\n  set limit = amount", "set limit = amount\n  require limit > EUR 1 else AM03", Widened, "note does the same in another order, and a value that is set counts from there on.")]
    [InlineData("move amount from lender to borrower", "move limit from lender to borrower", Widened, "lend now says 'move limit from lender to borrower', and said 'move amount from lender to borrower'.")]
    [InlineData("let due = amount + amount", "let due = amount", Widened, "repay now says 'let due = amount', and said 'let due = amount + amount'.")]
    [InlineData("  set limit = amount\n", "", Widened, "note no longer says 'set limit = amount': what followed from it does not happen.")]
    [InlineData("on settle by borrower when Late\n", "on settle by borrower when Late\n  set limit = amount + amount\n", Widened, "settle now says 'set limit = amount + amount'.")]
    [InlineData("if limit > EUR 5", "if limit > EUR 6", Widened, "repay now says 'if limit > EUR 6: -> Paid', and said 'if limit > EUR 5: -> Paid'.")]
    [InlineData("    -> Paid\n  otherwise\n    -> Late", "    -> Late\n  otherwise\n    -> Paid", Widened, "repay now says 'if limit > EUR 5: -> Late', and said 'if limit > EUR 5: -> Paid'.")]
    // What merely changed.
    [InlineData("contract Loan version 1", "contract Loan version 1\n  \"Money lent.\"", Changed, "Of the contract it says now: Money lent.")]
    [InlineData("units\n  bales", "units\n  bales\n  tons", Changed, "The unit tons is new.")]
    [InlineData("amount > 0", "amount > 0", Changed, "Only the number of the version differs.")]
    [InlineData("units\n  bales\ncodes\n  refusal = LATE, BROKEN\nparties\n  lender    bank\n  borrower  bank", "units\n  bales\ncodes\n  refusal = LATE, BROKEN\nparties\n  borrower  bank\n  lender    bank", Changed, "Only the order differs in which things are declared.")]
    [InlineData("LATE, BROKEN", "BROKEN, LATE", Changed, "Only the order differs in which names are listed.")]
    [InlineData("by borrower when Late\n  move amount from borrower to lender", "by borrower when Late\n  move (amount) from borrower to lender", Changed, "Only parentheses differ.")]
    [InlineData("amount <= limit", "(amount <= limit)", Changed, "Only parentheses differ.")]
    [InlineData("require amount > 0 else AM01\n  require amount <= limit else AM02", "require amount > 0 else AM01\n  require ((amount) <= (limit)) else AM02", Changed, "Only parentheses differ.")]
    [InlineData("until + 3 days", "(until) + (3 days)", Changed, "Only parentheses differ.")]
    public void AChangeIsToldAsWhatItMeans(string was, string now, DifferenceKind kind, string sentence)
    {
        Assert.Contains(was, Old, StringComparison.Ordinal);
        string changed = Old.Replace(was, now.Replace("helper_", "lender", StringComparison.Ordinal), StringComparison.Ordinal).Replace("version 1", "version 2 replaces 1", StringComparison.Ordinal);
        ContractDifference difference = Between(Old, changed);
        Assert.True(difference.Follows);
        Assert.Equal(difference.Findings.Any(f => f.Kind == Widened), difference.HasWidened);
        Assert.Contains(difference.Findings, f => f.Kind == kind && f.Sentence == sentence);
        // What widens is the reason for the exit code, so nothing that narrows or merely changes may be among it.
        if (kind != Widened) Assert.False(difference.HasWidened, difference.Render());
    }

    /// <summary>That a state is gone takes no protection from anybody who stands in it.</summary>
    [Fact]
    public void AStateThatIsGoneIsNotOneFromWhichNothingHappensAnyMore()
    {
        const string More = "\non dispute by borrower when Open\n  -> Disputed\non end by network when Open, Disputed after until + 3 days\n  -> Late\n";
        string old = Old.Replace("Open, Paid may rest", "Open, Disputed, Paid may rest", StringComparison.Ordinal).Replace("\non lapse by network when Open after until + 3 days\n  -> Late", More, StringComparison.Ordinal);
        string kept = old.Replace("network when Open, Disputed", "network when Open", StringComparison.Ordinal).Replace("-> Disputed\n", "-> Disputed\non go by borrower when Disputed\n  -> Paid\n", StringComparison.Ordinal);
        string gone = old.Replace("Open, Disputed, Paid", "Open, Paid", StringComparison.Ordinal).Replace("on dispute by borrower when Open\n  -> Disputed\n", "", StringComparison.Ordinal).Replace("network when Open, Disputed", "network when Open", StringComparison.Ordinal);
        Assert.Contains(Between(old, kept).Findings, f => f is { Kind: Widened, Sentence: "end no longer happens from Disputed without anybody's decision." });
        ContractDifference difference = Between(old, gone);
        Assert.Contains(difference.Findings, f => f is { Kind: Narrowed, Sentence: "end can no longer be done from Disputed." });
        Assert.False(difference.HasWidened, difference.Render());
    }

    /// <summary>What another case of the name does from there on has not stopped.</summary>
    [Fact]
    public void AnAutomaticActionInTwoCasesStillHappens()
    {
        string one = Old.Replace("on lapse by network when Open after", "on lapse by network when Open, Late after", StringComparison.Ordinal);
        ContractDifference difference = Between(one, (Old + "\non lapse by network when Late after until + 3 days\n  -> Late\n").Replace("version 1", "version 2 replaces 1", StringComparison.Ordinal));
        Assert.DoesNotContain(difference.Findings, static f => f.Sentence.Contains("without anybody's decision", StringComparison.Ordinal));
    }

    /// <summary>Two days of the calendar need no values to be compared.</summary>
    [Theory]
    [InlineData("by 2026-03-01", "by 2026-03-05", Widened)]
    [InlineData("by 2026-03-05", "by 2026-03-01", Narrowed)]
    [InlineData("after 2026-03-05", "after 2026-03-01", Widened)]
    [InlineData("after 2026-03-01", "after 2026-03-05", Narrowed)]
    public void OfTwoDaysItIsSaidWhichWindowIsLonger(string was, string now, DifferenceKind kind)
    {
        string old = Old.Replace("on settle by borrower when Late", "on settle by borrower when Late " + was, StringComparison.Ordinal);
        DifferenceFinding finding = Assert.Single(Between(old, old.Replace(was, now, StringComparison.Ordinal).Replace("version 1", "version 2 replaces 1", StringComparison.Ordinal)).Findings);
        Assert.Equal(kind, finding.Kind);
        Assert.DoesNotContain("depends on the values", finding.Sentence, StringComparison.Ordinal);
        Assert.Matches(was.StartsWith("by", StringComparison.Ordinal) ? "^settle can be done only .*2026-03-0[15].*, and could only .*2026-03-0[15]" : "^settle can be done only from .*, and could only from ", finding.Sentence);
    }

    /// <summary>Where a value goes into a field that more read, it is said who may learn what by it.</summary>
    [Theory]
    [InlineData("", "set wide = narrow", "step now says 'set wide = narrow': by reading wide, q and o may learn of narrow.")]
    [InlineData("set wide = 1", "set wide = narrow + deep", "step now says 'set wide = narrow + deep', and said 'set wide = 1': by reading wide, q and o may learn of narrow and o may learn of deep.")]
    [InlineData("", "set wide = open", "step now says 'set wide = open'.")]
    public void WhoMayLearnOfWhatIsSetIsSaid(string was, string now, string sentence)
    {
        string Source(string body) => "contract Wide version 1\nparties\np bank\nq bank\no regulator, observes\nfields\nwide integer to p, q, o\nnarrow integer optional to p\ndeep integer optional to p, q\nopen integer to p, q, o\nstates\nDone may rest\non make by p, agreed by q\n-> Done\n"
            + $"on step by p, agreed by q when Done\n{(body.Contains("narrow", StringComparison.Ordinal) ? "discloses narrow to q, o\n" : "")}{(body.Contains("deep", StringComparison.Ordinal) ? "discloses deep to o\n" : "")}"
            + $"{(body.Contains("narrow", StringComparison.Ordinal) ? "require present(narrow) else NO\n" : "")}{(body.Contains("deep", StringComparison.Ordinal) ? "require present(deep) else NO\n" : "")}{body}\n-> Done\n";
        ContractDifference difference = Between(Source(was), Source(now).Replace("version 1", "version 2 replaces 1", StringComparison.Ordinal));
        Assert.Contains(difference.Findings, f => f.Kind == Widened && f.Sentence == sentence);
    }

    /// <summary>What the statements are is not all: where they stand counts where one of them decides about another.</summary>
    [Theory]
    // A value is set, also where a statement more would hide that the others have moved.
    [InlineData("require limit > EUR 1 else AM03\nset limit = amount", "set limit = amount\nrequire limit > EUR 1 else AM03\nrequire amount > 0 else AM01", Widened, "step does the rest in another order, and a value that is set counts from there on.")]
    [InlineData("if limit > EUR 5\nset limit = amount\nset fee = 0.25\nend", "if limit > EUR 5\nset limit = amount\nend\nif limit > EUR 5\nset fee = 0.25\nend", Widened, "step does the same in another order, and a value that is set counts from there on.")]
    // An outcome keeps what stands behind it from happening.
    [InlineData("require fee > 0.50 else AM03\nif limit > EUR 5\n-> Late\nend", "if limit > EUR 5\n-> Late\nend\nrequire fee > 0.50 else AM03", Widened, "step does the same in another order, and what stands behind an outcome may not be reached.")]
    [InlineData("if limit > EUR 5\n-> Late\nend\nif limit > EUR 9\n-> Open\nend", "if limit > EUR 9\n-> Open\nend\nif limit > EUR 5\n-> Late\nend", Widened, "step does the same in another order, and what stands behind an outcome may not be reached.")]
    [InlineData("if limit > EUR 5\n-> Late\nend\nif limit > EUR 9\n-> Paid\nend\n-> Late", "if limit > EUR 5\n-> Late\nend\nif limit > EUR 9\n-> Paid\nend\n-> Paid", Widened, "step now says '-> Paid', and said '-> Late'.")]
    // A block without statements may still refuse.
    [InlineData("require fee > 0.50 else AM03", "require fee > 0.50 else AM03\nif limit > amount\nend", Widened, "step now says 'if limit > amount'.")]
    // Requires decide nothing about each other, nor do movements.
    [InlineData("require fee > 0.50 else AM03\nmove amount from lender to borrower", "move amount from lender to borrower\nrequire fee > 0.50 else AM03", Changed, "step does the same in another order.")]
    [InlineData("if limit > EUR 5\nrequire fee > 0.50 else AM03\nrequire fee < 0.75 else AM04\nend", "if limit > EUR 5\nrequire fee > 0.50 else AM03\nend\nif limit > EUR 5\nrequire fee < 0.75 else AM04\nend", Changed, "step does the same in another order.")]
    // What was given is computed.
    [InlineData("require bonus > 0.50 else AM03", "let bonus = fee\nrequire bonus > 0.50 else AM03", Widened, "step now says 'let bonus = fee', and bonus was given.")]
    public void WhereStatementsStandCounts(string was, string now, DifferenceKind kind, string sentence)
    {
        ContractDifference difference = Between(Step(was), Step(now).Replace("version 1", "version 2 replaces 1", StringComparison.Ordinal));
        Assert.True(difference.Findings.Any(f => f.Kind == kind && f.Sentence == sentence), difference.Render());
        Assert.True(difference.HasWidened == (kind == Widened), difference.Render());
    }

    internal static string Step(string statements) => Old.Replace("fee     rate(2) to lender, borrower\n", "fee     rate(2) to lender, borrower, auditor, helper\n", StringComparison.Ordinal)
        + $"\non step{(statements.Contains("bonus", StringComparison.Ordinal) && !statements.Contains("let ", StringComparison.Ordinal) ? "(bonus rate(2) to lender, borrower, auditor, helper)" : "")} by lender when Open\n{statements}\n{(statements.Contains("\n-> Paid\nend\n->", StringComparison.Ordinal) ? "" : "-> Paid")}\n";

    /// <summary>The name of a value means nothing by itself, but where the word stands for something else another one does.</summary>
    [Theory]
    [InlineData("let x = fee\nrequire x > 0.50 else AM03\nif limit > EUR 5\nrequire x < 0.75 and limit > EUR 6 else AM04\nend", "y", "step calls y what it called x.")]
    [InlineData("if limit > EUR 5\nlet x = fee\nrequire x > 0.50 else AM03\notherwise\nlet x = fee\nrequire x > 0.75 else AM03\nend", "y", "step calls y what it called x.")]
    [InlineData("let x = 2\nlet z = x + 1\nrequire now > now + z days else AM03", "y", "step calls y what it called x.")]
    [InlineData("let x = 2\nrequire until > now + x days else AM03", "hours", "step calls hours what it called x.")]
    // The unit of a length, a code and a word in a text are not the value.
    [InlineData("let days = 2\nrequire until > now + days days else AM03", "hours", null)]
    [InlineData("let X = fee\nrequire X > 0.50 else X", "Y", null)]
    [InlineData("let X = fee\nrequire X > 0.50 and currency(limit) != \"X\" else AM03", "Y", null)]
    public void ANameOfAValueIsNoDifference(string statements, string now, string? sentence)
    {
        string was = statements[(statements.IndexOf("let ", StringComparison.Ordinal) + 4)..].Split(' ')[0];
        ContractDifference difference = Between(Step(statements), Step(string.Join('\n', statements.Split('\n').Select(l => string.Join(' ', l.Split(' ').Select(w => w == was ? now : w)).Replace($"\"{was}\"", $"\"{now}\"", StringComparison.Ordinal)))).Replace("version 1", "version 2 replaces 1", StringComparison.Ordinal));
        if (sentence is null) Assert.True(difference.HasWidened, difference.Render());
        else Assert.Equal([(Changed, sentence)], difference.Findings.Select(f => (f.Kind, f.Sentence)));
    }

    /// <summary>The names of two values that trade places are no names alone.</summary>
    [Fact]
    public void TwoValuesThatTradeNamesAreADifference() => Assert.True(Between(
        Step("let x = fee\nlet y = amount\nrequire x > 0.50 else AM03"),
        Step("let y = fee\nlet x = amount\nrequire y > 0.50 else AM03").Replace("version 1", "version 2 replaces 1", StringComparison.Ordinal)).HasWidened);

    [Theory]
    [InlineData("contract Loan version 2 replaces 1", null)]
    [InlineData("contract Loan version 2", "Version 2 does not say 'replaces 1'.")]
    [InlineData("contract Loan version 3 replaces 2", "Version 3 replaces version 2, and not 1.")]
    [InlineData("contract Loan version 1\n  \"Other.\"", "The new contract differs and needs a version above 1; it says 1.")]
    [InlineData("contract Gift version 2 replaces 1", "Gift is another contract than Loan, not a version of it.")]
    public void TheNewContractNamesTheOld(string header, string? fault)
    {
        ContractDifference difference = Between(Old, Old.Replace("contract Loan version 1", header, StringComparison.Ordinal));
        Assert.Equal(fault is null, difference.Follows);
        Assert.Equal(fault, difference.Findings.SingleOrDefault(f => f.Kind == Misnumbered)?.Sentence);
        Assert.False(difference.HasWidened);
    }

    [Fact]
    public void LayoutAndCommentsAreNoDifference()
    {
        ContractDifference difference = Between(Old, Old.Replace("\n", "\n\n  -- a word\n", StringComparison.Ordinal).Replace("  amount", "        amount", StringComparison.Ordinal));
        Assert.Empty(difference.Findings);
        Assert.Equal("Loan version 1 -> Loan version 1\n\nThe two are the same contract.\n", difference.Render());
    }

    [Fact]
    public void ADisclosureThatComesIsWidenedAndOneThatGoesIsNot()
    {
        string hidden = Old.Replace("amount  money to lender, borrower, auditor, helper", "amount  money to lender, borrower, auditor, helper\n  secret  integer to lender, borrower, helper", StringComparison.Ordinal);
        string told = hidden.Replace("  require amount > 0 else AM01", "  discloses secret to auditor\n  require amount > 0 and secret > 1 else AM01", StringComparison.Ordinal).Replace("version 1", "version 2 replaces 1", StringComparison.Ordinal);
        ContractDifference grown = Between(hidden, told), back = Between(told, hidden);
        Assert.Contains(grown.Findings, f => f is { Kind: Widened, Sentence: "lend discloses secret to auditor now." });
        Assert.Contains(grown.Findings, f => f is { Kind: Narrowed, Sentence: "auditor no longer reads all that the outcome depends on, and cannot run every action again." });
        Assert.Contains(back.Findings, f => f is { Kind: Narrowed, Sentence: "lend no longer discloses secret to auditor." });
        Assert.Contains(back.Findings, f => f is { Kind: Widened, Sentence: "auditor now reads all that the outcome depends on: it can run every action again, and so follow positions." });
    }

    [Fact]
    public void APartyThatComesIsWidenedAndOneThatGoesIsNot()
    {
        string watched = Old.Replace("auditor, helper", "auditor, helper, court", StringComparison.Ordinal).Replace("auditor   regulator, observes", "auditor   regulator, observes\n  court  regulator, observes", StringComparison.Ordinal);
        ContractDifference grown = Between(Old, watched), back = Between(watched, Old);
        Assert.Contains(grown.Findings, f => f is { Kind: Widened, Subject: "court", Sentence: "court: a regulator that observes and never acts. It takes part now, and did not." });
        Assert.Contains(grown.Findings, f => f is { Kind: Widened, Subject: "amount", Sentence: "court now reads amount." });
        Assert.Contains(back.Findings, f => f is { Kind: Narrowed, Subject: "court", Sentence: "court no longer takes part." });
        Assert.False(back.HasWidened);
    }

    [Fact]
    public void CasesOfOneNameAreComparedByTheirStates()
    {
        const string Cases = "\non settle by lender when Open\n  -> Paid\n";
        ContractDifference difference = Between(Old + Cases, (Old + Cases.Replace("by lender", "by lender, agreed by borrower", StringComparison.Ordinal)).Replace("version 1", "version 2 replaces 1", StringComparison.Ordinal));
        Assert.Equal(["settle (from Open) needs the agreement of borrower now."], difference.Findings.Select(f => f.Sentence));
        Assert.Equal("Loan version 1 -> Loan version 2\n\nNarrowed\n  settle (from Open) needs the agreement of borrower now.\n\nNothing widened.\n", difference.Render());
    }

    /// <summary>A contract is never wider than itself, and what differs is always told.</summary>
    [Fact]
    public void TheContractsOfTheLibraryDifferFromEachOther()
    {
        foreach (Contract one in ContractLibrary.All)
        {
            foreach (Contract other in ContractLibrary.All)
            {
                ContractDifference difference = ContractDifference.Between(one, other);
                Assert.Equal(one == other, difference.Findings.Count == 0);
                Assert.Equal(one == other, difference.Follows);
            }
        }
    }

    private static ContractDifference Between(string before, string after) => ContractDifference.Between(Explained.Compiled(before), Explained.Compiled(after));
}
