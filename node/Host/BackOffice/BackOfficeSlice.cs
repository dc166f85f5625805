using System.Globalization;
using Settlement.Client;
using Settlement.Core.Bank;
using Settlement.Core.Identifiers;
using Settlement.Host.Api;
using Settlement.Host.Configuration;
using Settlement.Host.Iso20022;
using Settlement.Host.Reading;
using BusinessDay = Settlement.Client.BusinessDay;
using StatusCodes = Microsoft.AspNetCore.Http.StatusCodes;

namespace Settlement.Host.BackOffice;

/// <summary>A bank's back office: messages in, statuses and reports out, and the business day.</summary>
internal static class BackOfficeSlice
{
    /// <summary>The largest body of this slice, in bytes.</summary>
    public const int MaximumBodyBytes = Bounds.MaxDocumentBytes;

    private const string DateFormat = "yyyy-MM-dd";

    /// <summary>Registers what the slice needs.</summary>
    public static void AddBackOffice(this IServiceCollection services, ParticipantId own)
    {
        services.AddSingleton(new StatusReports(own));
        services.AddSingleton<InstructionWait>();
        services.AddSingleton<IntakeDoor>();
        services.AddSingleton<ActDoor>();
        services.AddSingleton<GroupDoor>();
        services.AddSingleton<QueueDoor>();
        services.AddSingleton<LimitDoor>();
        services.AddSingleton<BankCyclesDoor>();
        services.AddSingleton(provider => new InstructionDoor(own, provider.GetRequiredService<VaultReads>(), provider.GetRequiredService<StatusReports>()));
    }

    /// <summary>Maps the slice's endpoints.</summary>
    public static void MapBackOffice(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/instructions", static context => context.RequestServices.GetRequiredService<IntakeDoor>().ReceiveAsync(context)).Demands(ApiRole.BackOffice);
        routes.MapPost("/v1/channels/{id}/instances/{instance}/actions", static context => context.RequestServices.GetRequiredService<ActDoor>().ActAsync(context)).Demands(ApiRole.BackOffice);
        routes.MapPost("/v1/channels/{id}/instances", static context => context.RequestServices.GetRequiredService<ActDoor>().CreateAsync(context)).Demands(ApiRole.BackOffice);
        routes.MapPost("/v1/groups", static context => context.RequestServices.GetRequiredService<GroupDoor>().OrderAsync(context)).Demands(ApiRole.BackOffice);
        routes.MapGet("/v1/groups", static context => context.RequestServices.GetRequiredService<GroupDoor>().ListAsync(context)).Demands(ApiRole.BackOffice, ApiRole.Audit);
        routes.MapGet("/v1/instructions/{id}", static context => context.RequestServices.GetRequiredService<InstructionDoor>().ShowAsync(context)).Demands(ApiRole.BackOffice, ApiRole.Audit);
        routes.MapPost("/v1/instructions/{id}/queue", static context => context.RequestServices.GetRequiredService<QueueDoor>().ChangeAsync(context)).Demands(ApiRole.BackOffice);
        routes.MapGet("/v1/queue", static context => context.RequestServices.GetRequiredService<QueueDoor>().ListAsync(context)).Demands(ApiRole.BackOffice, ApiRole.Operator);
        routes.MapGet("/v1/limits", static context => context.RequestServices.GetRequiredService<LimitDoor>().ListAsync(context)).Demands(ApiRole.BackOffice, ApiRole.Operator, ApiRole.Audit);
        routes.MapPut("/v1/limits", static context => context.RequestServices.GetRequiredService<LimitDoor>().SetAsync(context)).Demands(ApiRole.Operator);
        routes.MapGet("/v1/cycles", static context => context.RequestServices.GetRequiredService<BankCyclesDoor>().ListAsync(context)).Demands(ApiRole.BackOffice, ApiRole.Operator, ApiRole.Audit);
        routes.MapGet("/v1/reports", static context => context.RequestServices.GetRequiredService<InstructionDoor>().ReportsAsync(context)).Demands(ApiRole.BackOffice);
        routes.MapPost("/v1/business-day", OpenDayAsync).Demands(ApiRole.Operator);
    }

    private static async Task OpenDayAsync(HttpContext context)
    {
        if (await ApiRequest.ReadAsync(context, ApiJson.Default.BusinessDay) is not { } order) return;
        if (!DateOnly.TryParseExact(order.Date, DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date))
        {
            await Problems.MalformedAsync(context, "date is a date such as 2026-03-02.");
            return;
        }

        if (await ApiRequest.CallAsync<BusinessDayResult>(context, call => new BankInput.OpenBusinessDay(call, date)) is not { } result) return;
        if (result.Refusal is { } refusal) await Problems.RefusedAsync(context, refusal);
        else await ApiRequest.WriteAsync(context, StatusCodes.Status200OK, new BusinessDay(result.Date.ToString(DateFormat, CultureInfo.InvariantCulture)), ApiJson.Default.BusinessDay);
    }
}
