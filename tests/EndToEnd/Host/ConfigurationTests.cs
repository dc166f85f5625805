using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Settlement.Host;
using Settlement.Host.Configuration;
using Settlement.Host.Keys;
using Settlement.Core.Cryptography;
using Settlement.Tests.EndToEnd.Storage;

namespace Settlement.Tests.EndToEnd.Host;

/// <summary>A configuration is used as a whole or refused with the names of the properties that are wrong.</summary>
public sealed class ConfigurationTests : IDisposable
{
    private readonly TestFolder folder = new();

    [Theory]
    [InlineData("bank")]
    [InlineData("agent")]
    [InlineData("regulator")]
    [InlineData("ledger")]
    public void AGoodFileIsRead(string role)
    {
        NodeConfiguration configuration = Read(Good(role));
        Assert.Equal(role, configuration.Role.ToString(), ignoreCase: true);
        Assert.Equal(folder.Path, configuration.Folder);
        Assert.Equal(role == "ledger", configuration.Ledger is null);
        Assert.Equal(role == "bank", configuration.Agent is not null);
        Assert.Equal(role == "ledger" ? 1 : null, configuration.Admit?.Count);
        Assert.Equal([ApiRole.BackOffice, ApiRole.Audit], configuration.Api.Tokens.Single().Roles.Order());
    }

    [Fact]
    public void LimitsAreReadByCounterpartyAndCurrency()
    {
        JsonObject file = Good("bank");
        file["accept"]!["limits"] = JsonNode.Parse("[{\"participant\":\"OTHRDEFFXXX\",\"currency\":\"EUR\",\"amount\":\"250.50\"}]");
        Assert.Equal(25050, Read(file).GrantedLimits[(TestNodes.Id("OTHRDEFFXXX"), "EUR")]);
        Assert.Empty(Read(Good("bank")).GrantedLimits);
    }

    [Fact]
    public void ABankOffersWhatWaitsUnlessItSaysNot()
    {
        JsonObject file = Good("bank"), other = Good("agent");
        Assert.Equal(TimeSpan.FromSeconds(1), Read(file).OffsetPoll);
        file["offsetting"] = JsonNode.Parse("{\"pollMilliseconds\":0}");
        Assert.Null(Read(file).OffsetPoll);
        Assert.Null(Read(other).OffsetPoll);
    }

    [Theory]
    [InlineData(null, 1_000, 30)]
    [InlineData("{}", 1_000, 30)]
    [InlineData("{\"intervalMilliseconds\":100,\"lifeSeconds\":5}", 100, 5)]
    [InlineData("{\"intervalMilliseconds\":3600000,\"lifeSeconds\":540}", 3_600_000, 540)]
    public void AnAgentSaysHowOftenItOffsetsAndForHowLong(string? offsetting, int milliseconds, int seconds)
    {
        JsonObject file = Good("agent");
        if (offsetting is not null) file["offsetting"] = JsonNode.Parse(offsetting);
        Assert.Equal((TimeSpan.FromMilliseconds(milliseconds), TimeSpan.FromSeconds(seconds)), (Read(file).OffsetInterval, Read(file).OffsetLife));
    }

    [Theory]
    [InlineData("bank", "{\"intervalMilliseconds\":1000}", "HO004", "offsetting.intervalMilliseconds")]
    [InlineData("bank", "{\"lifeSeconds\":30}", "HO004", "offsetting.lifeSeconds")]
    [InlineData("agent", "{\"pollMilliseconds\":1000}", "HO004", "offsetting.pollMilliseconds")]
    [InlineData("agent", "{\"intervalMilliseconds\":99}", "HO003", "offsetting.intervalMilliseconds")]
    [InlineData("agent", "{\"intervalMilliseconds\":3600001}", "HO003", "offsetting.intervalMilliseconds")]
    [InlineData("agent", "{\"lifeSeconds\":4}", "HO003", "offsetting.lifeSeconds")]
    [InlineData("agent", "{\"lifeSeconds\":541}", "HO003", "offsetting.lifeSeconds")]
    [InlineData("regulator", "{}", "HO004", "offsetting")]
    [InlineData("ledger", "{}", "HO004", "offsetting")]
    public void WhatARoleHasNoUseForOfOffsettingIsRefused(string role, string offsetting, string code, string place)
    {
        JsonObject file = Good(role);
        file["offsetting"] = JsonNode.Parse(offsetting);
        Assert.Equal([(code, place)], Assert.Throws<ConfigurationException>(() => Read(file)).Faults.Select(static f => (f.Code, f.Property)));
    }

