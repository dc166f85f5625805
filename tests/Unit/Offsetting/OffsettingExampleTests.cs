using System.Text.Json;
using Settlement.Host.Commands;

namespace Settlement.Tests.Unit.Offsetting;

/// <summary>
/// Examples to be reviewed by whoever knows payment systems. Each line is a bank (<c>bank NAME BALANCE [limit MOST]</c>), a
/// bilateral limit (<c>limit FROM TO MOST</c>), a payment in the order of submission (<c>NAME PAYER -> PAYEE AMOUNT
/// [PRIORITY]</c>), or what comes out (<c>settles</c>, <c>waits</c> with the reason, <c>balances</c>).
/// </summary>
public sealed class OffsettingExampleTests : IDisposable
{
    private const string Examples =
        """
        == a gridlock of three banks in a ring: nobody can begin, all can settle at once
        bank A 0
        bank B 0
        bank C 0
        p1 A -> B 100
        p2 B -> C 100
        p3 C -> A 100
        settles p1 p2 p3
        balances A 0, B 0, C 0

        == an unequal ring, for which one bank brings what is missing
        bank A 20
        bank B 0
        bank C 0
        p1 A -> B 100
        p2 B -> C 90
        p3 C -> A 80
        settles p1 p2 p3
        balances A 0, B 10, C 10

        == the same ring with less: no part of it can go, as each bank's first payment is its only one
        bank A 19
        bank B 0
        bank C 0
        p1 A -> B 100
        p2 B -> C 90
        p3 C -> A 80
        settles
        waits p1: A lacks 81 of liquidity
        waits p2: B lacks 90 of liquidity
        waits p3: C lacks 80 of liquidity
        balances A 19, B 0, C 0

        == the ring and one bilateral limit, which keeps everything back
        bank A 0
        bank B 0
        bank C 0
        limit A B 99
        p1 A -> B 100
        p2 B -> C 100
        p3 C -> A 100
        settles
        waits p1: 1 beyond the limit of A towards B
        waits p2: B lacks 100 of liquidity
        waits p3: C lacks 100 of liquidity
        balances A 0, B 0, C 0

        == a bilateral limit counts what comes back
        bank A 50
        bank B 0
        limit A B 10
        p1 A -> B 100
        p2 B -> A 90
        p3 A -> B 1
        settles p1 p2
        waits p3: 1 beyond the limit of A towards B
        balances A 40, B 10

        == a multilateral limit: A has enough, and keeps it
        bank A 1000 limit 30
        bank B 0
        bank C 0
        p1 A -> B 20
        p2 A -> C 10
        p3 A -> B 5
        settles p1 p2
        waits p3: 5 beyond the limit of A
        balances A 970, B 20, C 10

        == an urgent payment goes before an earlier one, and takes the cover
        bank A 100
        bank B 0
        bank C 0
        p1 A -> B 80
        p2 A -> C 90 urgent
        p3 A -> B 10 high
        settles p2 p3
        waits p1: A lacks 80 of liquidity
        balances A 0, B 10, C 90

        == nothing passes what waits before it, however small
        bank A 50
        bank B 0
        p1 A -> B 60
        p2 A -> B 10
        p3 A -> B 70 urgent
        settles
        waits p1: behind p3
        waits p2: behind p3
        waits p3: A lacks 20 of liquidity
        balances A 50, B 0

        == a bank without cover drops out, and takes with it what depended on it
        bank A 10
        bank B 0
        bank C 0
        bank D 0
        p1 A -> B 10
        p2 B -> A 10
        p3 D -> C 40
        p4 C -> B 40
        settles p1 p2
        waits p3: D lacks 40 of liquidity
        waits p4: C lacks 40 of liquidity
        balances A 10, B 0, C 0, D 0

        == two banks: bilateral offsetting of the longest prefixes, not of the most payments
        bank A 0
        bank B 5
        p1 A -> B 100
        p2 A -> B 20
        p3 B -> A 60
        p4 B -> A 45
        p5 B -> A 1
        settles p1 p3 p4
        waits p2: A lacks 15 of liquidity
        waits p5: B lacks 1 of liquidity
        balances A 5, B 0
        """;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("offset-");

    public void Dispose() => folder.Delete(recursive: true);

    public static TheoryData<string> Titles() => [.. Sections().Keys];

    [Theory]
    [MemberData(nameof(Titles))]
    public async Task The_example_comes_out_as_it_says(string title)
    {
        string[] lines = Sections()[title];
        string file = Path.Combine(folder.FullName, "case.json");
        await File.WriteAllTextAsync(file, Case(lines), TestContext.Current.CancellationToken);
        (int code, string json, _) = await OffsetCommandTests.RunAsync(file, "--json");
        Assert.Equal(ExitCodes.Success, code);
        using JsonDocument result = JsonDocument.Parse(json);
        string settled = string.Concat(result.RootElement.GetProperty("settled").EnumerateArray().Select(id => " " + id.GetString()));
        string balances = string.Join(", ", result.RootElement.GetProperty("balances").EnumerateObject().Select(b => $"{b.Name} {b.Value}"));
        Assert.Equal(lines.Where(l => l.StartsWith("settles", StringComparison.Ordinal) || l.StartsWith("balances", StringComparison.Ordinal)), [$"settles{settled}", $"balances {balances}"]);
        (_, string text, _) = await OffsetCommandTests.RunAsync(file);
        string[][] rows = [.. text.Split('\n').Select(row => row.Split('│', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Where(cells => cells.Length == 6 && cells[5].StartsWith("waits", StringComparison.Ordinal))];
        Assert.Equal(lines.Where(l => l.StartsWith("waits", StringComparison.Ordinal)), rows.Select(cells => $"waits {cells[0]}: {cells[5]["waits".Length..].TrimStart(':', ' ')}"));
    }

    private static Dictionary<string, string[]> Sections() => Examples.Split("== ", StringSplitOptions.RemoveEmptyEntries)
        .Select(section => section.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).ToDictionary(lines => lines[0], lines => lines[1..]);

    private static string Case(string[] lines)
    {
        string[][] words = [.. lines.Select(l => l.Split(' '))];
        return $$"""
            {"banks":[{{Joined(words.Where(w => w[0] == "bank").Select(w => $$"""{"id":"{{w[1]}}","balance":{{w[2]}}{{(w.Length > 3 ? $",\"limit\":{w[4]}" : "")}}}"""))}}],
            "bilateralLimits":[{{Joined(words.Where(w => w[0] == "limit").Select(w => $$"""{"from":"{{w[1]}}","to":"{{w[2]}}","limit":{{w[3]}}}"""))}}],
            "payments":[{{Joined(words.Where(w => w.Length > 2 && w[2] == "->").Select(w => $$"""{"id":"{{w[0]}}","payer":"{{w[1]}}","payee":"{{w[3]}}","amount":{{w[4]}}{{(w.Length > 5 ? $",\"priority\":\"{w[5]}\"" : "")}}}"""))}}]}
            """;
    }

    private static string Joined(IEnumerable<string> items) => string.Join(",", items);
}
