using Settlement.Client;
using Settlement.Core.Bank;
using Settlement.Core.Cryptography;
using Settlement.Core.Instructions;
using Settlement.Host.Api;
using Settlement.Host.Iso20022;
using InstructionStatus = Settlement.Client.InstructionStatus;
using QueuedPayment = Settlement.Client.QueuedPayment;
using StatusCodes = Microsoft.AspNetCore.Http.StatusCodes;

namespace Settlement.Host.BackOffice;

/// <summary>The queue of payments that wait: what is in it, and what a back office changes there.</summary>
internal sealed class QueueDoor
{
    /// <summary>POST /v1/instructions/{id}/queue.</summary>
    public async Task ChangeAsync(HttpContext context)
    {
        string id = (string?)context.Request.RouteValues["id"] ?? "";
        if (await ApiRequest.ReadAsync(context, ApiJson.Default.QueueOrder) is not { } order) return;
        if (ChangeOf(order) is not { } change)
        {
            await Problems.MalformedAsync(context, "change is hold, release, cancel, or prioritise with a priority of URGT, HIGH or NORM.");
            return;
        }

        if (await ApiRequest.CallAsync<QueueChanged>(context, call => new BankInput.ChangeQueued(call, id, change)) is not { } result) return;
        if (result.Refusal is { } refusal) await Problems.WriteAsync(context, StatusCodes.Status409Conflict, refusal, "The instruction does not wait in the queue.");
        else await ApiRequest.WriteAsync(context, StatusCodes.Status200OK, new InstructionStatus(id, StatusText.Of(result.Status), result.Reason), ApiJson.Default.InstructionStatus);
    }

    /// <summary>GET /v1/queue.</summary>
    public async Task ListAsync(HttpContext context)
    {
        Digest? channel = null;
        if ((string?)context.Request.Query["channel"] is { } text)
        {
            if (!Digest.TryParse(text, out Digest id))
            {
                await Problems.MalformedAsync(context, "channel is the id of a channel: 64 hexadecimal digits.");
                return;
            }

            channel = id;
        }

        if (!ApiRequest.TryReadLimit(context, out int limit))
        {
            await Problems.MalformedAsync(context, "limit is a whole number of at least 1.");
            return;
        }

        if (await ApiRequest.CallAsync<QueueList>(context, call => new BankInput.ListQueue(call, channel, limit)) is not { } list) return;
        if (list.Refusal is not null) await Problems.NotFoundAsync(context);
        else await ApiRequest.WriteAsync(context, StatusCodes.Status200OK, new QueuePage([.. list.Payments.Select(View)], list.Waiting), ApiJson.Default.QueuePage);
    }

    private static QueueChange? ChangeOf(QueueOrder order) => (order.Change, order.Priority) switch
    {
        ("hold", null) => new QueueChange.Hold(),
        ("release", null) => new QueueChange.Release(),
        ("cancel", null) => new QueueChange.Cancel(),
        ("prioritise", { } code) when TransferRules.TryReadPriority(code, out Priority priority) => new QueueChange.Prioritise(priority),
        _ => null,
    };

    private static QueuedPayment View(QueuedView payment) => new()
    {
        Instruction = payment.Instruction,
        Channel = payment.Channel.ToString(),
        Counterparty = payment.Counterparty.ToString(),
        Amount = payment.Amount.ToDecimalText(),
        Currency = payment.Amount.Currency.Code,
        Priority = TransferRules.CodeOf(payment.Priority),
        Reason = payment.Reason,
        ReceivedAt = payment.ReceivedAt,
        NotBefore = payment.NotBefore,
        NotAfter = payment.NotAfter,
    };
}
