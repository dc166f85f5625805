using System.Reflection;
using Settlement.Host.Demo;

namespace Settlement.Tests.Unit.Demo;

public class DemoCodesTests
{
    [Fact]
    public void Every_code_has_its_page()
    {
        string[] codes = [.. typeof(DemoException).GetFields(BindingFlags.Public | BindingFlags.Static).Where(static field => field.IsLiteral)
            .Select(static field => (string)field.GetRawConstantValue()!)];
        Assert.NotEmpty(codes);
        string pages = Path.Combine(TestData.ProjectRoot, "ops", "runbooks");
        Assert.All(codes, code => Assert.StartsWith($"# {code}: ", File.ReadAllText(Path.Combine(pages, code + ".md")), StringComparison.Ordinal));
    }
}
