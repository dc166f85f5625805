using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Nodes;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Agent;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Bank;

/// <summary>The ledger's receipts of the heads under which own channels have cut. The ledger gives one however often it is asked, so they are not kept.</summary>
internal sealed class CutReceipts(NodeContext node, ChannelBook channels, LedgerDesk ledger)
{
    private readonly Dictionary<(Digest Group, Digest Channel), CutProof?> proofs = [];

    /// <summary>Asks for those that are missing.</summary>
    public void Ask(IEnumerable<CycleRound> rounds)
    {
        HashSet<(Digest, Digest)> current = [];
        foreach (CycleRound round in rounds)
        {
            foreach (ChannelSide channel in channels.All)
            {
                if (!channel.CutProofs.TryGetValue(round.Group.Id, out LegCut? cut)) continue;
                current.Add((round.Group.Id, channel.Id));
                if (proofs.TryAdd((round.Group.Id, channel.Id), null)) Ask((round.Group.Id, channel.Id), cut);
            }
        }

        foreach ((Digest, Digest) old in proofs.Keys.Where(key => !current.Contains(key)).ToList()) proofs.Remove(old);
    }

    /// <summary>What can be shown of a round.</summary>
    public CycleCuts Shown(CycleRound round)
    {
        CycleCuts cuts = new();
        cuts.Cuts.Add(proofs.Where(p => p.Key.Group == round.Group.Id && p.Value is not null).Select(static p => p.Value));
        return cuts;
    }

    private void Ask((Digest Group, Digest Channel) key, LegCut cut) => ledger.Submit(new Submission { Head = cut.Head }, (result, leaf) =>
    {
        if (leaf is null)
        {
            // It is asked for again with the next look.
            node.Note(KnownCodes.OrForeign(result.Code), key.Channel.ToString());
            proofs.Remove(key);
            return;
        }

        CutProof proof = cut.Proof.Clone();
        proof.Head.Receipt = result.Receipt;
        proof.Head.Checkpoint = ledger.CheckpointNote;
        if (proofs.ContainsKey(key)) proofs[key] = proof;
    });
}
