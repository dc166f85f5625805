using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Tests.Simulation.Worlds;
using Settlement.Wire.Agent;

namespace Settlement.Tests.Simulation.Invariants;

/// <summary>
/// Cycles as the agent's and the banks' vaults have them, beside what the channels' books cut. Nobody opens a sum before all have confirmed;
/// what is opened, set aside and posted is what the cuts sum to; the ledger's decision is everybody's.
/// </summary>
internal sealed class CycleWatch(World world)
{
    private readonly Dictionary<Digest, CycleRow> newest = [];
    private readonly Dictionary<Digest, WatchedRound> rounds = [];
    private readonly Dictionary<(string Bank, string Currency), OpenedSumRow> opened = [];
    private readonly CycleAccounts accounts = new();

    /// <summary>How many cycles have settled.</summary>
    public int Settled => newest.Values.Count(static c => c.Stage == CycleStage.Settled);

    /// <summary>How many sums that were not zero the settled ones moved.</summary>
    public int Moved => newest.Values.Where(static c => c.Stage == CycleStage.Settled).Sum(static c => c.Banks.Count(static b => b.NetMinorUnits != 0));

    /// <summary>Whether a bank has confirmed what its account covers.</summary>
    public bool IsConfirmed(string currency) => newest.Values.Any(c => c.Currency == currency && (c.Stage == CycleStage.Opening || (c.Stage == CycleStage.Confirming && c.Banks.Any(static b => b.IsConfirmed))));

    /// <summary>In numbers.</summary>
    public string Summary() => $"{Settled} of {newest.Count} cycles settled in {rounds.Count} rounds, {Moved} sums moved";

    /// <summary>The agent committed.</summary>
    public void OnAgent(StoreTransaction commit)
    {
        MachineNode agent = world.Agent;
        foreach (PayloadWrite write in commit.Writes.Where(static w => w.Kind == PayloadKind.Postings)) accounts.Take(agent.Rows.Open(write.Kind, write.Key, write.Body, PostingRow.Parser));
        foreach (PayloadWrite write in commit.Writes.Where(static w => w.Kind == PayloadKind.Waiting)) OnCycle(agent.Rows.Open(write.Kind, write.Key, write.Body, CycleRow.Parser));
    }

    /// <summary>A bank's vault may say that it opens a sum, or that it has settled.</summary>
    public void OnBank(MachineNode bank, PayloadWrite write)
    {
        if (!world.Workload.Currencies.Any(c => bank.Rows.LookupKey("opened-sum", c.Code).AsSpan().SequenceEqual(write.Key))) return;
        OpenedSumRow row = bank.Rows.Open(write.Kind, write.Key, write.Body, OpenedSumRow.Parser);
        WatchedRound round = rounds[new Digest(row.Group.Span)];
        Violation.Unless(round.IsConfirmed, "no sum is opened before all have confirmed", bank.Name);
        Digest[] own = [.. round.Channels.Where(c => world.Invariants.IsMember(bank, c)).Order()];
        Violation.Unless(row.Channels.Select(static c => new Digest(c.Span)).SequenceEqual(own), "what is opened is the sum of all own cuts", $"{bank.Name} opens {row.Channels.Count} of {own.Length}");
        Violation.Unless(row.NetMinorUnits == NetOf(round, bank.Id.ToString()), "what is opened is the sum of all own cuts", $"{bank.Name} opens {row.NetMinorUnits}");
        Violation.Unless(!row.IsSettled || newest[round.Cycle].Stage == CycleStage.Settled, "members agree with the agent on a cycle's end", bank.Name);
        if (opened.TryGetValue((bank.Name, row.Currency), out OpenedSumRow? before) && before.Group != row.Group)
            Violation.Unless(before.IsSettled || before.Channels.SequenceEqual(row.Channels), "no difference of sums tells a cut", $"{bank.Name} opens a second one");
        opened[(bank.Name, row.Currency)] = row;
        round.Opened.Add(bank.Id.ToString());
    }

    /// <summary>A bank says something to the agent.</summary>
    public void OnSaid(MachineNode bank, Effect.Send send)
    {
        if (AgentRequest.Parser.ParseFrom(send.Body).Cycles is not { Opening: { } said } call) return;
        WatchedRound? round = rounds.Values.FirstOrDefault(r => r.Cycle == new Digest(call.Cycle.Span) && r.Number == call.Round);
        Violation.Unless(round is not null && round.Opened.Contains(bank.Id.ToString()) && NetOf(round, bank.Id.ToString()) == said.NetMinorUnits, "a sum is durable before it is said", bank.Name);
    }

