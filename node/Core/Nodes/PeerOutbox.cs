using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Participants;
using Settlement.Wire.Channels;

namespace Settlement.Core.Nodes;

/// <summary>Gathers the messages of one drain, so that each participant gets one request, whatever the number of channels.</summary>
internal sealed class PeerOutbox(NodeContext context)
{
    /// <summary>A batch that reaches this size is sent, and the next one begun; the doors take twice as much.</summary>
    private const int MaxBatchBytes = 8 << 20;

    private readonly SortedDictionary<string, (ParticipantId To, List<(PeerMessage Message, Digest? Root)> Messages)> waiting = new(StringComparer.Ordinal);

    /// <summary>Adds a message about terms that pin its receiver: nobody with another root gets it.</summary>
    public void Send(PinnedParticipant to, PeerMessage message) => Add(to.Id, message, to.RootFingerprint);

    /// <summary>Adds an answer that no terms stand behind.</summary>
    public void Send(ParticipantId to, PeerMessage message) => Add(to, message, null);

    private void Add(ParticipantId to, PeerMessage message, Digest? root)
    {
        string key = to.ToString();
        if (!waiting.TryGetValue(key, out (ParticipantId To, List<(PeerMessage Message, Digest? Root)> Messages) batch)) waiting[key] = batch = (to, []);
        batch.Messages.Add((message, root));
    }

    /// <summary>Turns what was gathered into effects. A participant that the directory does not list yet gets nothing: the
    /// retries of whoever needs it come back.</summary>
    public void Flush()
    {
        foreach ((ParticipantId to, List<(PeerMessage Message, Digest? Root)> messages) in waiting.Values)
        {
            if (!context.Parts.Directory.TryGet(to, out Participant? participant)) continue;
            PeerBatch batch = NewBatch();
            int size = 0;
            Digest listed = participant.Root.Fingerprint;
            foreach ((PeerMessage message, Digest? root) in messages)
            {
                if (root is { } pinned && pinned != listed) continue;
                int next = message.CalculateSize();
                if (size > 0 && size + next > MaxBatchBytes)
                {
                    Emit(participant, batch);
                    batch = NewBatch();
                    size = 0;
                }

                batch.Messages.Add(message);
                size += next;
            }

            if (batch.Messages.Count > 0) Emit(participant, batch);
        }

        waiting.Clear();
    }

    private PeerBatch NewBatch() => new() { Suite = Suite.Current, Network = context.Network };

    private void Emit(Participant to, PeerBatch batch) => context.Then(new Effect.Send(to.Destination, Door.Peer, context.NextToken(), batch.ToByteArray()));
}
