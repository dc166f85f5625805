using Settlement.Contracts;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>
/// A disclosure says about which field somebody may conclude something, and the statements what. So a contract that discloses the
/// same fields to the same parties can tell more: each row is one way, and what is said of it.
/// </summary>
public sealed class DisclosureDifferenceTests
{
    private const DifferenceKind Widened = DifferenceKind.Widened, Narrowed = DifferenceKind.Narrowed, Changed = DifferenceKind.Changed;

    // The two observers read amount, limit, grade and since; all else they are only told about.
    private const string Old = """
        contract Claim version 1
        codes
          cause = GOODS, SERVICE, OTHER
        parties
          creditor  bank
          debtor    bank
          lender    bank, several(3)
          registry  regulator, observes
          tax       regulator, observes
        fields
          amount  money to creditor, debtor, lender, registry, tax
          limit   integer to creditor, debtor, lender, registry, tax
          grade   integer optional to creditor, debtor, lender, registry, tax
          since   datetime to creditor, debtor, lender, registry, tax
          name    text(20) to creditor, debtor, lender
          kind    cause to creditor, debtor, lender
          risk    integer to creditor, debtor, lender
          fee     money to creditor, debtor, lender
          due     datetime to creditor, debtor, lender
          share   money for each lender to creditor, debtor, lender
          draft   integer optional to creditor, debtor, lender
        states
          Open, Held, Done may rest, Lost may rest
        on claim by creditor, agreed by debtor
          discloses name to registry, tax
          require amount > 0 else AM01
          require name != "AAA" else AG01
          require limit > 0 else AG02
          -> Open
        on judge by debtor when Open
          discloses risk, kind to registry, tax
          let twice = risk + risk
          let half = limit
          require kind != "OTHER" else AG01
          require twice > half else AG01
          require limit < 9 else AG03
          set draft = limit
          -> Held
        on close by debtor when Held by due else DT05
          discloses risk, due, fee, share to registry, tax
          move fee from debtor to creditor
          for each lender
            require share > fee else AM05
          end
          if risk > 3
            set grade = 1
            -> Done
          otherwise
            set grade = 2
            -> Lost
          end
        on leave by debtor when Held
          discloses risk to registry, tax
          if risk > 5
            -> Lost
          end
          require limit > 1 else AG09
          -> Done
        """;

