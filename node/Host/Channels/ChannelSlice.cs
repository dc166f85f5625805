using System.Globalization;
using Settlement.Client;
using Settlement.Core.Bank;
using Settlement.Core.Cryptography;
using Settlement.Core.Monetary;
using Settlement.Host.Api;
using Settlement.Host.Configuration;
using ChannelList = Settlement.Client.ChannelList;

namespace Settlement.Host.Channels;

/// <summary>A bank's channels: opening them, money in and out of them, where they stand, and their entries.</summary>
internal static class ChannelSlice
{
    /// <summary>Registers what the slice needs.</summary>
    public static void AddChannels(this IServiceCollection services, ChannelOrders orders) => services.AddSingleton(orders);

    /// <summary>Maps the slice's endpoints.</summary>
    public static void MapChannels(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/channels", ListAsync).Demands(ApiRole.BackOffice, ApiRole.Operator, ApiRole.Audit);
        routes.MapPost("/v1/channels", OpenAsync).Demands(ApiRole.Operator);
        routes.MapPost("/v1/channels/{id}/funding", FundAsync).Demands(ApiRole.Operator);
        routes.MapPost("/v1/channels/{id}/defunding", DefundAsync).Demands(ApiRole.Operator);
        routes.MapPost("/v1/channels/{id}/close", CloseAsync).Demands(ApiRole.Operator);
        routes.MapGet("/v1/channels/{id}/limits", ChannelLimitDoor.ListAsync).Demands(ApiRole.BackOffice, ApiRole.Operator, ApiRole.Audit);
        routes.MapPut("/v1/channels/{id}/limits", ChannelLimitDoor.GrantAsync).Demands(ApiRole.Operator);
        routes.MapGet("/v1/channels/{id}/entries", static context => EntryDoor.AnswerAsync(context, isObserver: false)).Demands(ApiRole.BackOffice, ApiRole.Audit);
        routes.MapGet("/v1/channels/{id}/instances/{instance}", InstanceDoor.AnswerAsync).Demands(ApiRole.BackOffice, ApiRole.Audit);
        routes.MapGet("/v1/positions", PositionsAsync).Demands(ApiRole.BackOffice, ApiRole.Operator, ApiRole.Audit);
    }

    private static async Task ListAsync(HttpContext context)
    {
        if (await AskAsync(context) is not { } list) return;
        ChannelList answer = new(DateText(list.BusinessDay), [.. list.Channels.Select(Show)]);
        await ApiRequest.WriteAsync(context, StatusCodes.Status200OK, answer, ApiJson.Default.ChannelList);
    }

    private static async Task PositionsAsync(HttpContext context)
    {
        if (await AskAsync(context) is not { } list) return;
        PositionList answer = new(DateText(list.BusinessDay), [.. list.Channels.SelectMany(Positions)]);
        await ApiRequest.WriteAsync(context, StatusCodes.Status200OK, answer, ApiJson.Default.PositionList);
    }

    private static async Task OpenAsync(HttpContext context)
    {
        if (await ApiRequest.ReadAsync(context, ApiJson.Default.ChannelOrder) is not { } order) return;
        ChannelOrders orders = context.RequestServices.GetRequiredService<ChannelOrders>();
        if (!orders.TryRead(order, out ChannelRequest? request, out string? fault))
        {
            await Problems.MalformedAsync(context, fault);
            return;
        }

        if (await ApiRequest.CallAsync<OpenChannelResult>(context, call => new BankInput.OpenChannel(call, request)) is not { } result) return;
        if (result.Channel is { } channel)
        {
            context.Response.Headers.Location = $"/v1/channels/{channel}";
            await ApiRequest.WriteAsync(context, StatusCodes.Status201Created, new OpenedChannel(channel.ToString()), ApiJson.Default.OpenedChannel);
        }
        else
        {
            await Problems.RefusedAsync(context, result.Refusal!);
        }
    }

