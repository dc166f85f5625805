using Settlement.Contracts;
using Settlement.Contracts.Checking;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>What an action may offer to the settlement agent, and what is said of one that may not: a row each.</summary>
public sealed class OfferTests
{
    private const string Head =
        """
        contract Ring version 1
        parties
          payer   bank
          payee   bank
          third   bank
          lender  bank, several(3)
          watch   regulator, observes
        fields
          amount  money to payer, payee, third, lender, watch
          other   money to payer, payee, third, lender, watch
          tip     money optional to payer, payee, third, lender, watch
          salary  money to payer, payee, third, lender, watch personal of payer
          share   money for each lender to payer, payee, third, lender, watch
          parts   list(3) of money to payer, payee, third, lender, watch
          count   integer to payer, payee, third, lender, watch
          whom    party to payer, payee, third, lender, watch
          slip    text(35) to payer, payee, third, lender, watch
        states
          Open, Done may rest
        on open by payer, agreed by payee
          -> Open
        on close by payer when Open
          -> Done

        """;

    private const string Refused = "CD907";

    /// <summary>Each row is the last action, the code, the text at the caret, and the reason and fix that it must contain.</summary>
    [Theory]
    // What could be offset.
    [InlineData("on pay by payer, agreed by payee\n  offers amount to agent\n  move amount from payer to payee\n  -> Open", "", "", "", "")]
    [InlineData("on pay by payer, agreed by payee\n  offers amount to agent\n  require amount > EUR 5 else AM01\n  set count = 2\n  set tip = other\n  move (amount) from payer to payee\n  -> Open", "", "", "", "")]
    [InlineData("on pay by payer, agreed by payee by cut-off of 2026-03-02 else DT01\n  offers amount to agent\n  if count > 1\n    move amount from payer to payee\n    -> Open\n  otherwise\n    move amount from payer to payee\n  end\n  -> Done", "", "", "", "")]
    [InlineData("on pay by payer, agreed by payee\n  offers amount to agent\n  for each lender\n    require share > 0 else AM01\n  end\n  if count > 1\n    move amount from payer to payee\n    -> Open\n  end\n  move amount from payer to payee\n  -> Done", "", "", "", "")]
    // Who takes it, on what.
    [InlineData("on pay by payer, agreed by payee when Open\n  offers amount to agent\n  move amount from payer to payee\n  -> Open", Refused, "offers amount to agent", "'pay' goes on with an instance", "offer it in an action without 'when'")]
    [InlineData("on pay(reason code) by payer, agreed by payee\n  offers amount to agent\n  move amount from payer to payee\n  -> Open", Refused, "offers amount to agent", "'pay' takes parameters", "make each parameter a field")]
    [InlineData("on pay by whom, agreed by payer, payee\n  offers amount to agent\n  move amount from payer to payee\n  -> Open", Refused, "offers amount to agent", "who takes 'pay', and so who pays, is not one party", "let one party take the action")]
    [InlineData("on pay by any lender, agreed by payer, payee\n  offers amount to agent\n  move amount from payer to payee\n  -> Open", Refused, "offers amount to agent", "who takes 'pay', and so who pays, is not one party", "let one party take the action")]
    [InlineData("on pay by network when Open after 2026-03-02\n  offers amount to agent\n  -> Done", Refused, "offers amount to agent", "'pay' goes on with an instance", "offer it in an action without 'when'")]
    [InlineData("on pay by network\n  offers amount to agent\n  move amount from payer to payee\n  -> Open", "CD511", "network", "creates an instance", "let a party take it")]
    // What is offered.
    [InlineData("on pay by payer, agreed by payee\n  offers tip to agent\n  require present(tip) else AM01\n  move tip from payer to payee\n  -> Open", Refused, "tip", "'tip' may be absent", "declare tip without 'optional'")]
    [InlineData("on pay by payer, agreed by payee\n  offers amount to agent\n  set amount = other\n  move amount from payer to payee\n  -> Open", Refused, "amount", "'pay' sets 'amount'", "offer what whoever takes the action supplies")]
    [InlineData("on pay by payer, agreed by payee\n  offers salary to agent\n  move salary from payer to payee\n  -> Open", Refused, "salary", "'salary' is personal data of payer", "offer an amount that is not personal")]
    [InlineData("on pay by payer, agreed by payee\n  offers count to agent\n  move amount from payer to payee\n  -> Open", "CD407", "count", "'count' is integer; a field of money is needed here", "")]
    [InlineData("on pay by payer, agreed by payee\n  offers share to agent\n  move amount from payer to payee\n  -> Open", "CD407", "share", "a field of money is needed here", "")]
    [InlineData("on pay by payer, agreed by payee\n  offers parts to agent\n  move sum(parts) from payer to payee\n  -> Open", "CD407", "parts", "a field of money is needed here", "")]
    [InlineData("on pay by payer, agreed by payee\n  offers amuont to agent\n  move amount from payer to payee\n  -> Open", "CD302", "amuont", "there is no field or parameter called 'amuont'", "did you mean 'amount'?")]
    [InlineData("on pay by payer, agreed by payee\n  offers payer to agent\n  move amount from payer to payee\n  -> Open", "CD303", "payer", "'payer' is a party", "")]
    // What moves.
    [InlineData("on pay by payer, agreed by payee\n  offers amount to agent\n  -> Open", Refused, "-> Open", "nothing moves that an offset could settle", "move amount on every way")]
    [InlineData("on pay by payer, agreed by payee\n  offers amount to agent\n  if count > 1\n    move amount from payer to payee\n  end\n  -> Open", Refused, "-> Open", "nothing moves that an offset could settle", "move amount on every way")]
    [InlineData("on pay by payer, agreed by payee\n  offers amount to agent\n  if count > 1\n    -> Done\n  end\n  move amount from payer to payee\n  -> Open", Refused, "-> Done", "nothing moves that an offset could settle", "move amount on every way")]
    [InlineData("on pay by payer, agreed by payee\n  offers amount to agent\n  move amount from payer to payee\n  move other from payer to payee\n  -> Open", Refused, "move other from payer to payee", "this is a second movement", "move what is offered, and nothing else")]
    [InlineData("on pay by payer, agreed by payee\n  offers amount to agent\n  if count > 1\n    move amount from payer to payee\n  end\n  move amount from payer to payee\n  -> Open", Refused, "move amount from payer to payee", "this is a second movement", "move what is offered, and nothing else")]
    [InlineData("on pay by payer, agreed by payee\n  offers amount to agent\n  move other from payer to payee\n  -> Open", Refused, "move other from payer to payee", "what moves is not 'amount' as it was supplied", "write: move amount from payer to the one party that is paid")]
    [InlineData("on pay by payer, agreed by payee\n  offers amount to agent\n  move amount + other from payer to payee\n  -> Open", Refused, "move amount + other from payer to payee", "what moves is not 'amount' as it was supplied", "write: move amount from payer")]
    [InlineData("on pay by payer, agreed by payee\n  offers amount to agent\n  let half = amount / 2 rounded down\n  move half from payer to payee\n  -> Open", Refused, "move half from payer to payee", "what moves is not 'amount' as it was supplied", "write: move amount from payer")]
    [InlineData("on pay by payer, agreed by payee\n  offers amount to agent\n  move amount from payee to payer\n  -> Open", Refused, "move amount from payee to payer", "who pays is not payer, which takes 'pay' and in whose queue it waits", "write: move amount from payer")]
    [InlineData("on pay by payer, agreed by payee\n  offers amount to agent\n  require whom != watch else AG01\n  move amount from payer to whom\n  -> Open", Refused, "move amount from payer to whom", "who is paid is not known from the action alone", "write: move amount from payer to the one party that is paid")]
    [InlineData("on pay by payer, agreed by payee\n  offers amount to agent\n  if count > 1\n    move amount from payer to payee\n    -> Open\n  end\n  move amount from payer to third\n  -> Open", Refused, "move amount from payer to third", "on another way payee is paid", "write: move amount from payer to the one party that is paid")]
    [InlineData("on pay by payer, agreed by payee\n  offers amount to agent\n  for each lender\n    move amount from payer to lender\n  end\n  -> Open", Refused, "move amount from payer to lender", "this happens as often as the loop goes round", "outside of loops")]
    [InlineData("on pay by payer, agreed by payee\n  offers amount to agent\n  move amount from payer to payee\n  for each part in parts\n    if count > 1\n      move part from payer to payee\n    end\n  end\n  -> Open", Refused, "move part from payer to payee", "this happens as often as the loop goes round", "outside of loops")]
    [InlineData("on pay by payer, agreed by payee\n  offers amount to agent\n  redeem amount from payer\n  -> Open", Refused, "redeem amount from payer", "an offset settles what moves between two parties", "move what is offered, and nothing else")]
    [InlineData("on pay by payer, agreed by payee\n  offers amount to agent\n  issue amount to payer citing slip\n  -> Open", Refused, "issue amount to payer citing slip", "an offset settles what moves between two parties", "move what is offered, and nothing else")]
    public void WhatIsOfferedCouldBeOffset(string action, string code, string marked, string reason, string fix)
    {
        Compilation compilation = ContractCompiler.Compile("ring.contract", $"{Head}{action}\n");
        Diagnostic[] errors = [.. compilation.Diagnostics.Where(static d => d.Severity == Severity.Error)];
        if (code.Length == 0)
        {
            Assert.Empty(errors);
            Assert.Equal("amount", compilation.Contract!.FindAction("pay")!.Offered!.Name);
            Assert.Null(compilation.Contract.FindAction("close")!.Offered);
            return;
        }

        Diagnostic error = Assert.Single(errors);
        Assert.Equal((code, marked), (error.Code, error.SourceLine.Substring(error.Column - 1, error.Length)));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains(fix, error.Suggestion ?? "", StringComparison.Ordinal);
    }

