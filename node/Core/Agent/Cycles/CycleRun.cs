using Google.Protobuf;
using Settlement.Core.Alarms;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Agent;

namespace Settlement.Core.Agent.Cycles;

/// <summary>
/// Takes what banks say in a cycle. A stage ends when everybody has said what it needs: channels joined, cuts shown, the list confirmed, sums
/// opened. What comes late or again is not taken and does no harm.
/// </summary>
internal sealed class CycleRun(NodeContext node, AgentParts parts, LedgerDesk ledger, AgentChannel own, ListedChannels listed, RefusalBudget refusals)
{
    private readonly CycleCheck check = new(node.Network, new HeadCheck(node.Network, parts.Node.Ledger.CheckpointKey));

    /// <summary>Takes what a bank says.</summary>
    /// <returns>Why it was not taken; else empty.</returns>
    public string Take(CycleState cycle, CycleBankRow bank, ParticipantId from, CycleCall call)
    {
        switch (call.StepCase)
        {
            case CycleCall.StepOneofCase.Join when cycle.Row.Stage == CycleStage.Joining && !bank.HasJoined:
                return Join(cycle, bank, from, call.Join);
            case CycleCall.StepOneofCase.Cuts when cycle.Row.Stage == CycleStage.Cutting:
                return Cut(cycle, bank, from, call.Cuts);
            case CycleCall.StepOneofCase.Confirmation when cycle.Row.Stage == CycleStage.Confirming && cycle.Of(bank).Any():
                return Confirm(cycle, bank, from, call.Confirmation);
            case CycleCall.StepOneofCase.Opening when cycle.Row.Stage == CycleStage.Opening && !bank.HasOpened && cycle.Of(bank).Any():
                return Open(cycle, bank, from, call.Opening);
            default:
                return "";
        }
    }

    /// <summary>Begins a round with the channels of which both members take part.</summary>
    /// <returns>Why there is none; else empty.</returns>
    public string Begin(CycleState cycle)
    {
        HashSet<string> taking = [.. cycle.Row.Banks.Where(static b => b is { IsExcluded: false, HasJoined: true }).Select(static b => b.Bank)];
        if (RoundChannels.Of(cycle.Row.Channels.Where(c => c.Banks.All(taking.Contains))) is not { } channels) return AgentCodes.TooManyChannels;
        if (channels.Chosen.Count == 0) return AgentCodes.NothingToNet;
        foreach (string bank in channels.Narrowed.SelectMany(static pair => new[] { pair.One, pair.Other }).Distinct())
            node.NoteAbout(ParticipantId.TryParse(bank, out ParticipantId id) ? id : throw new InvalidOperationException("A stored bank has no id."), AgentCodes.TooManyChannels, cycle.Id.ToString());
        byte[] nonce = new byte[Digest.Length];
        node.Entropy.Fill(nonce);
        DateTimeOffset ends = DateTimeOffset.FromUnixTimeMilliseconds(node.NowUnixMs + cycle.Row.RoundLifeMs);
        ByteString body = ChannelGroup.Of(node.Network, [.. channels.Chosen.Select(static c => new Digest(c.Channel.Span)), own.Id], ends, new Digest(nonce)).ToByteString();
        if (!ChannelGroup.TryRead(body, node.Network, out ChannelGroup? group, out string code)) throw new InvalidOperationException($"A round is no group: {code}.");
        cycle.Begin(CycleRound.Sign(node.Network, cycle.Id, (int)cycle.Row.Round + 1, cycle.Currency, group, own.Id, parts.Posting));
        return "";
    }

    /// <summary>The channels of a join that the ledger must be known to have before it is taken.</summary>
    public IEnumerable<Digest> ChannelsToJoin(CycleState cycle, CycleBankRow bank, CycleCall call)
    {
        if (call.Join is not { } join || cycle.Row.Stage != CycleStage.Joining || bank.HasJoined || join.Channels.Count >= ChannelGroup.MaximumChannels) return [];
        List<Digest> channels = [];
        foreach (CycleMember said in join.Channels)
        {
            if (!check.TryReadChannel(said, out Digest id)) return [];
            channels.Add(id);
        }

        return channels;
    }

