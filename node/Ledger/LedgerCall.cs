using Settlement.Core.Store;
using Settlement.Wire.Ledger;

namespace Settlement.Ledger;

/// <summary>A request that waits for the ledger.</summary>
/// <param name="CallId">The caller's number for it.</param>
/// <param name="Participant">The participant that TLS authenticated, in its text form; empty for a stranger.</param>
/// <param name="Request">What is asked.</param>
public sealed record LedgerCall(long CallId, string Participant, LedgerRequest Request);

/// <summary>
/// What one step does. The replies may be sent only after the commit is durable: the machine's state has already
/// advanced, so a commit that fails for good means that the machine is discarded and recovered from the vault.
/// </summary>
/// <param name="Commit">Leaves and their checkpoint, in one transaction; empty when nothing was appended.</param>
/// <param name="Replies">One for each call, in order.</param>
public sealed record LedgerStep(StoreTransaction Commit, IReadOnlyList<(long CallId, LedgerReply Reply)> Replies);
