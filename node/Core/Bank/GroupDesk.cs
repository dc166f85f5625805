using Google.Protobuf;
using Settlement.Core.Alarms;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Bank;

/// <summary>
/// Follows the groups whose legs this bank's channels hold: tells the ledger that a leg is set aside, and asks it what it decided until it
/// has. It keeps nothing: which legs are held stands in the channels, and a decision can be asked for again, until a leg has ended by it.
/// </summary>
internal sealed class GroupDesk(NodeContext node, ChannelBook channels, LedgerDesk ledger, OpenedSums sums)
{
    /// <summary>Of groups that others brought and keep silent about the ledger is told one each such time: there it counts as this bank's own, and a
    /// counterparty that brings them without end must not use up what the ledger takes of this bank.</summary>
    private static readonly TimeSpan UntoldInterval = TimeSpan.FromSeconds(2);

    private readonly SortedDictionary<Digest, Watch> watches = [];
    private DateTimeOffset nextUntold = DateTimeOffset.MinValue;

    private sealed class Watch(HeldLeg leg, bool? decision, Retry retry)
    {
        public ChannelGroup Group { get; } = leg.Group;

        public Retry Retry { get; } = retry;

        /// <summary>What the ledger decided; null while that is not known here.</summary>
        public bool? Decision { get; set; } = decision;

        /// <summary>The ledger does not know the group, so that it has to be told which one.</summary>
        public bool IsUnknown { get; set; }

        /// <summary>Whether a leg is this bank's own. Who brought none of them lets the others tell the ledger, at their cost, until the group's
        /// time has passed: what nobody tells it of never ends otherwise.</summary>
        public bool IsOwn { get; set; }

        /// <summary>Who brought a leg that is not this bank's own.</summary>
        public ParticipantId? Bringer { get; set; }

        /// <summary>It is noted that it kept silent.</summary>
        public bool IsReported { get; set; }

        /// <summary>How often the ledger was asked, and the newest asking that it answered with no decision, or with a false one.</summary>
        public (long Asked, long Denied) Askings { get; set; }

        /// <summary>The asking after which a claimed outcome is judged; null while nobody claims one.</summary>
        public long? Claimed { get; set; }

        /// <summary>The ledger was asked and has not answered.</summary>
        public bool IsAsked { get; set; }

        /// <summary>How many of this bank's channels hold a leg.</summary>
        public int Legs { get; set; }

        /// <summary>Whether all channels have reserved, as the ledger said: then it commits, also after the group's time by the clock here.</summary>
        public bool IsComplete { get; set; }

        /// <summary>Channels whose reservation the ledger has answered.</summary>
        public HashSet<Digest> Reserved { get; } = [];
    }

    /// <summary>What the ledger decided of a group; null while that is not known here.</summary>
    public bool? DecisionOf(Digest group) => watches.TryGetValue(group, out Watch? watch) ? watch.Decision : null;

    /// <summary>The legs of the channel that can end.</summary>
    public IEnumerable<LegOutcome> Due(ChannelSide channel) => channel.OpenLegs
        .Select(leg => (Group: leg.Group.Id, Decision: DecisionOf(leg.Group.Id))).Where(static leg => leg.Decision is not null)
        .Select(static leg => new LegOutcome { Group = ByteString.CopyFrom(leg.Group.ToArray()), IsCommitted = leg.Decision!.Value });

    /// <summary>Whether there is one.</summary>
    public bool HasDue(ChannelSide channel) => channel.State.Legs.Count > 0 && channel.OpenLegs.Any(leg => DecisionOf(leg.Group.Id) is not null);

    /// <summary>Asks at once about those of these groups of which the channel holds a leg and no decision is known here.</summary>
    /// <returns>Whether there is one of which the ledger has not denied since that it decided what is claimed.</returns>
    public bool Hurry(ChannelSide channel, IEnumerable<LegOutcome> outcomes)
    {
        bool isUnknown = false;
        foreach (LegOutcome outcome in outcomes)
        {
            if (!Digest.TryRead(outcome.Group.Span, out Digest group) || !channel.State.Legs.TryGetValue(group, out HeldLeg? leg) || WatchOf(channel, leg) is not { Decision: null } watch) continue;
            // An answer to what was asked before may be older than the decision.
            watch.Claimed ??= watch.Askings.Asked + 1;
            // Once the ledger has denied it since, the claim was false, and is not worth another question however often it is said.
            if (watch.Askings.Denied >= watch.Claimed) continue;
            watch.Retry.Reset();
            isUnknown = true;
        }

        return isUnknown;
    }

    /// <summary>The ledger has decided, somebody says: it is asked now, and not when the next retry is due.</summary>
    public void LookAgain(Digest group)
    {
        if (watches.TryGetValue(group, out Watch? watch)) watch.Retry.Reset();
    }

    /// <summary>A leg of the channel has ended. Other channels of this bank end theirs alike, whatever they are told from now on: that this one has
    /// had its leg, as a commitment says, is forgotten in time.</summary>
    public void End(ChannelSide ended, DecidedLeg decided)
    {
        Digest group = decided.Leg.Group.Id;
        if (watches.TryGetValue(group, out Watch? watch)) watch.Decision = decided.IsCommitted;
        foreach (ChannelSide channel in channels.All.Where(c => c != ended && c.State.Legs.ContainsKey(group)))
        {
            if (channel.Decisions.TryAdd(group, decided.IsCommitted)) channel.WriteSnapshot(node);
        }
    }

