using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using Settlement.Core.Cryptography;
using Settlement.Core.Participants;
using Settlement.Host.Configuration;
using Settlement.Host.Keys;
using Settlement.Host.Ledger;
using Settlement.Ledger;

namespace Settlement.Host.Commands;

/// <summary>Recomputes a ledger, from its database or over the network.</summary>
internal static class LedgerCommand
{
    private static readonly Option<string> Database = new("--database") { Description = "The connection string of the ledger's database." };
    private static readonly Option<string> Endpoint = new("--endpoint") { Description = "The https address of the ledger's door for participants." };
    private static readonly Option<string> TlsFingerprint = new("--tls-fingerprint") { Description = "The fingerprint of the key that the ledger presents at --endpoint." };
    private static readonly Option<DirectoryInfo> Keys = new("--keys") { Description = "The key folder of a listed participant, to which the ledger at --endpoint shows its log." };
    private static readonly Option<string> Network = new("--network") { Description = "The network that the ledger serves.", Required = true };
    private static readonly Option<string> CheckpointKey = new("--checkpoint-key") { Description = "The ledger's checkpoint key in hexadecimal, known from elsewhere than the ledger.", Required = true };
    private static readonly Option<bool> Json = new("--json") { Description = "Prints the verdict as one JSON object." };

    public static Command Create()
    {
        Command verify = new("verify", "Recomputes every leaf, rule and signature; names the first wrong leaf. Exit code 0: all is well; 1: it is not.")
        {
            Database, Endpoint, TlsFingerprint, Keys, Network, CheckpointKey, Json,
        };
        verify.Validators.Add(static result =>
        {
            if (result.GetResult(Database) is null == result.GetResult(Endpoint) is null) result.AddError("Either --database or --endpoint names the ledger.");
            bool isRemote = result.GetResult(Endpoint) is not null;
            if (isRemote != result.GetResult(TlsFingerprint) is not null || isRemote != result.GetResult(Keys) is not null)
                result.AddError("--endpoint, --tls-fingerprint and --keys come together.");
        });
        verify.SetAction((parsed, ct) => Failures.ReportAsync(() => VerifyAsync(parsed, ct)));
        return new Command("ledger", "The shared ledger.") { verify };
    }

    private static async Task<int> VerifyAsync(ParseResult parsed, CancellationToken ct)
    {
        PropertyReader read = new();
        string network = parsed.GetValue(Network)!;
        if (!ConfigurationReader.IsNetwork(network)) read.Invalid("--network", "not 1 to 32 lower-case letters, digits and hyphens");
        PublicKey key = read.Key("--checkpoint-key", parsed.GetValue(CheckpointKey));
        Destination? destination = parsed.GetValue(Endpoint) is { } endpoint
            ? new Destination(default, read.Endpoint("--endpoint", endpoint), read.Fingerprint("--tls-fingerprint", parsed.GetValue(TlsFingerprint)))
            : null;
        if (read.Faults.Count > 0) throw new UsageException(read.Faults[0].Code, $"The command line cannot be used.{string.Concat(read.Faults.Select(static fault => $"{Environment.NewLine}  {fault}"))}");
        LedgerVerdict verdict = destination is null
            ? DatabaseVerification.Verify(network, key, await ReadDatabaseAsync(parsed.GetValue(Database)!, ct))
            : await VerifyRemoteAsync(destination, network, key, parsed.GetValue(Keys)!, ct);
        await Console.Out.WriteLineAsync(parsed.GetValue(Json) ? ToJson(verdict) : ToText(verdict));
        return verdict.IsVerified ? ExitCodes.Success : ExitCodes.Refused;
    }

    private static async Task<LedgerVerdict> VerifyRemoteAsync(Destination ledger, string network, PublicKey key, DirectoryInfo keys, CancellationToken ct)
    {
        using TlsIdentity identity = new KeyFolder(keys.FullName).ReadTlsIdentity();
        return await LedgerRemote.VerifyAsync(ledger, network, key, identity, TimeProvider.System, ct);
    }

    private static async Task<LedgerRows> ReadDatabaseAsync(string connection, CancellationToken ct)
    {
        try
        {
            return await LedgerDatabase.ReadAsync(connection, ct);
        }
        catch (Exception error) when (error is NpgsqlException or ArgumentException)
        {
            throw new HostException(HostCodes.LedgerUnreachable, $"The database cannot be read: {error.Message}", error);
        }
    }

    private static string ToText(LedgerVerdict verdict)
    {
        string findings = string.Concat(verdict.Findings.Select(static finding =>
            $"{Environment.NewLine}  {finding.Code} {(finding.Leaf is { } leaf ? string.Create(CultureInfo.InvariantCulture, $"leaf {leaf}") : "no leaf")}: {finding.Detail}"));
        string outcome = verdict.IsVerified ? "verified" : verdict.FirstWrongLeaf is { } first ? string.Create(CultureInfo.InvariantCulture, $"NOT verified, the first wrong leaf is {first}") : "NOT verified";
        return string.Create(CultureInfo.InvariantCulture, $"{verdict.Leaves} leaves, root {verdict.Root}: {outcome}{findings}");
    }

    private static string ToJson(LedgerVerdict verdict) => JsonSerializer.Serialize(
        new VerdictText(verdict.IsVerified, verdict.Leaves, verdict.Root.ToString(), verdict.FirstWrongLeaf, [.. verdict.Findings.Select(static f => new FindingText(f.Code, f.Leaf, f.Detail))]),
        VerdictJson.Default.VerdictText);
}

internal sealed record VerdictText(bool Verified, long Leaves, string Root, long? FirstWrongLeaf, IReadOnlyList<FindingText> Findings);

internal sealed record FindingText(string Code, long? Leaf, string Detail);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(VerdictText))]
internal sealed partial class VerdictJson : JsonSerializerContext;
