using System.Reflection;
using Settlement.Contracts;
using Settlement.Core.Agent;
using Settlement.Core.Bank;
using Settlement.Core.Channels;

namespace Settlement.Tests.Channels;

public sealed partial class RunbookTests
{
    private static string Pages => Path.Combine(Unit.TestData.ProjectRoot, "ops", "runbooks");

    [Fact]
    public void Every_code_of_the_program_has_its_page_and_every_page_a_code()
    {
        // Found by name, so that a new class of codes cannot be forgotten here.
        Assembly[] assemblies = [typeof(Contract).Assembly, typeof(BankCodes).Assembly, Assembly.Load("Settlement.Ledger"), Assembly.Load("Settlement.Storage"), Assembly.Load("settlement")];
        string[] ours = ["StatusCodes", "ExitCodes", "CountryCodes"];
        List<(string Name, string Value)> declared = [.. assemblies.SelectMany(a => a.GetTypes()).Where(t => t.Namespace?.StartsWith("Settlement.", StringComparison.Ordinal) == true && !ours.Contains(t.Name))
            .SelectMany(t => t.GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral && f.FieldType == typeof(string)).Select(f => (t.Name, Value: (string)f.GetRawConstantValue()!)))
            .Where(c => c.Name.EndsWith("Codes", StringComparison.Ordinal) || Form().IsMatch(c.Value))];
        Assert.Empty(declared.Select(static c => c.Value).Where(static code => Form().IsMatch(code)).GroupBy(static code => code).Where(static same => same.Count() > 1).Select(static same => same.Key));
        HashSet<string> codes = [.. declared.Select(static c => c.Value)];
        Assert.Superset(new HashSet<string> { ChannelCodes.TermsInvalid, BankCodes.NoBusinessDay, AgentCodes.Malformed, PlatformCodes.Missing, "DU03", "FF01", "ST001", "LG001", "HO001", "DM001" }, codes);
        Assert.Equal(codes.Order(StringComparer.Ordinal), Directory.GetFiles(Pages, "*.md").Select(p => Path.GetFileNameWithoutExtension(p)!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_page_says_what_it_means_and_what_to_do() => Assert.All(Directory.GetFiles(Pages, "*.md"), page =>
    {
        string text = File.ReadAllText(page);
        Assert.StartsWith($"# {Path.GetFileNameWithoutExtension(page)}: ", text, StringComparison.Ordinal);
        const string means = "\n\n## What it means\n\n", todo = "\n\n## What to do\n\n";
        string[] parts = text.Split([means, todo], StringSplitOptions.None);
        Assert.Equal(3, parts.Length);
        Assert.All(parts, part => Assert.True(part.Trim().Length > 8, page));
    });

    [Theory]
    [InlineData(typeof(ChannelCodes), "CH")]
    [InlineData(typeof(BankCodes), "BK")]
    [InlineData(typeof(QueueCodes), "QU")]
    [InlineData(typeof(AgentCodes), "AG")]
    [InlineData(typeof(OffsetCodes), "MO")]
    [InlineData(typeof(CycleCodes), "CY")]
    public void Codes_are_used_once_and_are_of_one_form(Type type, string prefix)
    {
        string[] codes = [.. type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (string)f.GetRawConstantValue()!)];
        Assert.NotEmpty(codes);
        Assert.Equal(codes.Length, codes.Distinct().Count());
        Assert.All(codes, code => Assert.Matches($"^{prefix}[0-9]{{3}}$", code));
        // What travels in a refusal leaf must be a code of the contract language, too.
        Assert.All(codes, code => Assert.True(CodeValue.IsCode(code)));
    }

    [System.Text.RegularExpressions.GeneratedRegex("^[A-Z]{2}[0-9]{3}$")]
    private static partial System.Text.RegularExpressions.Regex Form();
}
