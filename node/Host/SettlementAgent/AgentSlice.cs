using Settlement.Client;
using Settlement.Core.Agent;
using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;
using Settlement.Host.Api;
using Settlement.Host.Configuration;
using Settlement.Host.Peers;
using Settlement.Host.SettlementAgent.Schedules;

namespace Settlement.Host.SettlementAgent;

/// <summary>The settlement agent's doors: requests of participants, and the operator's credits, books, stops, cycles and offsets.</summary>
internal static class AgentSlice
{
    private const int MaximumReferenceLength = 140;

    /// <summary>Maps the door for participants.</summary>
    public static void MapAgentRequests(this IEndpointRouteBuilder routes) => routes.MapPost(PeerRoutes.AgentRequests, ReceiveAsync);

    /// <summary>Maps the operator's doors.</summary>
    public static void MapAgent(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/accounts/{participant}/credits", CreditAsync).Demands(ApiRole.Operator);
        routes.MapGet("/v1/books", BooksAsync).Demands(ApiRole.Operator, ApiRole.Audit);
        routes.MapGet("/v1/stops", StopDoor.ListAsync).Demands(ApiRole.Operator, ApiRole.Audit);
        routes.MapPost("/v1/stops", StopDoor.StopAsync).Demands(ApiRole.Operator);
        routes.MapPost("/v1/stops/{subject}/lift", StopDoor.LiftAsync).Demands(ApiRole.Operator);
        routes.MapGet("/v1/offsets", OffsetDoor.ListAsync).Demands(ApiRole.Operator, ApiRole.Audit);
        routes.MapPost("/v1/cycles", CycleDoor.OpenAsync).Demands(ApiRole.Operator);
        routes.MapGet("/v1/cycles", CycleDoor.ListAsync).Demands(ApiRole.Operator, ApiRole.Audit);
        routes.MapCycleSchedules();
        routes.MapPost("/v1/cycles/{id}/rounds", CycleDoor.GoOnAsync).Demands(ApiRole.Operator);
        routes.MapPost("/v1/cycles/{id}/end", CycleDoor.EndAsync).Demands(ApiRole.Operator);
    }

    private static Task ReceiveAsync(HttpContext context) => PeerDoor.WithCallerAsync(context, static (http, caller, body) =>
        PeerDoor.AnswerAsync<byte[]>(http, call => new AgentInput.Requested(call, caller, body), body.Length, static reply => reply));

    private static async Task CreditAsync(HttpContext context)
    {
        if (!ParticipantId.TryParse((string?)context.Request.RouteValues["participant"], out ParticipantId bank))
        {
            await Problems.NotFoundAsync(context);
            return;
        }

        if (await ApiRequest.ReadAsync(context, ApiJson.Default.CreditOrder) is not { } order) return;
        if (order.Reference.Length is 0 or > MaximumReferenceLength || !ApiRequest.TryReadMoney(order.Currency, order.Amount, out Money amount))
        {
            await Problems.MalformedAsync(context, "reference has 1 to 140 characters, and amount is a decimal number above zero that fits the currency, as a string.");
            return;
        }

        if (await ApiRequest.CallAsync<CreditResult>(context, call => new AgentInput.Credit(call, order.Reference, bank, amount)) is not { } result) return;
        if (result.Refusal is { } refusal) await Problems.RefusedAsync(context, refusal);
        else await ApiRequest.WriteAsync(context, StatusCodes.Status200OK, Show(bank.ToString(), result.Balance), ApiJson.Default.Balance);
    }

    private static async Task BooksAsync(HttpContext context)
    {
        if (await ApiRequest.CallAsync<Books>(context, static call => new AgentInput.ListBooks(call)) is not { } books) return;
        BooksInfo answer = new(
            [.. books.Accounts.Select(static account => Show(account.Bank.ToString(), account.Balance))],
            [.. books.Pools.Select(static pool => Show(pool.Channel, pool.Balance))],
            [.. books.Issued.Select(static issued => Show("", issued))])
        {
            SetAside = [.. books.SetAside.Where(static part => part.Balance.MinorUnits != 0).Select(static part => Show(part.Purpose, part.Balance))],
        };
        await ApiRequest.WriteAsync(context, StatusCodes.Status200OK, answer, ApiJson.Default.BooksInfo);
    }

    private static Balance Show(string owner, Money balance) => new(owner, balance.Currency.Code, balance.ToDecimalText());
}
