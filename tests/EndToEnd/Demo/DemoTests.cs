using System.Text.Json;
using Settlement.Host.Demo;
using Settlement.Tests.EndToEnd.Network;

namespace Settlement.Tests.EndToEnd.Demo;

public sealed class DemoTests
{
    [Fact]
    public async Task The_shared_samples_settle_and_are_proven()
    {
        string? samples = SharedSamples();
        if (samples is null) Assert.Skip("The shared samples (../shared/iso20022/samples beside the project) are not there.");
        using OwnFolder folder = new();
        (int code, string output, string errors) = await DemoProcess.RunAsync(folder.Path, ["--input", samples, "--json"], TestContext.Current.CancellationToken);
        Assert.True(code == 0, errors);
        JsonElement totals = DemoProcess.LastLine(output);
        Assert.Equal(
            ["submitted", "final", "rejected", "queued", "unsupported", "seconds", "ledger", "regulator"],
            totals.EnumerateObject().Select(static property => property.Name));
        Assert.Equal(12, totals.GetProperty("submitted").GetInt32());
        Assert.Equal(5, totals.GetProperty("final").GetInt32());
        Assert.Equal(7, totals.GetProperty("rejected").GetInt32());
        Assert.Equal(0, totals.GetProperty("queued").GetInt32());
        Assert.Equal(Directory.GetFiles(samples).Length - 12, totals.GetProperty("unsupported").GetInt32());
        Assert.Equal(["leaves", "root", "verified"], totals.GetProperty("ledger").EnumerateObject().Select(static property => property.Name));
        Assert.True(totals.GetProperty("ledger").GetProperty("verified").GetBoolean(), errors);
        Assert.Equal(["entries", "complete", "reExecuted"], totals.GetProperty("regulator").EnumerateObject().Select(static property => property.Name));
        Assert.True(totals.GetProperty("regulator").GetProperty("complete").GetBoolean(), errors);
        Assert.Contains("DU03 7", errors, StringComparison.Ordinal);
        Assert.Empty(folder.Left);
    }

    [Fact]
    public async Task After_the_shipped_day_two_banks_swap_two_currencies_in_one_group_and_three_net_what_they_owe()
    {
        using OwnFolder folder = new();
        (int code, string output, string errors) = await DemoProcess.RunAsync(folder.Path, ["--json"], TestContext.Current.CancellationToken);
        Assert.True(code == 0, errors);
        JsonElement totals = DemoProcess.LastLine(output);
        Assert.True(totals.GetProperty("ledger").GetProperty("verified").GetBoolean() && totals.GetProperty("regulator").GetProperty("complete").GetBoolean(), errors);
        Assert.Matches(@"payment versus payment: \w{11} sets aside [\d.]+ [A-Z]{3}, for [\d.]+ [A-Z]{3} that \w{11} is to pay in another channel", errors);
        Assert.Matches(@"commits group [0-9a-f]{8}: [\d.]+ [A-Z]{3} settled with batch \d+ of channel [0-9a-f]{8}, [\d.]+ [A-Z]{3} with batch \d+ of channel", errors);
        Assert.Matches(@"A cycle in [A-Z]{3}: 310000.00 [A-Z]{3} owed in 3 channels, settled by 30000.00 [A-Z]{3} on the accounts", errors);
        // Where each was before, its net, its account before and after, and where it is then.
        foreach (string row in new[] { "-120000.00 -20000.00 25000.00 5000.00 0.00", "-90000.00 30000.00 25000.00 55000.00 0.00", "-100000.00 -10000.00 25000.00 15000.00 0.00" })
            Assert.Matches($@"[│|] {row.Replace(".", @"\.", StringComparison.Ordinal).Replace(" ", @" +[│|] ", StringComparison.Ordinal)} +[│|]", errors);
        Assert.Empty(folder.Left);
    }

    [Fact]
    public async Task Good_bad_and_foreign_files_add_up()
    {
        using OwnFolder folder = new();
        string input = Directory.CreateDirectory(Path.Combine(folder.Path, "in")).FullName;
        await WriteAsync("1.xml", Pacs008.Message(new Payment("ALPHDEFFXXX", "BETAFRPPXXX", "10.00") { Reference = "one" }));
        await WriteAsync("2.xml", Pacs008.Message(new Payment("BETAFRPPXXX", "ALPHDEFFXXX", "3.123") { Reference = "two" }));
        await WriteAsync("3.xml", "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08'><FIToFI");
        await WriteAsync("4.xml", "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.054.001.08'/>");
        await WriteAsync("5.txt", "not a message");
        await WriteAsync("6.xml", Pacs008.Message(new Payment("BETAFRPPXXX", "ALPHDEFFXXX", "3.00") { Reference = "three" }));
        (int code, string output, string errors) = await DemoProcess.RunAsync(folder.Path, ["--input", input, "--json"], TestContext.Current.CancellationToken);
        Assert.True(code == 0, errors);
        JsonElement totals = DemoProcess.LastLine(output);
        Assert.Equal(
            (4, 2, 2, 0, 2),
            (totals.GetProperty("submitted").GetInt32(), totals.GetProperty("final").GetInt32(), totals.GetProperty("rejected").GetInt32(),
                totals.GetProperty("queued").GetInt32(), totals.GetProperty("unsupported").GetInt32()));
        Assert.Contains("4.xml", errors, StringComparison.Ordinal);
        Assert.Contains("5.txt", errors, StringComparison.Ordinal);
        Assert.Contains("CH20 1", errors, StringComparison.Ordinal);
        Assert.Contains("FF01 1", errors, StringComparison.Ordinal);
        // The regulator is told no position and computes both.
        Assert.Contains("ALPHDEFFXXX 3.00 EUR, BETAFRPPXXX 10.00 EUR", errors, StringComparison.Ordinal);

        Task WriteAsync(string name, string text) => File.WriteAllTextAsync(Path.Combine(input, name), text, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Too_many_banks_are_refused_before_anything_starts()
    {
        using OwnFolder folder = new();
        string input = Directory.CreateDirectory(Path.Combine(folder.Path, "in")).FullName;
        await File.WriteAllTextAsync(
            Path.Combine(input, "1.xml"), Pacs008.Message(new Payment("ALPHDEFFXXX", "BETAFRPPXXX", "10.00")), TestContext.Current.CancellationToken);
        (int code, string output, string errors) = await DemoProcess.RunAsync(folder.Path, ["--input", input, "--json", "--max-banks", "1"], TestContext.Current.CancellationToken);
        Assert.NotEqual(0, code);
        Assert.Empty(output);
        Assert.Contains("--max-banks 2", errors, StringComparison.Ordinal);
        Assert.Empty(folder.Left);
    }

    private static string? SharedSamples()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(Path.Combine(folder.FullName, "Settlement.sln"))) continue;
            string samples = Path.Combine(folder.FullName, "..", "shared", "iso20022", "samples");
            return Directory.Exists(samples) ? Path.GetFullPath(samples) : null;
        }

        return null;
    }
}