    /// <summary>Tells and asks the ledger what is to be told and asked.</summary>
    public void Flush()
    {
        Dictionary<Digest, int> held = [];
        foreach (HeldLeg leg in channels.All.SelectMany(static channel => channel.State.Legs.Values)) held[leg.Group.Id] = held.GetValueOrDefault(leg.Group.Id) + 1;
        foreach (ChannelSide channel in channels.All)
        {
            foreach (HeldLeg leg in channel.State.Legs.Values)
            {
                Watch watch = WatchOf(channel, leg);
                // One leg more may have been the last: the next answer comes soon, however long the others took.
                if (watch.Legs != held[leg.Group.Id]) watch.Retry.Reset();
                watch.Legs = held[leg.Group.Id];
                // A cut or an offset is everybody's own.
                if (leg.Entry is not { } entry || entry.Actor == channel.Context.Own) watch.IsOwn = true;
                else watch.Bringer = channel.Terms.Participants[entry.Actor].Id;
                if (watch is { Decision: null, IsAsked: false } && watch.Retry.IsDue(node.Now)) Reserve(channel, leg, watch);
            }
        }

        foreach (Digest over in watches.Keys.Where(group => !held.ContainsKey(group)).ToList()) watches.Remove(over);
        foreach (Watch watch in watches.Values.Where(w => w is { Decision: null, IsAsked: false } && w.Retry.IsDue(node.Now))) Ask(watch);
    }

    private Watch WatchOf(ChannelSide channel, HeldLeg leg)
    {
        if (!watches.TryGetValue(leg.Group.Id, out Watch? watch))
            watches.Add(leg.Group.Id, watch = new Watch(leg, channel.Decisions.TryGetValue(leg.Group.Id, out bool isCommitted) ? isCommitted : null, node.NewRetry()));
        return watch;
    }

    private void Reserve(ChannelSide channel, HeldLeg leg, Watch watch)
    {
        if (!channel.Reserves.TryGetValue(leg.Group.Id, out ReserveRecord? record) || watch.Reserved.Contains(channel.Id)) return;
        ledger.Submit(new Submission { Reserve = record }, (result, leaf) =>
        {
            // Also a refusal is final, but that the ledger's bounds are used up.
            if (leaf is not null || result.Code != LedgerCodes.QuotaUsed) watch.Reserved.Add(channel.Id);
            if (leaf is null) node.Note(KnownCodes.OrForeign(result.Code), channel.Id.ToString());
        });
    }

    private void Ask(Watch watch)
    {
        bool isUntold = watch is { IsUnknown: true, IsOwn: false } && node.Now > watch.Group.ExpiresAt;
        if (isUntold && node.Now < nextUntold) return;
        // What the time decides is the ledger's clock; it answers what it decided, whatever is expected.
        DecidedRecord record = new() { Group = ByteString.CopyFrom(watch.Group.Id.ToArray()), IsCommitted = watch.IsComplete || node.Now <= watch.Group.ExpiresAt };
        if (isUntold || watch is { IsUnknown: true, IsOwn: true }) record.GroupBody = watch.Group.Body;
        if (isUntold) nextUntold = node.Now + UntoldInterval;
        if (isUntold && watch is { Bringer: { } bringer, IsReported: false })
        {
            watch.IsReported = true;
            node.NoteAbout(bringer, GroupCodes.LedgerNotTold, watch.Group.Id.ToString(), new EvidencePart("group", watch.Group.Body.ToByteArray));
        }

        long asking = watch.Askings.Asked + 1;
        watch.Askings = (asking, watch.Askings.Denied);
        watch.IsAsked = true;
        watch.Retry.Tried(node.Now);
        ledger.Submit(new Submission { Decided = record }, (result, leaf) =>
        {
            watch.IsAsked = false;
            watch.IsUnknown |= result.Code == LedgerCodes.UnknownGroup;
            if (result.Code is LedgerCodes.GroupComplete or LedgerCodes.GroupIncomplete) watch.IsComplete = result.Code == LedgerCodes.GroupComplete;
            if (result.Code is LedgerCodes.UnknownGroup or LedgerCodes.GroupIncomplete or LedgerCodes.GroupComplete or LedgerCodes.GroupStillOpen) watch.Askings = (watch.Askings.Asked, asking);
            // A restart may have asked, and seen a leg end meanwhile in a batch that was on its way.
            if (watch.Decision is not null || leaf?.Decided is not { } said || !DecidedGroup.TryRead(said, node.Network, out DecidedGroup? decided, out _) || decided.Group != watch.Group.Id) return;
            if (!decided.IsCommitted || Supports(watch.Group) is true) watch.Decision = decided.IsCommitted;
            else if (Supports(watch.Group) is false) Deny(watch, asking, result.Receipt);
        });
    }

    /// <summary>Whether each channel that this bank has in a group holds its leg, as a commitment says, and the sum of it is opened where it is a cut;
    /// null while that is on its way. This bank has signed no other reservation, so that one which is missing shows a ledger that lies; and where a leg has ended, it ended by
    /// the decision, which the others know from it.</summary>
    private bool? Supports(ChannelGroup group)
    {
        bool? supports = true;
        foreach (ChannelSide channel in channels.All.Where(channel => group.Channels.Contains(channel.Id)))
        {
            if (channel.State.Legs.TryGetValue(group.Id, out HeldLeg? leg))
            {
                if (leg.Cut is not null && !sums.IsOpened(leg)) return false;
                continue;
            }

            if (channel.InFlight?.Agreed?.State.Legs.ContainsKey(group.Id) != true) return false;
            ledger.Query(channel.Id, channel.InFlight.Slots.Count);
            supports = null;
        }

        return supports;
    }

    private void Deny(Watch watch, long asking, LeafReceipt receipt)
    {
        watch.Askings = (watch.Askings.Asked, asking);
        node.Alarm(GroupCodes.CommittedWithoutLeg, watch.Group.Id.ToString(), EvidencePart.Of("receipt", receipt), EvidencePart.Of("checkpoint", ledger.CheckpointNote ?? ""));
    }
}
