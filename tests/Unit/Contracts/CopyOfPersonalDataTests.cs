using Settlement.Contracts;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>What a require wants equal to personal data is a copy of it, however the require says so; what it only bounds is none.</summary>
public sealed class CopyOfPersonalDataTests
{
    [Theory]
    [InlineData("require plain = born else NO")]
    [InlineData("require not (plain != born) else NO")]
    [InlineData("let same = plain = born\n  require same else NO")]
    [InlineData("require (plain = born) = true else NO")]
    [InlineData("require (plain != born) != true else NO")]
    [InlineData("require if plain = born then true otherwise false else NO")]
    [InlineData("require if plain != born then false otherwise plain > today else NO")]
    [InlineData("require not (plain != born or plain < today) else NO")]
    [InlineData("require days(plain, born) = 0 else NO")]
    [InlineData("require plain - born = 30 else NO")]
    [InlineData("require plain <= born and plain >= born else NO")]
    [InlineData("require not (plain > born) else NO\n  require plain >= born else NO")]
    [InlineData("require all day in list: day = plain else NO")]
    [InlineData("require not (any day in list: day != plain) else NO")]
    public void ACopyIsPersonalToo(string statements) => Says(statements, "CD801");

    [Theory]
    [InlineData("require plain <= born else NO")]
    [InlineData("require plain != born else NO")]
    [InlineData("require plain = born or plain > today else NO")]
    [InlineData("require (born < today) = true else NO")]
    [InlineData("require not (plain = born) and born < today else NO")]
    [InlineData("require any day in list: day = plain else NO")]
    [InlineData("require born = also else NO")]
    public void WhatIsNoCopyIsNot(string statements) => Says(statements);

    private static void Says(string statements, params string[] codes) => Assert.Equal(codes, ContractCompiler.Compile("copy", $"""
        contract Copy version 1
        parties
          payer  bank
          payee  bank
        fields
          born   date             to payer, payee  personal of payer
          also   date             to payer, payee  personal of payer
          list   list(3) of date  to payer, payee  personal of payer
          plain  date             to payer, payee
        states
          Done may rest
        on go by payer, agreed by payee
          {statements}
          -> Done
        """.ReplaceLineEndings("\n")).Diagnostics.Select(d => d.Code));
}
