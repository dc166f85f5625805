using System.Globalization;
using System.Text.RegularExpressions;
using Settlement.Contracts;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>
/// Contracts that must be refused. The first line of each says with what: <c>-- expect CODE at LINE:COLUMN</c>. They are part of
/// this assembly, so that the tests find them from wherever they run.
/// </summary>
internal static class ContractCorpus
{
    private static readonly Regex Expectation = new(@"\A-- expect (?<code>CD\d{3}) at (?<line>\d+):(?<column>\d+)\n",
        RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));

    /// <summary>The names of the contracts in a folder.</summary>
    public static IReadOnlyList<string> Names(string folder) => [.. typeof(ContractCorpus).Assembly.GetManifestResourceNames()
        .Where(n => n.StartsWith(folder + "/", StringComparison.Ordinal))
        .Select(n => Path.GetFileNameWithoutExtension(n[(folder.Length + 1)..]))
        .Order(StringComparer.Ordinal)];

    public static string Source(string folder, string name) => Text($"{folder}/{name}.contract");

    public static string Text(string resource)
    {
        using Stream stream = typeof(ContractCorpus).Assembly.GetManifestResourceStream(resource)
            ?? throw new ArgumentException($"There is no embedded {resource}.", nameof(resource));
        using StreamReader reader = new(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    /// <summary>The code that the first line of a contract expects.</summary>
    public static string ExpectedCode(string folder, string name) => Expected(Source(folder, name)).Code;

    /// <summary>Exactly what the first line says is reported, one error at one place, and there is no contract.</summary>
    public static void IsRefusedAsItSays(string folder, string name)
    {
        string source = Source(folder, name);
        Compilation compilation = ContractCompiler.Compile($"{name}.contract", source);
        Assert.Null(compilation.Contract);
        Assert.Equal([Expected(source)], compilation.Diagnostics.Select(d => (d.Code, d.Line, d.Column)));
        Assert.Equal(Severity.Error, compilation.Diagnostics[0].Severity);
    }

    private static (string Code, int Line, int Column) Expected(string source)
    {
        Match match = Expectation.Match(source);
        Assert.True(match.Success, "The first line does not say what is expected.");
        return (match.Groups["code"].Value, Number("line"), Number("column"));

        int Number(string group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);
    }
}
