using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;

namespace Settlement.Core.Channels;

/// <summary>A batch that was run: its slots, the state after it, and the head.</summary>
/// <param name="Slots">Its places.</param>
/// <param name="State">The state after it.</param>
/// <param name="Head">The head.</param>
/// <param name="HeadHash">Its hash.</param>
/// <param name="Leaves">The leaves of its tree: one a place, then one a leg that it ends, then one a limit that it changes, then one a cut.</param>
/// <param name="Decided">The legs that it ends.</param>
/// <param name="Cuts">What it cuts for cycles.</param>
/// <param name="Cited">The ids of the postings that it cites, in hexadecimal: each serves once.</param>
public sealed record ExecutedBatch(
    IReadOnlyList<BatchSlot> Slots, ChannelState State, ChannelHead Head, Digest HeadHash, IReadOnlyList<Digest> Leaves, IReadOnlyList<DecidedLeg> Decided, IReadOnlyList<HeldLeg> Cuts,
    IReadOnlyList<string> Cited)
{
    /// <summary>The groups of which its entries set legs aside, in order, each once. Cuts are not among them: they are reserved later, by who has opened its sum.</summary>
    public IEnumerable<ChannelGroup> Held => Slots.OfType<BatchSlot.Agreed>().Select(static slot => slot.Entry.Group).OfType<ChannelGroup>().DistinctBy(static group => group.Id);
}
