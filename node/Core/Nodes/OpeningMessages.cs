using Settlement.Core.Channels;
using Settlement.Core.Identifiers;
using Settlement.Wire.Channels;

namespace Settlement.Core.Nodes;

/// <summary>
/// Bounds the messages about openings that one participant's say in one drain takes: a proposal, a consent, an acknowledgement and
/// a notice may each cost keys to read, signatures to check, one to make and a row to write, and there is no channel yet whose bounds
/// would hold.
/// </summary>
internal sealed class OpeningMessages(NodeContext node)
{
    /// <summary>The most of one participant in one drain. An honest one repeats what is dropped beyond it, since nothing answers that.</summary>
    public const int MaxOfParticipant = 16;

    private readonly Dictionary<ParticipantId, int> heard = [];

    /// <summary>Whether one more is handled. That more came is noted once.</summary>
    public bool Takes(ParticipantId from, PeerMessage message)
    {
        int count = heard[from] = heard.GetValueOrDefault(from) + 1;
        if (count == MaxOfParticipant + 1) node.Note(ChannelCodes.TooOften, from.ToString());
        if (count > MaxOfParticipant) return false;
        if (!OpeningBounds.Fits(message))
        {
            node.Alarm(ChannelCodes.OpeningTooLarge, from.ToString());
            return false;
        }

        if (PendingOpening.MayWrite(node)) return true;
        node.Note(ChannelCodes.TooOften, from.ToString());
        return false;
    }

    /// <summary>The drain is over.</summary>
    public void Forget() => heard.Clear();
}
