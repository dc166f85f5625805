using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Participants;
using Settlement.Host.Fuzz.Mutations;
using Settlement.Wire.Channels;

namespace Settlement.Host.Fuzz.Worlds;

/// <summary>What becomes of honest bytes of a network: on their way by anybody, or by a member that has the keys.</summary>
/// <param name="network">The network.</param>
/// <param name="entropy">Randomness of a member that means ill.</param>
internal sealed class Changes(FuzzNetwork network, IEntropy entropy)
{
    private const int MostRepeats = 10_000;
    private const int MostFlooded = 2 * 1024 * 1024;

    /// <summary>What of a kind has travelled, changed; anything where nothing has.</summary>
    public byte[] Of(Travel kind, Chance chance)
    {
        Traveller? seen = network.Travelled.Pick(kind, chance);
        return seen is null ? chance.Bytes(chance.From(0, 200)) : Of(seen, chance);
    }

    /// <summary>Bytes on their way, changed.</summary>
    public byte[] Of(Traveller traveller, Chance chance)
    {
        byte[] body = traveller.Body;
        if (traveller.Kind == Travel.PeerBatch && chance.Percent(5)) return Flood(body, chance);
        if (traveller.Kind == Travel.PeerBatch && chance.Percent(40) && Insider(traveller.From) is { } insider && insider.Channel() is { } context)
        {
            using SigningKey key = insider.ChannelKey(context.Channel);
            body = new Forgery(context, key, entropy).Change(body, chance);
            if (chance.Percent(80)) return body;
        }

        return chance.Percent(5) ? body : WireMutator.Mutate(body, chance, (network.Travelled.Pick(traveller.Kind, chance) ?? traveller).Body);
    }

    /// <summary>One message as often as a batch may hold messages, or as a case may have bytes.</summary>
    private static byte[] Flood(byte[] batch, Chance chance)
    {
        if (!Parsing.TryParse(PeerBatch.Parser, batch, out PeerBatch? read) || read.Messages.Count == 0) return batch;
        PeerMessage repeated = chance.Pick(read.Messages);
        read.Messages.Clear();
        read.Messages.Add(Enumerable.Repeat(repeated, Math.Min(MostRepeats, MostFlooded / Math.Max(1, repeated.CalculateSize()))));
        return read.ToByteArray();
    }

    private FuzzNode? Insider(ParticipantId member) => network.Nodes.FirstOrDefault(node => node.Id == member && node != network.Agent);
}
