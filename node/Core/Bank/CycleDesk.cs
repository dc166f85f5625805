using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Settlement.Core.Alarms;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Netting;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Core.Participants;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Agent;
using Settlement.Wire.Channels;

namespace Settlement.Core.Bank;

/// <summary>
/// A bank's part in the cycles of its settlement agent. It asks how they stand, and says in each stage what is awaited of it: its
/// channels, their cuts, that the list of cuts is right and its account covers them, and at last the sum of its own. What it cuts stands in
/// the channels, so a restart loses nothing; that it opened a sum is durable before it is said.
/// </summary>
internal sealed class CycleDesk(NodeContext node, ParticipantPin agent, BankSettings settings, ChannelBook channels, LedgerDesk ledger, OpenedSums sums, EventStream history)
{
    /// <summary>Cycles that an agent may speak of at a time.</summary>
    public const int MaxCycles = 64;

    /// <summary>Channels that a bank joins a cycle with: beside them a round has one of the agent's.</summary>
    public const int MaxChannels = ChannelGroup.MaximumChannels - 1;

    /// <summary>What the agent refused is said again after waits that double so often: somebody may have to do something first.</summary>
    public const int MaxDoublings = 8;

    private readonly AgentDesk<CycleCall> desk = new(node, agent);
    private readonly CutReceipts receipts = new(node, channels, ledger);
    private readonly Dictionary<ByteString, CycleRound> rounds = [];
    private readonly HashSet<string> told = new(StringComparer.Ordinal);
    private IReadOnlyList<(CycleView View, CycleRound? Round)> cycles = [];
    private readonly Dictionary<string, (int Times, DateTimeOffset Again)> refusals = new(StringComparer.Ordinal);
    private readonly HashSet<ByteString> leftOut = [];
    private readonly HashSet<Digest> deciding = [];
    private DateTimeOffset nextAsk;
    private DateTimeOffset nextEarlyAsk;

    /// <summary>Called with the group of a round of which the agent says that it has ended.</summary>
    public Action<Digest> Ended { get; set; } = _ => { };

    /// <summary>Whether the agent has said of this round that all have opened their sums.</summary>
    public bool IsDeciding(Digest group) => deciding.Contains(group);

    /// <summary>The calls for cuts that a channel has not followed, and can at this time.</summary>
    public IEnumerable<CutCall> Due(ChannelSide channel, long timeUnixMs)
    {
        // A channel holds one cut of a currency at a time.
        HashSet<string> currencies = new(StringComparer.Ordinal);
        foreach ((CycleView view, CycleRound? round) in cycles)
        {
            if (view.Stage == CycleStage.Cutting && round is not null && BatchLegs.CanCut(round, channel.Context, channel.State.Legs, channel.State.Ended, timeUnixMs, currencies.Count)
                && currencies.Add(round.Currency)) yield return round.Call;
        }
    }

    /// <summary>Whether there is one.</summary>
    public bool HasDue(ChannelSide channel) => cycles.Count > 0 && Due(channel, Math.Max(node.NowUnixMs, channel.TimeUnixMs)).Any();

    /// <summary>The cycles, as the bank's own people see them.</summary>
    public CycleList List() => new([.. cycles.Select(cycle => ViewOf(cycle.View, cycle.Round))]);

    /// <summary>Says what is awaited, or asks how the cycles stand, when it is time.</summary>
    public void Flush()
    {
        foreach (OpenedSumRow row in sums.TakeOverdue(node.NowUnixMs))
            node.AlarmAbout(agent.Id, CycleCodes.PostingMissing, new Digest(row.Group.Span).ToString(), EvidencePart.Of("call", row.Call), EvidencePart.Of("leg", row.Leg));
        if (settings.CyclePoll is not { } poll) return;
        receipts.Ask(cycles.Where(static c => c.View.Stage == CycleStage.Cutting).Select(static c => c.Round).OfType<CycleRound>());
        if (node.Now < nextAsk) return;
        nextAsk = node.Now + poll;
        CycleCall call = cycles.Select(cycle => Say(cycle.View, cycle.Round)).FirstOrDefault(static call => call is not null) ?? new CycleCall();
        desk.Ask([call], request => request.Cycles = call);
    }

    /// <summary>True when the token is of a request of these.</summary>
    public bool TryFail(long token) => desk.TryFail(token);

    /// <summary>True when the token is of a request of these.</summary>
    public bool TryAnswer(long token, byte[] body) =>
        desk.TryAnswer(token, body, static reply => reply.Cycles is { } answer ? new RepeatedField<CycleAnswer> { answer } : [], OnAnswer);

