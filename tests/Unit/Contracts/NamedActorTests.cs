using Settlement.Contracts;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>Who acts by a field may be an observer, who cannot: then the action is no way out of a state where an instance may not rest (CD608).</summary>
public sealed class NamedActorTests
{
    [Theory]
    [InlineData("", "", "CD608")]
    [InlineData("require who = a or who = b else NO", "", "")]
    [InlineData("require who = a or who = other else NO", "", "CD608")]
    [InlineData("require who != sup else NO", "", "CD608")]
    [InlineData("require who != sup and who != eye else NO", "", "")]
    [InlineData("require not (who = sup or who = eye) else NO", "", "")]
    [InlineData("set who = a", "if n > 0\nset who = b\nend", "")]
    [InlineData("set who = a", "if n > 0\nset who = other\nend", "CD608")]
    [InlineData("set who = a", "", "")]
    [InlineData("set who = a", "set n = 1", "")]
    [InlineData("set who = a", "set who = b", "")]
    [InlineData("set who = a", "set who = other", "CD608")]
    [InlineData("set who = a", "require other = b else NO\nset who = other", "")]
    [InlineData("set who = a", "if other = sup or other = eye\nset n = 1\notherwise\nset who = other\nend", "")]
    [InlineData("set who = a", "for each x in list\nset who = other\nend", "CD608")]
    [InlineData("set who = a", "let next = other\nrequire next = b else NO\nset who = next", "")]
    public void ItMayNotBeAnObserver(string statements, string change, string expected) => Says(statements, change, "a, b, sup, eye", ", observes", "on decide by who when Held\n-> Done", expected);

    [Fact]
    public void WhereNobodyObservesEverybodyCanAct() => Says("", "", "a, b, sup, eye", "", "on decide by who when Held\n-> Done", "");

    [Theory]
    [InlineData("on leave by a when Held\n-> Done", "")]
    [InlineData("on leave by network when Held after day\n-> Done", "")]
    [InlineData("on leave by a when Held by day\n-> Done", "CD608")]
    public void AnotherWayOutIsEnough(string other, string expected) => Says("", "", "a, b, sup, eye", ", observes", $"on decide by who when Held\n-> Done\n{other}", expected);

    private static void Says(string statements, string change, string audience, string observes, string actions, string expected) => Assert.Equal(expected, string.Join(' ', ContractCompiler.Compile("named", $"""
        contract Named version 1
        parties
          a    bank
          b    bank
          sup  regulator{observes}
          eye  bank{observes}
        fields
          who    party              to {audience}
          other  party              to {audience}
          n      integer            to {audience}
          day    date               to {audience}
          list   list(3) of integer to {audience}
        states
          Held, Done may rest
        on make by a, agreed by b
        {statements}
        -> Held
        on change by a, agreed by b when Held
        {change}
        -> Held
        {actions}
        """.ReplaceLineEndings("\n") + "\n").Diagnostics.Where(static d => d.Severity == Severity.Error).Select(static d => d.Code)));
}
