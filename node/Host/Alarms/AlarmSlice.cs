using System.Globalization;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Settlement.Client;
using Settlement.Core.Reading;
using Settlement.Core.Store;
using Settlement.Host.Api;
using Settlement.Host.Configuration;
using Settlement.Host.Reading;

namespace Settlement.Host.Alarms;

/// <summary>Shows the operator what others did that they may not do, and the evidence that the vault keeps of it. Every role has it.</summary>
internal static class AlarmSlice
{
    private const int IdBytes = 16;

    /// <summary>Registers what the slice needs.</summary>
    public static void AddAlarms(this IServiceCollection services, VaultReads reads) => services.TryAddSingleton(reads);

    /// <summary>Maps the slice's endpoints.</summary>
    public static void MapAlarms(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/alarms", ListAsync).Demands(ApiRole.Operator, ApiRole.Audit);
        routes.MapGet("/v1/alarms/evidence/{id}", ShowAsync).Demands(ApiRole.Operator, ApiRole.Audit);
    }

    private static async Task ListAsync(HttpContext context)
    {
        if (!ApiRequest.TryReadNumber(context, "after", 0, out long after) || !ApiRequest.TryReadLimit(context, out int limit))
        {
            await Problems.MalformedAsync(context, "after is a cursor of this node, and limit a whole number of at least 1.");
            return;
        }

        VaultReads reads = context.RequestServices.GetRequiredService<VaultReads>();
        IReadOnlyList<StoredPayload> rows = await reads.Vault.ScanAsync(PayloadKind.Alarms, VaultReader.AlarmKey(after), limit, context.RequestAborted);
        AlarmView[] views = [.. rows.Select(row => reads.Reader.ReadAlarm(row.Key, row.Body))];
        AlarmPage page = new([.. views.Select(Show)], Cursor(views.Length > 0 ? views[^1].Number : after));
        await ApiRequest.WriteAsync(context, StatusCodes.Status200OK, page, ApiJson.Default.AlarmPage);
    }

    private static async Task ShowAsync(HttpContext context)
    {
        VaultReads reads = context.RequestServices.GetRequiredService<VaultReads>();
        // What was erased answers like what never was.
        if (!TryReadId((string?)context.Request.RouteValues["id"], out byte[] id) || await reads.FindAsync(PayloadKind.Evidence, id, context.RequestAborted) is not { } body)
        {
            await Problems.NotFoundAsync(context);
            return;
        }

        await ApiRequest.WriteAsync(context, StatusCodes.Status200OK, Show(reads.Reader.ReadEvidence(id, body)), ApiJson.Default.EvidenceInfo);
    }

    private static bool TryReadId(string? text, out byte[] id)
    {
        id = new byte[IdBytes];
        return text?.Length == 2 * IdBytes && Convert.FromHexString(text, id, out _, out _) == System.Buffers.OperationStatus.Done;
    }

    private static AlarmInfo Show(AlarmView view) =>
        new(Cursor(view.Number), view.Party, view.Code, view.Subject, view.Count, view.First, view.Last, [.. view.Pieces.Select(Show)]);

    private static EvidenceInfo Show(PieceView view) =>
        new(view.Id, view.Subject, view.Time, [.. view.Parts.Select(static part => new EvidencePart(part.Name, part.Size, part.Sha256, part.Body))]);

    private static string Cursor(long number) => number.ToString(CultureInfo.InvariantCulture);
}