    [Theory]
    [InlineData(null, 1_000)]
    [InlineData("{}", 1_000)]
    [InlineData("{\"pollMilliseconds\":100}", 100)]
    [InlineData("{\"pollMilliseconds\":60000}", 60_000)]
    [InlineData("{\"pollMilliseconds\":0}", null)]
    public void ABankTakesPartInCyclesUnlessItSaysNot(string? cycles, int? milliseconds)
    {
        JsonObject file = Good("bank"), other = Good("agent");
        if (cycles is not null) file["cycles"] = JsonNode.Parse(cycles);
        Assert.Equal(milliseconds, (int?)Read(file).CyclePoll?.TotalMilliseconds);
        Assert.Null(Read(other).CyclePoll);
        other["cycles"] = new JsonObject { ["pollMilliseconds"] = 1_000 };
        Assert.Equal(("HO004", "cycles.pollMilliseconds"), Assert.Throws<ConfigurationException>(() => Read(other)).Faults.Select(static f => (f.Code, f.Property)).Single());
    }

    [Theory]
    [InlineData(null, "HO002")]
    [InlineData("[{}]", "HO002")]
    [InlineData("[{\"participant\":\"BANKDEFFXXX\",\"rootFingerprint\":\"12\"}]", "HO003")]
    [InlineData("twice", "HO003")]
    public void ALedgerNamesWhomItAdmits(string? admit, string code)
    {
        JsonObject file = Good("ledger");
        if (admit is null) file.Remove("admit");
        else if (admit == "twice") file["admit"]!.AsArray().Add(file["admit"]![0]!.DeepClone());
        else file["admit"] = JsonNode.Parse(admit);
        ConfigurationException refused = Assert.Throws<ConfigurationException>(() => Read(file));
        Assert.All(refused.Faults, f => Assert.Equal(code, f.Code));
        Assert.All(refused.Faults, f => Assert.StartsWith("admit", f.Property, StringComparison.Ordinal));
        // Nobody may be admitted, too: the ledger then only shows what it has.
        file["admit"] = new JsonArray();
        Assert.Empty(Read(file).Admit!);
    }

    [Fact]
    public void CommentsAndTrailingCommasAreAllowed()
    {
        string text = Good("bank").ToJsonString();
        Assert.Equal("demo", ReadText("// a bank\n" + text[..^1] + ",}").Network);
    }

