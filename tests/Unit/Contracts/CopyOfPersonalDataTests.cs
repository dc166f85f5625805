using Settlement.Contracts;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>What decides together with personal data may have to be a copy of it, however a contract says so; what decides apart is none.</summary>
public sealed class CopyOfPersonalDataTests
{
    [Theory]
    [InlineData("require plain = born else NO")]
    [InlineData("require not (plain != born) else NO")]
    [InlineData("require (plain = born) = true else NO")]
    [InlineData("require (plain != born) != true else NO")]
    [InlineData("require if plain = born then true otherwise false else NO")]
    [InlineData("require if plain != born then false otherwise plain > today else NO")]
    [InlineData("require if flag then born = plain otherwise plain = born else NO")]
    [InlineData("require (born = plain and flag) or (born = plain and not flag) else NO")]
    [InlineData("require not (plain != born or plain < today) else NO")]
    [InlineData("require (if born = plain then 1 otherwise 0) > 0 else NO")]
    [InlineData("require days(plain, born) = 0 else NO")]
    [InlineData("require plain - born = 30 else NO")]
    [InlineData("require plain - born >= 0 else NO")]
    [InlineData("require min(plain, born) >= max(plain, born) else NO")]
    [InlineData("require plain <= born and plain >= born else NO")]
    [InlineData("require plain <= born else NO")]
    [InlineData("require plain != born else NO")]
    [InlineData("require plain = born or plain > today else NO")]
    [InlineData("require not flag or born > today else NO")]
    [InlineData("require all day in list: day = plain else NO")]
    [InlineData("require not (any day in list: day != plain) else NO")]
    [InlineData("require any day in single: day = born else NO")]
    [InlineData("require any day in dates: day <= born else NO")]
    [InlineData("require any day in dates: day = born else NO")]
    [InlineData("require not (any day in dates: born = day) else NO")]
    [InlineData("require all day in dates: day = plain else NO\n  require any day in dates: day = born else NO")]
    [InlineData("require all day in dates: day != born else NO")]
    [InlineData("require present(maybe) = (born > today) else NO")]
    [InlineData("let same = plain = born\n  require same else NO")]
    [InlineData("let copy = born\n  require plain <= copy else NO")]
    [InlineData("if born != plain\n    require 1 > 2 else NO\n  end")]
    [InlineData("if born = plain\n    let z = 1\n  otherwise\n    require 1 > 2 else NO\n  end")]
    [InlineData("if flag\n    require born > today else NO\n  end")]
    [InlineData("if flag\n    if born > today\n      move EUR 1 from payer to payee\n    end\n  end")]
    [InlineData("if born = plain\n    -> Done\n  end\n  require flag else NO")]
    [InlineData("for each day in dates\n    require born > today else NO\n  end")]
    [InlineData("set sick = born = plain\n  require sick else NO")]
    [InlineData("if flag\n    set sick = born > today\n  end\n  require sick else NO")]
    [InlineData("let z = 1 / (if born = plain then 1 otherwise 0) rounded down")]
    [InlineData("if flag\n    let z = 1 / (born - today) rounded down\n  end")]
    [InlineData("discloses others to payer\n  require present(others) and others = born else NO")]
    public void WhatDecidesTogetherWithItIsPersonalToo(string statements) => Says(statements, "CD801");

    [Theory]
    [InlineData("require born < today else NO")]
    [InlineData("require (born < today) = true else NO")]
    [InlineData("require not (plain > today) and born < today else NO")]
    [InlineData("require any day in list: day = born else NO")]
    [InlineData("require not (all day in list: born != day) else NO")]
    [InlineData("require born = also else NO")]
    [InlineData("require sick and flag else NO")]
    [InlineData("require present(note) = flag else NO")]
    [InlineData("require born = theirs else NO")]
    [InlineData("if born > today\n    set sick = true\n  end\n  require flag else NO")]
    [InlineData("set also = max(born, plain)")]
    [InlineData("if born > today\n    move EUR 1 from payer to payee\n  end")]
    public void WhatDecidesApartIsNot(string statements) => Says(statements);

    private static void Says(string statements, params string[] codes) => Assert.Equal(codes, ContractCompiler.Compile("copy", $"""
        contract Copy version 1
        parties
          payer  bank
          payee  bank
        fields
          born   date             to payer, payee  personal of payer
          also   date             to payer, payee  personal of payer
          sick   boolean          to payer, payee  personal of payer
          note   text(9) optional to payer, payee  personal of payer
          theirs date             to payer, payee  personal of payee
          others date optional    to payee  personal of payee
          list   list(3) of date  to payer, payee  personal of payer
          dates  list(3) of date  to payer, payee
          single list(1) of date  to payer, payee
          plain  date             to payer, payee
          maybe  text(9) optional to payer, payee
          flag   boolean          to payer, payee
        states
          Open, Done may rest
        on open by payer, agreed by payee
          -> Open
        on go by payer, agreed by payee when Open
          {statements}
          -> Done
        """.ReplaceLineEndings("\n")).Diagnostics.Select(d => d.Code));
}
