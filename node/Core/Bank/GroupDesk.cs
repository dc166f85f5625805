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
/// has. It keeps nothing: which legs are held stands in the channels, and a decision can be asked for again at any time.
/// </summary>
internal sealed class GroupDesk(NodeContext node, ChannelBook channels, LedgerDesk ledger)
{
    /// <summary>Of groups that others brought and keep silent about the ledger is told one each such time: there it counts as this bank's own, and a
    /// counterparty that brings them without end must not use up what the ledger takes of this bank.</summary>
    private static readonly TimeSpan UntoldInterval = TimeSpan.FromSeconds(2);

    private readonly SortedDictionary<Digest, Watch> watches = [];
    private DateTimeOffset nextUntold = DateTimeOffset.MinValue;

    private sealed class Watch(HeldLeg leg, Retry retry)
    {
        public ChannelGroup Group { get; } = leg.Group;

        public ByteString Body { get; } = leg.GroupBody;

        public Retry Retry { get; } = retry;

        /// <summary>What the ledger decided; null while that is not known here.</summary>
        public bool? Decision { get; set; }

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

        /// <summary>Channels whose reservation the ledger has answered.</summary>
        public HashSet<Digest> Reserved { get; } = [];
    }

    /// <summary>What the ledger decided of a group; null while that is not known here.</summary>
    public bool? DecisionOf(Digest group) => watches.TryGetValue(group, out Watch? watch) ? watch.Decision : null;

    /// <summary>The legs of the channel that can end.</summary>
    public IEnumerable<LegOutcome> Due(ChannelSide channel) => channel.State.Legs.Keys
        .Select(group => (Group: group, Decision: DecisionOf(group))).Where(static leg => leg.Decision is not null)
        .Select(static leg => new LegOutcome { Group = ByteString.CopyFrom(leg.Group.ToArray()), IsCommitted = leg.Decision!.Value });

    /// <summary>Whether there is one.</summary>
    public bool HasDue(ChannelSide channel) => channel.State.Legs.Count > 0 && channel.State.Legs.Keys.Any(group => DecisionOf(group) is not null);

    /// <summary>Asks at once about those of these groups of which the channel holds a leg and no decision is known here.</summary>
    /// <returns>Whether there is one of which the ledger has not denied since that it decided what is claimed.</returns>
    public bool Hurry(ChannelSide channel, IEnumerable<LegOutcome> outcomes)
    {
        bool isUnknown = false;
        foreach (LegOutcome outcome in outcomes)
        {
            if (!Digest.TryRead(outcome.Group.Span, out Digest group) || !channel.State.Legs.TryGetValue(group, out HeldLeg? leg) || WatchOf(leg) is not { Decision: null } watch) continue;
            // An answer to what was asked before may be older than the decision.
            watch.Claimed ??= watch.Askings.Asked + 1;
            // Once the ledger has denied it since, the claim was false, and is not worth another question however often it is said.
            if (watch.Askings.Denied >= watch.Claimed) continue;
            watch.Retry.Reset();
            isUnknown = true;
        }

        return isUnknown;
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
                Watch watch = WatchOf(leg);
                // One leg more may have been the last: the next answer comes soon, however long the others took.
                if (watch.Legs != held[leg.Group.Id]) watch.Retry.Reset();
                watch.Legs = held[leg.Group.Id];
                if (leg.Actor == channel.Context.Own) watch.IsOwn = true;
                else watch.Bringer = channel.Terms.Participants[leg.Actor].Id;
                if (watch is { Decision: null, IsAsked: false } && watch.Retry.IsDue(node.Now)) Reserve(channel, leg, watch);
            }
        }

        foreach (Digest over in watches.Keys.Where(group => !held.ContainsKey(group)).ToList()) watches.Remove(over);
        foreach (Watch watch in watches.Values.Where(w => w is { Decision: null, IsAsked: false } && w.Retry.IsDue(node.Now))) Ask(watch);
    }

    private Watch WatchOf(HeldLeg leg)
    {
        if (!watches.TryGetValue(leg.Group.Id, out Watch? watch)) watches.Add(leg.Group.Id, watch = new Watch(leg, node.NewRetry()));
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
        DecidedRecord record = new() { Group = ByteString.CopyFrom(watch.Group.Id.ToArray()), IsCommitted = node.Now <= watch.Group.ExpiresAt };
        if (isUntold || watch is { IsUnknown: true, IsOwn: true }) record.GroupBody = watch.Body;
        if (isUntold) nextUntold = node.Now + UntoldInterval;
        if (isUntold && watch is { Bringer: { } bringer, IsReported: false })
        {
            watch.IsReported = true;
            node.NoteAbout(bringer, GroupCodes.LedgerNotTold, watch.Group.Id.ToString(), new EvidencePart("group", watch.Body.ToByteArray));
        }

        long asking = watch.Askings.Asked + 1;
        watch.Askings = (asking, watch.Askings.Denied);
        watch.IsAsked = true;
        watch.Retry.Tried(node.Now);
        ledger.Submit(new Submission { Decided = record }, (result, leaf) =>
        {
            watch.IsAsked = false;
            watch.IsUnknown |= result.Code == LedgerCodes.UnknownGroup;
            if (result.Code is LedgerCodes.UnknownGroup or LedgerCodes.GroupIncomplete or LedgerCodes.GroupComplete or LedgerCodes.GroupStillOpen) watch.Askings = (watch.Askings.Asked, asking);
            if (leaf?.Decided is not { } said || !DecidedGroup.TryRead(said, node.Network, out DecidedGroup? decided, out _) || decided.Group != watch.Group.Id) return;
            if (!decided.IsCommitted || Supports(watch.Group) is true) watch.Decision = decided.IsCommitted;
            else if (Supports(watch.Group) is false) Deny(watch, asking, leaf);
        });
    }

    /// <summary>Whether each channel that this bank has in a group has had its leg, as a commitment says; null while that is on its way. This
    /// bank has signed no other reservation, so that one which is missing shows a ledger that lies.</summary>
    private bool? Supports(ChannelGroup group)
    {
        bool? supports = true;
        foreach (ChannelSide channel in channels.All.Where(channel => group.Channels.Contains(channel.Id)))
        {
            if (channel.State.Legs.ContainsKey(group.Id) || channel.State.Ended.ContainsKey(group.Id)) continue;
            if (channel.InFlight?.Agreed?.State.Legs.ContainsKey(group.Id) != true) return false;
            ledger.Query(channel.Id, channel.InFlight.Slots.Count);
            supports = null;
        }

        return supports;
    }

    private void Deny(Watch watch, long asking, Leaf leaf)
    {
        watch.Askings = (watch.Askings.Asked, asking);
        node.Alarm(GroupCodes.CommittedWithoutLeg, watch.Group.Id.ToString(), EvidencePart.Of("leaf", leaf), EvidencePart.Of("checkpoint", ledger.CheckpointNote ?? ""));
    }
}
