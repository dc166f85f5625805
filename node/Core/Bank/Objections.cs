using Settlement.Contracts;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Instructions;
using Settlement.Core.Nodes;
using Settlement.Core.Participants;
using Settlement.Core.Store;
using Settlement.Wire.Channels;

namespace Settlement.Core.Bank;

/// <summary>Why a member refuses an entry beyond what its contract says: it is not whose it claims to be, or it was there before.</summary>
internal static class Objections
{
    private const byte EntryMark = 1;
    /// <summary>The rows that must be looked up before an entry of the other member can be judged.</summary>
    public static IEnumerable<PayloadKey> Needs(NodeContext node, ChannelSide channel, OpenedEntry entry)
    {
        yield return EntryFact(entry.Id);
        if (Reference(node, channel, entry) is { } reference) yield return reference;
        foreach (string posting in entry.Cited) yield return PostingFact(node, channel.Id, posting);
        foreach (PayloadKey key in InstanceRows.Needs(channel, entry)) yield return key;
    }

    /// <summary>A decider's reasons for the entries of one batch: also two entries of it may not share a reference.</summary>
    public static BatchExecution.Objection ForBatch(NodeContext node, ChannelSide channel)
    {
        HashSet<PayloadKey> references = [];
        return entry => Find(node, channel, entry)
            ?? (Reference(node, channel, entry) is { } reference && !references.Add(reference) ? ReasonCodes.DuplicateTransaction : null);
    }

    /// <summary>The code of the refusal, or null.</summary>
    private static string? Find(NodeContext node, ChannelSide channel, OpenedEntry entry)
    {
        if (entry.Actor == channel.Context.Own)
        {
            if (!channel.OwnSealed.TryGetValue(entry.Id.Value, out Command.Own? own)) return node.Find(EntryFact(entry.Id)) is null ? ChannelCodes.EntryNotOurs : ChannelCodes.EntryRepeated;
            if (own.Entry?.Root != entry.Root) return ChannelCodes.EntryNotOurs;
            if (own.IsWithdrawn) return QueueCodes.Withdrawn;
            return own.IsOvertaken ? ChannelCodes.InstanceMoved : null;
        }

        if (node.Find(EntryFact(entry.Id)) is not null) return ChannelCodes.EntryRepeated;
        if (entry.Link is { } link)
        {
            if (entry.Before is null) return ChannelCodes.InstanceUnknown;
            if (!InstanceRows.IsNewest(node, channel.Id, link)) return ChannelCodes.InstanceMoved;
        }

        return Reference(node, channel, entry) is { } reference && node.Find(reference) is not null ? ReasonCodes.DuplicateTransaction : null;
    }

    /// <summary>A decider's check of the postings that a channel's entries cite: they are the agent's, and no final entry cites them.</summary>
    public static BatchExecution.PostingCheck Postings(NodeContext node, ChannelSide channel) => (amount, posting, beneficiary) =>
        PostingText.TryRead(posting, out byte[]? id, out _) && node.Find(PostingFact(node, channel.Id, Convert.ToHexStringLower(id))) is null
            && IsPosting(node.Parts.Directory, channel.Context, amount, posting, beneficiary);

    /// <summary>That an entry of the channel cited a posting: it serves once, for ever.</summary>
    public static PayloadKey PostingFact(NodeContext node, Digest channel, string posting) => node.Rows.Fact("posting", $"{channel}/{posting}");

    /// <summary>Entry ids stay unique. They are random and stand in the rows of batches, so they need no keyed hash; the mark makes
    /// the key longer than any other fact's.</summary>
    public static PayloadKey EntryFact(EntryId entry)
    {
        byte[] key = new byte[1 + Digest.Length];
        key[0] = EntryMark;
        entry.Value.CopyTo(key.AsSpan(1));
        return new PayloadKey(PayloadKind.Facts, key);
    }

    /// <summary>What makes a payment of the other member unique for ever.</summary>
    public static PayloadKey? Reference(NodeContext node, ChannelSide channel, OpenedEntry entry)
    {
        // It is asked for at every step of the entry's way, and is a keyed hash.
        entry.Reference ??= new(PaymentContract.UniqueReference(entry, channel.Terms.Participants[entry.Actor].Id.ToString()) is { } reference ? node.Rows.Fact("transaction", reference) : null);
        return entry.Reference.Value;
    }

    /// <summary>The same, of a payment that is set aside.</summary>
    public static PayloadKey? Reference(NodeContext node, ChannelSide channel, LegEntry entry) =>
        PaymentContract.UniqueReference(entry, channel.Terms.Participants[entry.Actor].Id.ToString()) is { } reference ? node.Rows.Fact("transaction", reference) : null;

    /// <summary>Whether the directory, as this node has read it, lists the agent that the terms pin.</summary>
    public static bool KnowsAgent(ParticipantDirectory directory, ChannelContext channel) =>
        directory.TryGet(channel.Terms.Agent.Id, out Participant? agent) && agent.Root.Fingerprint == channel.Terms.Agent.RootFingerprint && agent.Posting is not null;

    /// <summary>Whether the entry would bring money of the agent into the channel.</summary>
    public static bool Issues(OpenedEntry entry) => entry.Action.Issues;

    /// <summary>The round that the agent which the terms pin calls the channel to cut for; null where it does not.</summary>
    public static CycleRound? Round(ParticipantDirectory directory, ChannelContext channel, CutCall call) =>
        CycleRound.TryRead(call, channel.Terms.Network, out CycleRound? round) && KnowsAgent(directory, channel) && directory.TryGet(channel.Terms.Agent.Id, out Participant? agent)
            && round.IsSignedBy(agent.Posting!.Value) ? round : null;

    /// <summary>Whether the agent that the terms pin calls the channel for an offset.</summary>
    public static bool IsCalled(ParticipantDirectory directory, ChannelContext channel, OffsetLeg leg) =>
        leg.Channel == channel.Channel && KnowsAgent(directory, channel) && directory.TryGet(channel.Terms.Agent.Id, out Participant? agent) && leg.IsSignedBy(agent.Posting!.Value);

    /// <summary>Whether the agent that the terms pin made this posting.</summary>
    public static bool IsPosting(ParticipantDirectory directory, ChannelContext channel, AmountValue amount, string posting, int beneficiary)
    {
        if (!directory.TryGet(channel.Terms.Agent.Id, out Participant? agent) || agent.Root.Fingerprint != channel.Terms.Agent.RootFingerprint
            || agent.Posting is not { } key || !PostingText.TryRead(posting, out byte[]? id, out byte[]? signature)) return false;
        using VerifyingKey verifier = new(key);
        return verifier.Verify(PostingText.Digest(channel.Terms.Network, id, channel.Channel, channel.Terms.Participants[beneficiary].Id, amount.Unit, amount.Units), signature);
    }
}