    [Theory]
    [InlineData("role", "null", "HO002")]
    [InlineData("role", "\"broker\"", "HO003")]
    [InlineData("network", "\"Demo Net\"", "HO003")]
    [InlineData("participant", "null", "HO002")]
    [InlineData("participant", "\"BANK\"", "HO003")]
    [InlineData("lei", "\"529900T8BM49AURSDO00\"", "HO003")]
    [InlineData("name", "\"\"", "HO002")]
    [InlineData("folder", "null", "HO002")]
    [InlineData("peer.listen", "\"localhost:1\"", "HO003")]
    [InlineData("peer.listen", "\"127.0.0.1\"", "HO003")]
    [InlineData("peer.advertise", "\"http://127.0.0.1:9101\"", "HO003")]
    [InlineData("peer.advertise", "\"https://127.0.0.1:9101/path\"", "HO003")]
    [InlineData("api.listen", "\"0.0.0.0:8101\"", "HO005")]
    [InlineData("api.listen", "\"192.0.2.1:8101\"", "HO005")]
    [InlineData("api.certificate", "\"a.pem\"", "HO002", "api.key")]
    [InlineData("api.requestsPerSecond", "0", "HO003")]
    [InlineData("ledger", "null", "HO002")]
    [InlineData("ledger.endpoint", "\"nowhere\"", "HO003")]
    [InlineData("ledger.tlsFingerprint", "\"00\"", "HO003")]
    [InlineData("ledger.checkpointKey", "\"04\"", "HO003")]
    [InlineData("agent", "null", "HO002")]
    [InlineData("agent.rootFingerprint", "null", "HO002")]
    [InlineData("supervisors", "[]", "HO004")]
    [InlineData("accept.contracts", "[]", "HO002")]
    [InlineData("accept.contracts", "[\"NoSuchContract\"]", "HO003", "accept.contracts[0]")]
    [InlineData("accept.limits", "[{\"participant\":\"OTHRDEFFXXX\",\"currency\":\"EUR\",\"amount\":\"1.001\"}]", "HO003", "accept.limits[0].amount")]
    [InlineData("accept.limits", "[{\"participant\":\"OTHRDEFFXXX\",\"currency\":\"EU1\",\"amount\":\"1\"}]", "HO003", "accept.limits[0].currency")]
    [InlineData("accept.limits", "[{\"currency\":\"EUR\",\"amount\":\"1\"}]", "HO002", "accept.limits[0].participant")]
    [InlineData("accept.limits", "[null]", "HO002", "accept.limits[0].participant")]
    [InlineData("tokens", "[{\"name\":\"x\",\"sha256\":\"zz\",\"roles\":[\"operator\"]}]", "HO003", "tokens[0].sha256")]
    [InlineData("tokens", "[{\"name\":\"x\",\"sha256\":null,\"roles\":[\"root\"]}]", "HO003", "tokens[0].roles")]
    [InlineData("tokens", "[null]", "HO002", "tokens[0].name")]
    [InlineData("folder", "\"a\\u0000b\"", "HO003")]
    [InlineData("api.certificate", "\"a\\u0000b\"", "HO003")]
    [InlineData("accept.contracts", "[\"a\\u0000.contract\"]", "HO003", "accept.contracts[0]")]
    [InlineData("running", "{\"tickMilliseconds\":0}", "HO003", "running.tickMilliseconds")]
    [InlineData("cycles", "{\"pollMilliseconds\":-1}", "HO003", "cycles.pollMilliseconds")]
    [InlineData("cycles", "{\"pollMilliseconds\":99}", "HO003", "cycles.pollMilliseconds")]
    [InlineData("cycles", "{\"pollMilliseconds\":60001}", "HO003", "cycles.pollMilliseconds")]
    [InlineData("cycles", "{\"poll\":1}", "HO004", "cycles.poll")]
    [InlineData("offsetting", "{\"pollMilliseconds\":-1}", "HO003", "offsetting.pollMilliseconds")]
    [InlineData("offsetting", "{\"pollMilliseconds\":60001}", "HO003", "offsetting.pollMilliseconds")]
    [InlineData("colour", "\"blue\"", "HO004")]
    [InlineData("peer.port", "1", "HO004")]
    [InlineData("name", "17", "HO001")]
    public void AFaultNamesItsProperty(string property, string value, string code, string? named = null)
    {
        JsonObject file = Good("bank");
        JsonObject parent = file;
        string[] path = property.Split('.');
        foreach (string step in path[..^1]) parent = parent[step]!.AsObject();
        parent[path[^1]] = JsonNode.Parse(value);
        ConfigurationException refused = Assert.Throws<ConfigurationException>(() => Read(file));
        Assert.Contains(refused.Faults, fault => fault.Code == code && fault.Property == (named ?? property));
    }

    [Fact]
    public void SchedulesOfCyclesAreReadWithTheirZones()
    {
        JsonObject file = Good("agent");
        file["cycles"] = JsonNode.Parse("""{"schedule":[{"name":"noon","currency":"EUR","cron":"0 0 12 ? * MON-FRI","timeZone":"Europe/Berlin"},{"name":"hourly-2","currency":"USD","cron":"0 0 * * * ?"}]}""");
        Assert.Equal(
            [("noon", "EUR", "0 0 12 ? * MON-FRI", "Europe/Berlin"), ("hourly-2", "USD", "0 0 * * * ?", "UTC")],
            Read(file).CycleSchedules.Select(static s => (s.Name, s.Currency.Code, s.Cron.CronExpressionString, s.Zone.Id)));
        // Noon in Berlin, in winter and in summer; the Saturday and the Sunday between are none.
        CycleSchedule noon = Read(file).CycleSchedules[0];
        Assert.Equal(new DateTimeOffset(2026, 3, 27, 11, 0, 0, TimeSpan.Zero), noon.Cron.GetNextValidTimeAfter(new DateTimeOffset(2026, 3, 26, 11, 0, 0, TimeSpan.Zero)));
        Assert.Equal(new DateTimeOffset(2026, 3, 30, 10, 0, 0, TimeSpan.Zero), noon.Cron.GetNextValidTimeAfter(new DateTimeOffset(2026, 3, 27, 11, 0, 0, TimeSpan.Zero)));
        Assert.Empty(Read(Good("agent")).CycleSchedules);
    }

