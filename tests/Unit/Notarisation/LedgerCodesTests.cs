using System.Reflection;
using Settlement.Core.Notarisation;

namespace Settlement.Tests.Unit.Notarisation;

public sealed class LedgerCodesTests
{
    [Fact]
    public void Every_code_is_used_once_and_has_its_page()
    {
        string[] codes = [.. typeof(LedgerCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!)];
        Assert.NotEmpty(codes);
        Assert.Equal(codes.Distinct(), codes);
        string pages = Path.Combine(TestData.ProjectRoot, "ops", "runbooks");
        Assert.All(codes, code => Assert.StartsWith($"# {code}: ", File.ReadAllText(Path.Combine(pages, code + ".md")), StringComparison.Ordinal));
        Assert.Equal(codes.Order(), Directory.GetFiles(pages, "LG*.md").Select(Path.GetFileNameWithoutExtension).Order()!);
    }
}
