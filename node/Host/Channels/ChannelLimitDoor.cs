using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Settlement.Client;
using Settlement.Core.Bank;
using Settlement.Core.Cryptography;
using Settlement.Core.Monetary;
using Settlement.Host.Api;
using ChannelLimitList = Settlement.Core.Bank.ChannelLimitList;

namespace Settlement.Host.Channels;

/// <summary>The limits that the members of a channel grant each other.</summary>
internal static class ChannelLimitDoor
{
    private const string DateFormat = "yyyy-MM-dd";

    /// <summary>GET /v1/channels/{id}/limits.</summary>
    public static async Task ListAsync(HttpContext context)
    {
        if (!Digest.TryParse((string?)context.Request.RouteValues["id"], out Digest channel))
        {
            await Problems.NotFoundAsync(context);
            return;
        }

        if (await ApiRequest.CallAsync<ChannelLimitList>(context, call => new BankInput.ListChannelLimits(call, channel)) is not { } list) return;
        // Asked for, a channel that is not there is as any other thing that is not.
        if (list.Refusal is null) await AnswerAsync(context, StatusCodes.Status200OK, list);
        else await Problems.NotFoundAsync(context);
    }

    /// <summary>PUT /v1/channels/{id}/limits: 202 once it is durable; it holds from the batch on that has it.</summary>
    public static async Task GrantAsync(HttpContext context)
    {
        if (!Digest.TryParse((string?)context.Request.RouteValues["id"], out Digest channel))
        {
            await Problems.NotFoundAsync(context);
            return;
        }

        if (await ApiRequest.ReadAsync(context, ApiJson.Default.ChannelLimitOrder) is not { } order) return;
        if (!TryRead(order, out long units, out DateOnly? from, out string? fault))
        {
            await Problems.MalformedAsync(context, fault);
            return;
        }

        if (await ApiRequest.CallAsync<ChannelLimitList>(context, call => new BankInput.GrantLimit(call, channel, order.Currency, units, from)) is not { } list) return;
        if (list.Refusal is { } refusal) await Problems.RefusedAsync(context, refusal);
        else await AnswerAsync(context, StatusCodes.Status202Accepted, list);
    }

    /// <summary>What an order says, or what is wrong with it.</summary>
    public static bool TryRead(ChannelLimitOrder order, out long units, out DateOnly? from, [NotNullWhen(false)] out string? fault)
    {
        from = null;
        fault = TryReadAmount(order, out units) ? null : "amount is a decimal number that fits the currency, or a whole number of a unit, as a string, not below zero.";
        if (fault is not null || order.From is null) return fault is null;
        if (DateOnly.TryParseExact(order.From, DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date)) from = date;
        else fault = "from is a date such as 2026-03-02.";
        return fault is null;
    }

    private static bool TryReadAmount(ChannelLimitOrder order, out long units)
    {
        if (!Currency.TryParse(order.Currency, out Currency currency)) return long.TryParse(order.Amount, NumberStyles.None, CultureInfo.InvariantCulture, out units);
        AmountFault fault = Money.ReadAmount(order.Amount, currency, out Money money);
        units = money.MinorUnits;
        return fault is AmountFault.None or AmountFault.Zero;
    }

    private static Task AnswerAsync(HttpContext context, int status, ChannelLimitList list) => ApiRequest.WriteAsync(context, status, new Client.ChannelLimitList([.. list.Limits.Select(static limit =>
        new ChannelLimit(limit.Holding, Text(limit.Holding, limit.Granted), Text(limit.Holding, limit.Received),
            [.. limit.Pending.Select(p => new PendingChannelLimit(Text(limit.Holding, p.Units), p.From?.ToString(DateFormat, CultureInfo.InvariantCulture)))]))]), ApiJson.Default.ChannelLimitList);

    private static string Text(string holding, long units) =>
        Currency.TryParse(holding, out Currency currency) ? new Money(currency, units).ToDecimalText() : units.ToString(CultureInfo.InvariantCulture);
}
