using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using Settlement.Contracts;

namespace Settlement.Tests.Unit.Contracts;

public sealed class ExplanationTests
{
    [Fact]
    public void TheMatrixShowsWhoReadsWhat() => Assert.Equal(
        """
        field             type                payer  payee  supervisor  personal of
        ----------------  ------------------  -----  -----  ----------  -----------
        amount            money               reads  reads  reads
        value_date        date                reads  reads  reads
        end_to_end        text(35)            reads  reads  -
        uetr              text(36) optional   reads  reads  -
        transaction       text(35) optional   reads  reads  -
        debtor            text(140)           reads  reads  -           payer
        debtor_account    text(34) optional   reads  reads  -           payer
        creditor          text(140)           reads  reads  -           payee
        creditor_account  text(34) optional   reads  reads  -           payee
        remittance        text(140) optional  reads  reads  -
        return(reason)    code                reads  reads  -

        """.ReplaceLineEndings("\n"), ContractExplanation.Matrix(ContractLibrary.Load("GrossPayment")));

    [Fact]
    public void TheStatesAreADiagram() => Assert.Equal(
        """
        stateDiagram-v2
            [*] --> Settled : pay by payer with payee
            Settled --> Returned : return by payee with payer
            Settled --> [*]
            Returned --> [*]

        """.ReplaceLineEndings("\n"), ContractExplanation.StatesAsMermaid(ContractLibrary.Load("GrossPayment")));

