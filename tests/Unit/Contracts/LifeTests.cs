using Settlement.Contracts;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>
/// What the checks of life, of automatic actions and of who can vouch accept: contracts like those in Rejected that are right, each a
/// change of one that compiles. Nothing at all is said about them.
/// </summary>
public sealed class LifeTests
{
    private const string Held = """
        contract Held version 1
        parties
          buyer   bank
          seller  bank
        fields
          amount    money     to buyer, seller
          deadline  datetime  to buyer, seller
        states
          Held, Disputed, Paid may rest
        on fund by buyer, agreed by seller
          require amount > 0 else AM01
          reserve amount from buyer
          -> Held
        on accept by buyer when Held by deadline
          release amount to buyer
          move amount from buyer to seller
          -> Paid
        on dispute by seller when Held by deadline
          -> Disputed
        on settle by buyer, agreed by seller when Disputed
          -> Held
        on lead_on by network when Held after deadline
          release amount to buyer
          -> Paid
        """;

    private const string Automatic = """
        contract Automatic version 1
        parties
          payer      bank
          payee      bank
          guarantor  bank
          sharer     bank, several(3)
        fields
          amount  money                  to payer, payee, guarantor, sharer
          fee     money                  to payer, payee, guarantor, sharer
          parts   integer                to payer, payee, guarantor, sharer
          turn    integer                to payer, payee, guarantor, sharer
          debtor  party                  to payer, payee, guarantor, sharer
          share   money for each sharer  to payer, payee, guarantor, sharer
          length  duration               to payer, payee, guarantor, sharer
          due     datetime               to payer, payee, guarantor, sharer
          list    list(9) of money       to payer, payee, guarantor, sharer
          other   ratio                  to payer, payee, guarantor, sharer
        states
          Agreed, Paid may rest
        on agree by payer, agreed by payee, guarantor, sharer
          require amount > 0 and fee > 0 and (all part in share: part > 0) else AM01
          require parts > 0 and parts <= 12 else AM02
          require currency(amount) = currency(fee) else AM03
          require debtor = payer or debtor = guarantor else AG01
          set turn = 0
          -> Agreed
        on change(new_amount money to payer, payee, guarantor, sharer) by payer, agreed by payee when Agreed
          require new_amount > fee else AM01
          set amount = new_amount
          -> Agreed
        on pay by network when Agreed after due
          set turn = turn + 1
          BODY
          if turn >= parts
            -> Paid
          otherwise
            -> Agreed
          end
        """;

    private const string Offered = """
        contract Offered version 1
        parties
          payer  bank
          payee  bank
        fields
          amount  money             to payer, payee
          fee     money optional    to payer, payee
          list    list(9) of money  to payer, payee
          due     datetime          to payer, payee
        states
          Open, Done may rest
        on start by payer, agreed by payee
          require amount > 0 else AM01
          TEST
          -> Open
        on charge(new_fee money to payer, payee, new_list list(9) of money to payer, payee) by payer, agreed by payee when Open
          require new_fee > 0 else AM02
          require count(new_list) > 0 and (all one in new_list: one > EUR 0 and one <= EUR 5) else AM03
          CHANGE
          -> Open
        on expire by network when Open after due
          BODY
          -> Done
        """;

    private const string Vouched = """
        contract Vouched version 1
        parties
          guarantor   bank
          holder      bank
          broker      bank
          supervisor  regulator, observes
        fields
          asked  money  to guarantor, holder, broker, supervisor
          limit  money  to guarantor
          spent  money  to guarantor
        states
          Open, Called may rest
        on open by guarantor, agreed by holder
          -> Open
        on call by guarantor, agreed by broker when Open
          discloses limit to holder, broker, supervisor
          require asked <= limit else AM14
          set spent = limit
          -> Called
        """;

