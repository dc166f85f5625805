using Settlement.Contracts;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>
/// Every diagnostic as it prints, with its caret: what the wrong example of each page gives, in DiagnosticSnapshots.txt. To renew
/// it, run this test, read the difference, and copy the file that its message names over the one beside this source.
/// </summary>
public sealed class DiagnosticPageSnapshotTests
{
    private const string Stored = "DiagnosticSnapshots.txt";

    [Fact]
    public void EveryDiagnosticPrintsAsStored()
    {
        string printed = string.Concat(DiagnosticPages.Codes.Select(code =>
            DiagnosticRenderer.Render(ContractCompiler.Compile($"{code}.contract", PageExamples.Of(code).Wrong).Diagnostics)));
        if (printed == ContractCorpus.Text(Stored)) return;
        string renewed = Path.Combine(AppContext.BaseDirectory, Stored);
        File.WriteAllText(renewed, printed);
        TestContext.Current.SendDiagnosticMessage($"Where the new text is right, copy {renewed} to tests/Unit/Contracts/{Stored}.");
        Assert.Equal(ContractCorpus.Text(Stored), printed);
    }
}
