using Settlement.Contracts;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>Two contracts that between them use all that explanations have to tell.</summary>
internal static class Explained
{
    public const string Delivery = """
        contract Delivery version 3 replaces 2
          "Goods against money, with <b>doc</b> & \"quotes\"."
        units
          bales
            "Of cotton."
        codes
          refusal = LATE, BROKEN
          purpose = iso ExternalPurpose1
        parties
          buyer       bank
            "The buyer's bank."
          lender      bank, several(3)
          supervisor  regulator, observes
        fields
          price     money to buyer, lender, supervisor
          count     quantity(bales) to buyer, lender
          client    text(140) to buyer, lender personal of buyer
          due       date to buyer, lender, supervisor
          note      text(20) optional to buyer, lender, supervisor
          chief     party to buyer, lender, supervisor
          use       purpose to buyer, lender
        states
          Open, Closed may rest, Broken may rest
            "Nobody wants this."
        on open by buyer, agreed by lender
          discloses count to supervisor
          require price > 0 and count > 0 else AM01
          -> Open
        on close(reason refusal to buyer, lender, supervisor) by chief when Open by due else DT05
          "The chief decides."
          if reason = "LATE"
            for each lender
              require price > EUR 5 else AM02
            end
            -> Broken
          otherwise
            set note = "closed"
            -> Closed
          end
        on lapse by network when Open after due
          -> Broken
        on mend by any lender when Broken
          -> Closed
        """;

    public static Contract Compiled(string source)
    {
        Compilation compilation = ContractCompiler.Compile("test", source);
        return compilation.Contract ?? throw new InvalidOperationException(DiagnosticRenderer.Render(compilation.Diagnostics));
    }
}
