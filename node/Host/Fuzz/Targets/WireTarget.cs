using System.Reflection;
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
    private static readonly Action<byte[]>[] Readers =
    [
        .. ((FileDescriptor[])[AgentReflection.Descriptor, ChannelsReflection.Descriptor, LedgerReflection.Descriptor, ParticipantsReflection.Descriptor])
            .SelectMany(static file => file.MessageTypes)
            .Select(static message => typeof(WireTarget).GetMethod(nameof(Check), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(message.ClrType).CreateDelegate<Action<byte[]>>()),
    ];

    /// <inheritdoc/>
    public override byte[] Make(Chance chance) => WireMutator.Mutate(chance.Pick(corpus), chance, chance.Pick(corpus));

    /// <inheritdoc/>
    public override void Feed(byte[] input)
    {
        foreach (Action<byte[]> read in Readers) read(input);
    }

    private static void Check<T>(byte[] input) where T : class, IMessage<T>, new()
    {
        MessageParser<T> parser = new(static () => new T());
        if (!Parsing.TryParse(parser, input, out T? read)) return;
        byte[] written = read.ToByteArray();
        BrokenPromise.Unless(read.CalculateSize() == written.Length && written.Length <= MostWritten(input.Length), "a message is as long as it says", typeof(T).Name);
        BrokenPromise.Unless(Parsing.TryParse(parser, written, out T? again) && again.Equals(read), "a message that is written is the one that was read", typeof(T).Name);
    }

    // A number may be written longer than it came: a negative one takes ten bytes, and packed ones came without their tags.
    private static long MostWritten(int length) => 16L * length + 16;
}
