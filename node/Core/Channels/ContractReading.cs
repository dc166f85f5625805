using Settlement.Contracts;

namespace Settlement.Core.Channels;

/// <summary>How the contracts of terms become ones that can run: compiled, or remembered from an earlier time.</summary>
/// <param name="source">The contract as the terms have it.</param>
/// <param name="contract">Null when it does not compile.</param>
/// <returns>False when it cannot be said yet, because compiling costs more than there is room for now.</returns>
public delegate bool ContractReading(string source, out Contract? contract);
