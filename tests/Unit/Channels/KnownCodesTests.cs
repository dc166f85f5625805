using System.Reflection;
using Settlement.Contracts;
using Settlement.Core.Bank;
using Settlement.Core.Nodes;

namespace Settlement.Tests.Channels;

/// <summary>What an honest peer may answer is recorded as it said it, and nothing else is.</summary>
public sealed class KnownCodesTests
{
    /// <summary>The classes of codes are found by their names, so that a new one cannot be forgotten here.</summary>
    public static TheoryData<string> Codes =>
        [.. typeof(BankCodes).Assembly.GetTypes().Where(static type => type.Name.EndsWith("Codes", StringComparison.Ordinal))
            .SelectMany(static type => type.GetFields(BindingFlags.Public | BindingFlags.Static)).Where(static code => code.IsLiteral).Select(static code => (string)code.GetRawConstantValue()!)];

    [Theory]
    [MemberData(nameof(Codes))]
    public void Every_code_of_the_program_is_known(string code) => Assert.Equal(code, KnownCodes.OrForeign(code));

    [Fact]
    public void They_are_of_many_classes() => Assert.True(Codes.Select(static row => row.Data[..2]).Distinct().Count() >= 10);

    [Theory]
    [InlineData("")]
    [InlineData("CH999")]
    [InlineData("ch024")]
    [InlineData("<b>no")]
    [InlineData("CH024 ")]
    public void Anything_else_is_foreign(string said) => Assert.Equal(NodeCodes.ForeignCode, KnownCodes.OrForeign(said));
}
