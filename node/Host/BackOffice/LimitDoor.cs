using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Settlement.Client;
using Settlement.Core.Bank;
using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;
using Settlement.Host.Api;
using StatusCodes = Microsoft.AspNetCore.Http.StatusCodes;

namespace Settlement.Host.BackOffice;

/// <summary>The limits that a bank's treasury sets itself.</summary>
internal sealed class LimitDoor
{
    private const string DateFormat = "yyyy-MM-dd";

    private static readonly Dictionary<string, LimitKind> Kinds = new(StringComparer.Ordinal)
    {
        ["bilateral"] = LimitKind.Bilateral,
        ["multilateral"] = LimitKind.Multilateral,
        ["debit-cap"] = LimitKind.DebitCap,
        ["urgent-reservation"] = LimitKind.UrgentReservation,
        ["high-reservation"] = LimitKind.HighReservation,
    };

    /// <summary>PUT /v1/limits.</summary>
    public async Task SetAsync(HttpContext context)
    {
        if (await ApiRequest.ReadAsync(context, ApiJson.Default.TreasuryLimitOrder) is not { } order) return;
        if (!TryRead(order, out LimitKey key, out long? minorUnits, out DateOnly? from, out string? fault))
        {
            await Problems.MalformedAsync(context, fault);
            return;
        }

        if (await ApiRequest.CallAsync<LimitSet>(context, call => new BankInput.SetLimit(call, key, minorUnits, from)) is not { } result) return;
        if (result.Limit is { } limit) await ApiRequest.WriteAsync(context, StatusCodes.Status200OK, View(limit), ApiJson.Default.TreasuryLimit);
        else await Problems.RefusedAsync(context, result.Refusal!);
    }

    /// <summary>GET /v1/limits.</summary>
    public async Task ListAsync(HttpContext context)
    {
        if (await ApiRequest.CallAsync<LimitList>(context, static call => new BankInput.ListLimits(call)) is not { } list) return;
        await ApiRequest.WriteAsync(context, StatusCodes.Status200OK, new TreasuryLimitList([.. list.Limits.Select(View)]), ApiJson.Default.TreasuryLimitList);
    }

    /// <summary>What an order says, or what is wrong with it.</summary>
    public static bool TryRead(TreasuryLimitOrder order, out LimitKey key, out long? minorUnits, out DateOnly? from, [NotNullWhen(false)] out string? fault)
    {
        (key, minorUnits, from) = (default, null, null);
        ParticipantId? counterparty = null;
        fault = null;
        if (!Kinds.TryGetValue(order.Kind, out LimitKind kind)) fault = $"kind is one of {string.Join(", ", Kinds.Keys)}.";
        else if (!Currency.TryParse(order.Currency, out Currency currency)) fault = "currency is a currency of ISO 4217.";
        else if (!TryReadCounterparty(order.Counterparty, ref counterparty)) fault = "counterparty is the id of a participant.";
        else if (!(key = new LimitKey(kind, counterparty, currency)).IsWhole) fault = "counterparty is named for a bilateral limit and a reservation, and for no other kind.";
        else if (!TryReadAmount(order.Amount, currency, ref minorUnits)) fault = "amount is a decimal number that fits the currency, as a string, not below zero, or null for no limit.";
        else if (!TryReadDate(order.From, ref from)) fault = "from is a date such as 2026-03-02.";
        return fault is null;
    }

    private static bool TryReadCounterparty(string? text, ref ParticipantId? counterparty)
    {
        if (text is null) return true;
        if (!ParticipantId.TryParse(text, out ParticipantId id)) return false;
        counterparty = id;
        return true;
    }

    private static bool TryReadAmount(string? text, Currency currency, ref long? minorUnits)
    {
        if (text is null) return true;
        AmountFault fault = Money.ReadAmount(text, currency, out Money money);
        // A limit of zero lets nothing pass, which is not the same as no limit.
        minorUnits = money.MinorUnits;
        return fault is AmountFault.None or AmountFault.Zero;
    }

    private static bool TryReadDate(string? text, ref DateOnly? from)
    {
        if (text is null) return true;
        bool isDate = DateOnly.TryParseExact(text, DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date);
        from = date;
        return isDate;
    }

    private static TreasuryLimit View(LimitView limit)
    {
        Currency currency = limit.Limit.Currency;
        return new TreasuryLimit
        {
            Kind = Kinds.First(kind => kind.Value == limit.Limit.Kind).Key,
            Counterparty = limit.Limit.Counterparty?.ToString(),
            Currency = currency.Code,
            Amount = Text(currency, limit.MinorUnits),
            Used = Text(currency, limit.Used),
            Planned = [.. limit.Planned.Select(planned => new PlannedTreasuryLimit(planned.From.ToString(DateFormat, CultureInfo.InvariantCulture), Text(currency, planned.MinorUnits)))],
        };
    }

    private static string? Text(Currency currency, long? minorUnits) => minorUnits is { } units ? new Money(currency, units).ToDecimalText() : null;
}
