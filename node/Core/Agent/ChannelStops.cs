using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Store;
using Settlement.Core.Vault;
using Settlement.Core.Vault.Records;

namespace Settlement.Core.Agent;

/// <summary>
/// What the operator has stopped: a bank, or a channel whoever asks, from a leaf of the log on. Entries and positions under heads before that leaf are
/// paid; those under it or later ones are not, and nothing goes into the channel, until the stop is lifted.
/// </summary>
internal sealed class ChannelStops
{
    /// <summary>Stops that are kept, lifted ones among them.</summary>
    public const int MaxStops = 4_096;

    private static readonly byte[] RowKey = RowKeys.Name("stops");
    private readonly NodeContext node;
    private readonly EventStream history;
    private readonly StopsRow kept = new();

    public ChannelStops(NodeContext node, EventStream history, RecoveredRows rows)
    {
        this.node = node;
        this.history = history;
        foreach (StoredPayload row in rows.Of(PayloadKind.Settings).Where(static r => r.Key.AsSpan().SequenceEqual(RowKey)))
            kept = node.Rows.Open(PayloadKind.Settings, row.Key, row.Body, StopsRow.Parser);
    }

    /// <summary>Whether what a bank asks of a channel under a head is stopped.</summary>
    /// <param name="bank">Who asks.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="leaf">The index of the head's leaf; <see cref="long.MaxValue"/> for what is under no head.</param>
    public bool Refuses(ParticipantId bank, Digest channel, long leaf) =>
        kept.Stops.Any(stop => stop.LiftedUnixMs == 0 && leaf >= stop.FromLeaf && (stop.Subject == bank.ToString() || stop.Subject == channel.ToString()));

    /// <summary>Stops banks and channels, or changes from where on they are stopped.</summary>
    public StopResult Stop(AgentInput.Stop input)
    {
        List<string> subjects = [.. input.Banks.Select(static bank => bank.ToString()), .. input.Channels.Select(static channel => channel.ToString())];
        int room = MaxStops - kept.Stops.Count + kept.Stops.Count(stop => stop.LiftedUnixMs != 0 || subjects.Contains(stop.Subject));
        if (subjects.Count > room) return new StopResult([], AgentCodes.TooManyStops);
        foreach (string subject in subjects)
        {
            if (Find(subject) is { } before) kept.Stops.Remove(before);
            while (kept.Stops.Count >= MaxStops) kept.Stops.Remove(kept.Stops.First(static stop => stop.LiftedUnixMs != 0));
            kept.Stops.Add(new StopRow { Subject = subject, FromLeaf = input.FromLeaf, By = input.By, TimeUnixMs = node.NowUnixMs });
            history.Note("stopped", new { Subject = subject, input.FromLeaf });
        }

        Write();
        return new StopResult(List().Stops, null);
    }

    /// <summary>Lifts a stop.</summary>
    public StopResult Lift(AgentInput.LiftStop input)
    {
        if (Find(input.Subject) is not { } stop) return new StopResult([], AgentCodes.NoSuchStop);
        (stop.LiftedUnixMs, stop.LiftedBy) = (node.NowUnixMs, input.By);
        history.Note("stop_lifted", new { stop.Subject });
        Write();
        return new StopResult(List().Stops, null);
    }

    /// <summary>The stops, the oldest first, lifted ones among them.</summary>
    public StopList List() => new([.. kept.Stops.Select(static stop => new StopView(stop.Subject, stop.FromLeaf, stop.By, DateTimeOffset.FromUnixTimeMilliseconds(stop.TimeUnixMs),
        stop.LiftedUnixMs == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(stop.LiftedUnixMs), stop.LiftedUnixMs == 0 ? null : stop.LiftedBy))]);

    private StopRow? Find(string subject) => kept.Stops.FirstOrDefault(stop => stop.LiftedUnixMs == 0 && stop.Subject == subject);

    private void Write() => node.Write(node.Rows.Replace(PayloadKind.Settings, RowKey, kept));
}