    [Theory]
    [InlineData("[{\"currency\":\"EUR\",\"cron\":\"0 0 12 * * ?\"}]", "HO002", "cycles.schedule[0].name")]
    [InlineData("[{\"name\":\"\",\"currency\":\"EUR\",\"cron\":\"0 0 12 * * ?\"}]", "HO003", "cycles.schedule[0].name")]
    [InlineData("[{\"name\":\"At noon\",\"currency\":\"EUR\",\"cron\":\"0 0 12 * * ?\"}]", "HO003", "cycles.schedule[0].name")]
    [InlineData("[{\"name\":\"abcdefghijklmnopqrstuvwxyz-abcdef\",\"currency\":\"EUR\",\"cron\":\"0 0 12 * * ?\"}]", "HO003", "cycles.schedule[0].name")]
    [InlineData("[{\"name\":\"a\",\"currency\":\"EUR\",\"cron\":\"0 0 12 * * ?\"},{\"name\":\"a\",\"currency\":\"USD\",\"cron\":\"0 0 13 * * ?\"}]", "HO003", "cycles.schedule[1].name")]
    [InlineData("[{\"name\":\"a\",\"cron\":\"0 0 12 * * ?\"}]", "HO002", "cycles.schedule[0].currency")]
    [InlineData("[{\"name\":\"a\",\"currency\":\"euro\",\"cron\":\"0 0 12 * * ?\"}]", "HO003", "cycles.schedule[0].currency")]
    [InlineData("[{\"name\":\"a\",\"currency\":\"EUR\"}]", "HO002", "cycles.schedule[0].cron")]
    [InlineData("[{\"name\":\"a\",\"currency\":\"EUR\",\"cron\":\"0 0 25 * * ?\"}]", "HO003", "cycles.schedule[0].cron")]
    [InlineData("[{\"name\":\"a\",\"currency\":\"EUR\",\"cron\":\"every noon\"}]", "HO003", "cycles.schedule[0].cron")]
    [InlineData("[{\"name\":\"a\",\"currency\":\"EUR\",\"cron\":\"0 12 * * *\"}]", "HO003", "cycles.schedule[0].cron")]
    [InlineData("[{\"name\":\"a\",\"currency\":\"EUR\",\"cron\":\"0 0 12 * * ?\",\"timeZone\":\"Europe/Atlantis\"}]", "HO003", "cycles.schedule[0].timeZone")]
    [InlineData("[{\"name\":\"a\",\"currency\":\"EUR\",\"cron\":\"0 0 12 * * ?\",\"timeZone\":\"../../etc/passwd\"}]", "HO003", "cycles.schedule[0].timeZone")]
    [InlineData("[{\"name\":\"a\",\"currency\":\"EUR\",\"cron\":\"0 0 12 * * ?\",\"timeZone\":\"\"}]", "HO003", "cycles.schedule[0].timeZone")]
    [InlineData("[null]", "HO002", "cycles.schedule[0].name")]
    [InlineData("[{\"name\":\"a\",\"currency\":\"EUR\",\"cron\":\"0 0 12 * * ?\",\"banks\":[]}]", "HO004", "cycles.schedule[0].banks")]
    public void AFaultInASchedulePointsToItsPlace(string schedule, string code, string place)
    {
        JsonObject file = Good("agent");
        file["cycles"] = new JsonObject { ["schedule"] = JsonNode.Parse(schedule) };
        ConfigurationFault fault = Assert.Throws<ConfigurationException>(() => Read(file)).Faults[0];
        Assert.Equal((code, place), (fault.Code, fault.Property));
    }

