using System.Diagnostics.Metrics;

namespace Settlement.Host.Running;

/// <summary>What the node counts. Tags are codes, never identifiers.</summary>
internal static class NodeMeter
{
    public const string Name = "Settlement.Host";

    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Alarms = Meter.CreateCounter<long>("settlement.alarms", description: "Alarms of the machine, by code");
    private static readonly Counter<long> Strangers = Meter.CreateCounter<long>("settlement.strangers", description: "Requests with a TLS key that the directory does not list");

    public static void CountAlarm(string code, long times) => Alarms.Add(times, new KeyValuePair<string, object?>("code", code));

    public static void CountStranger() => Strangers.Add(1);
}
