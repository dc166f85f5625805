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
internal sealed class IntakeDoor(RoleLoop loop, VaultReads reads, StatusReports reports, TimeProvider time)
{
    private const string KeyHeader = "Idempotency-Key";
    private const string WaitPreference = "wait=";

    /// <summary>POST /v1/instructions.</summary>
    public async Task ReceiveAsync(HttpContext context)
    {
        bool isXml = ApiRequest.HasContentType(context, ApiRequest.Xml);
        if (!isXml && !ApiRequest.HasContentType(context, ApiRequest.Json))
        {
            await Problems.UnknownContentTypeAsync(context, $"{ApiRequest.Xml} or {ApiRequest.Json}");
            return;
        }

        string? key = context.Request.Headers.TryGetValue(KeyHeader, out var values) ? values.ToString() : null;
        if (key is not null && !IsKey(key))
        {
            await Problems.WriteAsync(context, StatusCodes.Status400BadRequest, HostCodes.IdempotencyKeyInvalid,
                $"{KeyHeader} is 1 to {ApiBounds.MaximumIdempotencyKeyLength} visible ASCII characters.");
            return;
        }

        int maximumBytes = isXml ? Bounds.MaxDocumentBytes : Bounds.MaxJsonBytes;
        if (await RequestBody.ReadAsync(context, maximumBytes) is not { } body)
        {
            await Problems.TooLargeAsync(context, maximumBytes);
            return;
        }

        switch (isXml ? MessageReader.Read(body) : JsonTransferReader.Read(body))
        {
            case ReadMessage.Transfers message:
                await SubmitAsync(context, key, body, message);
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
            await RefuseAsync(context, refusal);
            return;
        }

        TimeSpan wait = ReadWait(context);
        // A repeated message is answered with where its instructions stand now.
        bool isRepeat = answer.Instructions.Any(static one => one.Status == Core.Bank.InstructionStatus.Received);
        IReadOnlyList<InstructionView>? views = wait > TimeSpan.Zero || isRepeat || ApiRequest.WantsXml(context)
            ? await WaitAsync(context, answer, wait)
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

    private static Task RefuseAsync(HttpContext context, string code) => code switch
    {
        BankCodes.KeyOfAnotherBody => Problems.WriteAsync(context, StatusCodes.Status409Conflict, code, "The idempotency key was used with another body."),
        BankCodes.NoBusinessDay => Problems.WriteAsync(context, StatusCodes.Status409Conflict, code, "No business day is open."),
        ChannelCodes.MailboxFull => Problems.BusyAsync(context),
        _ => Problems.RefusedAsync(context, code),
    };

    /// <summary>The instructions as they stand when all are done, or the time is over.</summary>
    private async Task<IReadOnlyList<InstructionView>> WaitAsync(HttpContext context, SubmissionAnswer answer, TimeSpan wait)
    {
        string[] ids = [.. answer.Instructions.Select(static one => one.Id)];
        using StatusWatch.Waiter waiter = loop.Statuses.Watch(ids);
        IReadOnlyList<InstructionView> views = await ReadAsync(ids, context.RequestAborted);
        if (wait <= TimeSpan.Zero) return views;
        context.Response.Headers["Preference-Applied"] = string.Create(CultureInfo.InvariantCulture, $"{WaitPreference}{(int)wait.TotalSeconds}");
        using CancellationTokenSource timer = new(wait, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, context.RequestAborted, ApiRequest.Stopping(context));
        try
        {
            while (views.Any(static view => !StatusText.IsLast(view.Status)))
            {
                await waiter.ChangedAsync(either.Token);
                views = await ReadAsync(ids, either.Token);
            }
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            // The time is over, or the node stops: they are answered as they stand.
        }

        return views;
    }

    private async Task<IReadOnlyList<InstructionView>> ReadAsync(IReadOnlyList<string> ids, CancellationToken ct)
    {
        byte[][] keys = [.. ids.Select(Convert.FromHexString)];
        IReadOnlyDictionary<PayloadKey, byte[]> rows = await reads.FindAsync(PayloadKind.Instructions, keys, ct);
        return [.. keys.Select(key => (Key: key, Body: rows.GetValueOrDefault(new PayloadKey(PayloadKind.Instructions, key))))
            .Where(static row => row.Body is not null)
            .Select(row => reads.Reader.ReadInstruction(row.Key, row.Body!))];
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

    private static bool IsKey(string key) => key.Length is > 0 and <= ApiBounds.MaximumIdempotencyKeyLength && key.All(static c => c is > ' ' and <= '~');

    // RFC 7240; a preference that cannot be read is no preference.
    private static TimeSpan ReadWait(HttpContext context)
    {
        foreach (string preference in context.Request.Headers["Prefer"].SelectMany(static value => (value ?? "").Split([',', ';'], StringSplitOptions.TrimEntries)))
        {
            if (preference.StartsWith(WaitPreference, StringComparison.OrdinalIgnoreCase)
                && int.TryParse(preference.AsSpan(WaitPreference.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int seconds))
                return TimeSpan.FromSeconds(Math.Min(seconds, (int)ApiBounds.LongestWait.TotalSeconds));
        }

        return TimeSpan.Zero;
    }
}
