using Settlement.Client;
using Settlement.Core.Bank;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Reading;
using Settlement.Host.Api;
using ActOrder = Settlement.Client.ActOrder;
using InstructionStatus = Settlement.Client.InstructionStatus;
using StatusCodes = Microsoft.AspNetCore.Http.StatusCodes;

namespace Settlement.Host.BackOffice;

/// <summary>Takes actions on instances of contracts. Each becomes an instruction, with the statuses and reports of one.</summary>
internal sealed class ActDoor(InstructionWait waiting)
{
    /// <summary>POST /v1/channels/{id}/instances: an action that creates one.</summary>
    public Task CreateAsync(HttpContext context) => ReceiveAsync(context, null);

    /// <summary>POST /v1/channels/{id}/instances/{instance}/actions.</summary>
    public Task ActAsync(HttpContext context) =>
        EntryId.TryParse((string?)context.Request.RouteValues["instance"], out EntryId instance) ? ReceiveAsync(context, instance) : Problems.NotFoundAsync(context);

    private async Task ReceiveAsync(HttpContext context, EntryId? instance)
    {
        if (!Digest.TryParse((string?)context.Request.RouteValues["id"], out Digest channel))
        {
            await Problems.NotFoundAsync(context);
            return;
        }

        if (await IdempotencyKey.ReadAsync(context) is not { } key) return;
        if (await ApiRequest.ReadWithBodyAsync(context, ApiJson.Default.ActOrder) is not { } read) return;
        (ActOrder order, byte[] body) = read;
        if (order.Contract is null == instance is null)
        {
            await Problems.MalformedAsync(context, "contract names the contract of a new instance, and is left out for an action on one that is there.");
            return;
        }

        Core.Bank.ActOrder act = new(channel, instance, order.Contract, order.Action, order.Values, (long)Math.Min(order.Sequence ?? 0, long.MaxValue));
        // The path says what is acted on, so it belongs to what a key stands for.
        byte[] bound = [.. channel.ToArray(), .. instance?.ToArray() ?? [], .. body];
        if (await ApiRequest.CallAsync<SubmissionAnswer>(context, call => new BankInput.Act(call, key.Value, bound, act), bound.Length) is not { } answer) return;
        if (answer.Refusal is { } refusal)
        {
            await InstructionWait.RefuseAsync(context, refusal);
            return;
        }

        IReadOnlyList<InstructionView> views = await waiting.WaitAsync(context, answer, InstructionWait.ReadWait(context));
        context.Response.Headers.Location = $"/v1/instructions/{answer.Instructions[0].Id}";
        MessageReceipt receipt = new(answer.MessageId!, [.. views.Select(static view => new InstructionStatus(view.Id, StatusText.Of(view.Status), view.Reason, view.Place))]);
        await ApiRequest.WriteAsync(context, StatusCodes.Status202Accepted, receipt, ApiJson.Default.MessageReceipt);
    }
}
