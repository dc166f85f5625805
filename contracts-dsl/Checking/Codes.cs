using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>The codes of refusals that a contract gives.</summary>
internal static class Codes
{
    public static void Check(DiagnosticBag diagnostics, Name code)
    {
        if (PlatformCodes.IsReserved(code.Text))
            diagnostics.Report(Rules.BadCode, code.Span, $"codes like {code.Text} are the platform's own", "choose another code");
        else if (!CodeValue.IsCode(code.Text))
            diagnostics.Report(Rules.BadCode, code.Span, $"'{code.Text}' is not a code: 1 to 35 capital letters and digits", code.Text.Length <= CodeValue.MaxLength ? $"write {code.Text.ToUpperInvariant().Replace("_", "", StringComparison.Ordinal)}" : null);
    }
}
