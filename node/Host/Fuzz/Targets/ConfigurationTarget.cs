using System.Text;
using Settlement.Host.Configuration;
using Settlement.Host.Fuzz.Mutations;
using Settlement.Host.Keys;

namespace Settlement.Host.Fuzz.Targets;

/// <summary>A node's configuration file and the owner of its keys: every fault is named, and none is thrown.</summary>
internal sealed class ConfigurationTarget : Reader
{
    private const string Hex = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private const string Point = "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";

    private static readonly byte[][] Corpus =
    [
        .. new[]
        {
            $$"""
            {"role":"bank","network":"demo","participant":"BANKDEFFXXX","name":"Bank","lei":"529900T8BM49AURSDO55","folder":"keys","peer":{"listen":"127.0.0.1:9101","advertise":"https://127.0.0.1:9101"},
            "api":{"listen":"127.0.0.1:8101","requestsPerSecond":100},"database":"Host=/tmp;Database=x","ledger":{"endpoint":"https://127.0.0.1:9100","tlsFingerprint":"{{Hex}}","checkpointKey":"{{Point}}","participant":"LEDGDEFFXXX"},
            "agent":{"participant":"AGNTDEFFXXX","rootFingerprint":"{{Hex}}"},"accept":{"contracts":["GrossPayment","own.contract"],"limits":[{"participant":"OTHRDEFFXXX","currency":"EUR","amount":"250.50"}]},"tokens":[{"name":"back office","sha256":"{{Hex}}","roles":["back-office","operator"]}],
            "running":{"tickMilliseconds":100,"inbox":8192,"inboxMegabytes":256} }
            """,
            $$"""
            {"role":"agent","network":"demo","participant":"USABA:011104238","name":"Agent","folder":"/tmp/keys","peer":{"listen":"[::1]:9101","advertise":"https://agent.example:9101"},
            "api":{"listen":"0.0.0.0:8101","certificate":"a.pem","key":"a.key"},"supervisors":[{"participant":"SUPEDEFFXXX","rootFingerprint":"{{Hex}}"}],"ledger":null,"cycles":{"schedule":[{"name":"noon","currency":"EUR","cron":"0 0 12 ? * MON-FRI","timeZone":"Europe/Berlin"}]} }
            """,
            """{"network":"demo","participant":"BANKDEFFXXX"}""",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("settlement-fuzz-").FullName;

    /// <inheritdoc/>
    public override byte[] Make(Chance chance) => JsonMutator.Mutate(chance.Pick(Corpus), chance, chance.Pick(Corpus));

    /// <inheritdoc/>
    public override void Feed(byte[] input)
    {
        string path = Path.Combine(folder, "node.json");
        File.WriteAllBytes(path, input);
        try
        {
            NodeConfiguration read = ConfigurationReader.Read(path);
            BrokenPromise.Unless(ConfigurationReader.IsNetwork(read.Network) && Path.IsPathFullyQualified(read.Folder), "a configuration without faults is one that a node can use");
        }
        catch (ConfigurationException refused)
        {
            BrokenPromise.Unless(refused.Faults.Count > 0 && refused.Faults.All(static fault => fault.Code.StartsWith("HO", StringComparison.Ordinal)), "every fault has a code");
        }

        _ = KeyOwner.TryRead(Encoding.UTF8.GetString(input), out _);
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        return base.DisposeAsync();
    }
}
