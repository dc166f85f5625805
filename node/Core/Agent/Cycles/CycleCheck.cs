using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Netting;
using Settlement.Core.Notarisation;
using Settlement.Core.Participants;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Agent;

namespace Settlement.Core.Agent.Cycles;

/// <summary>What the settlement agent checks of what banks say in a cycle. It believes none of them, and sees no amount but a bank's own sum.</summary>
internal sealed class CycleCheck(string network, HeadCheck heads)
{
    /// <summary>The channel whose opening is shown. No signature is verified.</summary>
    public bool TryReadChannel(CycleMember said, out Digest channel)
    {
        channel = RecordHashes.Channel(said.OpeningBody.Span);
        return heads.TryReadOpening(said.OpeningBody, out _, out _);
    }

    /// <summary>Whether the bank is a member of the channel whose opening it shows, and which.</summary>
    public bool IsMember(Digest cycle, ParticipantId bank, CycleMember said, out CycleChannelRow channel, out int member)
    {
        Digest id = RecordHashes.Channel(said.OpeningBody.Span);
        channel = new CycleChannelRow { Channel = ByteString.CopyFrom(id.ToArray()) };
        if (!heads.IsMember(said.OpeningBody, CycleText.Member(network, cycle, id, bank), said.Signature, out Digest terms, out IReadOnlyList<PublicKey> keys, out member)) return false;
        channel.TermsHash = ByteString.CopyFrom(terms.ToArray());
        channel.Keys.Add(keys.Select(static key => ByteString.CopyFrom(key.ToArray())));
        channel.Banks.Add(keys.Select(static _ => ""));
        return true;
    }

    /// <summary>Whether the channel has cut for the round.</summary>
    public bool IsCut(CycleRound round, CycleChannelRow channel, CutProof proof, Checkpoint known, out bool isForked)
    {
        isForked = false;
        return proof.Head is { } head && PedersenCommitment.TryRead(proof.Commitment.Span, out _)
            && heads.IsNotarised(new Digest(channel.Channel.Span), new Digest(channel.TermsHash.Span), KeysOf(channel), head, known, out isForked)
            && HeadCheck.Leads(BatchLeaf.OfCut(round.Group.Id, proof.Commitment.Span), (long)proof.Index, (long)proof.Count, proof.BatchPath, head.BatchRoot);
    }

    /// <summary>Whether the bank signed that the list is right, with its key in the first of its channels.</summary>
    public bool IsConfirmed(CycleRound round, Digest cuts, ParticipantId bank, CycleChannelRow first, CycleConfirmation said) =>
        said.CutsHash.Span.SequenceEqual(cuts.ToArray())
        && HeadCheck.Verifies(KeysOf(first)[first.Banks.IndexOf(bank.ToString())], CycleText.Confirmation(network, round.Group.Id, cuts, bank, said.IsCovered), said.Signature);

    /// <summary>Whether the bank's cuts sum to what it opens. Member 0 owes what is cut, so for it a cut counts with the other sign.</summary>
    public static bool IsSum(ParticipantId bank, IEnumerable<CycleChannelRow> channels, CycleOpening said) => Blinding.TryRead(said.Blinding.Span, out Blinding blinding)
        && PedersenCommitment.SumOpens(channels.Select(c => (CommitmentOf(c), IsNegative: c.Banks[0] == bank.ToString())), said.NetMinorUnits, blinding);

    /// <summary>The list of cuts, by channel.</summary>
    public static Digest Cuts(CycleRound round, IEnumerable<CycleChannelRow> channels) => CycleText.Cuts(round.Group.Id, channels.Select(static c => (new Digest(c.Channel.Span), CommitmentOf(c))));

    private static PedersenCommitment CommitmentOf(CycleChannelRow channel) => PedersenCommitment.TryRead(channel.Commitment.Span, out PedersenCommitment? commitment)
        ? commitment : throw new InvalidOperationException("A cut was taken that does not read.");

    private static PublicKey[] KeysOf(CycleChannelRow channel) =>
        [.. channel.Keys.Select(static k => PublicKey.TryRead(k.Span, out PublicKey key) ? key : throw new InvalidOperationException("A channel was taken whose key does not read."))];
}