    [Theory]
    [InlineData("", "")]
    // One way without a window is enough, and one that opens at any moment.
    [InlineData("on lead_on by network when Held after deadline", "on lead_on by seller when Held")]
    [InlineData("after deadline", "after deadline + 30 days")]
    // A way that closes opens again where another can move its moment, also through another state.
    [InlineData("on lead_on by network when Held after deadline\n  release amount to buyer\n  -> Paid", "on extend(to_when datetime) by buyer, agreed by seller when Held\n  set deadline = to_when\n  -> Held")]
    [InlineData("on lead_on by network when Held after deadline\n  release amount to buyer\n  -> Paid", "on extend(to_when datetime) by buyer, agreed by seller when Disputed\n  set deadline = to_when\n  -> Held\non argue by buyer when Held\n  -> Disputed")]
    // So does one whose moment moves on with the time.
    [InlineData("when Held by deadline\n  release", "when Held by cut-off of today\n  release")]
    // Where an instance may rest, everything may close.
    [InlineData("Held, Disputed, Paid may rest", "Held, Disputed, Paid may rest, Free may rest", "-> Paid\non dispute", "-> Free\non dispute")]
    public void SomethingAlwaysLeadsOn(params string[] changes) => Compiles(Held, changes);

    /// <summary>The only way out of a state has a window that moves on with the time: which are known to be open some day, for good or again and again.</summary>
    [Theory]
    // Ahead of now, or behind it, at all times.
    [InlineData("by now + 2 hours")]
    [InlineData("by today")]
    [InlineData("by date(now + 1 hours)")]
    [InlineData("after now - 1 seconds")]
    [InlineData("after today - 1 days")]
    [InlineData("after today - 2 months + 1 weeks")]
    [InlineData("by today + 1 business days")]
    [InlineData("by next_business_day(today)")]
    [InlineData("by now", "CD603")]
    [InlineData("by today - 1 days", "CD603")]
    [InlineData("after now + 1 seconds", "CD603")]
    [InlineData("after today", "CD603")]
    [InlineData("after next_business_day(today)", "CD603")]
    [InlineData("after date(cut-off of today)", "CD603")]
    [InlineData("by min(now, now)", "CD603")]
    [InlineData("after max(now + 19 seconds, cut-off of 2026-03-03)", "CD603")]
    [InlineData("after today + 1 months - 27 days", "CD603")]
    [InlineData("after cut-off of (today + 1 days)", "CD603")]
    [InlineData("by cut-off of (today - 1 business days)", "CD603")]
    // Comes again with every business day.
    [InlineData("by cut-off of today")]
    [InlineData("by cut-off of next_business_day(today) - 2 hours")]
    [InlineData("after cut-off of today + 2 hours")]
    [InlineData("after cut-off of next_business_day(today)")]
    [InlineData("by if is_business_day(today) then cut-off of today otherwise now + 1 hours")]
    [InlineData("after cut-off of (today + grace days)", "CD608")]
    // As far from now as a value says: for ever ahead, or for ever behind.
    [InlineData("after now + length", "CD608")]
    [InlineData("by now + length", "CD608")]
    [InlineData("by today + grace days", "CD608")]
    [InlineData("after today - grace business days", "CD608")]
    [InlineData("after deadline + (now - deadline) + length", "CD608")]
    // The later of two before which it is, and the earlier after which it is, are enough.
    [InlineData("by max(deadline, cut-off of today)")]
    [InlineData("by min(deadline, cut-off of today)", "CD608")]
    [InlineData("by min(now + 1 hours, cut-off of today)")]
    [InlineData("by max(deadline, now + length)", "CD608")]
    [InlineData("after min(deadline, now + length)")]
    [InlineData("after max(deadline, now + length)", "CD608")]
    [InlineData("after max(deadline, now - 1 days)")]
    [InlineData("after if grace > 0 then deadline otherwise now + length", "CD608")]
    [InlineData("after if grace > 0 then deadline otherwise now - 1 hours")]
    [InlineData("by if now < deadline then now + 1 hours otherwise cut-off of today", "CD608")]
    public void AWindowThatMovesOnWithTheTimeLeadsOnWhereItIsSureToBeOpen(string window, params string[] codes)
    {
        string source = Held.ReplaceLineEndings("\n").Replace("on lead_on by network when Held after deadline", "on lead_on by seller, agreed by buyer when Held " + window, StringComparison.Ordinal)
            .Replace("states\n", "  grace     integer   to buyer, seller\n  length    duration  to buyer, seller\nstates\n", StringComparison.Ordinal);
        Assert.Equal(codes, ContractCompiler.Compile("moving", source).Diagnostics.Select(d => d.Code));
    }