    /// <summary>What is reserved has to be released in another action, which an offset would never come to.</summary>
    [Fact]
    public void NothingIsReservedBesideIt()
    {
        string source = Head.Replace("agreed by payee\n", "agreed by payee\n  reserve other from payer\n", StringComparison.Ordinal).Replace("on close by payer when Open\n", "on close by payer when Open\n  release other to payer\n", StringComparison.Ordinal)
            + "on pay by payer, agreed by payee\n  offers amount to agent\n  reserve other from payer\n  move amount from payer to payee\n  -> Open\n";
        Diagnostic error = Assert.Single(ContractCompiler.Compile("ring.contract", source).Diagnostics, static d => d.Severity == Severity.Error);
        Assert.Equal((Rules.NothingToOffset.Code, "  reserve other from payer"), (error.Code, error.SourceLine));
    }

    /// <summary>Neither word is reserved. Only an action that offers may have nothing about it that is called agent, too.</summary>
    [Theory]
    [InlineData("agent", "payee", "amount", "a party", "party")]
    [InlineData("payer", "payee", "agent", "a field or parameter", "field or parameter")]
    public void SomethingMayBeCalledAgentWhereNothingIsOffered(string payer, string payee, string amount, string kind, string called)
    {
        string source = $"contract Ring version 1\nparties\n{payer} bank\n{payee} bank\nfields\n{amount} money to {payer}, {payee}\noffers integer to {payer}, {payee}\nstates\nDone may rest\non pay by {payer}, agreed by {payee}\nrequire offers > 1 else NO\nmove {amount} from {payer} to {payee}\n-> Done\n";
        Contract contract = ContractCompiler.Compile("ring.contract", source).Contract!;
        Assert.Null(contract.Actions[0].Offered);
        Diagnostic error = Assert.Single(ContractCompiler.Compile("ring.contract", source.Replace("require", $"offers {amount} to agent\nrequire", StringComparison.Ordinal)).Diagnostics);
        Assert.Equal(("CD303", $"'agent' is {kind} of this contract; here stands the settlement agent", $"call {called} agent otherwise"), (error.Code, error.Message, error.Suggestion));
        Assert.Equal("agent", error.SourceLine.Substring(error.Column - 1, error.Length));
    }