    /// <summary>The ledger committed. It commits no round without the agent, nor before every bank of it has opened its sum.</summary>
    public void OnNotarised()
    {
        foreach ((Digest group, WatchedRound round) in rounds.Where(static r => r.Value.IsCommitted is null))
        {
            if (!world.Invariants.Log.Groups.TryGetValue(group, out LogModel.Group? decided) || decided.IsCommitted is not { } isCommitted) continue;
            round.IsCommitted = isCommitted;
            if (!isCommitted) continue;
            Violation.Unless(newest[round.Cycle] is { Stage: CycleStage.Deciding } row && row.Round == round.Number, "no round is committed without the agent", $"round {round.Number}");
            Violation.Unless(BanksOf(round).All(round.Opened.Contains), "no round is committed before all have opened", $"{round.Opened.Count} have");
        }
    }

    /// <summary>What still moves; null when nothing does.</summary>
    public string? Restlessness()
    {
        if (newest.Values.FirstOrDefault(static c => c.Stage is not (CycleStage.Settled or CycleStage.Void)) is { } cycle) return $"a cycle is {cycle.Stage}";
        (string bank, _) = opened.FirstOrDefault(o => !o.Value.IsSettled && rounds[new Digest(o.Value.Group.Span)].IsCommitted == true).Key;
        return bank is null ? null : $"{bank} has not heard that its cycle has settled";
    }

    /// <summary>All cuts of a round apply, or none, as the ledger decided and the agent posted.</summary>
    public void CheckRest()
    {
        foreach ((Digest group, WatchedRound round) in rounds)
        {
            bool isCommitted = round.IsCommitted == true;
            CycleRow row = newest[round.Cycle];
            Violation.Unless(isCommitted == (row.Stage == CycleStage.Settled && row.Round == round.Number), "members agree with the agent on a cycle's end", $"committed {isCommitted}, and the cycle is {row.Stage}");
            foreach (Digest channel in round.Channels)
            {
                CutFacts? cut = world.Invariants.Books.GetValueOrDefault(channel)?.Cuts.GetValueOrDefault(group);
                Violation.Unless(cut is null ? !isCommitted : cut.IsApplied == isCommitted, "all cuts of a round apply, or none", $"committed {isCommitted}, and one is {cut}");
                if (!world.Invariants.Log.Groups.TryGetValue(group, out LogModel.Group? decided) || !decided.Reserved.TryGetValue(channel, out Digest head)) continue;
                Violation.Unless(cut is not null && world.Invariants.Books[channel].Batches[(int)cut.Sequence - 1].Head == head, "what is reserved is set aside", $"round {round.Number}");
            }
        }
    }

    private void OnCycle(CycleRow row)
    {
        Digest id = new(row.Cycle.Span);
        CycleRow? before = newest.GetValueOrDefault(id);
        Violation.Unless(CanFollow(before, row), "a cycle goes its way once", $"{before?.Stage} {before?.Round}, then {row.Stage} {row.Round}");
        newest[id] = row;
        Violation.Unless(newest.Values.Count(c => c.Currency == row.Currency && c.Stage is not (CycleStage.Settled or CycleStage.Void)) <= 1, "one cycle of a currency is under way", row.Currency);
        if (row.Call is null)
        {
            accounts.Check(id, row.Currency, []);
            return;
        }

        if (!CycleRound.TryRead(row.Call, World.Network, out CycleRound? said)) throw new Violation("a cycle goes its way once", "a round does not read");
        if (!rounds.TryGetValue(said.Group.Id, out WatchedRound? round)) rounds.Add(said.Group.Id, round = new WatchedRound(said));
        string[] banks = BanksOf(round);
        CycleBankRow[] taking = [.. row.Banks.Where(b => banks.Contains(b.Bank, StringComparer.Ordinal))];
        bool isOpen = row.Stage is CycleStage.Opening or CycleStage.Deciding or CycleStage.Settled;
        if (isOpen) Violation.Unless(taking.Length == banks.Length && row.IsOpen && Array.TrueForAll(taking, static b => b.IsConfirmed), "no sum is opened before all have confirmed", $"in round {row.Round}");
        round.IsConfirmed |= isOpen;
        Violation.Unless(row.IsOpen || !row.Banks.Any(static b => b.HasOpened), "no sum is opened before all have confirmed", $"the agent has one in {row.Stage}");
        foreach (CycleBankRow bank in taking.Where(static b => b.HasOpened))
            Violation.Unless(bank.NetMinorUnits == NetOf(round, bank.Bank), "what is opened is the sum of all own cuts", $"{bank.Bank} opened {bank.NetMinorUnits}");
        // What the cuts say is set aside of those who owe, then paid to the others, or given back.
        accounts.Check(id, row.Currency, row.Stage switch
        {
            CycleStage.Deciding => banks.ToDictionary(static b => b, b => Math.Min(0, NetOf(round, b))),
            CycleStage.Settled => banks.ToDictionary(static b => b, b => NetOf(round, b)),
            _ => [],
        });
        if (row.Stage == CycleStage.Settled || (row.Stage == CycleStage.Void && before?.Stage == CycleStage.Deciding))
            Violation.Unless(round.IsCommitted == (row.Stage == CycleStage.Settled), "members agree with the agent on a cycle's end", $"the ledger said {round.IsCommitted}, and the cycle is {row.Stage}");
    }