    private void OnAnswer(CycleCall call, CycleAnswer answer)
    {
        if (answer.Cycles.Count > MaxCycles || !answer.Cycles.All(IsWellFormed))
        {
            node.Alarm(ChannelCodes.MessageMalformed, agent.Id.ToString());
            return;
        }

        if (answer.Code.Length > 0) Refused(call, answer.Code);
        bool moved = !answer.Cycles.Select(static c => (c.Cycle, c.Round, c.Stage)).SequenceEqual(cycles.Select(static c => (c.View.Cycle, c.View.Round, c.View.Stage)));
        cycles = [.. answer.Cycles.Select(view => (view, RoundOf(view)))];
        foreach (ByteString old in rounds.Keys.Where(known => !cycles.Any(c => c.Round?.Call.RoundBody == known)).ToList()) rounds.Remove(old);
        HashSet<string> keys = [.. cycles.Select(static c => KeyOf(c.View))];
        told.IntersectWith(keys);
        deciding.IntersectWith(cycles.Select(static c => c.Round?.Group.Id).OfType<Digest>());
        leftOut.IntersectWith(cycles.Select(static c => c.View.Cycle));
        foreach (string old in refusals.Keys.Where(key => !keys.Contains(key)).ToList()) refusals.Remove(old);
        foreach ((CycleView view, CycleRound? round) in cycles)
        {
            if (moved && round is not null && view.Stage is CycleStage.Settled or CycleStage.Void) Ended(round.Group.Id);
            if (round is not null && view.Stage == CycleStage.Deciding) deciding.Add(round.Group.Id);
            End(view, round);
        }

        // What moved may await something of this bank already. An agent whose cycles move with each answer is asked no oftener than twice a poll.
        if (!moved || settings.CyclePoll is not { } poll || node.Now < nextEarlyAsk) return;
        nextAsk = node.Now;
        nextEarlyAsk = node.Now + poll;
    }

    private void Refused(CycleCall call, string code)
    {
        node.Alarm(KnownCodes.OrForeign(code), agent.Id.ToString(), EvidencePart.Of("call", call));
        foreach ((CycleView view, _) in cycles)
        {
            if (view.Cycle != call.Cycle || view.Round != call.Round || call.StepCase == CycleCall.StepOneofCase.None) continue;
            int times = Math.Min(refusals.GetValueOrDefault(KeyOf(view)).Times + 1, MaxDoublings);
            refusals[KeyOf(view)] = (times, node.Now + (1 << times) * settings.CyclePoll.GetValueOrDefault());
        }
    }

    /// <summary>The round, once it is known to be the agent's.</summary>
    private CycleRound? RoundOf(CycleView view)
    {
        if (view.Call is null) return null;
        if (rounds.TryGetValue(view.Call.RoundBody, out CycleRound? known)) return known;
        if (!view.Call.Commitment.IsEmpty || !CycleRound.TryRead(view.Call, node.Network, out CycleRound? round) || !round.Cycle.ToArray().AsSpan().SequenceEqual(view.Cycle.Span)
            || !desk.TryFindAgent(out Participant? participant) || participant.Posting is not { } posting || !round.IsSignedBy(posting))
        {
            node.Alarm(CycleCodes.RoundUnsigned, agent.Id.ToString(), EvidencePart.Of("view", view));
            return null;
        }

        rounds.Add(round.Call.RoundBody, round);
        return round;
    }

    /// <summary>What this bank says next in a cycle; null where nothing is awaited of it, or it has nothing to say yet. It says so again as
    /// long as it is awaited, at the rate at which it asks: an answer may be lost, and an account may be filled.</summary>
    private CycleCall? Say(CycleView view, CycleRound? round)
    {
        if (!view.IsAwaited || told.Contains(KeyOf(view)) || (refusals.TryGetValue(KeyOf(view), out (int, DateTimeOffset Again) refused) && node.Now < refused.Again)) return null;
        CycleCall call = new() { Cycle = view.Cycle, Round = view.Round };
        switch (view.Stage)
        {
            case CycleStage.Joining:
                call.Join = Join(view);
                break;
            case CycleStage.Cutting when round is not null && receipts.Shown(round) is { Cuts.Count: > 0 } cuts:
                call.Cuts = cuts;
                break;
            case CycleStage.Confirming when round is not null && TrySum(view, round, out OwnSum? sum):
                call.Confirmation = Confirm(view, round, sum);
                break;
            case CycleStage.Opening when round is not null && TrySum(view, round, out OwnSum? sum) && sums.TryOpen(round, sum, node.NowUnixMs):
                call.Opening = new CycleOpening { NetMinorUnits = sum.Net, Blinding = ByteString.CopyFrom(sum.Blinding.ToArray()) };
                break;
            default:
                return null;
        }

        return call;
    }

