using Settlement.Core.Alarms;
using Settlement.Core.Channels;
using Settlement.Core.Nodes;
using Settlement.Wire.Channels;

namespace Settlement.Core.Bank;

/// <summary>Finds out whether the sequencer signed two proposals for one place, which nobody honest does. Both claims together
/// prove it to everybody who has the channel's opening, as <see cref="SignedProposal.AreTwoForOnePlace"/> says.</summary>
internal static class SecondProposal
{
    /// <summary>Compares a proposal, whose signature was checked, with the newest ones that are known.</summary>
    public static bool IsSecond(NodeContext node, ChannelSide channel, SignedProposal offered)
    {
        if (Known(channel, offered) is not { } known) return false;
        node.Alarm(ChannelCodes.SecondHead, channel.Id.ToString(), EvidencePart.Of("proposal known", known.ToClaim()), EvidencePart.Of("proposal offered", offered.ToClaim()));
        return true;
    }

    /// <summary>Looks at a proposal for a place that is taken already. Its signature is checked only where it would be evidence.</summary>
    public static bool IsSecond(NodeContext node, ChannelSide channel, Proposal late) =>
        SignedProposal.TryRead(late, out SignedProposal? offered) && Known(channel, offered) is not null
        && offered.IsSignedBy(channel.Terms.Network, channel.Terms.Hash, channel.OtherKey) && IsSecond(node, channel, offered);

    /// <summary>The other proposal for the same place; null where none is known.</summary>
    public static SignedProposal? Known(ChannelSide channel, SignedProposal offered) => channel.ProposedLately.FirstOrDefault(known => known.Contradicts(offered))
        ?? (channel.Opened is { } opened && opened.Signed.Contradicts(offered) ? opened.Signed : null);
}
