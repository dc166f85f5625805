using System.Text;
using Settlement.Contracts;
using Settlement.Host.Fuzz.Mutations;

namespace Settlement.Host.Fuzz.Targets;

/// <summary>Contracts, which come inside terms from any bank: compiling ends, is bounded, and says what it means; so do values.</summary>
internal sealed class ContractTarget : Reader
{
    private const int MostDiagnostics = 100;
    private static readonly string[] Corpus = [.. ContractLibrary.All.Select(static contract => contract.Source), Grammar];

    private static readonly FieldType[] Types = [new MoneyType(), new IntegerType(), new DateType(), new TextType(1), new TextType(140), new TextType(TextType.LengthLimit), new CodeType()];

    private static readonly Value[] Values =
    [
        new MoneyValue("EUR", long.MinValue), new IntegerValue(long.MaxValue), new DateValue(DateOnly.MaxValue), new TextValue("Zoë 🏦"), new CodeValue("AM04"),
    ];

    // Every construct of the language at least once.
    private const string Grammar =
        """
        contract Everything version 7
          "All that the grammar has."

        parties
          payer       bank
          payee       bank
          supervisor  regulator, observes

        fields
          amount    money               to payer, payee, supervisor
          fee       money optional      to payer, payee
          count     integer             to payer, payee
          day       date                to payer, payee, supervisor
          purpose   code optional       to payer, payee
          note      text(10) optional   to payer, payee   personal of payer

        states
          Open, Closed may rest

        on begin by payer, agreed by payee
          require amount > 0 and (count >= 1 or not present(fee)) else AM01
          require not present(purpose) or purpose = "SALA" or purpose != "X" else AG01
          require day >= 2026-01-01 and count + 1 - 2 < 9223372036854775807 else DT01
          require not present(fee) or amount - fee > 0 else AM02
          -> Open

        on finish(reason code, extra integer to payer, payee) by payee, agreed by payer when Open
          require extra <= 10 else AG02
          move amount from payer to payee
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
