using System.CommandLine;
using System.IO.Pipes;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Settlement.Contracts;
using Settlement.Host.Commands;
using Settlement.Host.Commands.Contracts;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>The verbs as people and scripts call them: what they print, write and end with.</summary>
public sealed class ContractCommandTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("contracts-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task CheckEndsWithALineOfJson()
    {
        string good = Write("good.contract", ContractLibrary.Load("Escrow").Source), bad = Write("bad.contract", "contract C version 1\nparties\n  a wank\n");
        (int code, string output, _) = await RunAsync("check", good, "--json");
        Assert.Equal(ExitCodes.Success, code);
        Assert.Equal($"{{\"ok\":true,\"hash\":\"{Convert.ToHexStringLower(ContractLibrary.Load("Escrow").Hash)}\",\"diagnostics\":[]}}\n", output);
        (code, output, _) = await RunAsync("check", bad, "--json");
        Assert.Equal(ExitCodes.Refused, code);
        using JsonDocument json = JsonDocument.Parse(output);
        Assert.False(json.RootElement.GetProperty("ok").GetBoolean());
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("hash").ValueKind);
        JsonElement first = json.RootElement.GetProperty("diagnostics")[0];
        Assert.Equal(["code", "line", "column", "message"], first.EnumerateObject().Select(p => p.Name));
        Assert.Contains((3, 5), json.RootElement.GetProperty("diagnostics").EnumerateArray().Select(d => (d.GetProperty("line").GetInt32(), d.GetProperty("column").GetInt32())));
        (code, output, _) = await RunAsync("check", good, bad, "--json");
        Assert.Equal(ExitCodes.Refused, code);
        Assert.Equal([good, bad], output.TrimEnd().Split('\n').Select(l => JsonDocument.Parse(l).RootElement.GetProperty("file").GetString()));
    }

    [Fact]
    public async Task CheckShowsWarningsAndStillSucceeds()
    {
        string warned = Write("w.contract", ContractLibrary.Load("GrossPayment").Source.Replace("require amount > 0", "require present(amount) and amount > 0", StringComparison.Ordinal));
        (int code, string output, _) = await RunAsync("check", warned);
        Assert.Equal(ExitCodes.Success, code);
        Assert.StartsWith("warning CD405: ", output, StringComparison.Ordinal);
        Assert.Contains("w.contract: GrossPayment version 1, hash ", output, StringComparison.Ordinal);
        (code, output, _) = await RunAsync("check", warned, "--json");
        Assert.Equal(ExitCodes.Success, code);
        Assert.Contains("\"code\":\"CD405\"", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\uFEFF", ExitCodes.Success)]
    [InlineData("\uFEFF\uFEFF", ExitCodes.Refused)]
    [InlineData("\uFEFF\uFEFF\uFEFF", ExitCodes.Refused)]
    public async Task OneByteOrderMarkIsPassedOver(string marks, int expected)
    {
        (int code, string output, _) = await RunAsync("check", Write("marked.contract", marks + ContractLibrary.Load("Escrow").Source), "--json");
        Assert.Equal(expected, code);
        Assert.Equal(expected != ExitCodes.Success, output.Contains("\"code\":\"CD102\",\"line\":1,", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ExplainPrintsTextAndJsonAndWritesAPage()
    {
        Contract contract = ContractLibrary.Load("GrossPayment");
        string file = Write("c.contract", contract.Source), page = Path.Combine(folder.FullName, "page.html");
        Assert.Equal((ExitCodes.Success, ContractExplanation.Render(contract), ""), await RunAsync("explain", file));
        Assert.Equal((ExitCodes.Success, ContractExplanation.ToJson(contract), ""), await RunAsync("explain", file, "--json"));
        Assert.Equal((ExitCodes.Success, "", ""), await RunAsync("explain", file, "--html", page));
        Assert.Equal("html", XDocument.Load(page).Root!.Name.LocalName);
        File.Delete(page);
        Assert.Equal((ExitCodes.Success, ContractExplanation.ToJson(contract), ""), await RunAsync("explain", file, "--json", "--html", page));
        Assert.Equal(ContractExplanation.ToHtml(contract), await File.ReadAllTextAsync(page, TestContext.Current.CancellationToken));
        (int code, _, string error) = await RunAsync("explain", file, "--html", Path.Combine(folder.FullName, "nowhere", "page.html"));
        Assert.Equal(ExitCodes.Unusable, code);
        Assert.StartsWith("HO017: ", error, StringComparison.Ordinal);
        (code, string output, error) = await RunAsync("explain", Write("bad.contract", "contract"));
        Assert.Equal((ExitCodes.Refused, ""), (code, output));
        Assert.StartsWith("error CD", error, StringComparison.Ordinal);
    }

    /// <summary>A slip of the hand must not cost the contract: an explanation replaces an explanation.</summary>
    [Fact]
    public async Task ExplainOverwritesAPageAndNothingElse()
    {
        Contract first = ContractLibrary.Load("GrossPayment"), second = ContractLibrary.Load("Escrow");
        string file = Write("c.contract", first.Source), other = Write("other.contract", second.Source), page = Path.Combine(folder.FullName, "page.html");
        Assert.Equal(ExitCodes.Success, (await RunAsync("explain", file, "--html", page)).Code);
        Assert.Equal(ExitCodes.Success, (await RunAsync("explain", other, "--html", page)).Code);
        Assert.Equal(ContractExplanation.ToHtml(second), await File.ReadAllTextAsync(page, TestContext.Current.CancellationToken));
        string link = Path.Combine(folder.FullName, "link.html"), odd = Write("odd", first.Source);
        File.CreateSymbolicLink(link, file);
        foreach (string target in new[] { file, other, odd, link, Write("c.scenarios", "scenarios"), Write("mine.html", "<!DOCTYPE html>\n<html lang=\"en\"><title>Mine</title></html>\n"), Write("empty.html", ""),
            // Another program may write a head like ours, but for the name in it.
            Write("like.html", string.Concat((await File.ReadAllLinesAsync(page, TestContext.Current.CancellationToken)).Where(l => !l.StartsWith("<meta name=\"generator\"", StringComparison.Ordinal)).Select(l => l + "\n"))) })
        {
            string before = await File.ReadAllTextAsync(target, TestContext.Current.CancellationToken);
            (int code, string output, string error) = await RunAsync("explain", target == odd ? odd : file, "--html", target);
            Assert.Equal((ExitCodes.Unusable, ""), (code, output));
            Assert.StartsWith($"HO017: {target} ", error, StringComparison.Ordinal);
            Assert.Equal(before, await File.ReadAllTextAsync(target, TestContext.Current.CancellationToken));
        }

        Assert.Equal(ExitCodes.Unusable, (await RunAsync("explain", file, "--html", Path.Combine(folder.FullName, "new.contract"))).Code);
        Assert.False(File.Exists(Path.Combine(folder.FullName, "new.contract")));
    }

    [Fact]
    public async Task TestPrintsWhatFailsAndCounts()
    {
        string file = Write("Pool.contract", ContractLibrary.Load("PoolFunding").Source);
        Write("Pool.scenarios", "scenarios for PoolFunding\nvalues\n  amount EUR 1\n  posting \"P\"\nnothing | issue | | Issued; holder receives EUR 1 citing \"P\"\nnothing | issue | | refused AM01\n");
        (int code, string output, _) = await RunAsync("test", file);
        Assert.Equal((ExitCodes.Refused, "Pool.scenarios:6\n  expected  refused AM01\n  actual    Issued; holder receives EUR 1 citing \"P\"\n1 scenarios passed, 1 failed\n"), (code, output));
        string other = Write("other.txt", ScenarioTable.OfLibrary("PoolFunding")!);
        (code, output, _) = await RunAsync("test", file, "--scenarios", other);
        Assert.Equal(ExitCodes.Success, code);
        Assert.EndsWith(" scenarios passed, 0 failed\n", output, StringComparison.Ordinal);
        // What tries nothing is no success.
        (code, _, string error) = await RunAsync("test", file, "--scenarios", Write("none.txt", "scenarios for PoolFunding\n"));
        Assert.Equal((ExitCodes.Refused, "none.txt has no scenarios.\n"), (code, error));
        (code, output, _) = await RunAsync("test", file, Write("bad.contract", "contract"));
        Assert.Equal(ExitCodes.Refused, code);
        Assert.EndsWith("1 scenarios passed, 1 failed\n", output, StringComparison.Ordinal);
        (code, _, error) = await RunAsync("test", Write("lonely.contract", ContractLibrary.Load("PoolFunding").Source));
        Assert.Equal(ExitCodes.Unusable, code);
        Assert.StartsWith("HO014: lonely.contract has no scenarios: there is no ", error, StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync("test", file, file, "--scenarios", other)).Code);
    }

    public static TheoryData<string> Templates() => [.. ContractTemplates.Names];

    [Theory]
    [MemberData(nameof(Templates))]
    public async Task NewWritesAContractThatIsRightWithItsScenarios(string template)
    {
        string file = Path.Combine(folder.FullName, "Mine.contract");
        (int code, string output, _) = await RunAsync("new", "Mine", "--template", template, "--out", file);
        Assert.Equal((ExitCodes.Success, $"{file}\n{Path.ChangeExtension(file, ".scenarios")}\n"), (code, output));
        Compilation compilation = ContractCompiler.Compile("Mine.contract", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Assert.Empty(compilation.Diagnostics);
        Assert.Equal(("Mine", 1, null), (compilation.Contract!.Name, compilation.Contract.Version, compilation.Contract.Replaces));
        (code, output, _) = await RunAsync("test", file);
        Assert.Equal(ExitCodes.Success, code);
        (code, _, string error) = await RunAsync("new", "Mine", "--template", template, "--out", file);
        Assert.Equal(ExitCodes.Unusable, code);
        Assert.StartsWith("HO017: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NewOverwritesNeitherFileAndWritesNothingThen()
    {
        Write("Mine.scenarios", "mine");
        string file = Path.Combine(folder.FullName, "Mine.contract");
        Assert.Equal(ExitCodes.Unusable, (await RunAsync("new", "Mine", "--out", file)).Code);
        Assert.False(File.Exists(file));
        Assert.Equal("mine", await File.ReadAllTextAsync(Path.Combine(folder.FullName, "Mine.scenarios"), TestContext.Current.CancellationToken));
        Assert.Equal(ExitCodes.Usage, (await RunAsync("new", "Mine", "--out", Path.Combine(folder.FullName, "Free.scenarios"))).Code);
    }

    [Theory]
    [InlineData("if")]
    [InlineData("My-contract")]
    [InlineData("1st")]
    [InlineData("A23456789012345678901234567890123456789012345678901234567890123456")]
    public async Task NewRefusesWhatIsNoName(string name)
    {
        (int code, _, string error) = await RunAsync("new", name, "--out", Path.Combine(folder.FullName, "x.contract"));
        Assert.Equal(ExitCodes.Usage, code);
        Assert.StartsWith("A contract's name is ", error, StringComparison.Ordinal);
        Assert.Empty(folder.GetFiles());
    }

    [Fact]
    public async Task DiffEndsWithACodeForEachOutcome()
    {
        string source = ContractLibrary.Load("GrossPayment").Source, old = Write("old.contract", source);
        string wider = Write("wider.contract", source.Replace("version 1", "version 2 replaces 1", StringComparison.Ordinal).Replace(", agreed by payee", "", StringComparison.Ordinal));
        string narrower = Write("narrower.contract", source.Replace("version 1", "version 2 replaces 1", StringComparison.Ordinal).Replace("text(35) ", "text(30) ", StringComparison.Ordinal));
        string stray = Write("stray.contract", source.Replace("version 1", "version 2", StringComparison.Ordinal));
        (int code, string output, _) = await RunAsync("diff", old, wider);
        Assert.Equal((ExitCodes.Widened, "GrossPayment version 1 -> GrossPayment version 2\n\nWidened\n  pay no longer needs the agreement of payee.\n\n"), (code, output));
        (code, output, _) = await RunAsync("diff", old, narrower);
        Assert.Equal(ExitCodes.Success, code);
        Assert.EndsWith("\n\nNothing widened.\n", output, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Success, (await RunAsync("diff", old, old)).Code);
        Assert.Equal(ExitCodes.Refused, (await RunAsync("diff", old, stray)).Code);
        Assert.Equal(ExitCodes.Refused, (await RunAsync("diff", old, Write("bad.contract", "contract"))).Code);
        // What widened outweighs a number that is wrong, and neither counts where one of the two does not compile.
        string strayAndWider = Write("strayandwider.contract", source.Replace("version 1", "version 2", StringComparison.Ordinal).Replace(", agreed by payee", "", StringComparison.Ordinal));
        (code, output, _) = await RunAsync("diff", old, strayAndWider);
        Assert.Equal(ExitCodes.Widened, code);
        Assert.Contains("\nMisnumbered\n", output, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Refused, (await RunAsync("diff", wider, Write("bad.contract", "contract"))).Code);
        (code, output, _) = await RunAsync("diff", old, wider, "--json");
        using JsonDocument json = JsonDocument.Parse(output);
        Assert.Equal(["old", "new", "widened", "follows", "findings"], json.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.Equal(["kind", "subject", "sentence"], json.RootElement.GetProperty("findings")[0].EnumerateObject().Select(p => p.Name));
        Assert.Equal((ExitCodes.Widened, "widened"), (code, json.RootElement.GetProperty("findings")[0].GetProperty("kind").GetString()));
    }

    /// <summary>What stands beside a file and is named like one that is being written is somebody's, and stays. So do a file's mode and a link to it.</summary>
    [Fact]
    public async Task FormatAndExplainTouchNothingBesideTheirFile()
    {
        string formatted = ContractFormatter.Format("c", ContractLibrary.Load("Escrow").Source).Text!, odd = formatted.Replace("  reserve", "     reserve", StringComparison.Ordinal);
        string file = Write("c.contract", odd), page = Path.Combine(folder.FullName, "page.html"), link = Path.Combine(folder.FullName, "link.contract");
        string[] strays = [.. new[] { "c.contract.new", "c.contract.new1", "page.html.new", "page.html.new1" }.Select(s => Write(s, "mine"))];
        string full = Write("full.contract", odd);
        for (int i = 1; i <= 100; i++) Write($"full.contract.new{i}", "mine");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.CreateSymbolicLink(link, file);
        int before = folder.GetFileSystemInfos().Length;

        Assert.Equal(ExitCodes.Success, (await RunAsync("format", link)).Code);
        Assert.Equal(ExitCodes.Success, (await RunAsync("explain", file, "--html", page)).Code);
        Assert.Equal(formatted, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Assert.Equal(file, new FileInfo(link).LinkTarget);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        foreach (string stray in strays) Assert.Equal("mine", await File.ReadAllTextAsync(stray, TestContext.Current.CancellationToken));

        Assert.Equal(ExitCodes.Unusable, (await RunAsync("format", full)).Code);
        Assert.Equal(odd, await File.ReadAllTextAsync(full, TestContext.Current.CancellationToken));
        // What cannot be moved to its place is not left behind.
        Directory.CreateDirectory(Path.Combine(folder.FullName, "taken.html"));
        Assert.Equal(ExitCodes.Unusable, (await RunAsync("explain", file, "--html", Path.Combine(folder.FullName, "taken.html"))).Code);
        Assert.Equal(before + 2, folder.GetFileSystemInfos().Length);
    }

    [Fact]
    public async Task FormatWritesTheUsualLayoutAndCheckOnlySaysSo()
    {
        string formatted = ContractFormatter.Format("c", ContractLibrary.Load("Escrow").Source).Text!, odd = formatted.Replace("  reserve", "     reserve", StringComparison.Ordinal);
        string file = Write("c.contract", odd);
        Assert.Equal((ExitCodes.Refused, $"{file}: has another layout than the usual\n", ""), await RunAsync("format", "--check", file));
        Assert.Equal(odd, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Assert.Equal((ExitCodes.Success, $"{file}: now has the usual layout\n", ""), await RunAsync("format", file));
        Assert.Equal(formatted, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Assert.Equal((ExitCodes.Success, "", ""), await RunAsync("format", "--check", file));
        string bad = Write("bad.contract", "contract");
        Assert.Equal(ExitCodes.Refused, (await RunAsync("format", bad)).Code);
        Assert.Equal("contract", await File.ReadAllTextAsync(bad, TestContext.Current.CancellationToken));
        Assert.Equal(["bad.contract", "c.contract"], folder.GetFiles().Select(f => f.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("check")]
    [InlineData("explain")]
    [InlineData("test")]
    [InlineData("format")]
    public async Task WhatIsNoTextFileIsRefusedWithACode(string verb)
    {
        string binary = Path.Combine(folder.FullName, "binary.contract");
        await File.WriteAllBytesAsync(binary, [0x63, 0xFF, 0xFE], TestContext.Current.CancellationToken);
        foreach (string path in new[] { binary, folder.FullName, Path.Combine(folder.FullName, "none.contract") })
        {
            (int code, string output, string error) = await RunAsync(verb, path);
            Assert.Equal((ExitCodes.Unusable, ""), (code, output));
            Assert.StartsWith("HO014: ", error, StringComparison.Ordinal);
        }

        string large = Write("large.contract", new string(' ', ContractCompiler.MaxFileBytes + 2));
        Assert.Equal(ExitCodes.Refused, (await RunAsync(verb, large)).Code);
    }

    [Theory]
    [InlineData("check", "--bogus")]
    [InlineData("check", "FILE", "--jsno")]
    [InlineData("check", "FILE", "-j")]
    [InlineData("explain", "--bogus")]
    [InlineData("explain", "FILE", "--html", "--jsno")]
    [InlineData("test", "--bogus")]
    [InlineData("format", "--chekc", "FILE")]
    [InlineData("diff", "FILE", "--jsno")]
    [InlineData("new", "--bogus")]
    public async Task WhatIsNoOptionIsNotTakenForAFile(params string[] arguments)
    {
        string file = Write("c.contract", ContractLibrary.Load("Escrow").Source), wrong = arguments.Last(a => a.StartsWith('-'));
        (int code, _, string error) = await RunAsync([.. arguments.Select(a => a == "FILE" ? file : a)]);
        Assert.Equal(1, code);
        Assert.Contains($"{wrong} is no option of contract {arguments[0]}; a file of that name is written ./{wrong}.", error, StringComparison.Ordinal);
        Assert.DoesNotContain("HO0", error, StringComparison.Ordinal);
    }

    /// <summary>A file is text in UTF-8: what begins as UTF-16 or UTF-32 does is none, and a mark of UTF-8 is nothing.</summary>
    [Theory]
    [InlineData("utf-16", true)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-32", true)]
    [InlineData("utf-32BE", true)]
    [InlineData("utf-8", false)]
    public async Task OnlyUtf8IsText(string encoding, bool isRefused)
    {
        string path = Path.Combine(folder.FullName, "c.contract");
        await File.WriteAllTextAsync(path, ContractFormatter.Format("c", ContractLibrary.Load("Escrow").Source).Text, Encoding.GetEncoding(encoding), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.ChangeExtension(path, ".scenarios"), ScenarioTable.OfLibrary("Escrow")!, Encoding.GetEncoding(encoding), TestContext.Current.CancellationToken);
        foreach (string[] verb in new[] { ["check"], ["explain"], ["test"], new[] { "format", "--check" } })
        {
            (int code, _, string error) = await RunAsync([.. verb, path]);
            Assert.Equal(isRefused ? ExitCodes.Unusable : ExitCodes.Success, code);
            Assert.Equal(isRefused, error.StartsWith($"HO014: {path} cannot be read as UTF-8 text: ", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("none.contract")]
    [InlineData("nowhere/none.contract")]
    public async Task AFileThatIsNotThereIsCalledThat(string name)
    {
        string path = Path.Combine(folder.FullName, name);
        Assert.Equal((ExitCodes.Unusable, "", $"HO014: {path} cannot be read: there is no such file.\n"), await RunAsync("check", path));
    }

    /// <summary>Whoever reads the lines of JSON gets one for each file, and the files after one that cannot be read are looked at.</summary>
    [Fact]
    public async Task AFileThatCannotBeReadHasItsLineOfJsonAndKeepsNothingElseBack()
    {
        string good = Write("good.contract", ContractLibrary.Load("Escrow").Source), none = Path.Combine(folder.FullName, "none.contract");
        (int code, string output, string error) = await RunAsync("check", none, "--json");
        Assert.Equal((ExitCodes.Unusable, $"HO014: {none} cannot be read: there is no such file.\n"), (code, error));
        Assert.Equal($"{{\"ok\":false,\"hash\":null,\"diagnostics\":[{{\"code\":\"HO014\",\"line\":1,\"column\":1,\"message\":\"{none} cannot be read: there is no such file.\"}}]}}\n", output);
        (code, output, error) = await RunAsync("check", folder.FullName, good, "--json");
        Assert.Equal((ExitCodes.Unusable, $"HO014: {folder.FullName} cannot be read: it is a directory.\n"), (code, error));
        Assert.Equal([false, true], output.TrimEnd().Split('\n').Select(l => JsonDocument.Parse(l).RootElement.GetProperty("ok").GetBoolean()));
        string odd = Write("odd.contract", ContractLibrary.Load("Escrow").Source.Replace("  buyer", "     buyer", StringComparison.Ordinal));
        (code, output, error) = await RunAsync("format", none, odd);
        Assert.Equal((ExitCodes.Unusable, $"HO014: {none} cannot be read: there is no such file.\n"), (code, error));
        Assert.EndsWith("now has the usual layout\n", output, StringComparison.Ordinal);
    }

    /// <summary>What a shell gives for <c>&lt;(command)</c> has no length and cannot be gone back in.</summary>
    [Theory]
    [InlineData(0, ExitCodes.Success)]
    [InlineData(ContractCompiler.MaxFileBytes + 2, ExitCodes.Refused)]
    public async Task AContractIsReadFromAPipe(int padding, int expected)
    {
        if (OperatingSystem.IsWindows()) return;
        using AnonymousPipeServerStream pipe = new(PipeDirection.Out);
        byte[] text = Encoding.UTF8.GetBytes(ContractLibrary.Load("Escrow").Source + new string(' ', padding));
        Task writing = Task.Run(async () =>
        {
            try
            {
                await pipe.WriteAsync(text, TestContext.Current.CancellationToken);
            }
            catch (IOException) when (padding > 0)
            {
                // A reader that has enough goes away.
            }

            // The end of the text; the reader's end stays until it was opened.
            pipe.SafePipeHandle.Dispose();
        }, TestContext.Current.CancellationToken);
        string path = $"/dev/fd/{pipe.ClientSafePipeHandle.DangerousGetHandle()}";
        (int code, _, string error) = await RunAsync("check", path);
        pipe.DisposeLocalCopyOfClientHandle();
        await writing;
        Assert.Equal((expected, ""), (code, error));
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        int code = await ContractCommand.Create().Parse(arguments).InvokeAsync(new InvocationConfiguration { Output = output, Error = error }, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
