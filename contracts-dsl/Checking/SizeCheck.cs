using System.Globalization;
using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>Refuses a contract that is too large before anything is bound, so that the work of the other checks is bounded.</summary>
internal sealed class SizeCheck(DiagnosticBag diagnostics)
{
    public bool Fits(ContractSyntax syntax)
    {
        bool fits = Check([.. syntax.Parties.Select(p => p.Name.Span)], Limits.Parties, "parties");
        fits &= Check([.. syntax.Units.Select(u => u.Name.Span)], Limits.Units, "units");
        fits &= Check([.. syntax.CodeSets.Select(c => c.Name.Span)], Limits.CodeSets, "sets of codes");
        foreach (CodeSetSyntax set in syntax.CodeSets) fits &= Check([.. set.Codes.Select(c => c.Span)], Limits.Codes, "codes in a set");
        fits &= Check([.. syntax.Fields.Select(f => f.Name.Span)], Limits.Fields, "fields");
        fits &= Check([.. syntax.States.Select(s => s.Name.Span)], Limits.States, "states");
        fits &= Check([.. syntax.Actions.Select(a => a.Name.Span)], Limits.Actions, "actions");
        if (!fits) return false;
        foreach (ActionSyntax action in syntax.Actions)
        {
            fits &= Check([.. syntax.Fields.Concat(action.Parameters).Select(f => f.Name.Span)], Limits.Fields, "fields and parameters");
            fits &= Check([.. action.Statements.SelectMany(SyntaxParts.All).Select(s => s.Span)], Limits.StatementsOfAction, "statements in an action");
        }

        return fits;
    }

    private bool Check(IReadOnlyList<TextSpan> places, int limit, string what)
    {
        if (places.Count <= limit) return true;
        diagnostics.Report(Rules.TooMany, places[limit], string.Create(CultureInfo.InvariantCulture, $"there are more than {limit} {what}"), "split the contract");
        return false;
    }
}