    [Theory]
    // A condition comes, or is another one.
    [InlineData("require name != \"AAA\" else AG01", "require name != \"AAA\" else AG01\n  require name = \"Miller\" else AG01",
        Widened, "claim may tell registry and tax more about name: it now says 'require name = \"Miller\" else AG01'.", Narrowed, "claim now requires name = \"Miller\" (else AG01).")]
    [InlineData("require name != \"AAA\" else AG01", "require name = \"Miller\" else AG01",
        Widened, "claim may tell registry and tax more about name: it now says 'require name = \"Miller\" else AG01'.", Widened, "claim now requires name = \"Miller\" (else AG01), and required name != \"AAA\".")]
    [InlineData("require twice > half else AG01", "require twice > half else AG01\n  require twice < 99 else AG01",
        Widened, "judge may tell registry and tax more about risk: it now says 'require twice < 99 else AG01'.", Narrowed, "judge now requires twice < 99 (else AG01).")]
    [InlineData("set draft = limit", "set draft = risk\n  require draft < 99 else AG04",
        Widened, "judge may tell registry and tax more about risk: it now says 'require draft < 99 else AG04'.", Narrowed, "judge now requires draft < 99 (else AG04).", "judge discloses draft to registry and draft to tax now.")]
    // An earlier statement is refused or not, depending on it.
    [InlineData("let half = limit", "let half = limit\n  let more = risk * 1000",
        Widened, "judge may tell registry and tax more about risk: it now says 'let more = risk * 1000'.", Changed, "judge now says 'let more = risk * 1000'.")]
    [InlineData("set draft = limit", "set draft = limit\n  if risk > 7\n    require limit > 5 else AG04\n  end",
        Widened, "judge may tell registry and tax more about risk: it now says 'if risk > 7: require limit > 5 else AG04'.", Narrowed, "judge now requires if risk > 7: limit > 5 (else AG04).")]
    [InlineData("require limit > 1 else AG09", "require limit > 1 else AG09\n  require amount > 0 else AM01",
        Widened, "leave may tell registry and tax more about risk: it now says 'require amount > 0 else AM01'.", Narrowed, "leave now requires amount > 0 (else AM01).")]
    [InlineData("move fee from debtor to creditor", "move fee from debtor to creditor\n  move fee + fee from creditor to debtor",
        Widened, "close may tell registry and tax more about fee: it now says 'move fee + fee from creditor to debtor'.", Widened, "close now says 'move fee + fee from creditor to debtor'.")]
    [InlineData("move fee from debtor to creditor", "move fee + fee from debtor to creditor",
        Widened, "close may tell registry and tax more about fee: it now says 'move fee + fee from debtor to creditor'.", Widened, "close now says 'move fee + fee from debtor to creditor', and said 'move fee from debtor to creditor'.")]
    // It is written into what they read, and what is written or where it ends differs.
    [InlineData("set grade = 2", "set grade = risk",
        Widened, "close may tell registry and tax more about risk: it now says 'not if risk > 3: set grade = risk'.", Widened, "close now says 'not if risk > 3: set grade = risk', and said 'not if risk > 3: set grade = 2': by reading grade, registry and tax may learn of risk.")]
    [InlineData("set draft = limit", "set draft = limit\n  set grade = risk",
        Widened, "judge may tell registry and tax more about risk: it now says 'set grade = risk'.", Widened, "judge now says 'set grade = risk': by reading grade, registry and tax may learn of risk.")]
    [InlineData("if risk > 3", "if risk > 4",
        Widened, "close may tell registry and tax more about risk: it now says 'if risk > 4: -> Done'.", Widened, "close now says 'if risk > 4: -> Done', and said 'if risk > 3: -> Done'.")]
    [InlineData("require share > fee else AM05", "require share > fee else AM05\n    require share < amount else AM06",
        Widened, "close may tell registry and tax more about share: it now says 'for each lender: require share < amount else AM06'.", Narrowed, "close now requires for each lender: share < amount (else AM06).")]
    [InlineData("by due else DT05", "by due - 1 hours else DT05",
        Widened, "close may tell registry and tax more about due: it can be done only before due - 1 hours.", Narrowed, "close can be done only before due - 1 hours, and could only before due.")]
    [InlineData("by due else DT05", "by due else DT06", Changed, "close is refused with DT06 at another time, and was with DT05.", null, null)]
    [InlineData("share > fee else AM05", "share > fee else DT05", Changed, "close is refused with DT05 and no longer with AM05 unless for each lender: share > fee.", null, null)]
    // Refusals that were alike are told apart; one that always had its own code is not.
    [InlineData("require twice > half else AG01", "require twice > half else AG04", Widened, "judge may tell registry and tax more about risk and kind: not all that was refused with AG01 is refused alike now.", null, null)]
    [InlineData("require name != \"AAA\" else AG01", "require name != \"AAA\" else AG07", Changed, "claim is refused with AG07 and no longer with AG01 unless name != \"AAA\".", null, null)]
    [InlineData("require name != \"AAA\" else AG01", "require name != \"AAA\" else AG02", Changed, "claim is refused with AG02 and no longer with AG01 unless name != \"AAA\".", null, null)]
    // What was refused before it tells nothing about it then.
    [InlineData("require name != \"AAA\" else AG01\n  require limit > 0 else AG02", "require limit > 0 else AG02\n  require name != \"AAA\" else AG01", Widened, "claim does the same in another order, and may tell registry and tax more about name.", null, null)]
    // Of fewer values, an answer leaves fewer to guess.
    [InlineData("GOODS, SERVICE, OTHER", "GOODS, OTHER", Widened, "judge may tell registry and tax more about kind: kind has fewer values now.", Narrowed, "cause can no longer be SERVICE.")]
    [InlineData("name    text(20)", "name    text(3)", Widened, "claim may tell registry and tax more about name: name has fewer values now.", Narrowed, "name has room for 3 characters, and not 20.")]
    [InlineData("several(3)", "several(2)", Widened, "close may tell registry and tax more about fee and share: share has fewer values now.", Narrowed, "At most 2 participants can play lender, and not 3.")]
    // What depends on nothing that is disclosed tells nothing of it.
    [InlineData("require limit > 0 else AG02", "require limit > 0 else AG02\n  require limit < 7 else AG02", Narrowed, "claim now requires limit < 7 (else AG02).", null, null)]
    [InlineData("let half = limit", "let half = limit\n  let unused = risk", Changed, "judge now says 'let unused = risk'.", null, null)]
    [InlineData("require limit < 9 else AG03", "require limit < 9 else AG05", Changed, "judge is refused with AG05 and no longer with AG03 unless limit < 9.", null, null)]
    public void WhatIsToldGrowsThroughStatements(string was, string now, DifferenceKind kind, string sentence, DifferenceKind? otherKind, string? other, string? disclosed = null)
    {
        Assert.Contains(was, Old, StringComparison.Ordinal);
        string changed = Old.Replace(was, now, StringComparison.Ordinal).Replace("version 1", "version 2 replaces 1", StringComparison.Ordinal);
        if (disclosed is not null) changed = changed.Replace("discloses risk, kind to", "discloses risk, kind, draft to", StringComparison.Ordinal);
        ContractDifference difference = ContractDifference.Between(Explained.Compiled(Old), Explained.Compiled(changed));
        Assert.True(difference.Findings.Any(f => f.Kind == kind && f.Sentence == sentence), difference.Render());
        Assert.True(other is null || difference.Findings.Any(f => f.Kind == otherKind && f.Sentence == other), difference.Render());
        Assert.True(disclosed is null || difference.Findings.Any(f => f.Kind == Widened && f.Sentence == disclosed), difference.Render());
        Assert.True(difference.HasWidened == (kind == Widened), difference.Render());
    }