    /// <summary>One that may be over for ever, or never come, is open again where an action sets what it reads.</summary>
    [Fact]
    public void AMovingWindowOpensAgainWhereWhatItReadsIsSet() => Compiles(Held, ["on lead_on by network when Held after deadline",
        "on postpone(wait_for duration) by seller, agreed by buyer when Held\n  set length = wait_for\n  -> Held\non lead_on by seller, agreed by buyer when Held after now + length",
        "states\n", "  length    duration  to buyer, seller\nstates\n"]);

    [Theory]
    [InlineData("move amount from payer to payee")]
    [InlineData("move amount from debtor to payee")]
    [InlineData("let part = amount / parts rounded up\n  move part from payer to payee")]
    [InlineData("if amount > fee\n    let part = amount - fee\n    move part from payer to payee\n  end")]
    [InlineData("if amount != fee\n    set fee = max(amount, fee)\n  end")]
    [InlineData("let twice = min(amount, EUR 1000)\n  move amount from payer to payee", "require currency(amount) = currency(fee) else AM03", "require currency(amount) = \"EUR\" and currency(fee) = \"EUR\" else AM03")]
    [InlineData("let tax = amount * 0.25 rounded half even\n  if tax > 0\n    move tax from payer to payee\n  end")]
    [InlineData("for each sharer\n    move share from sharer to payee\n  end")]
    [InlineData("if parts < 100\n    set parts = parts * 2\n  end")]
    [InlineData("if length < 800 hours and length > 0 hours\n    set due = due + length\n  end")]
    [InlineData("set due = due + 30 days")]
    [InlineData("let half = amount * parts / 360 rounded down")]
    [InlineData("let part = amount * 2:3 rounded down")]
    [InlineData("let part = amount * parts * 2:3 / 12 rounded down")]
    // A list of money is summed up where it is not empty, of one currency, and bounded.
    [InlineData("let total = sum(share)\n  move total from payer to payee", "part > 0)", "part > EUR 0 and part <= EUR 1000000000000)")]
    [InlineData("let total = sum(share)\n  if total > amount\n    move amount from payer to payee\n  end", "(all part in share: part > 0)", "(all part in share: currency(part) = currency(amount) and part > 0 and part < 1000000)",
        "part < 1000000", "part < EUR 1000000")]
    [InlineData("let total = sum(list)\n  move total from payer to payee", "amount > 0 and fee > 0", "amount > 0 and fee > 0 and count(list) > 0 and (all one in list: one > EUR 0 and one <= EUR 1000000000)")]
    [InlineData("for each one in list\n    let left = amount - fee + one\n  end", "amount > 0 and fee > 0", "amount > EUR 0 and amount < EUR 1000000000 and fee > EUR 0 and fee < EUR 1000000000 and count(list) > 0 and (all one in list: one > EUR 0 and one <= EUR 1000000000)",
        "new_amount > fee", "new_amount > fee and new_amount < EUR 1000000000")]
    [InlineData("for each sharer\n    if share > amount\n      move amount from payer to payee\n    end\n  end", "part > 0)", "part > 0 and currency(part) = currency(fee))")]
    [InlineData("if count(list) < 5\n    let half = 100 / (5 - count(list)) rounded down\n  end")]
    public void AnAutomaticActionThatCannotBeRefusedIsAccepted(string body, params string[] changes) =>
        Compiles(Automatic.Replace("BODY", body, StringComparison.Ordinal), changes);

