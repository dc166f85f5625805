using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Participants;
using Settlement.Core.Store;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Bank;

/// <summary>The openings that are under way, here and in the vault, and how each of them ends: in an open channel, or in none.</summary>
internal sealed class OpeningBook(NodeContext node, ChannelBook channels)
{
    private readonly SortedDictionary<Digest, Opening> underWay = [];

    // Of open channels: when each participant was reminded last, which is one entry for each of those that the terms name at most.
    private readonly Dictionary<(Digest Terms, ParticipantId Participant), DateTimeOffset> reminded = [];

    /// <summary>Every one of them, by the hash of its terms.</summary>
    public IReadOnlyCollection<Opening> All => underWay.Values;

    /// <summary>The one of these terms.</summary>
    public bool TryGet(Digest terms, [NotNullWhen(true)] out Opening? opening) => underWay.TryGetValue(terms, out opening);

    /// <summary>The one of this channel; null where none has come so far that it has an id, or it is another's.</summary>
    public Opening? Of(Digest channel)
    {
        byte[] id = channel.ToArray();
        return underWay.Values.FirstOrDefault(o => o.Row.Channel.Length > 0 && o.Row.Channel.Span.SequenceEqual(id));
    }

    /// <summary>Takes up what the vault holds.</summary>
    public void Restore(Opening opening) => underWay[opening.Terms.Hash] = opening;

    /// <summary>A new one.</summary>
    public void Add(Opening opening)
    {
        Restore(opening);
        Save(opening);
    }

    /// <summary>Writes how far it has come.</summary>
    public void Save(Opening opening) => node.Write(node.Rows.Replace(PayloadKind.Channels, opening.Terms.Hash.ToArray(), opening.Row));

    /// <summary>The ledger lists it: the channel is open.</summary>
    public ChannelSide Finish(Opening opening, Leaf leaf)
    {
        opening.Row.OpeningLeaf = leaf.ToByteString();
        Save(opening);
        underWay.Remove(opening.Terms.Hash);
        ChannelSide channel = opening.Build(node);
        channel.Note(node, "channel_opened", new { Channel = channel.Id.ToString(), TermsHash = opening.Terms.Hash.ToString(), LeafIndex = (long)leaf.Index });
        channel.WriteSnapshot(node);
        if (opening.Row.IsProposer)
        {
            foreach (PinnedParticipant participant in opening.Terms.Participants.Skip(1)) node.Peers.Send(participant, Opening.NoticeOf(opening.Row, opening.Terms));
        }

        if (opening.CallId is { } call) node.Then(new Effect.Reply(call, new OpenChannelResult(channel.Id, null)));
        return channel;
    }

    /// <summary>One that still asks about a channel that is open has missed the notice. The notice is larger than what asks for it, so it
    /// is said again once in the shortest wait of an honest participant, however often it is asked for.</summary>
    public void Remind(ParticipantId participant, Digest terms)
    {
        if (!channels.TryFindTerms(terms, out ChannelSide? channel) || !channel.Opening.IsProposer || !channel.Terms.TryFind(participant, out PinnedParticipant? pinned)) return;
        if (reminded.TryGetValue((terms, participant), out DateTimeOffset last) && node.Now - last < node.Settings.FirstRetry)
        {
            node.Note(ChannelCodes.TooOften, channel.Id.ToString());
            return;
        }

        reminded[(terms, participant)] = node.Now;
        node.Peers.Send(pinned, Opening.NoticeOf(channel.Opening, channel.Terms));
    }

    /// <summary>There will be no channel, and the operator hears why.</summary>
    public void GiveUp(Opening opening, string code)
    {
        Forget(opening);
        node.Alarm(code, opening.Terms.Hash.ToString());
        if (opening.CallId is { } call) node.Then(new Effect.Reply(call, new OpenChannelResult(null, code)));
    }

    /// <summary>The same, where nobody waits for it.</summary>
    public void Forget(Opening opening)
    {
        underWay.Remove(opening.Terms.Hash);
        node.Delete(PayloadKind.Channels, opening.Terms.Hash.ToArray());
    }
}
