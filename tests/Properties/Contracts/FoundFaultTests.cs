using Settlement.Contracts;

namespace Settlement.Tests.Properties.Contracts;

/// <summary>What these properties, or the thought that went into them, found in the compiler once: a row each.</summary>
public sealed class FoundFaultTests
{
    private const string Creation = "on x by a\n-> S\n";

    [Theory]
    [InlineData("CD701", "n integer to a, b, l", Creation + "on y by network when S\nset n = n + 1\n-> T", "an automatic action that does not fit is refused, and an observer sees it")]
    [InlineData("CD404", Everybodys, Creation + "on y by a when S\nrequire present(n) else A\nfor each i in k\nclear n\nend\nset m = n\n-> T", "what a loop cleared is absent after it")]
    [InlineData("CD404", Everybodys, Creation + "on y by a when S\nrequire present(n) else A\nfor each i in k\nset m = n\nclear n\nend\n-> T", "what a loop cleared is absent in its next round")]
    [InlineData("CD404", "p text(9) to a, b, l, o\nq money to a, b, l, o", "on x by a\nissue q to a citing p\nset p = \"x\"\n-> S\non y by a when S\n-> T", "a posting is cited before it is set, and nothing was issued")]
    [InlineData("CD903", Money, "on x by a\nfor each l\nreserve q from a\nend\n-> S\non y by a when S\nrelease q to a\n-> T", "reserved as often as there are lenders, released once")]
    [InlineData("CD904", Money, "on x(p party to a, b, l, o) by a\nreserve q from p\n-> S\non y by a when S\n-> T", "a parameter is somebody else in another action")]
    [InlineData("CD903", Money, "on x by a\nlet p = a\nreserve q from p\n-> S\non y by a when S\nlet p = b\nrelease q to p\n-> T", "a name is somebody else in another action")]
    [InlineData("CD506", "h integer to a\nm integer to a, b, l, o", Creation + "on y by a when S\ndiscloses h to b, l, o\nset m = h\nset m = 1\n-> T", "a member that does not read h never learns what m was in between")]
    [InlineData("CD506", "h integer to a\nm integer to a, b, l, o\nk list(3) of integer to a, b, l, o", Creation + "on y by a when S\ndiscloses h to b, l, o\nfor each i in k\nset m = h\nend\n-> T", "nor in a round before the last")]
    [InlineData("", Money, "on x by a\nlet p = a\nreserve q from p\n-> S\non y by a when S\nrelease q to a\n-> T", "a name stands for one party")]
    [InlineData("", "q money for each l to a, b, l, o", "on x by a\nfor each l\nreserve q from l\nend\n-> S\non y by a when S\nfor each l\nrelease q to l\nend\n-> T", "each lender's own share")]
    [InlineData("", "q money for each l to a, b, l, o", "on x by a\nfor each l\nreserve q from a\nend\n-> S\non y by a when S\nfor each l\nrelease q to a\nend\n-> T", "all shares of one bank")]
    public void IsRefused(string codes, string fields, string actions, string why)
    {
        Compilation compilation = Compile(fields, actions);
        Assert.True(codes == string.Join(' ', compilation.Diagnostics.Where(d => d.Severity == Severity.Error).Select(d => d.Code)), why + "\n" + DiagnosticRenderer.Render(compilation.Diagnostics));
    }

    private const string Everybodys = "n integer optional to a, b, l, o\nm integer to a, b, l, o\nk list(3) of integer to a, b, l, o";
    private const string Money = "q money to a, b, l, o";

    /// <summary>The library reads a number past noughts behind it; a value has one canonical form.</summary>
    [Fact]
    public void NothingMayFollowTheNumberOfAParticipant()
    {
        Assert.True(Value.TryReadCanonical(new PartyType(), "lender/2"u8, out _));
        Assert.False(Value.TryReadCanonical(new PartyType(), "lender/2\0\0"u8, out _));
    }

    /// <summary>Whoever asserts a require may lie; a member that believes it refuses, and does not fail.</summary>
    [Fact]
    public void AMemberRefusesWhatWasAssertedWrongly()
    {
        Contract contract = Compile("n integer optional to a, b\nh integer to a\nm integer to a, b, l, o",
            Creation + "on y by a when S\ndiscloses n to l, o\ndiscloses h to b, l, o\nrequire present(n) and h > 0 else A\nset m = n\n-> T").Contract!;
        Evaluation evaluation = contract.ReExecute(contract.FindParty("b")!, contract.FindAction("y")!, contract.FindState("S"), [null, null, new IntegerValue(1)], [], new Occasion(TestOccasion.Noon, BusinessCalendar.Weekdays, new Seat(0)));
        Assert.Equal(new Evaluation.Refused(PlatformCodes.Missing, "y: m"), evaluation);
    }

    /// <summary>A value that others say is still of its field's type, and there.</summary>
    [Fact]
    public void AMemberRefusesAnAssertedValueThatIsNone()
    {
        Contract contract = Compile("h party to a\np party to a, b, l, o\nq money to a, b, l, o", Creation + "on y by a when S\ndiscloses h to b, l, o\nset p = h\nmove q from p to b\n-> T").Contract!;
        Value?[] before = [null, new PartyValue("a"), new MoneyValue("EUR", 1)];
        foreach ((Value? said, string code) in new (Value?, string)[] { (null, PlatformCodes.Missing), (new PartyValue("nobody"), PlatformCodes.OutOfBounds), (new PartyValue("a", 2), PlatformCodes.OutOfBounds), (new IntegerValue(1), PlatformCodes.WrongType) })
        {
            Evaluation evaluation = contract.ReExecute(contract.FindParty("b")!, contract.FindAction("y")!, contract.FindState("S"), before, [], new Occasion(TestOccasion.Noon, BusinessCalendar.Weekdays, new Seat(0), [1, 1, 2, 1]), [null, said, before[2]]);
            Assert.Equal(new Evaluation.Refused(code, "y: p"), evaluation);
        }
    }

    private static Compilation Compile(string fields, string actions) =>
        ContractCompiler.Compile("found", $"contract Found version 1\nparties\na bank\nb bank\nl bank, several(3)\no regulator, observes\nfields\n{fields}\nstates\nS, T may rest\n{actions}\n");
}
