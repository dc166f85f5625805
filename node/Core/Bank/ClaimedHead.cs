using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Bank;

/// <summary>A head that the endorser signed for a batch in flight.</summary>
/// <param name="Head">The head.</param>
/// <param name="Endorsement">Its signature.</param>
/// <param name="Refusals">What it refuses under that head.</param>
/// <param name="Result">Where the proposal leads with these refusals; null where that is not the head which it signed.</param>
internal sealed record ClaimedHead(Digest Head, Endorsement Endorsement, IReadOnlyList<IndexedRefusal> Refusals, ExecutedBatch? Result);
