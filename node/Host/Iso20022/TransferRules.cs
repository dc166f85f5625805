using Settlement.Core.Identifiers;
using Settlement.Core.Instructions;
using Settlement.Core.Monetary;

namespace Settlement.Host.Iso20022;

/// <summary>The rules of a transfer's values, the same for every door they come in by.</summary>
internal sealed class TransferRules(FaultList faults)
{
    /// <summary>The amount; none after a fault.</summary>
    /// <param name="amount">The node with the decimal text.</param>
    /// <param name="code">The currency code.</param>
    /// <param name="codeNode">Where the code stands.</param>
    public Money? Amount(SourceNode amount, string? code, SourceNode codeNode)
    {
        if (!Currency.TryParse(code, out Currency currency))
        {
            // A missing code is a fault of form, which has been noted.
            if (code is not null) faults.Add(ReasonCodes.NotAllowedCurrency, codeNode, "The currency is not an active one of ISO 4217.");
            // Zero is zero in any currency, and comes after the currency in precedence.
            return null;
        }

        switch (Money.ReadAmount(amount.Text, currency, out Money money))
        {
            case AmountFault.None:
                return money;
            case AmountFault.Zero:
                faults.Add(ReasonCodes.ZeroAmount, amount, "The amount is zero.");
                break;
            case AmountFault.TooPrecise:
                faults.Add(ReasonCodes.DecimalPointsNotCompatible, amount, $"{currency.Code} has {currency.Exponent} decimal places.");
                break;
            case AmountFault.TooLarge:
                faults.Add(ReasonCodes.NotAllowedAmount, amount, "The amount is larger than this node can hold.");
                break;
            default:
                faults.Add(ReasonCodes.InvalidFileFormat, amount, $"The element must be {TextRule.SettlementAmount.Description}.");
                break;
        }

        return null;
    }

    /// <summary>The settlement date; none after a fault.</summary>
    public DateOnly? Date(SourceNode? date, SourceNode parent, string name)
    {
        if (date is null)
        {
            faults.AddMissing(ReasonCodes.InvalidDate, parent, name, "The settlement date is missing.");
            return null;
        }

        if (TextRule.TryReadDate(date.Text, out DateOnly read)) return read;
        faults.Add(ReasonCodes.InvalidDate, date, "This is not a date of the calendar in the form 2026-03-02.");
        return null;
    }

    /// <summary>A time of the settlement date; none where nothing is said, or after a fault.</summary>
    public DateTimeOffset? Time(SourceNode? time, DateOnly? date)
    {
        if (time is null || date is not { } day) return null;
        if (TextRule.TryReadTime(time.Text, day, out DateTimeOffset read)) return read;
        faults.Add(ReasonCodes.InvalidFileFormat, time, $"The element must be {TextRule.Time.Description}.");
        return null;
    }

    /// <summary>The IBAN without spaces; none after a fault.</summary>
    public string? Iban(SourceNode iban, string code)
    {
        if (Core.Identifiers.Iban.TryParse(iban.Text, out Iban read)) return read.ToString();
        faults.Add(code, iban, "This is not an IBAN with the length of its country and the check digits of ISO 13616.");
        return null;
    }

    /// <summary>The priority of a code; normal where nothing is said.</summary>
    public static Priority PriorityOf(string? code) => TryReadPriority(code, out Priority priority) ? priority : Priority.Normal;

    /// <summary>Reads a code of Priority3Code.</summary>
    public static bool TryReadPriority(string? code, out Priority priority)
    {
        (bool isCode, priority) = code switch
        {
            "URGT" => (true, Priority.Urgent),
            "HIGH" => (true, Priority.High),
            "NORM" => (true, Priority.Normal),
            _ => default,
        };
        return isCode;
    }

    /// <summary>The code of a priority.</summary>
    public static string CodeOf(Priority priority) => priority switch
    {
        Priority.Urgent => "URGT",
        Priority.High => "HIGH",
        Priority.Normal => "NORM",
        _ => throw new ArgumentOutOfRangeException(nameof(priority), priority, "There is no such priority."),
    };
}