    [Fact]
    public void TheWholeNamesTheHashTheActionsAndTheObservers()
    {
        Contract contract = ContractLibrary.Load("GrossPayment");
        string text = ContractExplanation.Render(contract);
        Assert.Contains($"hash {Convert.ToHexStringLower(contract.Hash)}\n", text, StringComparison.Ordinal);
        Assert.Contains("payer can pay, if payee agrees: a new instance in Settled.\n  require amount > 0 else AM01\n  move amount from payer to payee\n  -> Settled\n", text, StringComparison.Ordinal);
        Assert.Contains("supervisor reads all that the outcome depends on, and can run every action again: where that holds for every contract of a channel, it thereby reads the positions of all members.\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void AnObserverThatMissesADependencyCannotRunTheContractAgain()
    {
        string source = ContractLibrary.Load("GrossPayment").Source;
        Contract contract = ContractCompiler.Compile("hidden", source.Replace("require amount > 0 else AM01", "require amount > 0 and end_to_end != \"NOTPROVIDED\" else AM01", StringComparison.Ordinal).Replace("  require", "  discloses end_to_end to supervisor\n  require", StringComparison.Ordinal)).Contract!;
        Party supervisor = contract.FindParty("supervisor")!;
        Assert.False(contract.CanReExecute(supervisor));
        Assert.True(contract.CanReExecute(contract.FindParty("payer")!));
        Assert.Contains("supervisor cannot run every action again: it does not read end_to_end (in pay).", ContractExplanation.Render(contract), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => contract.ReExecute(supervisor, contract.Actions[0], null, new Value?[10], [], TestOccasion.Of(contract.Actions[0])));
    }

    [Fact]
    public void AnObserverRunsAnActionWithWhatItReads()
    {
        Contract contract = ContractLibrary.Load("GrossPayment");
        Value?[] read = [new MoneyValue("EUR", 7), new DateValue(new DateOnly(2026, 3, 2)), null, null, null, null, null, null, null, null];
        var again = Assert.IsType<Evaluation.Accepted>(contract.ReExecute(contract.FindParty("supervisor")!, contract.FindAction("pay")!, null, read, [], TestOccasion.Of(contract.FindAction("pay")!)));
        Assert.Equal([new Movement.Move(new Seat(0), new Seat(1), new MoneyValue("EUR", 7))], again.Movements);
        Assert.Equal(new Evaluation.Refused("S002", "pay: end_to_end"), contract.Evaluate(contract.FindAction("pay")!, null, read, [], TestOccasion.Of(contract.FindAction("pay")!)));
    }

    [Fact]
    public void AWholeContractIsToldInPlainEnglish() => Assert.Equal(
        """
        Delivery version 3, replaces version 2
        Goods against money, with <b>doc</b> & "quotes".
        hash ef77c059c4e0c7c7cd251ea30a1514ef4d5cb63afd33504c30771cccfc84ce1c

        Who takes part

        buyer: a bank. The buyer's bank.
        lender: up to 3 banks.
        supervisor: a regulator that observes and never acts.

        Units and codes

        bales: a unit, counted in whole ones. Of cotton.
        refusal: one of BROKEN, LATE.
        purpose: a code of the ISO 20022 external set ExternalPurpose1.

        Who reads what

        field          type               buyer  lender  supervisor  personal of
        -------------  -----------------  -----  ------  ----------  -----------
        price          money              reads  reads   reads
        count          quantity(bales)    reads  reads   -
        client         text(140)          reads  reads   -           buyer
        due            date               reads  reads   reads
        note           text(20) optional  reads  reads   reads
        chief          party              reads  reads   reads
        use            purpose            reads  reads   -
        close(reason)  refusal            reads  reads   reads

        What can happen

        buyer can open, if every lender agrees: a new instance in Open.
          discloses count to supervisor
          require price > 0 and count > 0 else AM01
          -> Open

        Whoever chief names can close, giving reason: from Open to Broken or Closed, only before the end of the day due (else refused with DT05). The chief decides.
          if reason = "LATE"
            for each lender
              require price > EUR 5 else AM02
            end
            -> Broken
          otherwise
            set note = "closed"
            -> Closed
          end

        lapse is nobody's decision, and any member can demand it: from Open to Broken, only from the end of the day due on (else refused with S011).
          -> Broken

        Any lender can mend: from Broken to Closed.
          -> Closed

        States (Mermaid)

        stateDiagram-v2
            [*] --> Open : open by buyer with lender
            Open --> Broken : close by chief
            Open --> Closed : close by chief
            Open --> Broken : lapse by network
            Broken --> Closed : mend by any lender
            Closed --> [*]
            Broken --> [*]

        What is disclosed on purpose

        open tells supervisor about count only what follows from how the action comes out (require price > 0 and count > 0 else AM01).

        Where personal data goes

        client: buyer exports it to each lender.
        Each is a transfer abroad where the two are in different jurisdictions. A channel then opens only with a basis for it: consent, standard contract, certification or security assessment.

        What it can cost

        action  steps at most  bytes at most
        ------  -------------  -------------
        open    9              772
        close   23             807
        lapse   3              772
        mend    1              772

        Who can run it again

        buyer runs every action and checks all of it.
        lender runs every action and checks all of it.
        supervisor cannot run every action again: it does not read count (in open).

        """.ReplaceLineEndings("\n"), ContractExplanation.Render(Explained.Compiled(Explained.Delivery)));

    /// <summary>A member that does not read what a require depends on takes it from those who do.</summary>
    [Fact]
    public void WhatAMemberCannotCheckIsToldAsAnAssertion()
    {
        Contract contract = Explained.Compiled(
            """
            contract Hidden version 1
            parties
              buyer   bank
              seller  bank
            fields
              limit   money to buyer personal of buyer
              amount  money to buyer, seller personal of buyer
              twice   money to buyer, seller personal of buyer
            states
              Done may rest
            on buy by buyer, agreed by seller
              discloses limit to seller
              require amount <= limit else AM02
              set twice = limit
              -> Done
            """);
        string text = ContractExplanation.Render(contract);
        Assert.Contains("buy tells seller about limit, personal data of buyer, only what follows from how the action comes out (require amount <= limit else AM02; set twice = limit). "
            + "It cannot check this, and takes it as the assertion of whoever proposes or agrees to the action and reads limit.\n", text, StringComparison.Ordinal);
        Assert.Contains("seller runs every action, and takes from those who can check it: require amount <= limit else AM02 (in buy); set twice = limit (in buy).\n", text, StringComparison.Ordinal);
        Assert.Contains("The contract has no observers.\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void AStateMayHaveAWordOfMermaidAsItsName()
    {
        Contract contract = Explained.Compiled("contract C version 1\nparties\n  a bank\n  b bank\nstates\n  note, end_, choice may rest, note_ may rest\non x by a\n  -> note\non y by a when note\n  -> end_\non z by a when end_\n  -> choice\non w by a when end_\n  -> note_\n");
        string diagram = ContractExplanation.StatesAsMermaid(contract);
        Assert.Contains("note__ --> end_ : y by a\n", diagram, StringComparison.Ordinal);
        Assert.Contains("end_ --> note_ : w by a\n", diagram, StringComparison.Ordinal);
        Assert.Contains("end_ --> choice_ : z by a\n", diagram, StringComparison.Ordinal);
    }

    /// <summary>The shape that README.md documents, member by member in its order.</summary>
    [Fact]
    public void TheJsonHasAFixedShape()
    {
        using JsonDocument json = JsonDocument.Parse(ContractExplanation.ToJson(Explained.Compiled(Explained.Delivery)));
        Assert.Equal("contract version replaces doc hash parties units codes matrix states actions transitions mermaid disclosures offers transfers verification", Members(json.RootElement));
        Assert.Equal("name kind observes most doc", Members(First("parties")));
        Assert.Equal("name doc", Members(First("units")));
        Assert.Equal("name external codes doc", Members(First("codes")));
        Assert.Equal("field action type optional readers personalOf doc", Members(First("matrix")));
        Assert.Equal("name mayRest doc", Members(First("states")));
        Assert.Equal("name by agreedBy when outcomes window parameters updates statements sentence steps bytes doc", Members(First("actions")));
        Assert.Equal("from to action", Members(First("transitions")));
        Assert.Equal("action field party isAssertion through sentence", Members(First("disclosures")));
        Assert.Equal("field action exporter recipient disclosed", Members(First("transfers")));
        Assert.Equal("party canRunAgain missing asserted sentence", Members(First("verification")));
        Assert.Equal("supervisor", json.RootElement.GetProperty("disclosures")[0].GetProperty("party").GetString());
        Assert.Equal(JsonValueKind.Null, First("transitions").GetProperty("from").ValueKind);

        JsonElement First(string name) => json.RootElement.GetProperty(name)[0];
        static string Members(JsonElement element) => string.Join(' ', element.EnumerateObject().Select(p => p.Name));
    }

    /// <summary>What is disclosed tells also of what it is set from in the same action.</summary>
    [Fact]
    public void ADisclosureNamesWhatTheFieldIsSetFrom()
    {
        Contract contract = Explained.Compiled("""
            contract Chain version 1
            parties
              a bank
              b bank
              o regulator, observes
            fields
              shown integer to a, b, o
              middle integer to a, b
              hidden integer to a, b
            states
              Open, Done may rest
            on make by a
              set shown = 0
              set middle = 0
              -> Open
            on act by a when Open
              discloses middle to o
              set middle = hidden
              set shown = middle
              -> Done

            """);
        Assert.Contains("act tells o about middle and hidden, from which it is set here, only what follows from how the action comes out (set middle = hidden; set shown = middle).", ContractExplanation.Render(contract), StringComparison.Ordinal);
    }

    public static TheoryData<string> Library() => [.. ContractLibrary.All.Select(c => c.Name)];

    /// <summary>As XML the page is well-formed, and nothing in it runs or is fetched.</summary>
    [Theory]
    [MemberData(nameof(Library))]
    public void ThePageStandsAlone(string name)
    {
        Contract contract = ContractLibrary.Load(name);
        XDocument page = XDocument.Parse(ContractExplanation.ToHtml(contract));
        string[] elements = [.. page.Descendants().Select(e => e.Name.LocalName).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        Assert.All(elements, e => Assert.Contains(e, Elements));
        Assert.All(page.Descendants().Attributes().Where(a => !a.IsNamespaceDeclaration), a => Assert.Contains(a.Name.LocalName, Attributes));
        Assert.Contains(Convert.ToHexStringLower(contract.Hash), page.Root!.Value, StringComparison.Ordinal);
        XElement svg = page.Descendants().Single(e => e.Name.LocalName == "svg");
        Assert.All(contract.States, s => Assert.Contains(svg.Descendants(), e => e.Value == s.Name || e.Value == $"{s.Name}, may rest"));
        Assert.Equal(contract.Actions.Sum(a => Math.Max(1, a.When.Count) * a.Outcomes.Count), svg.Elements().Count(e => e.Attribute("class")?.Value is "way" or "way automatic"));
        Assert.All(contract.Parties, p => Assert.Contains(page.Descendants().Where(e => e.Attribute("class")?.Value == "sign").Descendants(), e => e.Value == p.Name));
    }

    /// <summary>No text of the drawing lies on another, and none leaves it.</summary>
    [Theory]
    [MemberData(nameof(Library))]
    public void TheDrawingIsLegible(string name)
    {
        XElement svg = XDocument.Parse(ContractExplanation.ToHtml(ContractLibrary.Load(name))).Descendants().Single(e => e.Name.LocalName == "svg");
        List<(int Left, int Right, int Base)> texts = [.. svg.Elements().Where(e => e.Name.LocalName == "text").Select(e => (Number(e, "x"), Number(e, "x") + 8 * e.Value.Length, Number(e, "y")))];
        Assert.All(texts, t => Assert.InRange(t.Right, t.Left, Number(svg, "width")));
        for (int i = 0; i < texts.Count; i++)
        {
            for (int j = i + 1; j < texts.Count; j++)
                Assert.True(texts[i].Right <= texts[j].Left || texts[j].Right <= texts[i].Left || Math.Abs(texts[i].Base - texts[j].Base) >= 14);
        }

        static int Number(XElement element, string attribute) => int.Parse(element.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);
    }

    /// <summary>Whatever a contract says, it is text on the page.</summary>
    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("</p></style><img src=x onerror=alert(1)>")]
    [InlineData("\\\"' onload=x &amp; ]]> <!-- ")]
    [InlineData("\uD83C\uDFE6 \u00e9")]
    public void WhatAContractSaysIsEscaped(string hostile)
    {
        string source = Explained.Delivery.Replace("<b>doc</b>", hostile, StringComparison.Ordinal).Replace("Nobody wants this.", hostile, StringComparison.Ordinal)
            .Replace("The chief decides.", hostile, StringComparison.Ordinal).Replace("The buyer's bank.", hostile, StringComparison.Ordinal)
            .Replace("\"closed\"", $"\"{hostile[..Math.Min(19, hostile.Length)].TrimEnd('\\')}\"", StringComparison.Ordinal);
        Contract contract = Explained.Compiled(source);
        string html = ContractExplanation.ToHtml(contract);
        XDocument page = XDocument.Parse(html);
        Assert.All(page.Descendants(), e => Assert.Contains(e.Name.LocalName, Elements));
        Assert.Contains(contract.Doc!, page.Root!.Value, StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(ContractExplanation.ToJson(contract));
        Assert.Equal(contract.Doc, json.RootElement.GetProperty("doc").GetString());
    }

    private static readonly string[] Elements =
        ["html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "code", "pre", "div", "table", "tr", "th", "td", "svg", "path", "rect", "text"];

    private static readonly string[] Attributes =
        ["lang", "charset", "name", "http-equiv", "content", "class", "role", "aria-label", "width", "height", "viewBox", "d", "x", "y", "rx"];
}
