using Google.Protobuf;
using Google.Protobuf.Reflection;
using Settlement.Core.Participants;
using Settlement.Host.Fuzz.Mutations;
using Settlement.Wire.Agent;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;
using Settlement.Wire.Participants;

namespace Settlement.Host.Fuzz.Targets;

/// <summary>Every message of the wire, as bytes alone: it is read or refused, and what was read is written back the same.</summary>
/// <param name="corpus">Messages of an honest network.</param>
internal sealed class WireTarget(IReadOnlyList<byte[]> corpus) : Reader
{
    private static readonly MessageDescriptor[] Messages =
    [
        .. ((FileDescriptor[])[AgentReflection.Descriptor, ChannelsReflection.Descriptor, LedgerReflection.Descriptor, ParticipantsReflection.Descriptor]).SelectMany(static file => file.MessageTypes),
    ];

    /// <inheritdoc/>
    public override byte[] Make(Chance chance) => WireMutator.Mutate(chance.Pick(corpus), chance, chance.Pick(corpus));

    /// <inheritdoc/>
    public override void Feed(byte[] input)
    {
        foreach (MessageDescriptor message in Messages)
        {
            IMessage read;
            try
            {
                read = message.Parser.ParseFrom(input);
            }
            catch (InvalidProtocolBufferException)
            {
                // How Core's Parsing, too, is told.
                continue;
            }

            byte[] written = read.ToByteArray();
            BrokenPromise.Unless(read.CalculateSize() == written.Length, "a message is as long as it says", message.Name);
            BrokenPromise.Unless(read.Equals(message.Parser.ParseFrom(written)), "a message that is written is the one that was read", message.Name);
        }

        _ = Parsing.TryParse(PeerBatch.Parser, input, out _);
    }
}
