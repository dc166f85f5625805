using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;

namespace Settlement.Core.Envelopes;

/// <summary>Where an envelope belongs. It is the associated data of its encryption, so an envelope opens nowhere else.</summary>
/// <param name="Network">The network's name.</param>
/// <param name="Channel">The channel's id.</param>
/// <param name="Entry">The entry's id.</param>
/// <param name="Audience">The audience's number in the entry's audience map.</param>
/// <param name="Subject">The data subject's number: the bank that exports the personal data, or the number for none.</param>
/// <param name="Epoch">The epoch of the audience under whose key the content key travels.</param>
public sealed record EnvelopeContext(string Network, Digest Channel, EntryId Entry, int Audience, int Subject, uint Epoch)
{
    /// <summary>The associated data: a digest over all parts, 32 bytes. Wraps of the content key are bound to it too.</summary>
    public byte[] AssociatedData()
    {
        using var writer = new HashWriter("settlement/envelope");
        return writer.Text(Network).Digest(Channel).Digest(Entry.Value)
            .UInt32(unchecked((uint)Audience)).UInt32(unchecked((uint)Subject)).UInt32(Epoch).Finish().ToArray();
    }
}
