namespace Settlement.Contracts;

/// <summary>What an action lets the settlement agent, which is no party, see while an entry of it waits for cover.</summary>
/// <param name="Action">The action.</param>
/// <param name="Amount">The field that says how much.</param>
/// <param name="Payer">Who pays.</param>
/// <param name="Payee">Who is paid.</param>
internal sealed record OfferedToAgent(ContractAction Action, Field Amount, Party Payer, Party Payee)
{
    /// <summary>All of a contract, in the order of its source.</summary>
    public static IReadOnlyList<OfferedToAgent> Of(Contract contract) => [.. contract.Actions.Select(Of).OfType<OfferedToAgent>()];

    /// <summary>Null where the action offers nothing. Of one that does every movement is of the same two parties.</summary>
    public static OfferedToAgent? Of(ContractAction action) =>
        action.Offered is { } amount && action.Body.All.OfType<Statement.Move>().First() is { From: Expression.Player from, To: Expression.Player to }
            ? new OfferedToAgent(action, amount, from.Party, to.Party)
            : null;

    /// <summary>The whole as a sentence.</summary>
    public string Sentence =>
        $"While {Action.Name} waits in the queue of {Payer.Name} for cover, the settlement agent may be shown {Amount.Name} and which banks {Payer.Name} and {Payee.Name} are, "
        + "so that it may settle it together with waiting payments of other banks. That it waits tells the agent besides that nothing in the action refused it.";
}
