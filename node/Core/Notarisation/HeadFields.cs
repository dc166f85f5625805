using Settlement.Core.Cryptography;

namespace Settlement.Core.Notarisation;

/// <summary>What the ledger sees of a head.</summary>
/// <param name="Channel">The channel's id.</param>
/// <param name="Term">The term it was proposed in, from 1.</param>
/// <param name="Sequence">Its place in the channel, from 1.</param>
/// <param name="PreviousHead">The head before; <see cref="Digest.Zero"/> before the first.</param>
/// <param name="Head">The head's hash.</param>
public sealed record HeadFields(Digest Channel, long Term, long Sequence, Digest PreviousHead, Digest Head);
