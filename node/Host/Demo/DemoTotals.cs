using System.Text.Json;
using System.Text.Json.Serialization;

namespace Settlement.Host.Demo;

/// <summary>The demo's result, as its last line of JSON.</summary>
/// <param name="Submitted">Transactions handed in; a document that was refused as a whole counts as one.</param>
/// <param name="Final">Transactions that are final.</param>
/// <param name="Rejected">Transactions, or whole documents, that were refused.</param>
/// <param name="Queued">Transactions that wait.</param>
/// <param name="Unsupported">Files of other message types.</param>
/// <param name="Seconds">From the start of the command.</param>
/// <param name="Ledger">The ledger's log.</param>
/// <param name="Regulator">What the regulator can prove.</param>
internal sealed record DemoTotals(
    int Submitted, int Final, int Rejected, int Queued, int Unsupported, double Seconds, LedgerTotals Ledger, RegulatorTotals Regulator)
{
    /// <summary>One line.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, DemoJson.Default.DemoTotals);
}

/// <summary>The ledger's log, recomputed from its database.</summary>
internal sealed record LedgerTotals(long Leaves, string Root, bool Verified);

/// <summary>The regulator's verdicts over every channel: complete means delivered and authentic.</summary>
internal sealed record RegulatorTotals(long Entries, bool Complete, bool ReExecuted);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DemoTotals))]
internal sealed partial class DemoJson : JsonSerializerContext;
