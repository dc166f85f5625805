using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Npgsql;
using Settlement.Client;
using Settlement.Host.Commands;
using Settlement.Host.Configuration;
using Settlement.Tests.EndToEnd.BadInput;
using Settlement.Tests.EndToEnd.Storage;

namespace Settlement.Tests.EndToEnd.Host;

/// <summary>The program as people and scripts start it: what it prints, and its exit codes.</summary>
public sealed class CommandTests(PostgresServer postgres) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "settlement.dll");
    private readonly TestFolder folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData]
    [InlineData("fuzz")]
    [InlineData("fuzz", "--minutes", "soon")]
    [InlineData("keys", "--folder", "x", "--network", "Not one", "--participant", "BANKDEFFXXX")]
    [InlineData("ledger", "verify", "--network", "demo")]
    [InlineData("contract", "check", "--jsno")]
    [InlineData("contract", "new", "1st")]
    [InlineData("bench", "--seconds", "0")]
    public async Task AWrongCommandLineEndsWithExitCode64(params string[] arguments)
    {
        (int code, _, string error) = await SettlementProgram.RunAsync(arguments);
        Assert.Equal(ExitCodes.Usage, code);
        Assert.NotEmpty(error);
    }

    [Fact]
    public async Task KeysAreCreatedOnceAndTheirPublicFactsPrinted()
    {
        (int code, string output, _) = await CreateKeysAsync();
        Assert.Equal(ExitCodes.Success, code);
        JsonNode facts = JsonNode.Parse(output)!;
        Assert.Equal("LEDGDEFFXXX", (string?)facts["participant"]);
        Assert.Equal(64, ((string?)facts["rootFingerprint"])!.Length);
        Assert.Equal(130, ((string?)facts["checkpointKey"])!.Length);
        Assert.Null(facts["postingKey"]);
        (int again, _, string error) = await CreateKeysAsync();
        Assert.Equal(ExitCodes.Unusable, again);
        Assert.StartsWith("HO009: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AContractIsCheckedAndExplained()
    {
        string good = Path.Combine(folder.Path, "good.contract"), bad = Path.Combine(folder.Path, "bad.contract");
        string source = Contracts.ContractLibrary.Load("GrossPayment").Source;
        await File.WriteAllTextAsync(good, source, Ct);
        await File.WriteAllTextAsync(bad, source.Replace("move amount", "move amounts", StringComparison.Ordinal), Ct);
        (int code, string output, _) = await RunAsync("contract", "check", good);
        Assert.Equal(ExitCodes.Success, code);
        Assert.Contains("GrossPayment version 1", output, StringComparison.Ordinal);
        (code, output, _) = await RunAsync("contract", "check", good, bad);
        Assert.Equal(ExitCodes.Refused, code);
        Assert.Contains("bad.contract:", output, StringComparison.Ordinal);
        Assert.Contains("^", output, StringComparison.Ordinal);
        (code, output, _) = await RunAsync("contract", "explain", good);
        Assert.Equal(ExitCodes.Success, code);
        Assert.Contains("stateDiagram", output, StringComparison.Ordinal);
        (code, _, string error) = await RunAsync("contract", "check", Path.Combine(folder.Path, "none.contract"));
        Assert.Equal(ExitCodes.Unusable, code);
        Assert.StartsWith("HO014: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnUnexpectedErrorIsOneLineWithACodeAndItsTraceOnlyOnRequest()
    {
        foreach (bool traces in (bool[])[false, true])
        {
            await using StringWriter output = new();
            Assert.Equal(ExitCodes.Failed, await Failures.ReportAsync(static () => throw new InvalidOperationException("Something\nis odd."), output, traces));
            string[] lines = output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
            Assert.StartsWith("HO016: InvalidOperationException: Something is odd. ", lines[0], StringComparison.Ordinal);
            Assert.Equal(traces, lines.Length > 1);
        }
    }

    [Fact]
    public async Task AWrongConfigurationStopsTheStartWithTheNameOfTheProperty()
    {
        string file = Path.Combine(folder.Path, "node.json");
        await File.WriteAllTextAsync(file, """{ "role": "ledger", "network": "demo" }""", Ct);
        (int code, _, string error) = await RunAsync("run", "--config", file);
        Assert.Equal(ExitCodes.Unusable, code);
        Assert.Contains("HO002 participant: ", error, StringComparison.Ordinal);
        Assert.Contains("HO002 peer.listen: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ANodeRunsUntilItIsToldToStopAndItsLedgerIsVerified()
    {
        (_, string output, _) = await CreateKeysAsync();
        string key = (string)JsonNode.Parse(output)!["checkpointKey"]!;
        string database = await postgres.CreateDatabaseAsync(Ct);
        (Process node, Uri api) = await StartLedgerAsync(database);
        using SettlementClient client = new(api, TestNodes.OperatorToken);
        Assert.Equal(0, (await client.LogSizeAsync(Ct)).Size);
        Signal(node, "TERM");
        Assert.Equal(ExitCodes.Success, await ExitAsync(node));

        (int code, string text, _) = await RunAsync("ledger", "verify", "--database", database, "--network", "demo", "--checkpoint-key", key, "--json");
        Assert.Equal(ExitCodes.Success, code);
        Assert.True((bool?)JsonNode.Parse(text)!["verified"]);
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(database);
        await using NpgsqlCommand change = source.CreateCommand("insert into payload_checkpoints values ('\\x0000000000000001', 'no note')");
        await change.ExecuteNonQueryAsync(Ct);
        (code, text, _) = await RunAsync("ledger", "verify", "--database", database, "--network", "demo", "--checkpoint-key", key);
        Assert.Equal(ExitCodes.Refused, code);
        Assert.Contains("LG066", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ANodeWhoseVaultIsGoneStopsWithExitCode70()
    {
        await CreateKeysAsync();
        string database = await postgres.CreateDatabaseAsync(Ct);
        (Process node, _) = await StartLedgerAsync(database);
        string name = new NpgsqlConnectionStringBuilder(database).Database!;
        await using (NpgsqlDataSource administrator = NpgsqlDataSource.Create(await postgres.Server.AdministratorConnectionAsync(Ct)))
        {
            await using NpgsqlCommand drop = administrator.CreateCommand($"drop database {name} with (force)");
            // It waits for a checkpoint, which takes its time where others write to the same disk.
            drop.CommandTimeout = (int)TimeSpan.FromMinutes(2).TotalSeconds;
            await drop.ExecuteNonQueryAsync(Ct);
        }

        await ListSomebodyAsync(node);
        Assert.Equal(ExitCodes.Failed, await ExitAsync(node));
        string log = await File.ReadAllTextAsync(LogFile, Ct);
        Assert.Contains("[3006] HO012", log, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        foreach (Process process in started)
        {
            if (!process.HasExited) process.Kill();
            process.Dispose();
        }

        folder.Dispose();
    }

    private readonly List<Process> started = [];

    private const string Bank = "BANADEFFXXX";

    private string LogFile => Path.Combine(folder.Path, "node.log");

    private int peerPort;

    private Core.Cryptography.Digest? admitted;

    private async Task ListSomebodyAsync(Process node)
    {
        Assert.False(node.HasExited);
        JsonNode facts = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder.Path, "facts.json"), Ct))!;
        await HostRequests.ListAsync(Path.Combine(folder.Path, "bank"), Bank, peerPort, (string)facts["tlsFingerprint"]!, Ct);
    }

    private async Task<(int Code, string Output, string Error)> CreateKeysAsync()
    {
        (int code, string output, string error) = await RunAsync("keys", "create", "--folder", Path.Combine(folder.Path, "keys"), "--network", "demo", "--participant", "LEDGDEFFXXX", "--role", "ledger");
        if (code == ExitCodes.Success) await File.WriteAllTextAsync(Path.Combine(folder.Path, "facts.json"), output, Ct);
        return (code, output, error);
    }

    private async Task<(Process Node, Uri Api)> StartLedgerAsync(string database)
    {
        peerPort = HostNetwork.FreePort().Port;
        admitted ??= TestNodes.CreateKeys(Path.Combine(folder.Path, "bank"), NodeRole.Bank, Bank).RootFingerprint;
        int apiPort = HostNetwork.FreePort().Port;
        string file = Path.Combine(folder.Path, "node.json");
        await File.WriteAllTextAsync(file, new JsonObject
        {
            ["role"] = "ledger", ["network"] = "demo", ["participant"] = "LEDGDEFFXXX", ["name"] = "Ledger", ["folder"] = "keys", ["database"] = database,
            ["peer"] = new JsonObject { ["listen"] = Loopback(peerPort), ["advertise"] = $"https://{Loopback(peerPort)}" },
            ["api"] = new JsonObject { ["listen"] = Loopback(apiPort) },
            ["admit"] = new JsonArray(new JsonObject { ["participant"] = Bank, ["rootFingerprint"] = admitted.Value.ToString() }),
            ["tokens"] = new JsonArray(new JsonObject
            {
                ["name"] = "operator", ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(TestNodes.OperatorToken))), ["roles"] = new JsonArray("operator"),
            }),
        }.ToJsonString(), Ct);
        ProcessStartInfo start = new("/bin/sh") { ArgumentList = { "-c", "exec dotnet exec \"$1\" run --config \"$2\" > \"$3\" 2>&1", "sh", Program, file, LogFile } };
        Process node = Process.Start(start)!;
        started.Add(node);
        Uri api = new($"http://{Loopback(apiPort)}");
        using HttpClient client = new() { BaseAddress = api };
        long began = TimeProvider.System.GetTimestamp();
        while (!await IsReadyAsync(client))
        {
            Assert.False(node.HasExited, "The node stopped.");
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, "The node was not ready in time.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), Ct);
        }

        return (node, api);
    }

    private static async Task<bool> IsReadyAsync(HttpClient client)
    {
        try
        {
            using HttpResponseMessage response = await client.GetAsync(new Uri("/health/ready", UriKind.Relative), Ct);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static string Loopback(int port) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");

    private static void Signal(Process process, string signal)
    {
        using Process kill = Process.Start("/bin/kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private static async Task<int> ExitAsync(Process process)
    {
        await process.WaitForExitAsync(Ct).WaitAsync(Patience, Ct);
        return process.ExitCode;
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", ["exec", Program, .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(Ct), error = process.StandardError.ReadToEndAsync(Ct);
        return (await ExitAsync(process), await output, await error);
    }
}
