using System.Globalization;
using Settlement.Client;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Instructions;
using Settlement.Core.Reading;
using Settlement.Core.Store;
using Settlement.Host.Api;
using Settlement.Host.Configuration;
using Settlement.Host.Iso20022;
using Settlement.Host.Peers;
using Settlement.Host.Reading;
using Settlement.Host.Running;
using CoreIdentification = Settlement.Core.Bank.TransferIdentification;
using InstructionStatus = Settlement.Client.InstructionStatus;
using StatusCodes = Microsoft.AspNetCore.Http.StatusCodes;

namespace Settlement.Host.BackOffice;

/// <summary>
/// Takes a message of the back office. 202 means that it is durable; what became of each transaction is in the answer, or
/// is asked for later, or waited for.
/// </summary>
internal sealed class IntakeDoor(InstructionWait waiting, StatusReports reports, TimeProvider time)
{
    /// <summary>POST /v1/instructions.</summary>
    public async Task ReceiveAsync(HttpContext context)
    {
        bool isXml = ApiRequest.HasContentType(context, ApiRequest.Xml);
        if (!isXml && !ApiRequest.HasContentType(context, ApiRequest.Json))
        {
            await Problems.UnknownContentTypeAsync(context, $"{ApiRequest.Xml} or {ApiRequest.Json}");
            return;
        }

        if (await IdempotencyKey.ReadAsync(context) is not { } key) return;
        int maximumBytes = isXml ? Bounds.MaxDocumentBytes : Bounds.MaxJsonBytes;
        if (await RequestBody.ReadAsync(context, maximumBytes) is not { } body)
        {
            await Problems.TooLargeAsync(context, maximumBytes);
            return;
        }

        switch (isXml ? MessageReader.Read(body) : JsonTransferReader.Read(body))
        {
            case ReadMessage.Transfers message:
                await SubmitAsync(context, key.Value, body, message);
                break;
            case ReadMessage.Malformed refused:
                await Problems.WriteAsync(context, StatusCodes.Status400BadRequest, refused.Code, refused.Reason, refused.Place, refused.Line, refused.Column);
                break;
            case ReadMessage.Unsupported other:
                await Problems.WriteAsync(context, StatusCodes.Status400BadRequest, Iso20022.ReasonCodes.InvalidFileFormat,
                    $"Messages of this type are not settled here: {other.MessageType}.", "/");
                break;
        }
    }

    private async Task SubmitAsync(HttpContext context, string? key, byte[] body, ReadMessage.Transfers message)
    {
        SubmittedTransfer[] items = [.. message.Items.Select(Item)];
        if (await ApiRequest.CallAsync<SubmissionAnswer>(context, call => new BankInput.Submit(call, key, body, items), body.Length) is not { } answer) return;
        if (answer.Refusal is { } refusal)
        {
            await InstructionWait.RefuseAsync(context, refusal);
            return;
        }

        TimeSpan wait = InstructionWait.ReadWait(context);
        // A repeated message is answered with where its instructions stand now.
        bool isRepeat = answer.Instructions.Any(static one => one.Status == Core.Bank.InstructionStatus.Received);
        IReadOnlyList<InstructionView>? views = wait > TimeSpan.Zero || isRepeat || ApiRequest.WantsXml(context)
            ? await waiting.WaitAsync(context, answer, wait)
            : null;
        context.Response.Headers.Location = $"/v1/instructions/{answer.Instructions[0].Id}";
        if (views is { Count: > 0 } && ApiRequest.WantsXml(context))
        {
            await ApiRequest.WriteAsync(context, StatusCodes.Status202Accepted, ApiRequest.Xml, reports.Write(answer.MessageId!, time.GetUtcNow(), views));
            return;
        }

        IReadOnlyList<InstructionStatus> statuses = views is not null
            ? [.. views.Select(static view => new InstructionStatus(view.Id, StatusText.Of(view.Status), view.Reason, view.Place))]
            : [.. answer.Instructions.Select((one, i) => new InstructionStatus(one.Id, StatusText.Of(one.Status), one.Reason, items[i].Place))];
        await ApiRequest.WriteAsync(context, StatusCodes.Status202Accepted, new MessageReceipt(answer.MessageId!, statuses), ApiJson.Default.MessageReceipt);
    }

    private static SubmittedTransfer Item(ReadTransfer item) => item switch
    {
        ReadTransfer.Valid(CreditTransfer transfer) => new SubmittedTransfer(
            transfer,
            new CoreIdentification(transfer.MessageId, transfer.MessageType, transfer.InstructionId, transfer.EndToEndId, transfer.TransactionId, transfer.Uetr?.ToString()),
            null, null),
        ReadTransfer.Rejected refused => new SubmittedTransfer(
            null,
            new CoreIdentification(
                refused.Identification.MessageId, refused.Identification.MessageType, refused.Identification.InstructionId,
                refused.Identification.EndToEndId, refused.Identification.TransactionId, refused.Identification.Uetr?.ToString()),
            refused.ReasonCode, refused.Place),
        _ => throw new InvalidOperationException($"The reader gave a {item.GetType().Name}."),
    };
}
