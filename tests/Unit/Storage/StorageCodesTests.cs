using System.Reflection;
using Settlement.Storage;

namespace Settlement.Tests.Storage;

public sealed class StorageCodesTests
{
    [Fact]
    public void EveryCodeHasItsPage()
    {
        string? root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "Settlement.sln"))) root = Path.GetDirectoryName(root);
        string[] codes = [.. typeof(StorageCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!)];
        Assert.NotEmpty(codes);
        Assert.All(codes, code => Assert.StartsWith($"# {code}: ", File.ReadAllText(Path.Combine(root!, "ops", "runbooks", code + ".md")), StringComparison.Ordinal));
        Assert.Equal(codes.Length, codes.Distinct().Count());
    }
}
