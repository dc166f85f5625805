using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Settlement.Host.Bench;

/// <summary>A benchmark's result, as its last line of JSON.</summary>
/// <param name="SettledPerSecond">Payments a second that were final at both banks and held by the regulator within the time that is measured.</param>
/// <param name="P50Ms">From the hand-in of the message until final at both banks: half of the payments took at most as long.</param>
/// <param name="P99Ms">The same, for 99 of 100.</param>
/// <param name="LoneP50Ms">From the request until the payer's answer that it is final, of payments one at a time.</param>
/// <param name="CpuMicrosPerSettlement">Processor time of all parts.</param>
/// <param name="CpuByPart">Processor time of each part; microseconds a settlement.</param>
/// <param name="BytesPerSettlement">Growth of all nodes' databases on disk.</param>
/// <param name="PeakRssMb">The most memory that a process held.</param>
/// <param name="PgbenchTps">The mean of pgbench -N on the same server in the same run.</param>
/// <param name="RatioToPgbench">Settlements for each of its transactions.</param>
internal sealed record BenchResult(
    double SettledPerSecond, double P50Ms, double P99Ms, double LoneP50Ms, double CpuMicrosPerSettlement, CpuByPart CpuByPart, double BytesPerSettlement,
    PeakRssMb PeakRssMb, double PgbenchTps, double RatioToPgbench)
{
    /// <summary>What was measured; null in a result of before it was said.</summary>
    public MeasuredNetwork? Measured { get; init; }

    /// <summary>One line.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, BenchJson.Default.BenchResult);
}

/// <summary>The network and the load of a result.</summary>
/// <param name="Banks">Banks.</param>
/// <param name="Channels">Channels that took payments.</param>
/// <param name="Rate">Payments offered a second; null for more than the network could take.</param>
/// <param name="Seconds">Seconds that were measured.</param>
internal sealed record MeasuredNetwork(int Banks, int Channels, int? Rate, int Seconds)
{
    /// <summary>As it is asked for.</summary>
    [JsonIgnore]
    public string Text => string.Create(CultureInfo.InvariantCulture,
        $"--banks {Banks} --channels {Channels}{(Rate is { } rate ? string.Create(CultureInfo.InvariantCulture, $" --rate {rate}") : "")} --seconds {Seconds}");
}

/// <summary>Microseconds of processor time a settlement: of all banks, the ledger, the regulator and the database server.</summary>
internal sealed record CpuByPart(double Bank, double Ledger, double Regulator, double Postgres);

/// <summary>Megabytes at the peak: of the largest bank, and of each of the others.</summary>
internal sealed record PeakRssMb(double Bank, double Ledger, double Agent, double Regulator);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(BenchResult))]
internal sealed partial class BenchJson : JsonSerializerContext;