    private static bool IsWellFormed(CycleView view) => view.Cycle.Length == Digest.Length && Monetary.Currency.TryParse(view.Currency, out _)
        && view.Round <= int.MaxValue && view.Cuts.Count <= ChannelGroup.MaximumChannels;

    private CycleJoin Join(CycleView view)
    {
        CycleJoin join = new();
        Digest cycle = new(view.Cycle.Span);
        List<ChannelSide> own = [.. channels.All.Where(c => !c.IsShut && c.Terms.Agent.Id == agent.Id && c.Terms.Currencies.Any(currency => currency.Code == view.Currency))];
        if (own.Count > MaxChannels && leftOut.Add(view.Cycle)) node.Note(CycleCodes.ChannelsLeftOut, cycle.ToString());
        foreach (ChannelSide channel in MostOwed(own, channel => channel.State.OwedIn(view.Currency), static channel => channel.Id))
        {
            join.Channels.Add(new CycleMember
            {
                OpeningBody = channel.Opening.Record.Body,
                Signature = ByteString.CopyFrom(channel.OwnKey.Sign(CycleText.Member(node.Network, cycle, channel.Id, node.Parts.Keys.Participant))),
            });
        }

        return join;
    }

    /// <summary>The channels in which most is owed, whoever owes it: both members see it alike, so that they leave out the same ones where nothing moves.</summary>
    internal static IEnumerable<T> MostOwed<T>(IReadOnlyList<T> own, Func<T, Int128> owed, Func<T, Digest> id) =>
        own.Count <= MaxChannels ? own : own.OrderByDescending(owed).ThenBy(id).Take(MaxChannels);

    private CycleConfirmation Confirm(CycleView view, CycleRound round, OwnSum sum)
    {
        // Where nothing is owed, nothing needs cover.
        bool isCovered = sum.Net >= 0 || view.BalanceMinorUnits >= -(Int128)sum.Net;
        if (!isCovered) node.NoteAbout(agent.Id, CycleCodes.AccountShort, round.Group.Id.ToString());
        Digest signed = CycleText.Confirmation(node.Network, round.Group.Id, sum.Cuts, node.Parts.Keys.Participant, isCovered);
        return new CycleConfirmation { CutsHash = ByteString.CopyFrom(sum.Cuts.ToArray()), IsCovered = isCovered, Signature = ByteString.CopyFrom(sum.First.OwnKey.Sign(signed)) };
    }

    /// <summary>The sum of the own cuts, where the list has each of them as both members agreed it. Where the round's time has passed, or an own
    /// channel does not hold its cut, because it holds it no more or has not heard of it yet, there is nothing to compare, and nobody to blame.</summary>
    private bool TrySum(CycleView view, CycleRound round, [NotNullWhen(true)] out OwnSum? sum)
    {
        sum = null;
        if (round.Group.ExpiresAt <= node.Now || OwnSum.NetOf(round, channels) is null) return false;
        sum = OwnSum.Of(round, view.Cuts, channels);
        if (sum is null) node.Alarm(CycleCodes.ListDiffers, agent.Id.ToString(), EvidencePart.Of("view", view));
        else if (!sums.MayOpen(round, sum, node.NowUnixMs)) node.Note(CycleCodes.SumWouldTell, round.Group.Id.ToString());
        else return true;
        told.Add(KeyOf(view));
        return false;
    }

    /// <summary>A cycle is over: what the account got is what was opened.</summary>
    private void End(CycleView view, CycleRound? round)
    {
        if (view.Stage != CycleStage.Settled || round is null || sums.Of(round) is not { IsSettled: false } opened) return;
        if (!desk.IsPosting(view.Posting, round.Group.Id, round.Currency, opened.NetMinorUnits))
        {
            if (told.Add(KeyOf(view))) node.Alarm(CycleCodes.PostingDiffers, round.Group.Id.ToString(), EvidencePart.Of("view", view));
            return;
        }

        sums.Settle(round);
        history.Note("cycle_settled", new { Group = round.Group.Id.ToString(), Posting = Convert.ToHexStringLower(view.Posting.PostingId.Span) });
    }

    private Cycle ViewOf(CycleView view, CycleRound? round)
    {
        long? net = round is null ? null : sums.Of(round)?.NetMinorUnits ?? OwnSum.NetOf(round, channels);
        return new Cycle(new Digest(view.Cycle.Span), view.Currency, (int)view.Round, view.Stage, view.IsAwaited, round is null ? 0 : round.Group.Channels.Count(id => channels.TryGet(id, out _)), net, view.BalanceMinorUnits);
    }

    private static string KeyOf(CycleView view) => $"{view.Stage}/{view.Call?.RoundBody.ToBase64() ?? view.Cycle.ToBase64()}";
}
