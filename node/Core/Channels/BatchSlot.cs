using Settlement.Contracts;
using Settlement.Wire.Channels;

namespace Settlement.Core.Channels;

/// <summary>One place of a batch: an entry, or the refusal of one.</summary>
public abstract record BatchSlot
{
    /// <summary>An entry that stands, and where its contract goes; once its group is committed, where it is a leg.</summary>
    public sealed record Agreed(OpenedEntry Entry, State Next) : BatchSlot;

    /// <summary>A refusal as observers see it.</summary>
    public sealed record Concealed(RefusalLeaf Leaf) : BatchSlot;

    /// <summary>A refused entry; <see cref="Entry"/> is null where the proposer sent the refusal alone.</summary>
    public sealed record Refused(Refusal Refusal, OpenedEntry? Entry) : BatchSlot;
}