    private string Join(CycleState cycle, CycleBankRow bank, ParticipantId from, CycleJoin join)
    {
        if (join.Channels.Count >= ChannelGroup.MaximumChannels) return Refuse(from, AgentCodes.Malformed);
        Dictionary<ByteString, CycleChannelRow> known = cycle.Row.Channels.ToDictionary(static c => c.Channel);
        Dictionary<ByteString, (CycleChannelRow Channel, int Member)> joined = [];
        List<CycleMember> unlisted = [];
        foreach (CycleMember said in join.Channels)
        {
            if (!check.TryReadChannel(said, out Digest id)) return Refuse(from, AgentCodes.NotAMember, said);
            if (!listed.Has(id))
            {
                unlisted.Add(said);
                continue;
            }

            if (!check.IsMember(cycle.Id, from, said, out CycleChannelRow channel, out int member)) return Refuse(from, AgentCodes.NotAMember, said);
            channel = known.GetValueOrDefault(channel.Channel, channel);
            // A bank is one of two members.
            if (channel.Banks[member].Length > 0 || channel.Banks.Contains(bank.Bank) || !joined.TryAdd(channel.Channel, (channel, member))) return Refuse(from, AgentCodes.NotAMember, said);
        }

        // Openings and keys anybody can make up: what the ledger does not have takes no place in the round, and the bank takes part with the rest.
        foreach (CycleMember _ in unlisted) refusals.Refused(from, node.Now);
        if (unlisted.Count > 0) node.Alarm(AgentCodes.ChannelNotListed, from.ToString(), EvidencePart.Of("said", unlisted[0]));
        foreach ((CycleChannelRow channel, int member) in joined.Values)
        {
            channel.Banks[member] = bank.Bank;
            if (!known.ContainsKey(channel.Channel)) cycle.Row.Channels.Add(channel);
        }

        bank.HasJoined = true;
        return "";
    }

    private string Cut(CycleState cycle, CycleBankRow bank, ParticipantId from, CycleCuts cuts)
    {
        Dictionary<ByteString, CycleChannelRow> left = cycle.Of(bank).ToDictionary(static c => c.Channel);
        if (cuts.Cuts.Count > left.Count) return Refuse(from, AgentCodes.Malformed);
        foreach (CutProof proof in cuts.Cuts)
        {
            // Whoever shows a channel twice shows one that is not its own any more.
            if (!left.Remove(proof.Channel, out CycleChannelRow? channel)) return Refuse(from, AgentCodes.CutNotProven, proof);
            // Both members show it; one is enough.
            if (channel.Commitment.Length > 0) continue;
            bool isCut = check.IsCut(cycle.Round!, channel, proof, ledger.Checkpoint, out bool isForked);
            if (isForked)
            {
                // The bank shows what the ledger signed: the lie is the ledger's alone.
                AlarmOfFork(proof.Head);
                return AgentCodes.CutNotProven;
            }

            if (!isCut) return Refuse(from, AgentCodes.CutNotProven, proof);
            channel.Commitment = proof.Commitment;
        }

        if (cycle.InRound.All(static c => c.Commitment.Length > 0)) cycle.Row.Stage = CycleStage.Confirming;
        return "";
    }

    private string Confirm(CycleState cycle, CycleBankRow bank, ParticipantId from, CycleConfirmation said)
    {
        if (!check.IsConfirmed(cycle.Round!, CycleCheck.Cuts(cycle.Round!, cycle.InRound), from, cycle.InRound.First(c => c.Banks.Contains(bank.Bank)), said))
            return Refuse(from, AgentCodes.ConfirmationDiffers, said);
        bank.IsShort = !said.IsCovered;
        bank.IsConfirmed = said.IsCovered;
        if (cycle.Banks.All(static b => b.IsConfirmed))
        {
            cycle.Row.Stage = CycleStage.Opening;
            // From here on a sum may be known, so there is no round after this one.
            cycle.Row.IsOpen = true;
        }

        return "";
    }

    private string Open(CycleState cycle, CycleBankRow bank, ParticipantId from, CycleOpening said)
    {
        // What a bank has opened is for nobody's evidence.
        if (!CycleCheck.IsSum(from, cycle.Of(bank), said)) return Refuse(from, AgentCodes.SumDiffers);
        bank.NetMinorUnits = said.NetMinorUnits;
        bank.HasOpened = true;
        return "";
    }

    private string Refuse(ParticipantId bank, string code, IMessage? said = null)
    {
        refusals.Refused(bank, node.Now);
        EvidencePart[] evidence = said is null ? [] : [EvidencePart.Of("said", said)];
        node.Alarm(code, bank.ToString(), evidence);
        return code;
    }

    private void AlarmOfFork(HeadProof head) => node.AlarmAbout(node.Parts.Ledger.Destination.Participant, LedgerCodes.Forked, "ledger",
        EvidencePart.Of("checkpoint known", ledger.CheckpointNote!), EvidencePart.Of("checkpoint offered", head.Checkpoint));
}
