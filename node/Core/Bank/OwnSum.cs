using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Netting;
using Settlement.Core.Notarisation;
using Settlement.Wire.Agent;

namespace Settlement.Core.Bank;

/// <summary>The sum of a bank's own cuts in a round.</summary>
/// <param name="Net">What its account gets beyond what it pays; below zero where it pays.</param>
/// <param name="Blinding">The sum of the blindings, with the same signs.</param>
/// <param name="Cuts">The hash of the list that it was found in.</param>
/// <param name="First">The first own channel of the list.</param>
/// <param name="Channels">The own channels, rising.</param>
internal sealed record OwnSum(long Net, Blinding Blinding, Digest Cuts, ChannelSide First, IReadOnlyList<Digest> Channels)
{
    /// <summary>The sum, where the list has every channel of the round once, and the own ones with the cuts that they hold; else null.</summary>
    public static OwnSum? Of(CycleRound round, IReadOnlyList<ListedCut> listed, ChannelBook channels)
    {
        Digest[] expected = [.. round.Group.Channels.Where(id => id != round.AgentChannel)];
        if (listed.Count != expected.Length) return null;
        List<(Digest, PedersenCommitment)> cuts = [];
        List<ChannelSide> own = [];
        Int128 net = 0;
        Blinding blinding = Blinding.Zero;
        for (int i = 0; i < expected.Length; i++)
        {
            if (!listed[i].Channel.Span.SequenceEqual(expected[i].ToArray()) || !PedersenCommitment.TryRead(listed[i].Commitment.Span, out PedersenCommitment? commitment)) return null;
            cuts.Add((expected[i], commitment));
            if (!channels.TryGet(expected[i], out ChannelSide? channel)) continue;
            if (CutOf(round.Group, channel) is not { } cut || !cut.Commitment!.Equals(commitment)) return null;
            own.Add(channel);
            net += cut.NetOf(channel.Context.Own);
            // Member 0 owes what is cut, so for it the sum counts with the other sign.
            blinding = channel.Context.Own == 0 ? blinding - cut.Blinding : blinding + cut.Blinding;
        }

        if (own.Count == 0 || net > long.MaxValue || net < -long.MaxValue) return null;
        return new OwnSum((long)net, blinding, CycleText.Cuts(round.Group.Id, cuts), own[0], [.. own.Select(static c => c.Id)]);
    }

    /// <summary>The net alone, as far as the own channels have cut; null where one has not.</summary>
    public static long? NetOf(CycleRound round, ChannelBook channels)
    {
        Int128 net = 0;
        foreach (ChannelSide channel in channels.All.Where(c => round.Group.Channels.Contains(c.Id)))
        {
            if (CutOf(round.Group, channel) is not { } cut) return null;
            net += cut.NetOf(channel.Context.Own);
        }

        return net > long.MaxValue || net < -long.MaxValue ? null : (long)net;
    }

    private static NetCut? CutOf(ChannelGroup group, ChannelSide channel) => channel.State.Legs.GetValueOrDefault(group.Id)?.Cut;
}
