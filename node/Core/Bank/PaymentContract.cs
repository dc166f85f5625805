using System.Globalization;
using Settlement.Contracts;
using Settlement.Core.Channels;
using Settlement.Core.Instructions;

namespace Settlement.Core.Bank;

/// <summary>
/// How a credit transfer fills a contract: by the names of its fields. A contract that has an action <c>pay</c> and no
/// mandatory field beyond these names takes payments.
/// </summary>
internal static class PaymentContract
{
    private const string PayAction = "pay";
    private const string ReturnAction = "return";
    private const string AmountField = "amount";

    /// <summary>The contract of the channel that takes payments, and its action.</summary>
    public static (ContractPlan Plan, ContractAction Action)? Find(ChannelTerms terms)
    {
        foreach (ContractPlan plan in terms.Contracts)
        {
            if (plan.Contract.FindAction(PayAction) is { Creates: true, Parameters.Count: 0 } action) return (plan, action);
        }

        return null;
    }

    /// <summary>The contract of the channel through which money of the agent enters, and its action.</summary>
    public static (ContractPlan Plan, ContractAction Action)? FindFunding(ChannelTerms terms)
    {
        foreach (ContractPlan plan in terms.Contracts)
        {
            if (plan.Contract.FindAction("issue") is { Creates: true, Parameters.Count: 0 } action) return (plan, action);
        }

        return null;
    }

    /// <summary>The contract of the channel through which money goes back to the agent, and its action.</summary>
    public static (ContractPlan Plan, ContractAction Action)? FindDefunding(ChannelTerms terms)
    {
        foreach (ContractPlan plan in terms.Contracts)
        {
            if (plan.Contract.Actions.FirstOrDefault(static a => a.Redemption is not null) is { } action) return (plan, action);
        }

        return null;
    }

    /// <summary>A value, or null, for each field of the contract.</summary>
    public static IReadOnlyList<Value?> Values(Contract contract, CreditTransfer transfer) => [.. contract.Fields.Select(f => ValueOf(f.Name, transfer))];

    /// <summary>A value for each field of the funding contract.</summary>
    public static IReadOnlyList<Value?> FundingValues(Contract contract, MoneyValue amount, string posting) =>
        [.. contract.Fields.Select(f => (Value?)(f.Type is MoneyType ? amount : new TextValue(posting)))];

    /// <summary>The same where money goes back: nothing is cited.</summary>
    public static IReadOnlyList<Value?> DefundingValues(Contract contract, MoneyValue amount) => [.. contract.Fields.Select(f => f.Type is MoneyType ? amount : (Value?)null)];

    /// <summary>The amount of a payment; null for what is none.</summary>
    public static AmountValue? AmountOf(ChannelTerms terms, OpenedEntry entry) =>
        Find(terms) is { } payment && entry.Action == payment.Action ? AmountOf(entry) : null;

    /// <summary>What an entry takes from its actor to the other member as a payment, or as the return of one; null for all else.</summary>
    public static AmountValue? PaidByActor(ChannelTerms terms, OpenedEntry entry) =>
        Find(terms) is { } payment && entry.Plan == payment.Plan && (entry.Action == payment.Action || entry.Action.Name == ReturnAction) ? AmountOf(entry) : null;

    /// <summary>What makes a transfer unique for ever at its payer: its UETR, else the instructing agent and its own identification,
    /// else that agent and what the transfer must have in any case, its message's id and its end-to-end id.</summary>
    public static string UniqueReference(CreditTransfer transfer) =>
        UniqueReference(transfer.Uetr?.ToString(), transfer.InstructingAgent.ToString(), transfer.TransactionId ?? transfer.InstructionId)
        ?? string.Create(CultureInfo.InvariantCulture, $"message/{transfer.InstructingAgent}/{transfer.MessageId.Length}/{transfer.MessageId}/{transfer.EndToEndId}");

    /// <summary>What a transfer's fields that both banks read make unique for ever: its UETR, else the instructing agent and its own
    /// identification. Null where it has neither: then only its payer can tell that it came twice.</summary>
    private static string? UniqueReference(string? uetr, string instructingAgent, string? identification) =>
        uetr is not null ? "uetr/" + uetr : identification is not null ? $"id/{instructingAgent}/{identification}" : null;

    /// <summary>The same, of an entry that another bank sealed.</summary>
    public static string? UniqueReference(OpenedEntry entry, string instructingAgent) =>
        entry.Action.Name == PayAction ? UniqueReference(TextOf(entry.Plan, entry.Values, "uetr"), instructingAgent, TextOf(entry.Plan, entry.Values, "transaction")) : null;

    /// <summary>The same, of one that is set aside.</summary>
    public static string? UniqueReference(LegEntry entry, string instructingAgent) =>
        entry.Action.Name == PayAction ? UniqueReference(TextOf(entry.Plan, entry.Values, "uetr"), instructingAgent, TextOf(entry.Plan, entry.Values, "transaction")) : null;

    private static AmountValue? AmountOf(OpenedEntry entry) =>
        entry.Plan.Contract.FindField(AmountField) is { } field ? entry.Values[field.Index] as AmountValue : null;

    private static string? TextOf(ContractPlan plan, IReadOnlyList<Value?> values, string name) =>
        plan.Contract.FindField(name) is { } field && values[field.Index] is TextValue text ? text.Text : null;

    private static Value? ValueOf(string field, CreditTransfer transfer) => field switch
    {
        AmountField => new MoneyValue(transfer.Amount.Currency.Code, transfer.Amount.MinorUnits),
        "value_date" => new DateValue(transfer.SettlementDate),
        "end_to_end" => new TextValue(transfer.EndToEndId),
        "uetr" => Text(transfer.Uetr?.ToString()),
        "transaction" => Text(transfer.TransactionId ?? transfer.InstructionId),
        "debtor" => Text(transfer.Debtor.Name),
        "debtor_account" => Text(transfer.Debtor.Account),
        "creditor" => Text(transfer.Creditor.Name),
        "creditor_account" => Text(transfer.Creditor.Account),
        "remittance" => Text(transfer.Remittance),
        _ => null,
    };

    private static TextValue? Text(string? text) => string.IsNullOrEmpty(text) ? null : new TextValue(text);
}