    /// <summary>A field called offers is offered like any other, and the canonical form says so in one line.</summary>
    [Fact]
    public void ItHasOneLineOfTheCanonicalForm()
    {
        Contract contract = Explained.Compiled("contract Ring version 1\nparties\npayer bank\npayee bank\nfields\noffers money to payer, payee\nnote text(9) to payer\nstates\nDone may rest\non pay by payer, agreed by payee \"Pays.\"\ndiscloses note to payee\n\toffers  offers to agent -- it waits\nrequire note != \"x\" else NO\nmove offers from payer to payee\n-> Done\n");
        Assert.EndsWith("on pay by payer, agreed by payee\n  \"Pays.\"\n  discloses note to payee\n  offers offers to agent\n  require note != \"x\" else NO\n  move offers from payer to payee\n  -> Done\n", contract.CanonicalText, StringComparison.Ordinal);
        Contract again = Explained.Compiled(contract.CanonicalText);
        Assert.Equal((contract.CanonicalText, Convert.ToHexStringLower(contract.Hash)), (again.CanonicalText, Convert.ToHexStringLower(again.Hash)));
        Assert.NotEqual(contract.Hash, Explained.Compiled(contract.CanonicalText.Replace("  offers offers to agent\n", "", StringComparison.Ordinal)).Hash);
    }

    private const string Sentence = "While pay waits in the queue of payer for cover, the settlement agent may be shown amount and which banks payer and payee are, so that it may settle it together with waiting payments of other banks. That it waits tells the agent besides that nothing in the action refused it.";

