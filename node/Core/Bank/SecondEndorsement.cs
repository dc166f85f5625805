using Settlement.Core.Alarms;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Bank;

/// <summary>Finds out whether the other member signed two heads for one previous head and term, which nobody honest does. Both
/// signatures together prove it to everybody who has the channel's opening.</summary>
internal static class SecondEndorsement
{
    /// <summary>Compares an answer with what the other member is known to have signed: the batch in flight, or one of the newest final heads.</summary>
    public static void Look(NodeContext node, ChannelSide channel, EndorsementAnswer answer)
    {
        if (answer.Endorsement is null || Known(channel, answer) is not { } known || known.Head.Span.SequenceEqual(answer.Head.Span)) return;
        HeadRecord offered = new() { Channel = answer.Channel, Term = answer.Term, Sequence = answer.Sequence, PreviousHead = answer.PreviousHead, Head = answer.Head, Endorsements = { answer.Endorsement } };
        if (!EndorsedHead.TryRead(offered, out EndorsedHead? head) || !head.IsEndorsedBy(channel.Terms.Network, 0, channel.OtherKey)) return;
        node.Alarm(ChannelCodes.SecondHead, channel.Id.ToString(), EvidencePart.Of("endorsement known", known), EvidencePart.Of("endorsement offered", offered));
    }

    private static HeadRecord? Known(ChannelSide channel, EndorsementAnswer answer)
    {
        if (channel.InFlight is { } batch && batch.Term == (long)answer.Term && answer.PreviousHead.Span.SequenceEqual(batch.Previous.ToArray())
            && (batch.Agreed?.HeadHash ?? batch.Claimed?.Head) is { } head && (batch.Other ?? batch.Claimed?.Endorsement) is { } other)
        {
            return new HeadRecord
            {
                Channel = answer.Channel, Term = answer.Term, Sequence = (ulong)batch.Sequence, PreviousHead = answer.PreviousHead,
                Head = Google.Protobuf.ByteString.CopyFrom(head.ToArray()), Endorsements = { other },
            };
        }

        return channel.NotarisedLately.FirstOrDefault(final => final.Term == answer.Term && final.PreviousHead.Equals(answer.PreviousHead));
    }
}
