using System.Text;
using Settlement.Contracts;
using Settlement.Host.Fuzz.Mutations;

namespace Settlement.Host.Fuzz.Targets;

/// <summary>Contracts, which come inside terms from any bank: compiling ends, is bounded, and says what it means; so do values.</summary>
internal sealed class ContractTarget : Reader
{
    private const int MostDiagnostics = 100;
    private static readonly string[] Corpus = [.. ContractLibrary.All.Select(static contract => contract.Source), Grammar];

    private static readonly FieldType[] Types = [new MoneyType(), new IntegerType(), new DateType(), new TextType(1), new TextType(140), new TextType(TextType.LengthLimit), new CodeType(),
        new RateType(4), new RatioType(), new BooleanType(), new DateTimeType(), new DurationType(), new PartyType(), new ListType(new PartyType(), 3), new ListType(new TextType(5), 1000)];

    private static readonly Value[] Values =
    [
        new MoneyValue("EUR", long.MinValue), new IntegerValue(long.MaxValue), new DateValue(DateOnly.MaxValue), new TextValue("Zoë 🏦"), new CodeValue("AM04"),
        new DateTimeValue(DateTimeValue.Last), new PartyValue("lender", 4), new ListValue([new TextValue("a"), new TextValue("Zoë")]),
    ];

    /// <summary>Every construct of the language at least once. It compiles, so that what is made of it also reaches what comes after the checks.</summary>
    internal const string Grammar =
        """
        contract Everything version 7 replaces 6
          "All that the grammar has."

        units
          points "Of a loyalty scheme."

        codes
          Kind = GOODS, SERVICE
          Reason = iso ExternalReturnReason1

        parties
          payer       bank
          payee       bank
          lender      bank, several(4)
          authority   regulator
          supervisor  regulator, observes

        fields
          amount    money                     to payer, payee, lender, authority, supervisor
          share     money for each lender     to payer, payee, lender, authority, supervisor
          fee       money optional            to payer, payee
          bonus     quantity(points)          to payer, payee, lender, authority
          interest  rate(4)                   to payer, payee, lender, authority
          split     ratio                     to payer, payee, lender, authority, supervisor
          count     integer                   to payer, payee, lender, authority, supervisor
          done      boolean                   to payer, payee, lender, authority
          day       date                      to payer, payee, lender, authority, supervisor
          moment    datetime                  to payer, payee, lender, authority, supervisor
          grace     duration                  to payer, payee, lender, authority, supervisor
          kind      Kind                      to payer, payee, lender, authority, supervisor
          reason    Reason optional           to payer, payee
          purpose   code optional             to payer, payee
          holder    party                     to payer, payee, lender, authority, supervisor
          parts     list(3) of money          to payer, payee, lender, authority, supervisor
          posting   text(35)                  to payer, payee, lender, authority, supervisor
          note      text(10) optional         to payer, payee, lender, authority   personal of payer

        states
          Open may rest, Held, Closed may rest

        on begin by payer, agreed by payee
          discloses fee, purpose to lender, authority, supervisor
          require amount > 0 and (count >= 1 or not present(fee)) else AM01
          require not present(purpose) or purpose = "SALA" or purpose != "X" else AG01
          require day >= 2026-01-01 and count + 1 - 2 < 9223372036854775807 else DT01
          require all part in parts: part > EUR 0 else AM02
          set done = false
          set bonus = amount at 0.5000 in points rounded half even
          if kind = "GOODS"
            for each part in parts
              move part from payer to payee
            end
          otherwise
            move sum(parts) * 3:2 rounded up / 2 rounded down - amount * 0.05 rounded up from payer to payee
          end
          -> Open

        on pay by payer, agreed by payee
          discloses fee to lender, authority, supervisor
          offers amount to agent
          require not present(fee) or fee > 0 else AM01
          if kind = "GOODS"
            move amount from payer to payee
            -> Open
          end
          move amount from payer to payee
          -> Closed

        on fund by payer when Open
          issue amount to payer citing posting
          -> Open

        on cash by payer when Open
          redeem if date(moment) = today then amount otherwise amount at split in currency of amount rounded floor from payer
          -> Open

        on hold by any lender when Open within 2 business days of day + 1 months else DT05
          for each lender
            reserve share from lender
          end
          -> Held

        on finish(extra integer to payer, payee, lender, authority, supervisor, why text(10) optional) by holder, agreed by payer when Held by cut-off of next_business_day(day)
          require extra <= min(10, max(count, days(day, today))) else AG02
          let late = now - moment > grace + 2 hours
          set note = if present(note) then note otherwise "none"
          clear reason
          for each lender
            release share to lender
          end
          -> Closed

        on expire by network when Held after moment
          for each lender
            release share to lender
          end
          -> Closed
        """;

    /// <inheritdoc/>
    public override byte[] Make(Chance chance) => chance.Percent(15)
        ? ByteMutator.Mutate(chance.Pick(Values).ToCanonical(), chance, chance.Pick(Values).ToCanonical())
        : TextMutator.Encode(chance.Percent(10) ? Nested(chance) : TextMutator.Mutate(chance.Pick(Corpus), chance, chance.Pick(Corpus)), chance);

    /// <inheritdoc/>
    public override void Feed(byte[] input)
    {
        CheckValues(input);
        Compilation compiled = ContractCompiler.Compile("fuzz.contract", Encoding.UTF8.GetString(input));
        BrokenPromise.Unless(compiled.Diagnostics.Count <= MostDiagnostics, "diagnostics are bounded", $"{compiled.Diagnostics.Count}");
        BrokenPromise.Unless(compiled.Contract is null == compiled.Diagnostics.Any(static d => d.Severity == Severity.Error), "a text is a contract, or has an error");
        _ = DiagnosticRenderer.Render(compiled.Diagnostics);
        if (compiled.Contract is not { } contract) return;
        Contract? again = ContractCompiler.Compile("canonical", contract.CanonicalText).Contract;
        BrokenPromise.Unless(again is not null && again.CanonicalText == contract.CanonicalText && again.Hash.AsSpan().SequenceEqual(contract.Hash), "the canonical form is one of its own");
        _ = ContractExplanation.Render(contract);
        BrokenPromise.Unless(contract.Actions.All(static a => a.Offered is not { } amount || (amount is { Type: MoneyType, Optional: false, PersonalOf: null } && a is { Creates: true, Parameters.Count: 0, By.Party: not null } && !a.Updates.Contains(amount))),
            "what is offered is an amount that a payment's entry says");
        BrokenPromise.Unless(contract.Members.All(contract.CanReExecute), "every member reads what it must run");
    }

    private static string Nested(Chance chance)
    {
        int depth = chance.From(1, 5_000);
        string open = chance.Pick(["(", "not ", "present(", "- ", "((", "a + ", "a and "]), close = chance.Percent(50) ? ")" : "";
        return Grammar.Replace("require amount > 0", $"require {string.Concat(Enumerable.Repeat(open, depth))}amount{string.Concat(Enumerable.Repeat(close, depth))} > 0", StringComparison.Ordinal);
    }

    private static void CheckValues(byte[] input)
    {
        foreach (FieldType type in Types)
        {
            if (!Value.TryReadCanonical(type, input, out Value? value)) continue;
            BrokenPromise.Unless(value!.ToCanonical().AsSpan().SequenceEqual(input), "a value has one canonical form", type.Written);
            BrokenPromise.Unless(type.Refusal(value) is null && value.Written.Length > 0, "a value that is read is one of its type", type.Written);
        }
    }
}
