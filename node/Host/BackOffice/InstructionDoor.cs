using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using Settlement.Client;
using Settlement.Core.Identifiers;
using Settlement.Core.Reading;
using Settlement.Core.Store;
using Settlement.Host.Api;
using Settlement.Host.Reading;
using StatusCodes = Microsoft.AspNetCore.Http.StatusCodes;

namespace Settlement.Host.BackOffice;

/// <summary>Shows instructions and the reports about them, as the vault holds them.</summary>
/// <param name="own">This bank.</param>
/// <param name="reads">The vault.</param>
/// <param name="reports">Writes pacs.002.</param>
internal sealed class InstructionDoor(ParticipantId own, VaultReads reads, StatusReports reports)
{
    private const int InstructionKeyBytes = 16;

    // A report's reference must differ from those of messages, which are 32 hexadecimal digits.
    private const string ReportPrefix = "R";

    /// <summary>GET /v1/instructions/{id}.</summary>
    public async Task ShowAsync(HttpContext context)
    {
        if (!TryReadKey((string?)context.Request.RouteValues["id"], out byte[] key)
            || await reads.FindAsync(PayloadKind.Instructions, key, context.RequestAborted) is not { } body)
        {
            await Problems.NotFoundAsync(context);
            return;
        }

        InstructionView view = reads.Reader.ReadInstruction(key, body);
        // An action of a contract has no message of ISO 20022 that a report could be about.
        if (ApiRequest.WantsXml(context) && view.Action is null)
            await ApiRequest.WriteAsync(context, StatusCodes.Status200OK, ApiRequest.Xml, reports.Write(ReportPrefix + view.Id, view.SettledAt ?? view.ReceivedAt, [view]));
        else await ApiRequest.WriteAsync(context, StatusCodes.Status200OK, Show(view), ApiJson.Default.Instruction);
    }

    /// <summary>GET /v1/reports.</summary>
    public async Task ReportsAsync(HttpContext context)
    {
        if (!ApiRequest.TryReadNumber(context, "after", 0, out long after) || !ApiRequest.TryReadLimit(context, out int limit))
        {
            await Problems.MalformedAsync(context, "after is a cursor of this node, and limit a whole number of at least 1.");
            return;
        }

        if (!ApiRequest.TryReadFlag(context, "documents", otherwise: true, out bool withDocuments))
        {
            await Problems.MalformedAsync(context, "documents is true or false.");
            return;
        }

        IReadOnlyList<ReportView> views = await reads.ReadReportsAsync(after, limit, context.RequestAborted);
        IReadOnlyDictionary<PayloadKey, byte[]> instructions = withDocuments
            ? await reads.FindAsync(PayloadKind.Instructions, views.Select(static view => Convert.FromHexString(view.Instruction)).DistinctBy(Convert.ToHexString), context.RequestAborted)
            : FrozenDictionary<PayloadKey, byte[]>.Empty;
        ReportPage page = new([.. views.Select(view => Report(view, instructions))], Cursor(views.Count > 0 ? views[^1].Number : after));
        await ApiRequest.WriteAsync(context, StatusCodes.Status200OK, page, ApiJson.Default.ReportPage);
    }

    private ReportItem Report(ReportView view, IReadOnlyDictionary<PayloadKey, byte[]> instructions)
    {
        byte[] key = Convert.FromHexString(view.Instruction);
        // An instruction that was erased, or not looked up, leaves the report that there was one, and no message about it.
        string document = instructions.TryGetValue(new PayloadKey(PayloadKind.Instructions, key), out byte[]? body) && reads.Reader.ReadInstruction(key, body) is { Action: null } read
            ? Encoding.UTF8.GetString(reports.Write(ReportPrefix + view.Instruction, view.Time, [read]))
            : "";
        return new ReportItem(Cursor(view.Number), view.Instruction, StatusText.Of(view.Status), view.Reason, document, (ulong?)view.Sequence);
    }

    private Instruction Show(InstructionView view) => new()
    {
        Id = view.Id,
        Status = StatusText.Of(view.Status),
        Reason = view.Reason,
        MessageId = view.Identification.MessageId,
        Uetr = view.Identification.Uetr,
        InstructionId = view.Identification.InstructionId,
        EndToEndId = view.Identification.EndToEndId,
        TransactionId = view.Identification.TransactionId,
        Amount = view.Amount?.ToDecimalText(),
        Currency = view.Amount?.Currency.Code,
        SettlementDate = view.SettlementDate?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        Counterparty = string.Equals(view.Instructed, own.ToString(), StringComparison.Ordinal) ? view.Instructing : view.Instructed,
        Channel = view.Channel,
        Entry = view.Entry,
        Sequence = view.Sequence > 0 ? (ulong)view.Sequence : null,
        Contract = view.Contract,
        Action = view.Action,
        Instance = view.Instance,
        Place = view.Place,
        ReceivedAt = view.ReceivedAt,
        SettledAt = view.Status == Core.Bank.InstructionStatus.Settled ? view.SettledAt : null,
    };

    private static bool TryReadKey(string? text, out byte[] key)
    {
        key = new byte[InstructionKeyBytes];
        return text?.Length == InstructionKeyBytes * 2 && Convert.FromHexString(text, key, out _, out _) == System.Buffers.OperationStatus.Done;
    }

    private static string Cursor(long number) => number.ToString(CultureInfo.InvariantCulture);
}
