using Settlement.Contracts;
using Settlement.Core.Channels;

namespace Settlement.Core.Bank;

/// <summary>An action that a contract allows now and the position covers.</summary>
/// <param name="Plan">The contract.</param>
/// <param name="Action">The action.</param>
/// <param name="Before">The instance that it acts on; null where it creates one.</param>
/// <param name="Values">The fields as they are afterwards, then the parameters.</param>
/// <param name="Taken">What it takes of the own position, by currency or unit.</param>
internal sealed record JudgedAct(ContractPlan Plan, ContractAction Action, Instance? Before, IReadOnlyList<Value?> Values, IReadOnlyList<AmountValue> Taken);
