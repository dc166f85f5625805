using System.CommandLine;
using System.Text;
using Settlement.Core.Instructions;
using Settlement.Core.Offsetting;
using Settlement.Host.Commands;
using Settlement.Host.Commands.Offsetting;

namespace Settlement.Tests.Unit.Offsetting;

/// <summary>The verb as people and scripts call it, and everything that can be wrong in its file.</summary>
public sealed class OffsetCommandTests : IDisposable
{
    private const string AB = """{"banks":[{"id":"A","balance":5},{"id":"B","balance":0}],""";

    private static readonly string LongId = new('x', OffsetFile.MaximumIdCharacters + 1);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("offset-");

    public void Dispose() => folder.Delete(recursive: true);

    /// <summary>What is wrong, and where it is told.</summary>
    public static TheoryData<string, string, string> Faults() => new()
    {
        { "", "OF001", "line 1, column 1 ($)" },
        { "{\"banks\":[],\n \"payments\":[}", "OF001", "line 2, column 14 ($)" },
        { """{"banks":[],"payments":[],}""", "OF001", "line 1, column 27 ($)" },
        { """{"banks":[],"payments":[]} 1""", "OF001", "line 1, column 28 ($)" },
        { """{"banks":[],"payments":[] /* none */}""", "OF001", "line 1, column 27 ($)" },
        { """{"banks":[],"payments":[],"limits":[]}""", "OF002", "line 1, column 27 ($)" },
        { """{"banks":[{"id":"é","Balance":1}],"payments":[]}""", "OF002", "line 1, column 21 ($.banks[0])" },
        { "{\"banks\":[]}", "OF003", "line 1, column 1 ($)" },
        { """{"banks":[{"id":"A"}],"payments":[]}""", "OF003", "line 1, column 11 ($.banks[0])" },
        { AB + """ "payments":[{"id":"1","payer":"A","amount":1}]}""", "OF003", "line 1, column 71 ($.payments[0])" },
        { """{"banks":[],"payments":[],"banks":[]}""", "OF004", "line 1, column 27 ($.banks)" },
        { """{"banks":[{"id":"A","balance":1,"balance":1}],"payments":[]}""", "OF004", "line 1, column 33 ($.banks[0].balance)" },
        { "[]", "OF005", "line 1, column 1 ($)" },
        { "null", "OF005", "line 1, column 1 ($)" },
        { """{"banks":null,"payments":[]}""", "OF005", "line 1, column 10 ($.banks)" },
        { """{"banks":[1],"payments":[]}""", "OF005", "line 1, column 11 ($.banks[0])" },
        { """{"banks":[{"id":1,"balance":1}],"payments":[]}""", "OF005", "line 1, column 17 ($.banks[0].id)" },
        { """{"banks":[{"id":"","balance":1}],"payments":[]}""", "OF005", "line 1, column 17 ($.banks[0].id)" },
        { """{"banks":[{"id":"\u001b[31m","balance":1}],"payments":[]}""", "OF005", "line 1, column 17 ($.banks[0].id)" },
        { """{"banks":[{"id":"\ud800","balance":1}],"payments":[]}""", "OF005", "line 1, column 17 ($.banks[0].id)" },
        { $$"""{"banks":[{"id":"{{LongId}}","balance":1}],"payments":[]}""", "OF005", "line 1, column 17 ($.banks[0].id)" },
        { """{"banks":[{"id":"A","balance":"1"}],"payments":[]}""", "OF005", "line 1, column 31 ($.banks[0].balance)" },
        { AB + """ "payments":[{"id":"1","payer":"A","payee":"B","amount":1,"priority":1}]}""", "OF005", "line 1, column 127 ($.payments[0].priority)" },
        { """{"banks":[{"id":"A","balance":-1}],"payments":[]}""", "OF006", "line 1, column 31 ($.banks[0].balance)" },
        { """{"banks":[{"id":"A","balance":1.0}],"payments":[]}""", "OF006", "line 1, column 31 ($.banks[0].balance)" },
        { """{"banks":[{"id":"A","balance":1e2}],"payments":[]}""", "OF006", "line 1, column 31 ($.banks[0].balance)" },
        { """{"banks":[{"id":"A","balance":9223372036854775808}],"payments":[]}""", "OF006", "line 1, column 31 ($.banks[0].balance)" },
        { """{"banks":[{"id":"A","balance":1,"limit":-1}],"payments":[]}""", "OF006", "line 1, column 41 ($.banks[0].limit)" },
        { AB + """ "payments":[{"id":"1","payer":"A","payee":"B","amount":0}]}""", "OF006", "line 1, column 114 ($.payments[0].amount)" },
        { """{"banks":[{"id":"A","balance":1},{"id":"A","balance":1}],"payments":[]}""", "OF007", "line 1, column 40 ($.banks[1].id)" },
        { AB + "\n\"payments\":[{\"id\":\"1\",\"payer\":\"A\",\"payee\":\"B\",\"amount\":1},\n{\"id\":\"1\",\"payer\":\"A\",\"payee\":\"B\",\"amount\":1}]}", "OF007", "line 3, column 7 ($.payments[1].id)" },
        { AB + """ "payments":[{"id":"1","payer":"A","payee":"b","amount":1}]}""", "OF008", "line 1, column 101 ($.payments[0].payee)" },
        { AB + """ "payments":[],"bilateralLimits":[{"from":"C","to":"B","limit":1}]}""", "OF008", "line 1, column 100 ($.bilateralLimits[0].from)" },
        { AB + """ "payments":[{"id":"1","payer":"A","payee":"A","amount":1}]}""", "OF009", "line 1, column 71 ($.payments[0])" },
        { AB + """ "payments":[],"bilateralLimits":[{"from":"B","to":"B","limit":1}]}""", "OF009", "line 1, column 92 ($.bilateralLimits[0])" },
        { AB + """ "payments":[{"id":"1","payer":"A","payee":"B","amount":1,"priority":"URGT"}]}""", "OF010", "line 1, column 127 ($.payments[0].priority)" },
        { AB + """ "payments":[],"bilateralLimits":[{"from":"A","to":"B","limit":1},{"from":"A","to":"B","limit":2}]}""", "OF011", "line 1, column 124 ($.bilateralLimits[1])" },
        { """{"banks":[{"id":"A","balance":9223372036854775807},{"id":"B","balance":1}],"payments":[]}""", "OF013", "line 1, column 72 ($.banks[1].balance)" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_wrong_file_is_refused_with_code_and_place(string text, string fault, string place)
    {
        string file = Write("f.json", text);
        foreach (string[] options in (string[][])[[], ["--json"]])
        {
            (int code, string output, string error) = await RunAsync([file, .. options]);
            Assert.Equal((ExitCodes.Unusable, ""), (code, output));
            Assert.StartsWith($"{fault}: {file}, {place}: ", error, StringComparison.Ordinal);
            Assert.Equal(1, error.Count(c => c == '\n'));
        }
    }

    [Fact]
    public async Task More_banks_than_there_may_be_are_refused_at_the_first_too_many()
    {
        string banks = string.Join(",\n", Enumerable.Range(0, OffsetFile.MaximumBanks + 1).Select(i => $$"""{"id":"{{i}}","balance":0}"""));
        (int code, string output, string error) = await RunAsync(Write("f.json", $$"""{"payments":[],"banks":[{{banks}}]}"""));
        Assert.Equal((ExitCodes.Unusable, ""), (code, output));
        Assert.Contains($", line {OffsetFile.MaximumBanks + 1}, column 1 ($.banks[{OffsetFile.MaximumBanks}]): ", error, StringComparison.Ordinal);
        Assert.StartsWith("OF012: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_read_is_told()
    {
        foreach (string file in (string[])[Path.Combine(folder.FullName, "none"), folder.FullName])
        {
            (int code, string output, string error) = await RunAsync(file, "--json");
            Assert.Equal((ExitCodes.Unusable, ""), (code, output));
            Assert.StartsWith($"HO014: {file} cannot be read: ", error, StringComparison.Ordinal);
        }

        string latin = Path.Combine(folder.FullName, "latin.json");
        await File.WriteAllBytesAsync(latin, [(byte)'"', 0xE9, (byte)'"'], TestContext.Current.CancellationToken);
        Assert.StartsWith("HO014: ", (await RunAsync(latin)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_command_line_without_a_file_or_with_an_unknown_option_is_wrong()
    {
        foreach (string[] line in (string[][])[[], ["--json"], ["a", "b"], ["--jsno"], ["a", "-x"]]) Assert.NotEmpty(OffsetCommand.Create().Parse(line).Errors);
        Assert.Empty(OffsetCommand.Create().Parse(["a", "--json"]).Errors);
    }

    [Fact]
    public async Task Lists_may_come_in_any_order_and_options_may_be_null()
    {
        string file = Write("f.json", "\uFEFF" + """
            {"payments":[{"amount":9223372036854775807,"payee":"B","priority":null,"payer":"A\"","id":"é"}],
             "bilateralLimits":null,"banks":[{"limit":null,"balance":9223372036854775807,"id":"A\""},{"id":"B","balance":0}]}
            """);
        (int code, string output, string error) = await RunAsync(file, "--json");
        Assert.Equal((ExitCodes.Success, ""), (code, error));
        Assert.Equal("{\"settled\":[\"\\u00E9\"],\"deferred\":[],\"balances\":{\"A\\u0022\":0,\"B\":9223372036854775807}}\n", output);
    }

    [Fact]
    public void What_is_no_case_is_a_bug_of_the_caller()
    {
        OffsettingBank[] banks = [new(0, null), new(0, null)];
        foreach (QueuedPayment payment in (QueuedPayment[])[new(0, 0, 1, default), new(0, 2, 1, default), new(-1, 0, 1, default), new(0, 1, 0, default), new(0, 1, 1, (Priority)9)])
            Assert.Throws<ArgumentException>(() => MultilateralOffsetting.Settle(new OffsettingCase(banks, [], [payment])));
        foreach (BilateralLimit[] limits in (BilateralLimit[][])[[new(0, 0, 1)], [new(0, 2, 1)], [new(0, 1, -1)], [new(0, 1, 1), new(0, 1, 2)]])
            Assert.Throws<ArgumentException>(() => MultilateralOffsetting.Settle(new OffsettingCase(banks, limits, [])));
        Assert.Throws<ArgumentException>(() => MultilateralOffsetting.Settle(new OffsettingCase([new(0, -1)], [], [])));
    }

    [Fact]
    public void The_largest_amounts_do_not_overflow()
    {
        // Both pay the most forty times, and bank 0 once more, which bank 1 then has too much of to fit 64 bits.
        QueuedPayment[] payments = [.. Enumerable.Range(0, 81).Select(i => new QueuedPayment(i % 2, 1 - i % 2, long.MaxValue, Priority.Normal))];
        OffsettingResult result = MultilateralOffsetting.Settle(new OffsettingCase([new(long.MaxValue, null), new(long.MaxValue, 0)], [new(1, 0, 0)], payments));
        Assert.All(result.Waits, static reason => Assert.Equal(WaitReason.None, reason));
        Assert.Equal([-(Int128)long.MaxValue, long.MaxValue], result.NetInflows);
        result = MultilateralOffsetting.Settle(new OffsettingCase([new(long.MaxValue - 1, null), new(long.MinValue, null)], [], payments));
        // Bank 1 begins too far below zero for all that comes in, and bank 0 has one minor unit too little without it.
        Assert.Equal(WaitReason.Liquidity, result.Waits[0]);
        Assert.All(result.Waits, static reason => Assert.NotEqual(WaitReason.None, reason));
    }

    internal static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        int code = await OffsetCommand.Create().Parse(arguments).InvokeAsync(new InvocationConfiguration { Output = output, Error = error }, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }

    private string Write(string name, string text)
    {
        string file = Path.Combine(folder.FullName, name);
        File.WriteAllText(file, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        return file;
    }
}