    private static async Task CloseAsync(HttpContext context)
    {
        if (!Digest.TryParse((string?)context.Request.RouteValues["id"], out Digest channel))
        {
            await Problems.NotFoundAsync(context);
            return;
        }

        if (await ApiRequest.ReadAsync(context, ApiJson.Default.CloseOrder) is not { } order) return;
        if (await ApiRequest.CallAsync<CloseAnswer>(context, call => new BankInput.CloseChannel(call, channel, order.LeavesSetAside)) is not { } answer) return;
        if (answer.Leaf is { } leaf) await ApiRequest.WriteAsync(context, StatusCodes.Status200OK, new ClosedChannel(leaf), ApiJson.Default.ClosedChannel);
        else await Problems.RefusedAsync(context, answer.Refusal!);
    }

    private static Task FundAsync(HttpContext context) =>
        MoveAsync<FundAnswer>(context, static (call, channel, amount) => new BankInput.Fund(call, channel, amount), static answer => answer.Refusal);

    private static Task DefundAsync(HttpContext context) =>
        MoveAsync<DefundAnswer>(context, static (call, channel, amount) => new BankInput.Defund(call, channel, amount), static answer => answer.Refusal);

    private static async Task MoveAsync<T>(HttpContext context, Func<long, Digest, Money, BankInput> order, Func<T, string?> refusalOf)
        where T : class
    {
        if (!Digest.TryParse((string?)context.Request.RouteValues["id"], out Digest channel))
        {
            await Problems.NotFoundAsync(context);
            return;
        }

        if (await ApiRequest.ReadAsync(context, ApiJson.Default.MoneyOrder) is not { } money) return;
        if (!ApiRequest.TryReadMoney(money.Currency, money.Amount, out Money amount))
        {
            await Problems.MalformedAsync(context, "amount is a decimal number above zero that fits the currency, as a string.");
            return;
        }

        if (await ApiRequest.CallAsync<T>(context, call => order(call, channel, amount)) is not { } answer) return;
        if (refusalOf(answer) is { } refusal) await Problems.RefusedAsync(context, refusal);
        else await ApiRequest.WriteAsync(context, StatusCodes.Status200OK, money, ApiJson.Default.MoneyOrder);
    }

    private static Task<Core.Bank.ChannelList?> AskAsync(HttpContext context) =>
        ApiRequest.CallAsync<Core.Bank.ChannelList>(context, static call => new BankInput.ListChannels(call));

    private static ChannelInfo Show(ChannelView view) => new()
    {
        Id = view.Channel.ToString(),
        Counterparty = view.Counterparty.ToString(),
        Observers = [.. view.Observers.Select(static id => id.ToString())],
        Term = (ulong)view.Term,
        IsSequencer = view.IsSequencer,
        Sequence = (ulong)view.Sequence,
        Head = view.Head.ToString(),
        Waiting = view.Waiting,
        Queued = view.Queued,
        Positions = [.. Positions(view)],
        End = view.End is not { } end ? null : new Client.ChannelEnd(end.Leaf, end.ClosedAt, !end.IsOwn, [.. end.Exits.Select(static paid => new ExitInfo(paid.Currency.Code, paid.ToDecimalText()))]),
    };

    private static IEnumerable<PositionInfo> Positions(ChannelView view) => view.Positions.Select(position => new PositionInfo(
        view.Channel.ToString(), view.Counterparty.ToString(), position.Position.Currency.Code,
        position.Position.ToDecimalText(), position.Reserved.ToDecimalText(), position.Limit.ToDecimalText()))
        .Concat(view.Units.Select(unit => new PositionInfo(view.Channel.ToString(), view.Counterparty.ToString(), unit.Unit, Whole(unit.Position), Whole(unit.Reserved), Whole(unit.Limit))));

    private static string Whole(long units) => units.ToString(CultureInfo.InvariantCulture);

    private static string? DateText(DateOnly? date) => date?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