    [Theory]
    [InlineData(CycleSchedule.MaximumCount, null)]
    [InlineData(CycleSchedule.MaximumCount + 1, "cycles.schedule")]
    public void AnAgentHasOnlySoManySchedules(int count, string? place)
    {
        JsonObject file = Good("agent");
        file["cycles"] = new JsonObject
        {
            ["schedule"] = new JsonArray([.. Enumerable.Range(0, count).Select(static i => new JsonObject { ["name"] = $"s{i}", ["currency"] = "EUR", ["cron"] = "0 0 12 * * ?" })]),
        };
        if (place is null) Assert.Equal(count, Read(file).CycleSchedules.Count);
        else Assert.Equal([("HO003", place)], Assert.Throws<ConfigurationException>(() => Read(file)).Faults.Select(static f => (f.Code, f.Property)));
    }

    [Theory]
    [InlineData("bank", "{\"schedule\":[]}", "cycles.schedule")]
    [InlineData("agent", "{\"pollMilliseconds\":1000}", "cycles.pollMilliseconds")]
    [InlineData("regulator", "{}", "cycles")]
    [InlineData("ledger", "{}", "cycles")]
    public void WhatARoleHasNoUseForOfCyclesIsRefused(string role, string cycles, string place)
    {
        JsonObject file = Good(role);
        file["cycles"] = JsonNode.Parse(cycles);
        Assert.Equal([("HO004", place)], Assert.Throws<ConfigurationException>(() => Read(file)).Faults.Select(static f => (f.Code, f.Property)));
    }

    [Fact]
    public void EveryFaultIsNamedAtOnce()
    {
        JsonObject file = Good("bank");
        file["network"] = "X";
        file["participant"] = "Y";
        file["ledger"]!["tlsFingerprint"] = "Z";
        ConfigurationException refused = Assert.Throws<ConfigurationException>(() => Read(file));
        Assert.Equal(["network", "participant", "ledger.tlsFingerprint"], refused.Faults.Select(static fault => fault.Property));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    public void WhatIsNoObjectIsRefused(string text) =>
        Assert.Equal(HostCodes.ConfigurationUnreadable, Assert.Throws<ConfigurationException>(() => ReadText(text)).Code);

    [Fact]
    public void AMissingFileIsRefused() => Assert.Equal(
        HostCodes.ConfigurationUnreadable, Assert.Throws<ConfigurationException>(() => ConfigurationReader.Read(Path.Combine(folder.Path, "none.json"))).Code);

    public void Dispose() => folder.Dispose();

    private NodeConfiguration Read(JsonObject file) => ReadText(file.ToJsonString());

    private NodeConfiguration ReadText(string text)
    {
        string path = Path.Combine(folder.Path, "node.json");
        File.WriteAllText(path, text);
        return ConfigurationReader.Read(path);
    }

    private static JsonObject Good(string role)
    {
        using SigningKey key = SigningKey.Generate(new SystemEntropy());
        string fingerprint = key.PublicKey.Fingerprint.ToString();
        JsonObject file = new()
        {
            ["role"] = role, ["network"] = "demo", ["participant"] = "BANKDEFFXXX", ["name"] = "Bank A", ["lei"] = "", ["folder"] = ".",
            ["peer"] = new JsonObject { ["listen"] = "127.0.0.1:9101", ["advertise"] = "https://127.0.0.1:9101" },
            ["api"] = new JsonObject { ["listen"] = "127.0.0.1:8101" },
            ["tokens"] = new JsonArray(new JsonObject
            {
                ["name"] = "back-office", ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("secret"))),
                ["roles"] = new JsonArray("back-office", "audit"),
            }),
        };
        if (role != "ledger")
        {
            file["ledger"] = new JsonObject
            {
                ["endpoint"] = "https://127.0.0.1:9100", ["tlsFingerprint"] = fingerprint, ["checkpointKey"] = key.PublicKey.ToString(), ["participant"] = "LEDGDEFFXXX",
            };
        }

        if (role == "bank") file["agent"] = new JsonObject { ["participant"] = "AGNTDEFFXXX", ["rootFingerprint"] = fingerprint };
        if (role == "bank") file["accept"] = new JsonObject { ["contracts"] = new JsonArray("GrossPayment", "PoolFunding") };
        if (role == "agent") file["supervisors"] = new JsonArray(new JsonObject { ["participant"] = "SUPEDEFFXXX", ["rootFingerprint"] = fingerprint });
        if (role == "ledger") file["admit"] = new JsonArray(new JsonObject { ["participant"] = "BANKDEFFXXX", ["rootFingerprint"] = fingerprint });
        return file;
    }
}