    [Theory]
    [InlineData("move fee from debtor to guarantor", "CD609")]
    [InlineData("if amount > EUR 5\n    move amount from payer to payee\n  end", "CD609")]
    [InlineData("set due = due + length", "CD609")]
    [InlineData("let total = sum(share)\n  move total from payer to payee", "CD609")]
    [InlineData("let part = amount * other rounded down", "CD609")]
    // Of one currency alone; bounded alone; and of a list that may be empty not even that.
    [InlineData("let total = sum(share)\n  set fee = total", "CD609", "part > 0)", "part > 0 and currency(part) = currency(fee))")]
    [InlineData("let total = sum(list)\n  set fee = total", "CD609", "amount > 0 and fee > 0", "amount > 0 and fee > 0 and (all one in list: one > EUR 0 and one <= EUR 1000000000)")]
    // An empty list does not make alike what its values were compared with.
    [InlineData("if amount > fee\n    set turn = turn + 1\n  end", "CD609", "require currency(amount) = currency(fee) else AM03", "require all one in list: currency(one) = currency(amount) and currency(one) = currency(fee) else AM03",
        "require new_amount > fee", "require new_amount > 0")]
    [InlineData("set fee = fee + amount", "CD609")]
    [InlineData("set parts = parts + turn\n  set turn = parts", "CD609")]
    [InlineData("let part = amount / parts rounded down\n  move part from payer to payee", "CD609")]
    public void OneThatCanBeIsNot(string body, string code, params string[] changes)
    {
        Compilation compilation = ContractCompiler.Compile("automatic", Changed(Automatic.Replace("BODY", body, StringComparison.Ordinal), changes));
        Assert.Equal([code], compilation.Diagnostics.Select(d => d.Code).Distinct());
    }

    private const string WherePresent = "if present(fee)\n    move fee from payer to payee\n  end", Bounded = "require count(list) > 0 and (all one in list: one > EUR 0 and one <= EUR 5) else AM01", Total = "move sum(list) from payer to payee";

    /// <summary>What is tested where it is present, and of a list all values, is known of what is there; `set` and `let` hand it on.</summary>
    [Theory]
    [InlineData("if present(fee)\n    require fee > 0 else AM01\n  end", "set fee = new_fee", WherePresent)]
    [InlineData("require not present(fee) or fee > 0 else AM01", "clear fee", WherePresent)]
    [InlineData("require not present(fee) else AM01", "set fee = new_fee", WherePresent)]
    [InlineData("require present(fee) else AM01\n  require fee > 0 else AM01", "clear fee", WherePresent)]
    [InlineData(Bounded, "set list = new_list", Total)]
    [InlineData(Bounded, "let other = new_list\n  set list = other", "let all_of_it = list\n  move sum(all_of_it) from payer to payee")]
    [InlineData("if present(fee)\n    require fee >= 0 else AM01\n  end", "set fee = new_fee", WherePresent, "CD609")]
    [InlineData("require not present(fee) or fee > 0 else AM01", "set fee = amount - new_fee", WherePresent, "CD609")]
    [InlineData("require not present(fee) or fee > 0 or amount > EUR 5 else AM01", "clear fee", WherePresent, "CD609")]
    [InlineData("require not present(fee) or fee > EUR 5 else AM01\n  require not present(fee) or fee < EUR 5 else AM01", "clear fee", "move amount - EUR 1 from payer to payee", "CD609")]
    [InlineData("require (all one in list: one > EUR 5) and (all one in list: one < EUR 5) else AM01", "clear fee", "move amount - EUR 1 from payer to payee", "CD609")]
    [InlineData(Bounded, "if new_fee > EUR 5\n    set list = new_list\n  end\n  let other = list\n  set fee = sum(other)", Total)]
    [InlineData(Bounded, "set list = new_list", Total, "CD609", "count(new_list) > 0 and ")]
    [InlineData(Bounded, "set list = new_list", Total, "CD609", " and one <= EUR 5) else AM03")]
    public void WhatIsThereIsKnownWhereItIs(string test, string change, string body, string code = "", string without = "")
    {
        string source = Offered.ReplaceLineEndings("\n").Replace("TEST", test, StringComparison.Ordinal).Replace("CHANGE", change, StringComparison.Ordinal).Replace("BODY", body, StringComparison.Ordinal);
        if (without.Length > 0) source = source.Replace(without, without.EndsWith("AM03", StringComparison.Ordinal) ? ") else AM03" : "", StringComparison.Ordinal);
        Assert.Equal(code, string.Join(' ', ContractCompiler.Compile("offered", source).Diagnostics.Select(d => d.Code).Where(c => c != "CD906").Distinct()));
    }