    [Fact]
    public void ItIsExplainedInASentenceOfItsOwn()
    {
        Contract contract = ContractLibrary.Load("OffsetPayment");
        string text = ContractExplanation.Render(contract);
        Assert.Contains("payer can pay, if payee agrees: a new instance in Settled.\n  offers amount to agent\n  require amount > 0 else AM01\n", text, StringComparison.Ordinal);
        Assert.Contains($"\nWhat is disclosed on purpose\n\n{Sentence}\n\n", text, StringComparison.Ordinal);
        Assert.Contains($"<p>{Sentence}</p>", ContractExplanation.ToHtml(contract), StringComparison.Ordinal);
        using System.Text.Json.JsonDocument json = System.Text.Json.JsonDocument.Parse(ContractExplanation.ToJson(contract));
        Assert.Equal($$"""[{"action":"pay","field":"amount","payer":"payer","payee":"payee","sentence":"{{Sentence}}"}]""", System.Text.Json.JsonSerializer.Serialize(json.RootElement.GetProperty("offers")));
        Assert.DoesNotContain("settlement agent", ContractExplanation.Render(ContractLibrary.Load("GrossPayment")), StringComparison.Ordinal);
    }

    private const string Offer = "  offers amount to agent\n", Pay = "on pay by payer, agreed by payee\n" + Offer + "  move amount from payer to payee\n  -> Open\n", Move = "  move amount from payer to payee\n";

    /// <summary>Who learns something that did not before, as for a new reader.</summary>
    [Theory]
    [InlineData("", Offer, DifferenceKind.Widened, "pay offers amount to the settlement agent now, which may be shown it, who pays it and who is paid while it waits for cover.")]
    [InlineData(Offer, "", DifferenceKind.Narrowed, "pay no longer offers amount to the settlement agent.")]
    [InlineData(Offer + Move, "  offers other to agent\n  move other from payer to payee\n", DifferenceKind.Widened, "pay offers other to the settlement agent now, which may be shown it, who pays it and who is paid while it waits for cover.")]
    [InlineData(Offer + Move, "  offers other to agent\n  move other from payer to payee\n", DifferenceKind.Narrowed, "pay no longer offers amount to the settlement agent.")]
    [InlineData(Offer + Move, Offer + "  move amount from payer to third\n", DifferenceKind.Widened, "pay now says 'move amount from payer to third', and said 'move amount from payer to payee'.")]
    [InlineData(Pay, "on pay by payer, agreed by payee\n" + Move + "  -> Open\n" + "on offer by payer, agreed by payee\n  offers other to agent\n  move other from payer to payee\n  -> Open\n", DifferenceKind.Widened, "While offer waits in the queue of payer for cover, the settlement agent may be shown other and which banks payer and payee are, so that it may settle it together with waiting payments of other banks. That it waits tells the agent besides that nothing in the action refused it.")]
    public void ADifferenceSaysWhoLearnsMore(string was, string now, DifferenceKind kind, string sentence)
    {
        string old = was.Length == 0 ? Pay.Replace(Offer, "", StringComparison.Ordinal) : Pay;
        string fresh = was.Length == 0 ? Pay : Pay.Replace(was, now, StringComparison.Ordinal);
        ContractDifference difference = ContractDifference.Between(Explained.Compiled(Head + old), Explained.Compiled(Head.Replace("version 1", "version 2 replaces 1", StringComparison.Ordinal) + fresh));
        Assert.Contains((kind, sentence), difference.Findings.Select(static f => (f.Kind, f.Sentence)));
        if (was.Length == 0 || now.Length == 0) Assert.Single(difference.Findings);
    }

    /// <summary>It is no part of what the action does: the same values come to the same.</summary>
    [Fact]
    public void TheActionDoesTheSameWithIt()
    {
        Contract offering = ContractLibrary.Load("OffsetPayment"), plain = ContractLibrary.Load("GrossPayment");
        Value?[] values = [new MoneyValue("EUR", 7), new DateValue(new DateOnly(2026, 3, 2)), new TextValue("E-1"), null, null, new TextValue("A"), null, new TextValue("B"), null, null];
        foreach (long minorUnits in (long[])[7, 0, -1, long.MaxValue])
        {
            values[0] = new MoneyValue("EUR", minorUnits);
            Assert.Equal(Outcome(plain, values), Outcome(offering, values));
        }

        static string Outcome(Contract contract, Value?[] values) =>
            ScenarioTable.Written(contract, contract.Evaluate(contract.FindAction("pay")!, null, values, [], TestOccasion.Of(contract.FindAction("pay")!)));
    }
}
