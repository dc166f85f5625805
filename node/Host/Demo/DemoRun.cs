using Settlement.Host.Network;
using System.Diagnostics;
using System.Globalization;
using Settlement.Client;
using Settlement.Core.Cryptography;
using Settlement.Host.Commands;
using Settlement.Ledger;

namespace Settlement.Host.Demo;

/// <summary>One demo from reading its input to taking its network down.</summary>
internal sealed class DemoRun(DemoOptions options, IEntropy entropy, TimeProvider time)
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(120);
    private const int FindingsShown = 10;

    private readonly Screen screen = new(options.Json);

    // The process was the shell's before it became this program, so that the building check counts, too.
    private readonly DateTimeOffset began = new(Process.GetCurrentProcess().StartTime.ToUniversalTime(), TimeSpan.Zero);

    private TimeSpan Elapsed => time.GetUtcNow() - began;

    /// <summary>Runs the demo and returns the program's exit code.</summary>
    /// <exception cref="DemoException">Any of its codes.</exception>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        string folder = options.Input ?? DemoInput.FindShippedDay()
            ?? throw new DemoException(DemoException.InputUnreadable, $"The program lies in no tree with {DemoInput.ShippedDay}. Name a folder of messages with --input.");
        DemoInput input = await DemoInput.ReadAsync(folder, ct);
        DemoPlan plan = DemoPlan.For(input, options.MaxBanks);
        screen.Phase(string.Create(CultureInfo.InvariantCulture,
            $"program started, {input.Files.Count} files read: {plan.Submitted} transactions of {plan.Banks.Count} banks in {plan.Channels.Count} channels on {plan.Days.Count} days"), Elapsed);
        foreach (var type in input.Unsupported.GroupBy(static file => file.MessageType).OrderBy(static type => type.Key, StringComparer.Ordinal))
            screen.Line($"           not settled here: {type.Key} ({string.Join(", ", type.Select(static file => file.Name))})");

        await using LocalNetwork network = await LocalNetwork.CreateAsync(
            new LocalNetworkOptions { Banks = plan.Banks, AlsoAccepted = [DemoOffset.Contract], Entropy = entropy, Time = time, Phase = screen.Phase }, ct);
        await network.StartAsync(ct);
        int code = await network.WhileUpAsync(rest => WorkAsync(network, plan, rest), [], ct);
        if (options.Keep) await KeepAsync(network, ct);
        return code;
    }

    private async Task<int> WorkAsync(LocalNetwork network, DemoPlan plan, CancellationToken ct)
    {
        // The scenes are of the shipped day: who brings messages sees those alone.
        DemoSwap? swap = options.Input is null ? DemoSwap.For(plan) : null;
        DemoPlan whole = swap is null ? plan : plan with { Channels = [.. plan.Channels, swap.Given, swap.Taken] };
        DemoCycle? cycle = options.Input is null ? DemoCycle.For(whole) : null;
        if (cycle is not null) whole = whole with { Channels = [.. whole.Channels, .. cycle.Channels] };
        DemoOffset? offset = options.Input is null ? DemoOffset.For(whole) : null;
        if (offset is not null) whole = whole with { Channels = [.. whole.Channels, .. offset.Channels] };
        IReadOnlyList<string> channels = await new NetworkOpening(network, time, screen.Phase).PrepareAsync(whole.Channels, [.. whole.Credits(), .. cycle?.Accounts ?? [], .. offset?.Accounts ?? []], ct);
        IReadOnlyList<DemoOutcome> outcomes = await SettleAsync(network, plan, ct);
        DemoTreasury treasury = new(network, new NetworkCalls(network, AnswerWithin, time), time, screen);
        treasury.ShowNeed(outcomes);
        // Of a folder that somebody else names, nothing settles but what is in it.
        if (options.Input is null) await treasury.RunAsync(plan.Channels[0], channels[0], plan.Days[^1].Date, ct);
        if (swap is not null) await swap.RunAsync(network, channels[plan.Channels.Count], channels[plan.Channels.Count + 1], time, screen.Line, ct);
        if (cycle is not null) await cycle.RunAsync(network, new NetworkCalls(network, AnswerWithin, time), [.. channels.Skip(whole.Channels.Count - cycle.Channels.Count - (offset?.Channels.Count ?? 0)).Take(cycle.Channels.Count)], time, screen, ct);
        if (offset is not null) await offset.RunAsync(network, new NetworkCalls(network, AnswerWithin, time), [.. channels.TakeLast(offset.Channels.Count)], time, screen, ct);
        long proving = time.GetTimestamp();
        NetworkProof proof = new(network, time);
        NetworkVerdict regulator = await proof.AuditAsync(channels, ct);
        LedgerVerdict ledger = await proof.VerifyLedgerAsync(ct);
        screen.Phase("ledger verified, regulator's verdicts asked for", time.GetElapsedTime(proving));
        if (outcomes.FirstOrDefault(static outcome => outcome is { Status: DemoOutcome.Final, Instruction: not null }) is { } chosen
            && await new DemoViews(network).GatherAsync(chosen, ct) is { } views) new DemoScreen(screen).Views(views);
        DemoTotals totals = new(
            plan.Submitted, Count(outcomes, DemoOutcome.Final), plan.Submitted - Count(outcomes, DemoOutcome.Final) - Count(outcomes, DemoOutcome.Queued),
            Count(outcomes, DemoOutcome.Queued), plan.Unsupported, Math.Round(Elapsed.TotalSeconds, 3),
            new LedgerTotals(ledger.Leaves, ledger.Root.ToString(), ledger.IsVerified), new RegulatorTotals(regulator.Entries, regulator.Complete, regulator.ReExecuted));
        Show(network, outcomes, totals, ledger, regulator);
        if (options.Json) await Console.Out.WriteLineAsync(totals.ToJson());
        return totals.Ledger.Verified && totals.Regulator.Complete ? ExitCodes.Success : ExitCodes.Refused;
    }

    private async Task<IReadOnlyList<DemoOutcome>> SettleAsync(LocalNetwork network, DemoPlan plan, CancellationToken ct)
    {
        long settling = time.GetTimestamp();
        TimeSpan? firstFinal = null;
        IReadOnlyList<DemoOutcome> outcomes = await new DemoScreen(screen).CountAsync(plan.Submitted, counted =>
            new DemoSettlement(network, plan, AnswerWithin, time, outcome =>
            {
                if (outcome.Status == DemoOutcome.Final) firstFinal ??= Elapsed;
                counted(outcome);
            }).RunAsync(ct));
        screen.Phase("every transaction answered", time.GetElapsedTime(settling));
        if (firstFinal is { } moment) screen.Phase("from the start of the command to the first final payment", moment);
        return outcomes;
    }

    private static int Count(IReadOnlyList<DemoOutcome> outcomes, string status) => outcomes.Count(outcome => outcome.Status == status);

    private void Show(LocalNetwork network, IReadOnlyList<DemoOutcome> outcomes, DemoTotals totals, LedgerVerdict ledger, NetworkVerdict regulator)
    {
        screen.Rows("Peak memory", ["node", "MB"], network.Nodes.Select(static node => new[]
        {
            node.Name, (node.ReadPeakMemory() / (1024.0 * 1024)).ToString("0.0", CultureInfo.InvariantCulture),
        }));
        string reasons = string.Join(", ", outcomes.Where(static outcome => outcome.Status == DemoOutcome.Rejected)
            .GroupBy(static outcome => outcome.Reason ?? "no reason", StringComparer.Ordinal).OrderBy(static reason => reason.Key, StringComparer.Ordinal)
            .Select(static reason => string.Create(CultureInfo.InvariantCulture, $"{reason.Key} {reason.Count()}")));
        CultureInfo plain = CultureInfo.InvariantCulture;
        screen.Rows("Totals", ["", ""],
        [
            ["submitted", totals.Submitted.ToString(plain)],
            ["final", totals.Final.ToString(plain)],
            ["rejected", reasons.Length == 0 ? totals.Rejected.ToString(plain) : string.Create(plain, $"{totals.Rejected} ({reasons})")],
            ["queued", totals.Queued.ToString(plain)],
            ["unsupported files", totals.Unsupported.ToString(plain)],
            ["ledger", string.Create(plain, $"{totals.Ledger.Leaves} leaves, {(totals.Ledger.Verified ? "verified" : "NOT verified")}, root {totals.Ledger.Root}")],
            ["regulator", string.Create(plain, $"{totals.Regulator.Entries} entries, {(totals.Regulator.Complete ? "complete" : "NOT complete")}, {(totals.Regulator.ReExecuted ? "re-executed" : "NOT re-executed")}")],
            ["seconds", totals.Seconds.ToString("0.0", plain)],
        ]);
        foreach (LedgerFinding finding in ledger.Findings.Take(FindingsShown)) screen.Line($"ledger: {finding.Code} leaf {finding.Leaf}: {finding.Detail}");
        foreach (string finding in regulator.Findings.Take(FindingsShown)) screen.Line($"regulator: {finding}");
    }

    private async Task KeepAsync(LocalNetwork network, CancellationToken ct)
    {
        screen.Rows("The network is up until Ctrl-C", ["node", "API", "door for participants", "token file", "database"], network.Nodes.Select(static node => new[]
        {
            node.Name, node.ApiAddress.ToString(), string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{node.AdvertisedPort}"), node.TokenFile, node.Database,
        }));
        screen.Line("The ledger's log is recomputed, from its database or over the network, with:");
        foreach (IReadOnlyList<string> arguments in new NetworkProof(network, time).VerifyCommands())
            screen.Line("  ops/settlement " + string.Join(' ', arguments.Select(static argument => argument.AsSpan().ContainsAny(' ', ';') ? $"'{argument}'" : argument)));
        screen.Line("A node may be killed and started again: settlement run --config FILE, with the file beside its token file.");
        await Task.Delay(Timeout.InfiniteTimeSpan, time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
