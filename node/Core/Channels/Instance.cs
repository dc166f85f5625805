using Settlement.Contracts;
using Settlement.Core.Commitments;

namespace Settlement.Core.Channels;

/// <summary>An instance of a contract as its newest final entry left it. It never changes: the next entry leaves another.</summary>
/// <param name="Id">The id of the entry that created it.</param>
/// <param name="Newest">The id of its newest entry.</param>
/// <param name="Sequence">The batch of that entry.</param>
/// <param name="Generation">How many entries it has.</param>
/// <param name="Plan">Its contract.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Parties">Participant number of each party.</param>
/// <param name="Fields">Its values: null where absent, or where the reader is not in the audience.</param>
public sealed record Instance(
    EntryId Id, EntryId Newest, long Sequence, int Generation, ContractPlan Plan, State State, IReadOnlyList<uint> Parties, IReadOnlyList<Value?> Fields)
{
    /// <summary>As an entry left it that became final.</summary>
    public static Instance After(OpenedEntry entry, State state, long sequence) =>
        new(entry.Instance, entry.Id, sequence, entry.Generation, entry.Plan, state, entry.Parties, entry.Fields);

    /// <summary>Whether an entry names this as what it follows, and is of the same contract and between the same parties.</summary>
    public bool IsBefore(OpenedEntry entry) => entry.Link is { } link
        && link.Instance == Id && link.Previous == Newest && link.Sequence == Sequence && link.Generation - 1 == Generation
        && ReferenceEquals(entry.Plan, Plan) && entry.Parties.SequenceEqual(Parties);
}
