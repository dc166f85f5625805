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
    /// <summary>The groups of which it sets legs aside: of the cuts, then of the entries, in order, each once.</summary>
    public IEnumerable<ChannelGroup> Held => Cuts.Select(static cut => cut.Group)
        .Concat(Slots.OfType<BatchSlot.Agreed>().Select(static slot => slot.Entry.Group).OfType<ChannelGroup>()).DistinctBy(static group => group.Id);
}
