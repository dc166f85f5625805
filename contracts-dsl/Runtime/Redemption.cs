namespace Settlement.Contracts;

/// <summary>What every entry of an action gives back to the settlement agent, as one entry alone shows it: a field's amount, from the
/// party that acts.</summary>
/// <param name="From">Whose position is taken.</param>
/// <param name="Amount">The field that says how much.</param>
public sealed record Redemption(Party From, Field Amount)
{
    /// <summary>Null where the action does not redeem, or what it redeems depends on more than one field of its entry.</summary>
    internal static Redemption? Of(ContractAction action) =>
        action is { Creates: true, By.Party: { } by, Parameters.Count: 0, Updates.Count: 0 }
        && action.Body.Statements.OfType<Statement.Redeem>().FirstOrDefault() is { From: Expression.Player from, Amount: Expression.Read { Field: { Type: MoneyType } amount } }
        && from.Party == by
            ? new Redemption(by, amount)
            : null;
}
