using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Settlement.Core.Commitments;
using Settlement.Wire.Channels;

namespace Settlement.Core.Channels;

/// <summary>What links an entry on an instance to the one before.</summary>
/// <param name="Instance">The id of the entry that created the instance.</param>
/// <param name="Previous">The id of the instance's newest entry before this one.</param>
/// <param name="Sequence">The batch in which that one became final.</param>
/// <param name="Generation">One more than that one's; a creation has the first.</param>
public sealed record InstanceLink(EntryId Instance, EntryId Previous, long Sequence, int Generation)
{
    /// <summary>The generation of an entry that creates an instance, and so the version of a field's first value.</summary>
    public const int FirstGeneration = 1;

    /// <summary>Reads a header's link; null and true for a creation. False when the header contradicts itself, or the action.</summary>
    public static bool TryRead(EntryHeader header, bool creates, EntryId id, out InstanceLink? link)
    {
        link = null;
        if (creates) return header.InstanceId.Equals(header.EntryId) && header.PreviousEntry.IsEmpty && header is { PreviousSequence: 0, Generation: 0 };
        if (!EntryId.TryRead(header.InstanceId.Span, out EntryId instance) || !EntryId.TryRead(header.PreviousEntry.Span, out EntryId previous)) return false;
        if (instance == id || previous == id || header.PreviousSequence < 1 || header.Generation is <= FirstGeneration or > int.MaxValue) return false;
        // The second entry follows the creation, and no other does.
        if (header.Generation == FirstGeneration + 1 != (previous == instance)) return false;
        link = new InstanceLink(instance, previous, header.PreviousSequence, (int)header.Generation);
        return true;
    }

    /// <summary>The link of the next entry on an instance.</summary>
    [return: NotNullIfNotNull(nameof(before))]
    public static InstanceLink? To(Instance? before) => before is null ? null : new InstanceLink(before.Id, before.Newest, before.Sequence, checked(before.Generation + 1));

    /// <summary>Writes it into a header.</summary>
    public void Write(EntryHeader header)
    {
        header.InstanceId = ByteString.CopyFrom(Instance.ToArray());
        header.PreviousEntry = ByteString.CopyFrom(Previous.ToArray());
        header.PreviousSequence = Sequence;
        header.Generation = (uint)Generation;
    }
}
