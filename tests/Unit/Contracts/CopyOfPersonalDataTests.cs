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
    [InlineData("set also = plain\n  require also = born else NO")]
    [InlineData("set also = plain\n  let same = also = born\n  require same else NO")]
    [InlineData("set also = plain\n  if also = born\n    -> Open\n  end")]
    [InlineData("set theirs = plain\n  require born = theirs else NO")]
    [InlineData("set list = dates\n  require any day in list: day = born else NO")]
    [InlineData("if flag\n    set sick = true\n  otherwise\n    set sick = false\n  end\n  require sick = (born > today) else NO")]
    [InlineData("set sick = flag\n  if sick\n    set note = \"yes\"\n  otherwise\n    clear note\n  end\n  require present(note) = (born > today) else NO")]
    [InlineData("if born = plain\n    set note = \"yes\"\n  otherwise\n    clear note\n  end\n  require present(note) else NO")]
    [InlineData("if born = plain\n    clear note\n  end\n  let there = present(note)\n  require there else NO")]
    [InlineData("if born = plain\n    set note = \"yes\"\n  otherwise\n    clear note\n  end\n  if present(note)\n    -> Open\n  end")]
    [InlineData("if born > today\n    set note = \"yes\"\n  otherwise\n    clear note\n  end\n  require present(note) = flag else NO")]
    [InlineData("if flag\n    set note = \"yes\"\n  otherwise\n    clear note\n  end\n  require present(note) = (born > today) else NO")]
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
    [InlineData("set also = plain\n  require also > today else NO")]
    [InlineData("if flag\n    set note = \"yes\"\n  otherwise\n    clear note\n  end\n  require present(note) or plain > today else NO")]
    [InlineData("set also = born\n  require also = born else NO")]
    [InlineData("if flag\n    set note = \"yes\"\n  otherwise\n    clear note\n  end\n  require present(note) else NO")]
    public void WhatDecidesApartIsNot(string statements) => Says(statements);

    [Theory]
    [InlineData("on learn by payer, agreed by payee when Open\n  set also = plain\n  -> Open", "require also = born else NO")]
    [InlineData("on start by payee, agreed by payer\n  set also = plain\n  -> Open", "require also = born else NO")]
    [InlineData("on learn(told date to payer, payee) by payee, agreed by payer when Open\n  set also = told\n  -> Open", "require also = born else NO")]
    [InlineData("on learn(told date to payer, payee) by payee, agreed by payer when Open\n  set also = told\n  -> Open", "if also = born\n    -> Open\n  end")]
    [InlineData("on learn by payer, agreed by payee when Open\n  set theirs = plain\n  -> Open", "require born = theirs else NO")]
    [InlineData("on learn by payer, agreed by payee when Open\n  if born = plain\n    set note = \"yes\"\n  otherwise\n    clear note\n  end\n  -> Open", "require present(note) else NO")]
    public void WhatAnActionBeforeHasCopiedDecidesNoMoreWithIt(string earlier, string statements) => Is(earlier, statements, "CD801");

    [Theory]
    [InlineData("on learn(told date to payer, payee personal of payer) by payer, agreed by payee when Open\n  set also = told\n  -> Open", "require also = born else NO")]
    [InlineData("on learn by payer, agreed by payee when Open\n  set note = \"yes\"\n  -> Open", "require present(note) = flag else NO")]
    public void WhatAnActionBeforeHasCopiedFromItDoes(string earlier, string statements) => Is(earlier, statements);

    private static void Says(string statements, params string[] codes) => Is("", statements, codes);

    private static void Is(string earlier, string statements, params string[] codes) => Assert.Equal(codes, ContractCompiler.Compile("copy", $"""
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
        {earlier}
        on go by payer, agreed by payee when Open
          {statements}
          -> Done
        """.ReplaceLineEndings("\n")).Diagnostics.Select(d => d.Code));
}