    private static bool CanFollow(CycleRow? before, CycleRow row)
    {
        if (before is null) return row is { Stage: CycleStage.Joining, Round: 0 };
        if (row.Stage == CycleStage.Cutting && (before.Stage is CycleStage.Joining or CycleStage.Lapsed)) return row.Round == before.Round + 1 && !before.IsOpen;
        if (row.Round != before.Round) return false;
        return row.Stage == before.Stage || row.Stage switch
        {
            CycleStage.Confirming => before.Stage == CycleStage.Cutting,
            CycleStage.Opening => before.Stage == CycleStage.Confirming,
            CycleStage.Deciding => before.Stage == CycleStage.Opening,
            CycleStage.Settled => before.Stage == CycleStage.Deciding,
            CycleStage.Void => before.Stage != CycleStage.Settled,
            CycleStage.Lapsed => before.Stage is (CycleStage.Cutting or CycleStage.Confirming) && !before.IsOpen,
            _ => false,
        };
    }

    private string[] BanksOf(WatchedRound round) => [.. world.Banks.Where(b => round.Channels.Any(c => world.Invariants.IsMember(b, c))).Select(static b => b.Id.ToString())];

    /// <summary>What a bank's cuts in a round sum to, by the channels' books.</summary>
    private long NetOf(WatchedRound round, string bank) => round.Channels.Sum(channel =>
    {
        int member = Array.FindIndex([0, 1], m => world.Invariants.MemberOf(channel, m) == bank);
        return member < 0 ? 0 : world.Invariants.Books[channel].Cuts[round.Group].NetOf(member);
    });
}

/// <summary>A round, and who has opened its sum.</summary>
internal sealed class WatchedRound(CycleRound said)
{
    public Digest Cycle => said.Cycle;

    public Digest Group => said.Group.Id;

    public int Number => said.Number;

    /// <summary>The channels that cut.</summary>
    public IReadOnlyList<Digest> Channels { get; } = [.. said.Group.Channels.Where(c => c != said.AgentChannel)];

    /// <summary>Whether the agent's vault has said that all banks have confirmed.</summary>
    public bool IsConfirmed { get; set; }

    /// <summary>The banks whose vaults say that they open.</summary>
    public HashSet<string> Opened { get; } = new(StringComparer.Ordinal);

    /// <summary>What the ledger decided; null while nothing was.</summary>
    public bool? IsCommitted { get; set; }
}

/// <summary>What cycles took of accounts and gave them, by the agent's postings.</summary>
internal sealed class CycleAccounts
{
    private const string Prefix = "cycle/";
    private readonly Dictionary<(string Holder, string Bank), long> moved = [];

    public void Take(PostingRow row)
    {
        if (row.Credit.StartsWith(Prefix, StringComparison.Ordinal)) moved[(row.Credit, row.Debit)] = moved.GetValueOrDefault((row.Credit, row.Debit)) - row.MinorUnits;
        if (row.Debit.StartsWith(Prefix, StringComparison.Ordinal)) moved[(row.Debit, row.Credit)] = moved.GetValueOrDefault((row.Debit, row.Credit)) + row.MinorUnits;
    }

    /// <summary>The postings of a cycle are these, and no others.</summary>
    public void Check(Digest cycle, string currency, Dictionary<string, long> expected)
    {
        foreach (((_, string bank), long units) in moved.Where(m => m.Key.Holder == Prefix + cycle))
            Violation.Unless(units == expected.GetValueOrDefault(bank), "accounts get what the cuts say", $"{bank} got {units} {currency} for {expected.GetValueOrDefault(bank)}");
        foreach ((string bank, long units) in expected)
            Violation.Unless(units == moved.GetValueOrDefault((Prefix + cycle, bank)), "accounts get what the cuts say", $"{bank} got none of {units} {currency}");
    }
}
