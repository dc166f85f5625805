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
internal sealed class CycleRun(NodeContext node, AgentParts parts, LedgerDesk ledger, AgentChannel own, RefusalBudget refusals)
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
        List<Digest> channels = [.. cycle.Row.Channels.Where(c => c.Banks.All(taking.Contains)).Select(static c => new Digest(c.Channel.Span))];
        if (channels.Count is 0 or >= ChannelGroup.MaximumChannels) return AgentCodes.NothingToNet;
        byte[] nonce = new byte[Digest.Length];
        node.Entropy.Fill(nonce);
        DateTimeOffset ends = DateTimeOffset.FromUnixTimeMilliseconds(node.NowUnixMs + cycle.Row.RoundLifeMs);
        ByteString body = ChannelGroup.Of(node.Network, [.. channels, own.Id], ends, new Digest(nonce)).ToByteString();
        if (!ChannelGroup.TryRead(body, node.Network, out ChannelGroup? group, out string code)) throw new InvalidOperationException($"A round is no group: {code}.");
        cycle.Begin(CycleRound.Sign(node.Network, cycle.Id, (int)cycle.Row.Round + 1, cycle.Currency, group, own.Id, parts.Posting));
        return "";
    }

    private string Join(CycleState cycle, CycleBankRow bank, ParticipantId from, CycleJoin join)
    {
        if (join.Channels.Count >= ChannelGroup.MaximumChannels) return Refuse(from, AgentCodes.Malformed);
        List<(CycleChannelRow Channel, int Member)> joined = [];
        foreach (CycleMember said in join.Channels)
        {
            if (!check.IsMember(cycle.Id, from, said, out CycleChannelRow channel, out int member)) return Refuse(from, AgentCodes.NotAMember, said);
            CycleChannelRow known = cycle.Row.Channels.FirstOrDefault(c => c.Channel == channel.Channel) ?? channel;
            // A bank is one of two members.
            if (known.Banks[member].Length > 0 || known.Banks.Contains(bank.Bank) || joined.Exists(j => j.Channel.Channel == channel.Channel)) return Refuse(from, AgentCodes.NotAMember, said);
            joined.Add((known, member));
        }

        foreach ((CycleChannelRow channel, int member) in joined)
        {
            channel.Banks[member] = bank.Bank;
            if (!cycle.Row.Channels.Contains(channel)) cycle.Row.Channels.Add(channel);
        }

        bank.HasJoined = true;
        return "";
    }

    private string Cut(CycleState cycle, CycleBankRow bank, ParticipantId from, CycleCuts cuts)
    {
        Dictionary<ByteString, CycleChannelRow> own = cycle.Of(bank).ToDictionary(static c => c.Channel);
        if (cuts.Cuts.Count > own.Count) return Refuse(from, AgentCodes.Malformed);
        foreach (CutProof proof in cuts.Cuts)
        {
            // Whoever shows a channel twice shows one that is not its own any more.
            if (!own.Remove(proof.Channel, out CycleChannelRow? channel)) return Refuse(from, AgentCodes.CutNotProven, proof);
            // Both members show it; one is enough.
            if (channel.Commitment.Length > 0) continue;
            bool isCut = check.IsCut(cycle.Round!, channel, proof, ledger.Checkpoint, out bool isForked);
            if (isForked) AlarmOfFork(proof.Head);
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
