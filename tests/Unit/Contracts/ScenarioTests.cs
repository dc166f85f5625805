using Settlement.Contracts;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>Runs the scenarios of the contracts that ship, and checks that a wrong row is noticed.</summary>
public sealed class ScenarioTests
{
    public static TheoryData<string> Library() => [.. ContractLibrary.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Library))]
    public void TheScenariosOfTheLibraryHold(string name)
    {
        IReadOnlyList<ScenarioResult> results = ScenarioTable.Run(ContractLibrary.Load(name), ScenarioTable.OfLibrary(name)!);
        Assert.True(results.Count >= 5);
        Assert.DoesNotContain(results, r => !r.Holds);
    }

    [Theory]
    [InlineData("nothing | issue | | refused AM01", "Issued; holder receives EUR 1 citing \"P\"")]
    [InlineData("nothing | issue | amount EUR 0 | refused S001", "refused AM01 (issue: require 1)")]
    [InlineData("Nowhere | issue | | Issued", "there is no state 'Nowhere'; 'nothing' stands for no instance")]
    [InlineData("nothing | grant | | Issued", "there is no action 'grant'")]
    [InlineData("nothing | issue | amout EUR 1 | Issued", "there is no field or parameter 'amout'")]
    [InlineData("nothing | issue | amount ? ? | Issued", "'? ?' is no value")]
    [InlineData("nothing | issue | amount \"a\"b\" | Issued", "a text has no closing quote")]
    [InlineData("nothing | issue | amount \"a\\b\" | Issued", "'\"a\\b\"' is no value")]
    [InlineData("nothing | issue | Issued", "a row has 4 cells: given, action, changed, outcome")]
    [InlineData("whatever", "there is no field or parameter 'whatever'")]
    [InlineData("given | action | changed | outcom", "there is no column 'outcom'; did you mean 'outcome'?")]
    [InlineData("action | outcom", "there is no column 'outcom'; did you mean 'outcome'?")]
    [InlineData("gven | actoin | chnged | outcome", "there is no column 'gven'; did you mean 'given'?")]
    [InlineData("given | action | result | outcome", "there is no column 'result': there are given, action, by, at, changed, outcome, positions and NAME sees")]
    [InlineData("nothing | issue | amount EUR 1; amount EUR 2 | Issued", "the value of 'amount' is given twice")]
    [InlineData("nothing | issue | posting absent; posting absent | Issued", "the value of 'posting' is given twice")]
    [InlineData("posting \"Q\"", "the value of 'posting' is given twice")]
    [InlineData("valeus", "there is no section 'valeus'; did you mean 'values'?")]
    [InlineData("given | action | by", "a header has at least the columns 'action' and 'outcome'")]
    [InlineData("action | action | outcome", "the column 'action' comes twice")]
    [InlineData("at noon", "'noon' is no time such as 2026-03-02T12:00:00Z")]
    public void ARowThatDoesNotHoldSaysWhatCame(string row, string actual)
    {
        string table = $"scenarios for PoolFunding\nvalues\n  amount EUR 1\n  posting \"P\"\n{row}\n";
        ScenarioResult result = Assert.Single(ScenarioTable.Run(ContractLibrary.Load("PoolFunding"), table));
        Assert.Equal((5, actual, false), (result.Line, result.Actual, result.Holds));
    }

    /// <summary>Another section gives what is usual from there on.</summary>
    [Fact]
    public void AnotherSectionOfValuesMayGiveThemAnew()
    {
        const string Table = "scenarios for PoolFunding\nvalues\n  amount EUR 1\n  posting \"P\"\nnothing | issue | | Issued; holder receives EUR 1 citing \"P\"\nvalues\n  amount EUR 2\nnothing | issue | | Issued; holder receives EUR 2 citing \"P\"\n";
        Assert.All(ScenarioTable.Run(ContractLibrary.Load("PoolFunding"), Table), static r => Assert.True(r.Holds, r.Actual));
    }

    [Theory]
    [InlineData("scenarios for Other", "the first line is 'scenarios for Ledger'")]
    [InlineData("\uFEFF\uFEFFscenarios for Ledger", "the first line is 'scenarios for Ledger'")]
    [InlineData("\uFEFFscenarios for Ledger\nwhatever", "this line is neither a section nor a row: the sections are calendar, participants, values")]
    [InlineData("scenarios for Ledger\nwhatever", "this line is neither a section nor a row: the sections are calendar, participants, values")]
    [InlineData("scenarios for Ledger\nparticipnts", "there is no section 'participnts'; did you mean 'participants'?")]
    [InlineData("scenarios for Ledger\nparticipants\nvaluse", "there is no section 'valuse'; did you mean 'values'?")]
    [InlineData("scenarios for Ledger\ncalendar\n  rest days Caturday", "'Caturday' is no day of the week")]
    [InlineData("scenarios for Ledger\ncalendar\n  rest days Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday", "some day of the week must be left for business")]
    [InlineData("scenarios for Ledger\ncalendar\n  holidays 25.12.2026", "'25.12.2026' is no date such as 2026-12-25")]
    [InlineData("scenarios for Ledger\ncalendar\n  cut-off noon", "'noon' is no time of day such as 18:00")]
    [InlineData("scenarios for Ledger\ncalendar\n  feasts 2026-12-25", "a calendar has lines 'rest days', 'holidays' and 'cut-off'")]
    [InlineData("scenarios for Ledger\nparticipants\n  owner 2", "'owner' is not several")]
    [InlineData("scenarios for Ledger\nparticipants\n  lender 4", "'lender' is played by 1 to 3 participants")]
    [InlineData("scenarios for Ledger\nparticipants\n  nobody 1", "there is no party 'nobody'")]
    [InlineData("scenarios for Ledger\ngiven | action | by | outcome\nnothing | open | nobody | Open", "there is no participant 'nobody'")]
    [InlineData("scenarios for Ledger\naction | nobody sees | outcome\nopen | nothing | Open", "a row outside of a story names its state in a column 'given'")]
    public void ALineThatCannotBeReadSaysWhy(string table, string reason)
    {
        ScenarioResult result = Assert.Single(ScenarioTable.Run(Compiled(Everything), table));
        Assert.Equal((table.Split('\n').Length, reason, false), (result.Line, result.Actual, result.Holds));
    }

    /// <summary>Every kind of value is written, given, taken and read back.</summary>
    [Fact]
    public void EveryKindOfValueCanBeWritten() => Holds(Everything, Usual +
        """

        given   | action | changed                | outcome
        nothing | open   |                        | Open
        nothing | open   | share 0.05250          | refused S004 (open: share)
        nothing | open   | share 1                | Open
        nothing | open   | share "0.05"           | refused S003 (open: share)
        nothing | open   | split 3:0              | refused S004 (open: split)
        nothing | open   | held 500 shares        | refused S003 (open: held)
        nothing | open   | held 500               | refused S003 (open: held)
        nothing | open   | spent 5 seconds        | Open
        nothing | open   | spent 5                | refused S003 (open: spent)
        nothing | open   | since 2026-03-02       | refused S003 (open: since)
        nothing | open   | chosen lender/3        | refused S004 (open: chosen)
        nothing | open   | chosen nobody          | refused S004 (open: chosen)
        nothing | open   | sound 1                | refused S003 (open: sound)
        nothing | open   | kind YELLOW            | refused S004 (open: kind)
        nothing | open   | parts []               | Open
        nothing | open   | parts [EUR 1, 2]       | refused S003 (open: parts)
        nothing | open   | parts EUR 1            | refused S003 (open: parts)
        nothing | open   | names ["a, b", "c; d|"] | Open
        nothing | open   | each_share [EUR 1]     | refused S008 (open: each_share)
        nothing | open   | note absent            | Open
        nothing | open   | note "\"\\"            | Open
        nothing | open   | sound absent           | refused S002 (open: sound)
        """);

    [Fact]
    public void ActorsTimesAndTheCalendarAreTheTables() => Holds(Everything,
        """
        scenarios for Ledger
        calendar
          rest days  Friday, Saturday
          holidays   2026-03-03
          cut-off    16:00
        """ + Usual["scenarios for Ledger".Length..] +
        """

        given | action | by       | at                   | changed                | outcome
        Open  | touch  |          |                      |                        | Open; note becomes "touched"
        Open  | touch  | lender/2 |                      | chosen lender/2        | Open; note becomes "touched"
        Open  | touch  | lender/2 |                      | chosen lender          | refused S010 (touch: by)
        Open  | touch  | owner    |                      |                        | refused S010
        Open  | touch  | watcher  |                      |                        | refused S010
        Open  | join   | lender/3 |                      |                        | refused S010
        Open  | join   | lender/2 |                      |                        | Open; note becomes absent
        Open  | close  |          | 2026-03-02T15:59:59Z |                        | Closed
        Open  | close  |          | 2026-03-02T16:00:00Z |                        | refused S011 (close: window)
        Open  | lapse  |          | 2026-03-04T23:59:59Z |                        | refused S011 (lapse: window)
        Open  | lapse  | lender/2 | 2026-03-05T00:00:00Z |                        | Closed
        Open  | lapse  | watcher  | 2026-03-05T00:00:00Z |                        | refused S010
        """);

    [Fact]
    public void AStoryFollowsOneInstance() => Holds(Escrow, EscrowUsual +
        """

        story Accepted in time
        action | at                   | changed                    | outcome                                                       | positions                          | buyer sees     | supervisor sees
        fund   |                      |                            | Held; buyer reserves EUR 100; goods becomes "timber"          | buyer EUR 0, EUR 100 reserved      | amount; deadline; goods = "timber"; raw | amount=EUR 100; deadline = 2026-03-06T12:00:00Z
        fund   |                      |                            | refused S001                                                  | buyer EUR 0, EUR 100 reserved      | nothing        | nothing
        amend  |                      | fee EUR 3; text "oak"      | Held; goods becomes "oak"                                     |                                    | goods; fee; text | fee = EUR 3
        accept | 2026-03-06T12:00:00Z |                            | refused DT05                                                  | buyer EUR 0, EUR 100 reserved      | nothing        | nothing
        expire |                      |                            | Free; buyer has EUR 100 released                              | nothing                            | nothing        | nothing

        story Accepted at once
        action | outcome                                                                   | positions
        fund   | Held; buyer reserves EUR 100; goods becomes "timber"                      |
        accept | Paid; buyer has EUR 100 released; buyer pays seller EUR 100               | seller EUR 100; buyer EUR -100
        accept | refused S001                                                              | buyer EUR -100; seller EUR 100; seller USD 0
        """);

    [Theory]
    [InlineData("fund | | | Held; buyer reserves EUR 100; goods becomes \"timber\" | nothing |", "positions: buyer EUR 0, EUR 100 reserved")]
    [InlineData("fund | | | Held; buyer reserves EUR 100; goods becomes \"timber\" | buyer EUR 0, EUR 100 reserved; seller EUR 1 |", "positions: buyer EUR 0, EUR 100 reserved")]
    [InlineData("fund | | | Held; buyer reserves EUR 100; goods becomes \"timber\" | | amount", "supervisor sees: amount = EUR 100; deadline = 2026-03-06T12:00:00Z")]
    [InlineData("fund | | | Held; buyer reserves EUR 100; goods becomes \"timber\" | | amount; deadline = 2026-03-07T12:00:00Z", "supervisor sees: amount = EUR 100; deadline = 2026-03-06T12:00:00Z")]
    [InlineData("fund | | | Held; buyer reserves EUR 100; goods becomes \"timber\" | | amount; amount", "supervisor sees: amount = EUR 100; deadline = 2026-03-06T12:00:00Z")]
    [InlineData("fund | | amount EUR 0 | Held | | amount; deadline", "refused AM01 (fund: require 1) | supervisor sees: nothing")]
    [InlineData("fund | | raw absent | Held |  |", "refused S002 (fund: raw)")]
    public void AStepThatDoesNotHoldNamesTheColumn(string row, string actual)
    {
        ScenarioResult result = Assert.Single(ScenarioTable.Run(Compiled(Escrow), $"{EscrowUsual}\nstory One\naction | at | changed | outcome | positions | supervisor sees\n{row}"));
        Assert.Equal((actual, false), (result.Actual, result.Holds));
    }

    [Theory]
    [InlineData("amend | | | amount EUR 5 | Held", "'amount' is the instance's already; after its first row only parameters are supplied")]
    [InlineData("accept | | 2026-03-01T00:00:00Z | | Paid", "time does not go back within a story")]
    [InlineData("accept | Free | | | Paid", "the instance of this story stands in Held")]
    public void AStepCannotContradictTheStory(string row, string reason)
    {
        IReadOnlyList<ScenarioResult> results = ScenarioTable.Run(Compiled(Escrow),
            $"{EscrowUsual}\nstory One\naction | given | at | changed | outcome\nfund | | | | Held; buyer reserves EUR 100; goods becomes \"timber\"\n{row}");
        Assert.Equal([true, false], results.Select(r => r.Holds));
        Assert.Equal(reason, results[1].Actual);
    }

    private static void Holds(string contract, string table)
    {
        IReadOnlyList<ScenarioResult> results = ScenarioTable.Run(Compiled(contract), table);
        Assert.NotEmpty(results);
        Assert.Equal("", string.Concat(results.Where(r => !r.Holds).Select(r => $"line {r.Line}: expected {r.Expected}; actual {r.Actual}\n")));
    }

    private static Contract Compiled(string source)
    {
        Compilation compilation = ContractCompiler.Compile("test", source);
        return compilation.Contract ?? throw new InvalidOperationException(DiagnosticRenderer.Render(compilation.Diagnostics));
    }

    private const string Everything =
        """
        contract Ledger version 1
        units
          points
          shares
        codes
          Colour = RED, GREEN
        parties
          owner    bank
          lender   bank, several(3)
          watcher  regulator, observes
        fields
          held        quantity(points) to owner, lender, watcher
          share       rate(4) to owner, lender, watcher
          split       ratio to owner, lender, watcher
          sound       boolean to owner, lender, watcher
          due         date to owner, lender, watcher
          since       datetime to owner, lender, watcher
          spent       duration to owner, lender, watcher
          note        text(20) optional to owner, lender, watcher
          kind        Colour to owner, lender, watcher
          reason      code to owner, lender, watcher
          chosen      party to owner, lender, watcher
          parts       list(3) of money to owner, lender, watcher
          names       list(3) of text(9) to owner, lender, watcher
          each_share  money for each lender to owner, lender, watcher
        states
          Open, Closed may rest
        on open by owner
          -> Open
        on touch by chosen when Open
          set note = "touched"
          -> Open
        on join by any lender when Open
          clear note
          -> Open
        on close by owner when Open by cut-off of date(since)
          -> Closed
        on lapse by network when Open after due + 1 business days
          -> Closed
        """;

    private const string Usual =
        """
        scenarios for Ledger
        participants
          lender  2
        values
          held        500 points
          share       0.0525
          split       3:2
          sound       true
          due         2026-03-02
          since       2026-03-02T11:00:00Z
          spent       5400 seconds
          note        "said \"so\""
          kind        RED
          reason      AC04
          chosen      lender
          parts       [EUR 1, EUR 2]
          names       ["a", "b"]
          each_share  [EUR 1, EUR 2]
        """;

    private const string Escrow =
        """
        contract Escrow version 1
        parties
          buyer       bank
          seller      bank
          supervisor  regulator, observes
        fields
          amount    money      to buyer, seller, supervisor
          deadline  datetime   to buyer, seller, supervisor
          goods     text(20)   to buyer, seller
          raw       text(20)   to buyer, seller
        states
          Held, Paid may rest, Free may rest
        on fund by buyer, agreed by seller
          require amount > 0 else AM01
          set goods = raw
          reserve amount from buyer
          -> Held
        on amend(fee money to buyer, seller, supervisor, text text(9)) by buyer, agreed by seller when Held
          require fee > 0 else AM01
          set goods = text
          -> Held
        on accept by buyer when Held by deadline else DT05
          release amount to buyer
          move amount from buyer to seller
          -> Paid
        on expire by network when Held after deadline
          release amount to buyer
          -> Free
        """;

    private const string EscrowUsual =
        """
        scenarios for Escrow
        at 2026-03-04T09:00:00Z
        values
          amount    EUR 100
          deadline  2026-03-06T12:00:00Z
          goods     "never supplied"
          raw       "timber"
        """;
}
