using Settlement.Core.Cryptography;

namespace Settlement.Core.Channels;

/// <summary>What entries of a channel are sealed and opened with: its id, terms, epoch keys, and who is looking.</summary>
/// <param name="Channel">The channel's id.</param>
/// <param name="Terms">Its terms.</param>
/// <param name="Epoch">The epoch keys that this participant holds.</param>
/// <param name="Own">This participant's number.</param>
public sealed record ChannelContext(Digest Channel, ChannelTerms Terms, EpochKeys Epoch, int Own);