    /// <summary>A contract comes from another bank: what is too much to prove is refused, after the same number of steps everywhere.</summary>
    [Theory]
    [InlineData(10, "")]
    [InlineData(120, "CD609")]
    public void TheProofEnds(int size, string code)
    {
        string states = string.Join(", ", Enumerable.Range(0, size).Select(i => $"S{i}"));
        string source = "contract Many version 1\nparties\n  a bank\n  b bank\nfields\n" + string.Concat(Enumerable.Range(0, size).Select(i => $"  m{i} money to a, b\n"))
            + $"states\n  {states}, Done may rest\non start by a, agreed by b\n" + string.Concat(Enumerable.Range(0, size - 1).Select(i => $"  require m{i} > 0 and currency(m{i}) = currency(m{i + 1}) else XX\n")) + "  -> S0\n"
            + string.Concat(Enumerable.Range(0, size).Select(i => $"on go{i}(p money to a, b, q integer to a, b) by a, agreed by b when {states}\n  if q = 1\n    set m{i} = p\n    -> S{(i + 1) % size}\n  otherwise\n    if q = 2\n"
                + $"      set m{(i * 7) % size} = p\n      -> S{(i * 5) % size}\n    otherwise\n      -> S{(i + size - 1) % size}\n    end\n  end\n"))
            + "on leave by network when S0\n  if m0 > 0\n    move m0 from a to b\n  end\n  -> Done\n";
        IReadOnlyList<Diagnostic> diagnostics = ContractCompiler.Compile("many", source).Diagnostics;
        Assert.Equal(code, string.Join(' ', diagnostics.Select(d => d.Code).Where(c => c != "CD906")));
        Assert.Equal(diagnostics, ContractCompiler.Compile("many", source).Diagnostics);
    }

    [Theory]
    [InlineData("", "")]
    // One who agrees can decide a require; a value is computed by whoever takes the action.
    [InlineData("on call by guarantor, agreed by broker", "on call by broker, agreed by guarantor", "  set spent = limit\n", "")]
    [InlineData("to guarantor\n  spent", "to guarantor, holder\n  spent", "on call by guarantor", "on call by holder", "discloses limit to holder, broker", "discloses limit to broker")]
    public void WhoeverTakesAnActionCanVouchForIt(params string[] changes) => Compiles(Vouched, changes);

    /// <summary>A field of type party may name any member.</summary>
    [Fact]
    public void EachThatAFieldMayNameMustBeAble()
    {
        string source = Vouched.ReplaceLineEndings("\n").Replace("states\n", "  caller  party  to guarantor, holder, broker, supervisor\nstates\n", StringComparison.Ordinal).Replace("Open, Called", "Open may rest, Called", StringComparison.Ordinal)
            .Replace("on call by guarantor, agreed by broker", "on call by caller", StringComparison.Ordinal);
        Assert.Equal(["CD512", "CD512"], ContractCompiler.Compile("vouched", source).Diagnostics.Select(d => d.Code));
    }

    private static void Compiles(string source, string[] changes)
    {
        Compilation compilation = ContractCompiler.Compile("life", Changed(source, changes));
        Assert.Equal("", DiagnosticRenderer.Render(compilation.Diagnostics.Where(d => d.Code != "CD906")));
        Assert.NotNull(compilation.Contract);
    }

    private static string Changed(string source, string[] changes)
    {
        source = source.ReplaceLineEndings("\n");
        for (int i = 0; i < changes.Length; i += 2)
        {
            if (changes[i].Length == 0) continue;
            Assert.Contains(changes[i], source, StringComparison.Ordinal);
            source = source.Replace(changes[i], changes[i + 1], StringComparison.Ordinal);
        }

        return source;
    }
}