    /// <summary>A require and the window can share a code, whichever of the two then gets another.</summary>
    [Theory]
    [InlineData("share > fee else DT05", "share > fee else AM05", "close may tell registry and tax more about due, fee and share: not all that was refused with DT05 is refused alike now.")]
    [InlineData("by due else DT05", "by due else DT06", "close may tell registry and tax more about due, fee and share: not all that was refused with DT05 is refused alike now.")]
    public void ACodeOfTheWindowIsOneToShare(string was, string now, string sentence)
    {
        string alike = Old.Replace("else AM05", "else DT05", StringComparison.Ordinal), apart = alike.Replace(was, now, StringComparison.Ordinal);
        Assert.Equal([sentence], ContractDifference.Between(Explained.Compiled(alike), Explained.Compiled(apart)).Findings.Where(f => f.Kind == Widened).Select(f => f.Sentence));
        Assert.False(ContractDifference.Between(Explained.Compiled(apart), Explained.Compiled(alike)).HasWidened);
    }

    /// <summary>What an action no longer tells is no more than it told.</summary>
    [Fact]
    public void WhatComesBackAsItWasTellsNoMore()
    {
        string grown = Old.Replace("require name != \"AAA\" else AG01", "require name != \"AAA\" else AG01\n  require name = \"Miller\" else AG01", StringComparison.Ordinal);
        ContractDifference back = ContractDifference.Between(Explained.Compiled(grown), Explained.Compiled(Old));
        Assert.Equal(["claim no longer requires name = \"Miller\" (else AG01)."], back.Findings.Where(f => f.Kind == Widened).Select(f => f.Sentence));
    }
}
